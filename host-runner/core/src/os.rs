//! Operating systems that runtimes run on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of the systems")]
#[non_exhaustive]
pub enum Os {
    Android,
    FreeBsd,
    Illumos,
    Linux,
    MacOs,
    NetBsd,
    OpenBsd,
    Windows,
}

impl Os {
    /// Its name, as Rust has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::FreeBsd => "freebsd",
            Self::Illumos => "illumos",
            Self::Linux => "linux",
            Self::MacOs => "macos",
            Self::NetBsd => "netbsd",
            Self::OpenBsd => "openbsd",
            Self::Windows => "windows",
        }
    }
}

impl fmt::Display for Os {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
