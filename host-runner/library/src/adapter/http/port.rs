//! Ports for servers.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Below those that systems pick themselves, for clients and for the sockets of guests.
const PORTS: Range<u16> = 16_384..32_768;

/// How many are looked at before it is given up.
const TRIES: usize = 1000;

/// Those that this process uses.
static USED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port of 127.0.0.1 at which a server can listen, and that no other run uses meanwhile.
///
/// The same port of UDP tells other processes of ours: it is another port, and does not keep
/// the server from listening.
pub(super) struct Port {
    number: u16,
    _mark: UdpSocket,
}

impl Port {
    /// # Errors
    /// When none was found.
    pub(super) fn reserve() -> io::Result<Self> {
        let mut last = None;
        for number in candidates().take(TRIES) {
            match Self::at(number) {
                Ok(Some(port)) => return Ok(port),
                Ok(None) => {}
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }

    fn at(number: u16) -> io::Result<Option<Self>> {
        let address = (Ipv4Addr::LOCALHOST, number);
        if !used().insert(number) {
            return Ok(None);
        }
        let free = || {
            let mark = UdpSocket::bind(address)?;
            TcpListener::bind(address)?;
            Ok(mark)
        };
        match free() {
            Ok(mark) => Ok(Some(Self {
                number,
                _mark: mark,
            })),
            Err(error) => {
                used().remove(&number);
                Err(error)
            }
        }
    }

    pub(super) const fn number(&self) -> u16 {
        self.number
    }
}

/// Whether something listens there.
pub(super) fn is_taken(number: u16) -> bool {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, number));
    bound.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

impl Drop for Port {
    fn drop(&mut self) {
        used().remove(&self.number);
    }
}

fn used() -> std::sync::MutexGuard<'static, BTreeSet<u16>> {
    USED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ports in an order that differs from process to process.
fn candidates() -> impl Iterator<Item = u16> {
    static NEXT: Mutex<Option<u16>> = Mutex::new(None);
    let count = PORTS.end - PORTS.start;
    std::iter::repeat_with(move || {
        let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        let own = u16::try_from(std::process::id().wrapping_mul(7919) % u32::from(count));
        let at = next.unwrap_or_else(|| own.unwrap_or_default());
        *next = Some((at + 1) % count);
        PORTS.start + at
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_reserved_once_and_can_be_listened_at() {
        let ports: Vec<_> = (0..50).map(|_| Port::reserve().unwrap()).collect();
        let numbers: BTreeSet<_> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), ports.len());
        for port in &ports {
            assert!(!is_taken(port.number()));
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.number())).unwrap();
            assert!(is_taken(port.number()));
            drop(listener);
            // Nobody else reserves it.
            assert!(matches!(Port::at(port.number()), Ok(None)));
        }
    }

    #[test]
    fn a_port_that_is_taken_is_not_reserved() {
        let port = Port::reserve().unwrap();
        let number = port.number();
        drop(port);
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).unwrap();
        assert!(Port::at(number).is_err());
        assert!(!used().contains(&number));
    }
}
