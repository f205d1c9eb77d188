//! Asks the host itself what it has, before any implementation is judged.

use super::Environment;
use crate::{Family, child};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Whether the host has something; if not, why.
pub type Probe = Result<(), String>;

/// What is known of the host that the trials run on.
#[derive(Debug, Default)]
pub struct Host {
    probes: Mutex<BTreeMap<String, Probe>>,
}

/// The host as reports show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HostFacts {
    /// The operating system, as Rust names it.
    pub os: String,
    /// The processor architecture, as Rust names it.
    pub arch: String,
    /// What was probed: `"available"`, or why it is not.
    pub probes: BTreeMap<String, String>,
}

impl Host {
    /// Whether trials under this environment can run here.
    ///
    /// # Errors
    /// Why they can't.
    pub fn environment(&self, environment: Environment) -> Probe {
        match environment {
            Environment::Default
            | Environment::Denied
            | Environment::DeniedAddresses
            | Environment::Wasi(_) => Ok(()),
            _ => self.probe(&environment.to_string(), || probe_in_child(environment)),
        }
    }

    /// Whether the loopback address of a family can be bound and reached.
    ///
    /// # Errors
    /// Why it can't.
    pub fn loopback(&self, family: Family) -> Probe {
        self.probe(&format!("{family}-loopback"), || {
            connect_over_loopback(family)
                .map_err(|error| format!("the host has no {family} loopback: {error}"))
        })
    }

    /// Everything probed so far.
    #[must_use]
    pub fn facts(&self) -> HostFacts {
        let probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        HostFacts {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            probes: probes
                .iter()
                .map(|(name, probe)| {
                    let said = probe.as_ref().err().map_or("available", String::as_str);
                    (name.clone(), said.to_owned())
                })
                .collect(),
        }
    }

    /// Probes once; later calls get the same answer.
    fn probe(&self, name: &str, probe: impl FnOnce() -> Probe) -> Probe {
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        probes.entry(name.to_owned()).or_insert_with(probe).clone()
    }
}

fn connect_over_loopback(family: Family) -> io::Result<()> {
    let address: SocketAddr = match family {
        Family::Ipv4 => (Ipv4Addr::LOCALHOST, 0).into(),
        Family::Ipv6 => (Ipv6Addr::LOCALHOST, 0).into(),
    };
    let listener = TcpListener::bind(address)?;
    let _client = TcpStream::connect_timeout(&listener.local_addr()?, Duration::from_secs(5))?;
    Ok(())
}

/// Has a child of ours look at the environment from the inside.
fn probe_in_child(environment: Environment) -> Probe {
    let failed = |error: io::Error| format!("failed to probe {environment}: {error}");
    let mut command = child::probe(environment).map_err(failed)?;
    environment.apply(&mut command)?;
    let output = command.output().map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "the environment {environment} is not in force: {}",
        said.trim()
    ))
}

/// The child's part: checks that the environment does what it says.
pub(crate) fn run(environment: Environment) -> ExitCode {
    match inspect(environment) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
fn inspect(environment: Environment) -> Probe {
    use rustix::io::Errno as Os;
    use rustix::net::{AddressFamily, SocketType, bind, socket};
    use rustix::process::{Resource, getrlimit};

    let create = |family| socket(family, SocketType::STREAM, None);
    let both = [AddressFamily::INET, AddressFamily::INET6];
    let expect = |what: &str, got: Result<(), Os>, expected: Result<(), Os>| {
        if got == expected {
            Ok(())
        } else {
            Err(format!("{what} gave {got:?}, not {expected:?}"))
        }
    };
    match environment {
        Environment::Default
        | Environment::Denied
        | Environment::DeniedAddresses
        | Environment::Wasi(_) => Ok(()),
        Environment::FdLimit => match getrlimit(Resource::Nofile).current {
            Some(super::FD_LIMIT) => Ok(()),
            other => Err(format!("the limit is {other:?}")),
        },
        Environment::NoEndpoints => {
            let socket = create(AddressFamily::INET).map_err(|error| error.to_string())?;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            expect("bind", bind(&socket, &address), Err(Os::PERM))
        }
        Environment::Ipv4Missing => expect(
            "an IPv4 socket",
            create(both[0]).map(drop),
            Err(Os::AFNOSUPPORT),
        ),
        Environment::Ipv6Missing => {
            expect("an IPv4 socket", create(both[0]).map(drop), Ok(()))?;
            expect(
                "an IPv6 socket",
                create(both[1]).map(drop),
                Err(Os::AFNOSUPPORT),
            )
        }
        Environment::Errno(errno) => both
            .into_iter()
            .try_for_each(|family| expect("a socket", create(family).map(drop), Err(errno.os()))),
    }
}

#[cfg(not(target_os = "linux"))]
fn inspect(environment: Environment) -> Probe {
    Err(format!("the environment {environment} needs Linux"))
}
