//! Legal variants: hosts that do otherwise than wasmtime what the
//! specification leaves to them. None of them may be red.

/// A host that differs, and the topics that can see it.
pub struct Variant {
    pub how: &'static str,
    pub topics: &'static [&'static str],
}

const fn differs(how: &'static str, topics: &'static [&'static str]) -> Variant {
    Variant { how, topics }
}

pub const VARIANTS: &[Variant] = &[
    differs(
        "descriptors_come_later",
        &[
            "bound",
            "create",
            "denied",
            "fault",
            "limit",
            "options_kept",
            "unbound",
        ],
    ),
    differs(
        "finish_hesitates",
        &[
            "accept",
            "bind",
            "connect",
            "connecting",
            "in_progress",
            "listen",
            "nonblocking",
        ],
    ),
    differs(
        "accept_hesitates",
        &["accept", "listen", "nonblocking", "poll"],
    ),
    differs(
        "values_are_clamped",
        &["options", "options_inherited", "options_kept"],
    ),
    differs("backlog_is_fixed", &["options_kept", "v6only"]),
    differs(
        "limit_of_its_own",
        &["create", "connecting", "limit", "nonblocking"],
    ),
    differs("creation_errors_are_vague", &["denied", "fault", "limit"]),
    differs("ipv6_is_not_supported", &["create", "unbound", "v6only"]),
    differs("policy_denies_late", &["denied"]),
    differs(
        "options_have_other_defaults",
        &["options", "options_inherited", "options_kept"],
    ),
    differs(
        "refusals_come_at_once",
        &["closed", "connect", "in_progress"],
    ),
    differs("conflicts_are_wrong_states", &["connecting", "in_progress"]),
    differs("other_codes", &["bind", "connect", "v6only"]),
    differs("poll_reports_in_another_order", &["poll", "listen"]),
    differs(
        "calls_take_a_while",
        &["limit", "nonblocking", "poll", "unbound"],
    ),
    differs(
        "input_comes_in_small_pieces",
        &["accept", "shutdown", "stream"],
    ),
    differs("output_permits_little", &["shutdown", "stream"]),
    differs("talks", &["bound", "abi"]),
    differs("exit_codes_are_others", &["bound", "abi"]),
    differs("starts_slowly", &["bound"]),
];
