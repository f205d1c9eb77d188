//! The mutants: hosts that are wrong in one way each.

/// A host that is wrong in one way.
pub struct Mutant {
    /// What is done about it, in `sockets.rs`, `streams.rs` or `host.rs`.
    pub how: &'static str,
    /// The requirements it breaks; each must have a trial that sees it.
    pub breaks: &'static [&'static str],
    /// Whether the text allows it, and documents something else: then it is a
    /// deviation.
    pub is_deviation: bool,
    /// Whether guests wait in vain on it. Time passes faster for them then, and it
    /// is wrong if a trial does not end.
    pub hangs: bool,
    /// Whether a host that has IPv4 alone does not show it. All others must be caught
    /// by a trial of IPv4.
    pub is_of_ipv6: bool,
}

impl Mutant {
    /// The same, on which guests wait in vain.
    const fn hanging(self) -> Self {
        Self {
            hangs: true,
            ..self
        }
    }

    /// The same, which only a host that has IPv6 shows.
    const fn of_ipv6(self) -> Self {
        Self {
            is_of_ipv6: true,
            ..self
        }
    }
}

/// Whether guests wait in vain on this host.
pub fn hangs(how: &str) -> bool {
    MUTANTS
        .iter()
        .any(|mutant| mutant.how == how && mutant.hangs)
}

const fn wrong(how: &'static str, breaks: &'static [&'static str]) -> Mutant {
    Mutant {
        how,
        breaks,
        is_deviation: false,
        hangs: false,
        is_of_ipv6: false,
    }
}

const fn deviating(how: &'static str, breaks: &'static [&'static str]) -> Mutant {
    Mutant {
        how,
        breaks,
        is_deviation: true,
        hangs: false,
        is_of_ipv6: false,
    }
}

/// All of them, by what they are about.
pub const MUTANTS: &[Mutant] = &[
    // Creation.
    wrong("families_are_swapped", &["create.family"]),
    wrong("every_family_is_ipv4", &["create.family"]),
    wrong("families_are_reported_swapped", &["create.family"]),
    wrong("the_last_family_is_reported", &["create.family"]),
    wrong("families_are_a_lie", &["create.family"]),
    wrong("families_change_once_connected", &["create.family"]),
    wrong("families_are_forgotten_once_closed", &["create.family"]),
    wrong("ipv6_is_refused", &["create.returns-socket"]).of_ipv6(),
    wrong(
        "creation_fails_now_and_then",
        &["create.independent", "create.drop"],
    ),
    wrong("creation_needs_a_second_try", &["create.returns-socket"]),
    wrong("creation_needs_a_network", &["create.no-network-handle"]),
    wrong(
        "creation_binds",
        &["create.in-memory", "unbound.local-address"],
    ),
    wrong(
        "creation_listens",
        &["create.in-memory", "unbound.not-listening"],
    )
    .hanging(),
    wrong("a_socket_is_given_twice", &["create.independent"]).hanging(),
    wrong(
        "ipv6_is_dual_stack",
        &["create.v6only-default", "create.v6only-fixed"],
    ),
    wrong("a_setter_makes_it_dual_stack", &["create.v6only-fixed"]),
    wrong(
        "creation_errors_trap",
        &[
            "create.limit",
            "create.family-unsupported",
            "create.error-access",
            "create.error-memory",
            "create.error-protocol",
            "create.error-other",
        ],
    ),
    wrong(
        "creation_errors_are_sockets",
        &["create.limit", "create.error-other"],
    ),
    deviating(
        "creation_errors_are_unknown",
        &[
            "create.family-unsupported",
            "create.error-access",
            "create.error-memory",
            "create.error-protocol",
        ],
    ),
    wrong(
        "failure_breaks_the_other_family",
        &["create.family-unsupported"],
    ),
    wrong(
        "creation_failure_breaks_survivors",
        &["create.limit-survivors"],
    ),
    wrong("limit_never_ends", &["create.limit-recovers"]),
    wrong("limit_stays_for_one_family", &["create.limit-recovers"]),
    wrong("failed_calls_leak", &["create.limit-failed-calls-free"]),
    wrong("create_at_the_limit_traps", &["create.limit"]),
    deviating("create_at_the_limit_is_vague", &["create.limit"]),
    wrong("create_at_the_limit_is_missing", &["limit.own"]),
    wrong("create_at_the_limit_never_ends", &["create.limit-recovers"]),
    wrong(
        "create_at_the_limit_costs",
        &["create.limit-failed-calls-free"],
    ),
    wrong(
        "create_at_the_limit_breaks_others",
        &["create.limit-survivors"],
    ),
    wrong("bind_at_the_limit_traps", &["limit.late"]),
    deviating("bind_at_the_limit_is_vague", &["limit.late"]),
    wrong("bind_at_the_limit_never_ends", &["limit.late-recovers"]),
    wrong("bind_at_the_limit_costs", &["limit.late-failed-calls-free"]),
    wrong("bind_at_the_limit_breaks_others", &["limit.late-survivors"]),
    wrong("listen_at_the_limit_traps", &["limit.late"]),
    deviating("listen_at_the_limit_is_vague", &["limit.late"]),
    wrong("listen_at_the_limit_never_ends", &["limit.late-recovers"]),
    wrong(
        "listen_at_the_limit_costs",
        &["limit.late-failed-calls-free"],
    ),
    wrong(
        "listen_at_the_limit_breaks_others",
        &["limit.late-survivors"],
    ),
    wrong("connect_at_the_limit_traps", &["limit.late"]),
    deviating("connect_at_the_limit_is_vague", &["limit.late"]),
    wrong("connect_at_the_limit_never_ends", &["limit.late-recovers"]),
    wrong(
        "connect_at_the_limit_costs",
        &["limit.late-failed-calls-free"],
    ),
    wrong(
        "connect_at_the_limit_breaks_others",
        &["limit.late-survivors"],
    ),
    wrong(
        "policy_is_ignored",
        &[
            "create.denied",
            "bind.denied-address",
            "connect.denied-address",
        ],
    ),
    wrong(
        "policy_forbids_binding_only",
        &["create.denied", "connect.denied-address"],
    ),
    wrong(
        "policy_forbids_connecting_only",
        &["create.denied", "bind.denied-address"],
    ),
    wrong(
        "policy_denies_every_address",
        &["bind.denied-address", "connect.denied-address"],
    ),
    wrong("drop_leaks", &["create.drop"]).hanging(),
    wrong("drop_leaks_listeners", &["create.drop", "listen.dropped"]),
    wrong("a_drop_traps", &["create.drop"]),
    wrong("drop_breaks_another", &["create.independent"]),
    wrong("a_version_is_missing", &["link.version"]),
    wrong(
        "traps_end_in_success",
        &[
            "abi.family-range",
            "abi.use-after-drop",
            "abi.double-drop",
            "abi.forged-handle",
            "abi.wrong-type",
        ],
    ),
    // Binding.
    wrong("port_zero_stays", &["bind.ephemeral"]),
    wrong(
        "local_addresses_are_unspecified",
        &["bind.ephemeral", "bound.methods", "listen.listens"],
    ),
    wrong(
        "bind_works_twice",
        &["bind.once", "listen.listens", "connected.methods"],
    ),
    wrong("wrong_state_is_unknown", &["bind.once"]),
    wrong("bind_takes_the_other_family", &["bind.family"]),
    wrong("bind_takes_multicast", &["bind.unicast"]),
    wrong("bind_takes_mapped_addresses", &["create.v6only-fixed"]).of_ipv6(),
    wrong("bind_takes_what_is_in_use", &["bind.in-use"]),
    wrong("bind_takes_foreign_addresses", &["bind.not-bindable"]),
    wrong(
        "bind_errors_trap",
        &[
            "bind.family",
            "bind.unicast",
            "bind.in-use",
            "bind.not-bindable",
        ],
    ),
    wrong("bind_failure_stays", &["bind.retry"]),
    deviating("ports_are_not_reused", &["bind.reuse"]),
    wrong("a_failed_bind_finishes", &["bind.retry"]),
    deviating("ports_wait_for_the_peer", &["bind.reuse"]),
    wrong("chosen_ports_are_ignored", &["bind.specific"]),
    wrong("low_ports_trap", &["bind.specific"]),
    wrong("ports_repeat_after_a_while", &["bind.ephemeral"]),
    wrong("wildcards_are_named_once_listening", &["bind.wildcard"]),
    wrong("bind_takes_wildcards_in_use", &["bind.in-use"]),
    wrong("ports_are_in_use_everywhere", &["bind.in-use"]),
    wrong("bind_takes_the_last_multicast", &["bind.unicast"]),
    wrong("flow_info_is_garbage", &["bind.labels"]).of_ipv6(),
    wrong("scope_ids_are_garbage", &["bind.labels"]).of_ipv6(),
    wrong("bind_loses_options", &["options.kept"]),
    wrong(
        "finish_needs_no_start",
        &[
            "unbound.finish-not-in-progress",
            "bind.once",
            "listen.listens",
            "connected.methods",
        ],
    ),
    wrong(
        "finish_codes_are_wrong",
        &["unbound.finish-not-in-progress", "bound.methods"],
    ),
    wrong(
        "finish_never_ends",
        &["bind.ephemeral", "async.in-progress"],
    )
    .hanging(),
    wrong("operations_do_not_conflict", &["async.in-progress"]),
    wrong("a_finish_ends_another", &["async.in-progress"]),
    wrong("shutdown_works_early", &["async.in-progress"]),
    wrong("peers_are_known_early", &["async.in-progress"]),
    wrong("addresses_come_early", &["async.bound"]),
    wrong("a_drop_in_progress_traps", &["create.drop"]),
    wrong("a_network_is_given_once", &["states.default-network"]),
    wrong(
        "unbound_sockets_have_an_address",
        &["unbound.local-address"],
    ),
    // Listening and accepting.
    wrong("listen_binds", &["unbound.start-listen"]),
    wrong(
        "listen_works_anywhere",
        &[
            "unbound.start-listen",
            "listen.listens",
            "connected.methods",
        ],
    ),
    wrong("two_sockets_listen_at_one_address", &["bind.in-use"]),
    wrong("a_failed_listen_changes_nothing", &["listen.failed-closes"]),
    wrong("listen_does_nothing", &["listen.listens", "listen.accepts"]).hanging(),
    wrong(
        "everything_listens",
        &[
            "unbound.not-listening",
            "bound.methods",
            "connected.methods",
        ],
    ),
    wrong("bound_sockets_listen", &["bound.methods"]),
    wrong("listening_comes_early", &["states.is-listening"]),
    wrong("nothing_listens", &["listen.listens"]),
    wrong(
        "accept_waits",
        &["create.non-blocking", "listen.accept-empty"],
    )
    .hanging(),
    wrong(
        "accept_without_a_client_is_an_error",
        &["listen.accept-empty"],
    ),
    wrong(
        "accept_waits_in_every_state",
        &["unbound.accept", "bound.methods", "connected.methods"],
    )
    .hanging(),
    wrong("accept_serves_one_client", &["listen.accepts"]).hanging(),
    wrong(
        "accepted_sockets_are_of_the_other_family",
        &["listen.accepts", "options.inherited"],
    ),
    wrong(
        "a_refused_call_breaks_the_socket",
        &["unbound.wrong-state-harmless"],
    ),
    wrong("accept_serves_three_clients", &["listen.accepts"]).hanging(),
    wrong("accept_serves_eight_clients", &["listen.queue"]).hanging(),
    wrong("listeners_are_ready_once", &["listen.queue"]).hanging(),
    wrong("a_client_that_left_closes_the_listener", &["listen.queue"]),
    wrong("accept_comes_early", &["async.bound"]),
    wrong("addresses_wait_for_the_end", &["async.bound"]),
    wrong("an_accept_that_fails_traps", &["listen.accept-limit"]),
    wrong(
        "an_accept_that_fails_loses_the_client",
        &["listen.accept-limit"],
    ),
    deviating("an_accept_that_fails_is_vague", &["listen.accept-limit"]),
    // Connecting.
    wrong("connect_waits", &["create.non-blocking"]).hanging(),
    wrong("connecting_is_an_error", &["connect.succeeds"]),
    wrong("connect_takes_every_address", &["connect.invalid-argument"]),
    wrong(
        "connect_takes_mapped_addresses",
        &["connect.invalid-argument", "create.v6only-fixed"],
    )
    .of_ipv6(),
    wrong(
        "mapped_connects_reach_ipv6",
        &["connect.invalid-argument", "create.v6only-fixed"],
    )
    .of_ipv6(),
    wrong(
        "connect_takes_the_last_multicast",
        &["connect.invalid-argument"],
    ),
    deviating("connecting_keeps_the_wildcard", &["connect.succeeds"]),
    wrong("a_peer_that_left_is_waited_for", &["connect.peer-gone"]).hanging(),
    wrong("connections_run_out", &["connect.succeeds", "listen.queue"]),
    wrong(
        "guests_reach_their_own_listeners_only",
        &["connect.succeeds"],
    ),
    // It claims a loopback of its own, and guests reach the runner.
    wrong("an_own_loopback_is_none", &["connect.refused"]),
    wrong("ports_given_back_answer", &["connect.refused"]),
    wrong("failed_connects_keep_the_port", &["connect.failed-closes"]),
    wrong("connect_works_twice", &["connect.twice"]),
    wrong("connect_loses_options", &["options.kept"]),
    wrong(
        "connected_sockets_have_no_address",
        &["connect.succeeds", "connected.methods"],
    ),
    wrong("a_peer_is_oneself", &["connect.succeeds", "listen.accepts"]),
    wrong(
        "unconnected_sockets_have_a_peer",
        &[
            "unbound.remote-address",
            "bound.methods",
            "listen.listens",
            "connect.failed-closes",
        ],
    ),
    wrong(
        "a_missing_peer_is_unknown",
        &[
            "unbound.remote-address",
            "bound.methods",
            "listen.listens",
            "connect.failed-closes",
        ],
    ),
    wrong("a_refusal_never_comes", &["connect.refused"]).hanging(),
    wrong("a_refusal_traps", &["connect.refused"]),
    wrong("a_failed_connect_starts_over", &["connect.failed-closes"]),
    deviating(
        "a_refused_address_changes_nothing",
        &["connect.bad-address-closes"],
    ),
    wrong(
        "a_refused_address_leaves_what_is_bound",
        &["connect.bad-address-closes"],
    ),
    wrong(
        "finish_connect_code_is_wrong",
        &["unbound.finish-not-in-progress", "bound.methods"],
    ),
    deviating(
        "other_codes",
        &[
            "bind.family",
            "bind.unicast",
            "bind.in-use",
            "bind.not-bindable",
            "connect.invalid-argument",
            "connect.refused",
        ],
    ),
    // What the operating system refuses.
    deviating(
        "system_errors_are_unknown",
        &[
            "bind.no-port",
            "bind.error-access",
            "listen.no-port",
            "listen.error-access",
            "listen.accept-aborted",
            "connect.timeout",
            "connect.unreachable",
            "connect.broken",
            "connect.no-port",
            "connect.error-access",
        ],
    ),
    wrong(
        "system_errors_trap",
        &[
            "bind.no-port",
            "bind.error-access",
            "listen.no-port",
            "listen.error-access",
            "listen.accept-aborted",
            "connect.timeout",
            "connect.unreachable",
            "connect.broken",
            "connect.no-port",
            "connect.error-access",
        ],
    ),
    wrong(
        "unexpected_errors_trap",
        &[
            "bind.error-other",
            "listen.error-other",
            "listen.accept-other",
            "connect.error-other",
        ],
    ),
    wrong("a_denied_bind_goes_on", &["bind.failed-unbound"]),
    wrong(
        "a_denied_bind_closes",
        &["bind.failed-unbound", "bind.denied"],
    ),
    wrong("a_denied_listen_changes_nothing", &["listen.failed-closes"]),
    wrong("a_denied_connect_starts_over", &["connect.failed-closes"]),
    wrong(
        "an_aborted_client_closes_the_listener",
        &["listen.accept-failed"],
    ),
    // Options.
    wrong("zero_is_accepted", &["options.zero"]),
    wrong("zero_is_another_error", &["options.zero"]),
    wrong("zero_sets_one", &["options.zero"]),
    wrong("large_values_are_refused", &["options.any-other"]),
    wrong("setters_do_nothing", &["options.round-trip"]),
    wrong("hop_limit_counts_keep_alives", &["options.round-trip"]),
    wrong("hop_limit_is_rounded", &["options.round-trip"]),
    wrong(
        "setters_set_all_sockets",
        &["options.own", "create.independent"],
    ),
    wrong(
        "setters_do_nothing_once_listening",
        &["options.after-listen"],
    ),
    wrong("accepted_sockets_inherit_nothing", &["options.inherited"]),
    wrong("options_wait_for_a_bind", &["options.readable"]),
    wrong("options_are_fixed_once_connected", &["options.connected"]),
    deviating("options_wait_for_the_end", &["options.in-progress"]),
    wrong("options_trap_once_closed", &["options.closed"]),
    deviating("options_are_vague_once_closed", &["options.closed"]),
    wrong("setters_reach_accepted_sockets", &["options.own"]),
    wrong("setters_reach_the_listener", &["options.own"]),
    wrong("keep_alive_has_to_be_on", &["options.while-off"]),
    deviating("a_nanosecond_is_nothing", &["options.rounded-to-zero"]),
    deviating(
        "options_are_missing",
        &[
            "options.any-other",
            "options.round-trip",
            "options.readable",
            "options.connected",
        ],
    ),
    wrong("the_largest_backlog_is_none", &["options.any-other"]),
    wrong("backlog_cannot_change_late", &["options.backlog-late"]),
    wrong(
        "a_late_backlog_closes_the_listener",
        &["options.backlog-late"],
    ),
    deviating("backlog_of_a_connection_changes", &["options.backlog-late"]),
    // Readiness.
    wrong(
        "pollables_are_never_ready",
        &[
            "unbound.pollable-ready",
            "bound.methods",
            "connected.methods",
            "listen.accept-empty",
            "async.in-progress",
        ],
    )
    .hanging(),
    wrong(
        "pollables_are_always_ready",
        &["listen.accept-empty", "async.in-progress"],
    )
    .hanging(),
    wrong("only_the_first_pollable_works", &["unbound.pollable-ready"]).hanging(),
    deviating("poll_reports_one", &["poll.no-starvation"]).hanging(),
    wrong("poll_reports_all", &["listen.accept-empty"]),
    wrong("polling_nothing_is_allowed", &["poll.nothing"]),
    // Shutdown.
    wrong(
        "shutdown_needs_no_connection",
        &[
            "unbound.shutdown",
            "bound.methods",
            "listen.listens",
            "connect.failed-closes",
        ],
    ),
    wrong("shutdown_does_nothing", &["shutdown.works"]).hanging(),
    wrong("shutdown_ends_both_directions", &["shutdown.works"]),
    wrong("shutdown_takes_the_other_direction", &["shutdown.works"]).hanging(),
    wrong("shutdown_works_once", &["shutdown.works"]),
    wrong("shutdown_closes_the_socket", &["shutdown.keeps-state"]),
    wrong("an_ended_connection_traps", &["shutdown.keeps-state"]),
    wrong("shutdown_cuts_off", &["shutdown.keeps-data"]),
    wrong("shutdown_discards_what_has_arrived", &["shutdown.works"]),
    deviating("output_hears_that_nobody_receives", &["shutdown.works"]),
    // Streams.
    wrong(
        "input_loses_a_byte",
        &["create.stream", "shutdown.keeps-data"],
    )
    .hanging(),
    wrong("input_repeats_a_byte", &["create.stream"]),
    wrong("input_swaps_bytes", &["create.stream"]),
    wrong(
        "input_ends_early",
        &["create.stream", "shutdown.keeps-data"],
    ),
    wrong("input_never_ends", &["create.stream", "shutdown.works"]).hanging(),
    wrong(
        "input_ends_with_an_error",
        &["create.stream", "shutdown.works"],
    ),
    wrong("input_is_more_than_asked", &["create.stream"]),
    wrong("input_waits", &["create.non-blocking"]).hanging(),
    wrong("output_is_lost", &["create.stream", "listen.accepts"]).hanging(),
    wrong("output_loses_the_first_piece", &["create.stream"]).hanging(),
    wrong(
        "output_stays_behind",
        &["create.stream", "shutdown.keeps-data"],
    )
    .hanging(),
    wrong("output_waits", &["create.non-blocking"]).hanging(),
    wrong("output_never_closes", &["shutdown.works"]).hanging(),
    wrong("output_closes_with_an_error", &["shutdown.works"]),
    wrong("output_takes_bytes_after_shutdown", &["shutdown.works"]),
    wrong("accept_discards_what_has_arrived", &["create.stream"]),
    deviating("drops_reset", &["create.stream"]),
    wrong("input_cannot_be_skipped", &["stream.calls"]),
    wrong("input_is_not_skipped", &["stream.calls"]),
    wrong("input_blocking_reads_nothing", &["stream.calls"]),
    wrong("output_blocking_loses_a_byte", &["stream.calls"]).hanging(),
    wrong("output_zeroes_are_ones", &["stream.calls"]),
    wrong("input_of_nothing_is_the_end", &["stream.read-nothing"]),
    wrong("input_of_nothing_never_ends", &["stream.read-nothing"]),
    wrong("input_blocking_reads_fill_up", &["stream.what-is-there"]).hanging(),
    wrong("input_blocking_skips_fill_up", &["stream.what-is-there"]).hanging(),
    wrong("output_of_nothing_is_an_end", &["stream.write-nothing"]),
    wrong("output_of_nothing_is_a_byte", &["stream.write-nothing"]),
    wrong("output_needs_no_permit", &["stream.permit"]),
    wrong("input_is_always_ready", &["stream.ready"]),
    wrong("output_is_always_ready", &["stream.ready"]).hanging(),
    wrong("guests_have_to_wait", &["stream.ready"]),
    wrong(
        "input_fails_after_its_end",
        &["stream.closed-after-failure"],
    ),
    wrong(
        "output_fails_again_and_again",
        &["stream.closed-after-failure"],
    ),
    wrong("output_opens_again", &["stream.closed-after-failure"]),
    wrong("output_does_not_hear_of_its_peer", &["stream.peer-gone"]),
    // Peers outside the guest, and a policy that refuses to bind.
    wrong("policy_lets_guests_bind", &["bind.denied"]),
    wrong("policy_lets_wildcards_listen", &["bind.denied"]),
    wrong("sockets_that_were_denied_leak", &["bind.denied"]),
    wrong("lazy_sockets_that_were_denied_leak", &["bind.denied"]),
    wrong("a_third_peer_outside_is_refused", &["connect.succeeds"]),
    wrong("ports_outside_are_others", &["connect.succeeds"]),
    wrong("refusals_outside_are_connections", &["connect.refused"]),
    wrong("refusals_outside_leak", &["connect.refused"]),
    wrong("connecting_outside_loses_options", &["options.kept"]),
    wrong("input_from_outside_loses_a_byte", &["create.stream"]).hanging(),
    wrong(
        "input_from_outside_loses_the_last_bytes",
        &["create.stream"],
    ),
    wrong("input_from_outside_is_always_ready", &["stream.ready"]),
    wrong(
        "an_end_is_not_sent_outside",
        &["shutdown.works", "shutdown.keeps-data"],
    )
    .hanging(),
];
