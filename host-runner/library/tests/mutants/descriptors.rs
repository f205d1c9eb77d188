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

/// Makes a socket of both families of one of IPv6.
#[cfg(target_os = "linux")]
pub fn clear_v6only(descriptor: i32) {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let cleared = pidfd_open(getpid(), PidfdFlags::empty())
        .and_then(|own| pidfd_getfd(own, descriptor, PidfdGetfdFlags::empty()))
        .and_then(|socket| rustix::net::sockopt::set_ipv6_v6only(socket, false));
    if let Err(error) = cleared {
        eprintln!("failed to clear IPV6_V6ONLY: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn clear_v6only(_: i32) {}
