//! The topic `net`: `TcpListener` and `TcpStream`.

mod accept;
mod bind;
mod connect;
mod fault;
mod limit;
mod lists;
mod nonblocking;
mod options;
mod shared;
mod shutdown;
mod transfers;
mod v6only;

use crate::report::Case;

/// The table of the cases. The build script reads it too.
macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        /// Every case of the topic.
        pub const CASES: &[Case] = &[
            $($((concat!("net::", stringify!($case)), $module::$case)),+),+
        ];
    };
}

cases! {
    bind: bind_ephemeral, bind_chosen, bind_wildcard, bind_in_use, bind_foreign,
        bind_multicast, bind_again, bind_again_after_connection;
    accept: accept_addresses, accept_many, incoming, accept_gone_client, accept_after_listener;
    connect: connect_ok, connect_outside, connect_refused, connect_port_zero, connect_wildcard,
        connect_multicast, connect_foreign_family, connect_timeout, connect_timeout_refused,
        connect_denied;
    lists: connect_second_of_list, connect_list_of_refusing, bind_second_of_list;
    limit: limit_code, limit_survivors, limit_recovers, limit_failed_calls_free, limit_connect,
        limit_accept, limit_drops;
    fault: fault_listener, fault_other_family, fault_accept, fault_connect;
    nonblocking: accept_would_block, read_would_block, write_would_block, blocking_again,
        read_timeout, write_timeout;
    shutdown: shutdown_write, shutdown_write_leaves_input, shutdown_read,
        shutdown_read_leaves_output, shutdown_both, shutdown_twice, shutdown_keeps_data,
        shutdown_keeps_addresses, shutdown_after_end, drop_ends_peer, drop_keeps_data,
        write_to_gone_peer, reset_by_peer;
    shared: clone_listener, clone_stream, clone_dropped;
    options: ttl, ttl_kept, ttl_inherited, ttl_zero, nodelay, take_error, take_error_refused;
    transfers: transfer_to_server, transfer_to_client, transfer_both_ways, transfer_vectored,
        read_to_string, peek, read_nothing, write_nothing;
    v6only: wildcards_share_port, ipv4_client, connect_mapped, bind_mapped, only_v6;
}
