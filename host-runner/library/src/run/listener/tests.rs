use super::*;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// What it does at the loopback address of a family.
fn started(does: Listener, family: Family) -> OutsideListener {
    OutsideListener::start(does, family, Policy::Allowed).unwrap()
}

/// A client of it. Nothing that has to happen takes as long as it waits.
fn client_of(listener: &OutsideListener) -> TcpStream {
    let client = TcpStream::connect(listener.address).unwrap();
    let patience = Some(Duration::from_secs(30));
    client.set_read_timeout(patience).unwrap();
    client.set_write_timeout(patience).unwrap();
    client
}

fn read_to_end(mut client: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    client.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn clients_wait() {
    let listener = started(Listener::Waits, Family::Ipv4);
    let mut client = client_of(&listener);
    client.write_all(b"hello").unwrap();
    client
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    assert!(matches!(
        client.read(&mut [0]).unwrap_err().kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    ));
}

/// As many as a guest makes that is to have fewer.
#[test]
#[cfg(target_os = "linux")]
fn many_clients_wait() {
    let listener = started(Listener::Waits, Family::Ipv4);
    let clients: Vec<_> = (0..256).map(|_| client_of(&listener)).collect();
    assert_eq!(clients.len(), 256);
}

#[test]
fn clients_are_reset() {
    let listener = started(Listener::Resets, Family::Ipv4);
    for _ in 0..3 {
        let mut client = client_of(&listener);
        client.write_all(b"hello").unwrap();
        assert_eq!(
            client.read(&mut [0]).unwrap_err().kind(),
            io::ErrorKind::ConnectionReset
        );
    }
    // One that comes and goes does not stop it, nor does one that says nothing.
    drop(client_of(&listener));
    let _silent = client_of(&listener);
    let mut client = client_of(&listener);
    client.write_all(b"hello").unwrap();
    assert!(client.read(&mut [0]).is_err());
}

#[test]
fn what_is_sent_comes_back_and_then_the_end() {
    let listener = started(Listener::Echoes, Family::Ipv6);
    let (mut one, mut two) = (client_of(&listener), client_of(&listener));
    two.write_all(b"two").unwrap();
    one.write_all(b"one").unwrap();
    let mut bytes = [0; 3];
    one.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"one");
    one.write_all(&[7; 10_000]).unwrap();
    one.shutdown(Shutdown::Write).unwrap();
    two.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&one), [7; 10_000]);
    assert_eq!(read_to_end(&two), b"two");
    assert_eq!(listener.check(), Ok(()));
}

#[test]
fn bytes_are_sent_and_then_the_end() {
    let listener = started(Listener::Sends, Family::Ipv4);
    let mut client = client_of(&listener);
    let bytes = read_to_end(&client);
    assert_eq!(bytes.len(), Listener::SENT);
    assert!(
        bytes
            .iter()
            .enumerate()
            .all(|(at, it)| at % 251 == usize::from(*it))
    );
    // It reads still.
    client.write_all(&[7; 10_000]).unwrap();
}

#[test]
fn an_end_is_sent_at_once() {
    let listener = started(Listener::Ends, Family::Ipv4);
    let mut client = client_of(&listener);
    assert_eq!(read_to_end(&client), b"");
    client.write_all(&[7; 10_000]).unwrap();
    assert_eq!(read_to_end(&client), b"");
}

#[test]
fn bytes_are_counted_up_to_the_end() {
    let listener = started(Listener::Counts, Family::Ipv4);
    for count in [0, 1, 54_321] {
        let mut client = client_of(&listener);
        client.write_all(&vec![7; count]).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_to_end(&client), count.to_string().into_bytes());
    }
}

#[test]
fn a_port_is_held_where_nobody_listens() {
    for family in Family::ALL {
        let holder = started(Listener::Refuses, family);
        assert_ne!(holder.port(), 0);
        assert_eq!(
            TcpStream::connect(holder.address).unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
        assert_eq!(
            TcpListener::bind(holder.address).unwrap_err().kind(),
            io::ErrorKind::AddrInUse
        );
    }
}

/// Clients that say nothing, and one that does not read: its listener is not held up.
#[test]
fn threads_end_with_the_listener() {
    for does in [
        Listener::Resets,
        Listener::Echoes,
        Listener::Sends,
        Listener::Ends,
        Listener::Counts,
    ] {
        let listener = started(does, Family::Ipv4);
        let mut clients: Vec<_> = (0..3).map(|_| client_of(&listener)).collect();
        clients[0].write_all(b"hello").unwrap();
        clients[1].set_nonblocking(true).unwrap();
        let many = vec![0; 1 << 16];
        let _ = (0..500).all(|_| clients[1].write(&many).is_ok());
        drop(listener);
        // All threads were joined, so no connection is left that anybody serves.
        for client in &mut clients {
            client.set_nonblocking(false).unwrap();
            let _ = client.read_to_end(&mut Vec::new());
        }
    }
}

/// More than a case has: then it is the runner that failed, and not the guest.
#[test]
fn clients_without_end_are_a_problem_of_the_runner() {
    let listener = started(Listener::Echoes, Family::Ipv4);
    let clients: Vec<_> = (0..=16).map(|_| client_of(&listener)).collect();
    while listener.check().is_ok() {
        std::thread::yield_now();
    }
    let problem = listener.check().unwrap_err();
    assert!(problem.contains("too many"), "{problem}");
    drop(clients);
}
