//! What a trial needs of the host.

use crate::{Family, Fault};
use std::fmt;

/// Something of the host that a trial needs, and that can be probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Need {
    /// A fault that can be put around a process.
    Fault(Fault),
    /// The loopback address of a family.
    Loopback(Family),
}

/// The name of the probe in reports: `fd-limit`, `ipv6-loopback`.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => f.write_str(fault.name),
            Self::Loopback(family) => write!(f, "{family}-loopback"),
        }
    }
}
