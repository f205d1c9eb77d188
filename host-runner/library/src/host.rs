//! Asks the host itself what it has, before any implementation is judged.

use crate::{fault, reexec};
use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;
use wasi_tcp_conformance_core::{Family, Fault, HostFacts, Need};

/// The longest that a connection over the loopback may take: far more than one
/// takes on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a child prints that found a fault in force. A program that does not know
/// that it is such a child may end well too.
const IN_FORCE: &str = "in force";

/// Probes the host for everything that is needed.
pub(crate) fn probe(needs: &BTreeSet<Need>) -> HostFacts {
    HostFacts::new(needs.iter().map(|need| {
        let found = match need {
            Need::Fault(fault) => probe_fault(*fault),
            Need::Loopback(family) => connect_over_loopback(*family)
                .map_err(|error| format!("the host has no {family} loopback: {error}")),
            other => Err(format!("this version cannot probe {other}")),
        };
        (*need, found)
    }))
}

fn connect_over_loopback(family: Family) -> io::Result<()> {
    let address: SocketAddr = match family {
        Family::Ipv4 => (Ipv4Addr::LOCALHOST, 0).into(),
        Family::Ipv6 => (Ipv6Addr::LOCALHOST, 0).into(),
    };
    let listener = TcpListener::bind(address)?;
    let _client = TcpStream::connect_timeout(&listener.local_addr()?, PATIENCE)?;
    Ok(())
}

/// Lets a child of ours look at the fault from the inside.
fn probe_fault(fault: Fault) -> Result<(), String> {
    let failed = |error: io::Error| format!("failed to probe the fault `{}`: {error}", fault.name);
    let mut command = reexec::probe(fault.name).map_err(failed)?;
    fault::apply(fault, &mut command)?;
    let output = command.output().map_err(failed)?;
    if output.status.success() && output.stdout == IN_FORCE.as_bytes() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "the fault `{}` is not in force here: {}",
        fault.name,
        said.trim()
    ))
}

/// The part of the child: checks that a fault does what it says.
pub(crate) fn inspect(fault: Fault) -> ExitCode {
    match fault::inspect(fault) {
        Ok(()) => {
            print!("{IN_FORCE}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
