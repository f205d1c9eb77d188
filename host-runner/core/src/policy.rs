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
    /// TCP, but few sockets at a time: fewer than 256, of whatever state the
    /// implementation counts. Few implementations have such a limit, so it has to be
    /// claimed.
    OwnLimit,
    /// TCP at `127.0.0.1` and `::1`, and not at `127.0.0.2`. It has to be claimed too.
    OneAddress,
    /// TCP, and connections to every address; binding is refused, whatever the address, and
    /// nothing of the guest listens. It has to be claimed too.
    NoBind,
}

impl Policy {
    /// Every policy.
    pub const ALL: &[Self] = &[
        Self::Allowed,
        Self::Denied,
        Self::DeniedAddresses,
        Self::OwnLimit,
        Self::OneAddress,
        Self::NoBind,
    ];

    /// Those that an implementation has unless it claims others.
    pub(crate) const COMMON: &[Self] = &[Self::Allowed, Self::Denied, Self::DeniedAddresses];

    /// Whether a guest may bind and connect sockets, whatever the address.
    #[must_use]
    pub fn allows_addresses(self) -> bool {
        matches!(self, Self::Allowed | Self::OwnLimit)
    }

    /// The policy of this name.
    #[doc(hidden)]
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|policy| policy.name() == name)
    }

    /// Its name in trials and in files, such as `denied-addresses`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::DeniedAddresses => "denied-addresses",
            Self::OwnLimit => "own-limit",
            Self::OneAddress => "one-address",
            Self::NoBind => "no-bind",
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
            Self::OwnLimit => "the implementation lets a guest have few sockets",
            Self::OneAddress => {
                "the policy of the implementation allows TCP at 127.0.0.1 and ::1, but not at 127.0.0.2"
            }
            Self::NoBind => {
                "the policy of the implementation allows connections to every address, and refuses to bind"
            }
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
