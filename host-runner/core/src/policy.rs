//! What a runtime lets a guest do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A policy of the implementation itself, as a command line or a configuration
/// sets it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Policy {
    /// TCP, to and from every address.
    Allowed,
    /// No TCP: sockets cannot be created.
    Denied,
    /// TCP, but no address: sockets can be created, and neither bound nor
    /// connected.
    DeniedAddresses,
    /// TCP at `127.0.0.1` and `::1`, and not at `127.0.0.2`.
    OneAddress,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 4] = [
        Self::Allowed,
        Self::Denied,
        Self::DeniedAddresses,
        Self::OneAddress,
    ];

    /// The policy of this name.
    #[doc(hidden)]
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }

    /// Its name in trials and in files, such as `denied-addresses`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::DeniedAddresses => "denied-addresses",
            Self::OneAddress => "one-address",
        }
    }

    /// What it does, in words.
    #[doc(hidden)]
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Allowed => "the policy of the implementation allows TCP",
            Self::Denied => "the policy of the implementation forbids TCP",
            Self::DeniedAddresses => "the policy of the implementation allows TCP, but no address",
            Self::OneAddress => {
                "the policy of the implementation allows TCP at 127.0.0.1 and ::1, but not at 127.0.0.2"
            }
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
