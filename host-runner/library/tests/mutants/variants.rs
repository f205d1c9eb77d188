//! Legal variants: hosts that do otherwise than wasmtime what the
//! specification leaves to them. None of them may be red.

/// A host that differs, and the topics that can see it.
pub struct Variant {
    /// What is done about it, in `sockets.rs`, `streams.rs`, `poll.rs` or `host.rs`.
    pub how: &'static str,
    /// The same in words.
    pub does: &'static str,
    pub topics: &'static [&'static str],
}

const fn differs(
    how: &'static str,
    does: &'static str,
    topics: &'static [&'static str],
) -> Variant {
    Variant { how, does, topics }
}

pub const VARIANTS: &[Variant] = &[
    differs(
        "descriptors_come_later",
        "opens the descriptor of a socket at its first use, not at its creation",
        &[
            "bound",
            "create",
            "denied",
            "fault",
            "fault_bind",
            "fault_connect",
            "limit",
            "one_address",
            "options_kept",
            "outbound",
            "queue",
            "unbound",
        ],
    ),
    differs(
        "finish_hesitates",
        "answers `would-block` to the first calls of each finish",
        &[
            "accept",
            "bind",
            "connect",
            "connecting",
            "fault_bind",
            "fault_connect",
            "fault_listen",
            "in_progress",
            "listen",
            "nonblocking",
            "one_address",
            "options_states",
            "options_series",
            "outbound",
            "queue",
            "states",
        ],
    ),
    differs(
        "accept_hesitates",
        "answers `would-block` to every other accept, whoever waits",
        &[
            "accept",
            "fault_accept",
            "listen",
            "nonblocking",
            "poll",
            "queue",
        ],
    ),
    differs(
        "values_are_clamped",
        "keeps values of options in steps, and none that is large",
        &[
            "options",
            "options_inherited",
            "options_kept",
            "options_states",
            "options_series",
        ],
    ),
    differs(
        "backlog_is_fixed",
        "changes no backlog once a socket listens",
        &["options_kept", "queue", "v6only"],
    ),
    differs(
        "backlogs_are_small",
        "lets no more than one client or two wait, whatever the backlog",
        &["queue"],
    ),
    differs(
        "backlog_of_a_connection_changes",
        "takes a backlog on a socket that is connecting or connected",
        &["connecting", "options_kept"],
    ),
    differs(
        "options_are_missing",
        "supports neither keep-alive nor a hop limit of its own",
        &[
            "create",
            "lifetime",
            "limit",
            "options",
            "options_inherited",
            "options_kept",
            "options_states",
            "options_series",
            "v6only",
        ],
    ),
    differs(
        "options_wait_for_the_end",
        "changes no option while an operation is in progress",
        &["options_states", "options_series"],
    ),
    differs(
        "options_outlive_a_failure",
        "lets the options of a closed socket be read and set",
        &["closed", "options_states", "options_series"],
    ),
    differs(
        "bind_errors_come_late",
        "lets finish-bind say that an address cannot be bound to",
        &["addresses", "bind", "one_address", "v6only"],
    ),
    differs(
        "limit_of_its_own",
        "lets a guest have 16 sockets",
        &[
            "connecting",
            "create",
            "limit",
            "nonblocking",
            "outbound",
            "queue",
        ],
    ),
    differs(
        "failures_open_a_descriptor",
        "opens a descriptor of its own once a hundred sockets could not be created",
        &["limit"],
    ),
    differs(
        "creation_errors_are_vague",
        "answers `unknown` where the system refuses a socket",
        &["denied", "fault", "limit"],
    ),
    differs(
        "ipv6_is_not_supported",
        "claims no IPv6, and has none",
        &["create", "unbound", "v6only"],
    ),
    differs(
        "denials_are_vague",
        "answers `unknown` where its policy denies a socket",
        &["denied", "one_address"],
    ),
    differs(
        "policy_denies_late",
        "lets a guest create sockets without permission, and then do nothing with them",
        &["denied"],
    ),
    differs(
        "limit_is_at_bind",
        "lets a guest have as many sockets as it likes, of which few are bound",
        &["limit"],
    ),
    differs(
        "limit_is_at_listen",
        "lets a guest have as many sockets as it likes, of which few listen",
        &["limit"],
    ),
    differs(
        "limit_is_at_connect",
        "lets a guest have as many sockets as it likes, of which few are connected",
        &["limit"],
    ),
    differs(
        "policy_asks_each_time",
        "asks its user whether a guest may create a socket, who says yes and no by turns",
        &["denied"],
    ),
    differs(
        "ports_linger",
        "binds no address again at which a listener had clients",
        &["addresses", "bind"],
    ),
    differs(
        "a_refused_address_changes_nothing",
        "leaves a socket as it is that is to connect to an address that cannot be",
        &["closed", "connect"],
    ),
    differs(
        "connects_when_polled",
        "connects no sooner than the pollable of the socket is polled",
        &[
            "connect",
            "connecting",
            "in_progress",
            "nonblocking",
            "one_address",
            "outbound",
            "poll",
            "queue",
        ],
    ),
    differs(
        "drops_reset",
        "resets the connection of a socket that is dropped",
        &[
            "accept",
            "addresses",
            "bind",
            "children",
            "connect",
            "create",
            "lifetime",
            "listen",
            "nonblocking",
            "one_address",
            "outbound",
            "queue",
            "shutdown",
            "stream",
            "stream_calls",
            "bulk",
            "stream_contract",
        ],
    ),
    differs(
        "poll_reports_one",
        "reports the last of the pollables that are ready, and no other",
        &["poll"],
    ),
    differs(
        "buffer_sizes_change",
        "gives sockets other sizes of buffers once they are bound, and once they are connected",
        &[
            "options",
            "options_inherited",
            "options_kept",
            "options_states",
            "options_series",
        ],
    ),
    differs(
        "options_have_other_defaults",
        "creates sockets with keep-alive, and with another hop limit",
        &["options", "options_inherited", "options_kept"],
    ),
    differs(
        "refusals_come_at_once",
        "lets the start of a connect answer that it was refused",
        &[
            "closed",
            "connect",
            "fault_connect",
            "in_progress",
            "one_address",
            "outbound",
        ],
    ),
    differs(
        "guests_have_a_loopback_of_their_own",
        "lets guests reach nobody outside, and claims so",
        &["own_loopback", "outbound", "denied", "one_address"],
    ),
    differs(
        "bind_listens",
        "listens as soon as it binds, and finds there that the system does not let it",
        &["fault_listen"],
    ),
    differs(
        "aborted_clients_are_passed_over",
        "answers `would-block` where a client is gone before it is accepted",
        &["fault_accept"],
    ),
    differs(
        "conflicts_are_wrong_states",
        "answers `invalid-state` while an operation is in progress",
        &["connecting", "in_progress"],
    ),
    differs(
        "other_codes",
        "answers other error codes than the documented ones, where any is allowed",
        &[
            "addresses",
            "bind",
            "connect",
            "fault_accept",
            "fault_bind",
            "fault_connect",
            "fault_listen",
            "v6only",
        ],
    ),
    differs(
        "poll_reports_one_in_turn",
        "reports one pollable that is ready, another one each time",
        &["listen", "outbound", "poll", "queue", "stream_contract"],
    ),
    differs(
        "poll_reports_in_another_order",
        "lists the pollables that are ready from the last to the first",
        &["listen", "poll", "queue"],
    ),
    differs(
        "calls_take_a_while",
        "takes 2 ms for each call",
        &["limit", "nonblocking", "poll", "unbound"],
    ),
    differs(
        "input_comes_in_small_pieces",
        "reads at most 997 bytes at once",
        &[
            "accept",
            "queue",
            "shutdown",
            "stream",
            "stream_calls",
            "bulk",
            "stream_contract",
        ],
    ),
    differs(
        "output_permits_little",
        "permits writes of at most 512 bytes",
        &[
            "queue",
            "shutdown",
            "stream",
            "stream_calls",
            "bulk",
            "stream_contract",
        ],
    ),
    differs(
        "talks",
        "prints lines of its own before the guest runs",
        &["bound", "abi"],
    ),
    differs(
        "exit_codes_are_others",
        "ends with exit codes of its own",
        &["bound", "abi"],
    ),
    differs("starts_slowly", "takes 300 ms to start", &["bound"]),
];
