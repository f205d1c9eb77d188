//! The descriptors of this process, which wasmtime-wasi keeps to itself.

use std::collections::BTreeSet;

/// Those of sockets.
pub fn sockets() -> BTreeSet<i32> {
    let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten();
    let is_socket = |it: &std::fs::DirEntry| {
        std::fs::read_link(it.path()).is_ok_and(|it| it.to_string_lossy().starts_with("socket:"))
    };
    entries
        .flatten()
        .filter(is_socket)
        .filter_map(|it| it.file_name().to_string_lossy().parse().ok())
        .collect()
}

/// One that was not among these.
pub fn new_since(old: &BTreeSet<i32>) -> Option<i32> {
    sockets().into_iter().find(|it| !old.contains(it))
}

/// Makes a socket of both families of one of IPv6.
#[cfg(target_os = "linux")]
pub fn clear_v6only(descriptor: i32) {
    let cleared =
        copy(descriptor).and_then(|socket| rustix::net::sockopt::set_ipv6_v6only(socket, false));
    if let Err(error) = cleared {
        eprintln!("failed to clear IPV6_V6ONLY: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn clear_v6only(_: i32) {}

/// Ends what a socket sends, whatever still waits to be sent.
#[cfg(target_os = "linux")]
pub fn shutdown_send(descriptor: i32) {
    let shut = copy(descriptor)
        .and_then(|socket| rustix::net::shutdown(socket, rustix::net::Shutdown::Write));
    if let Err(error) = shut {
        eprintln!("failed to shut down: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn shutdown_send(_: i32) {}

/// Ends a connection with a reset.
#[cfg(target_os = "linux")]
pub fn reset(descriptor: i32) {
    if let Err(error) = copy(descriptor).and_then(rustix::net::connect_unspec) {
        eprintln!("failed to reset: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn reset(_: i32) {}

/// Another descriptor of the same socket.
#[cfg(target_os = "linux")]
fn copy(descriptor: i32) -> rustix::io::Result<rustix::fd::OwnedFd> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    pidfd_getfd(own, descriptor, PidfdGetfdFlags::empty())
}
