//! Puts the faults of the host around a process.
//!
//! A fault is applied in the child, between fork and exec, so that a runtime
//! needs no support for it. Where the host cannot provide one, a native probe
//! says so first; that is never concluded from a failure.

#[cfg(target_os = "linux")]
mod later;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(crate) use later::{Later, lacks as lacks_later};
#[cfg(target_os = "linux")]
pub(crate) use linux::{apply, inspect};

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{Later, apply, inspect, lacks as lacks_later};

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::process::Command;
    use wasi_tcp_conformance_core::Fault;

    pub(crate) fn apply(fault: Fault, _: &mut Command) -> Result<(), String> {
        Err(format!("the fault `{}` needs Linux", fault.name))
    }

    /// A fault that a command gets while it runs: there is none here.
    pub(crate) enum Later {}

    impl Later {
        pub(crate) fn prepare(fault: Fault, _: &mut Command) -> Result<Self, String> {
            Err(format!("the fault `{}` needs Linux", fault.name))
        }

        pub(crate) fn started(&mut self, _: u16) -> Result<(), String> {
            match *self {}
        }

        pub(crate) fn begin(&self) -> Result<(), String> {
            match *self {}
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "on Linux there may be none")]
    pub(crate) fn lacks(fault: Fault) -> Option<String> {
        Some(format!("the fault `{}` needs Linux", fault.name))
    }

    pub(crate) fn inspect(fault: Fault) -> Result<(), String> {
        Err(format!("the fault `{}` needs Linux", fault.name))
    }
}
