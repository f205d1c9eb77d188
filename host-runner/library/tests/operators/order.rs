//! Which trials are asked first about a mutant, and which requirements are its own.

use crate::judge::TRIALS;
use crate::mutant::Method;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

/// Of methods that begin so: the topics that are about them, and what the ids of the
/// requirements begin with that they can break. A state that is wrong shows in every
/// call, so `states` and `async` belong to each call of a socket.
const CONCERNS: [(&str, &[&str], &[&str]); 14] = [
    (
        "start-bind",
        &[
            "bind",
            "in_progress",
            "states",
            "addresses",
            "unbound",
            "bound",
            "closed",
        ],
        &[
            "bind",
            "async",
            "bound",
            "states",
            "unbound",
            "connected",
            "connect",
            "listen",
            "create",
        ],
    ),
    (
        "finish-bind",
        &[
            "bind",
            "in_progress",
            "states",
            "unbound",
            "bound",
            "closed",
            "nonblocking",
        ],
        &[
            "bind",
            "async",
            "bound",
            "states",
            "unbound",
            "connected",
            "connect",
            "listen",
            "create",
        ],
    ),
    (
        "start-listen",
        &[
            "listen",
            "in_progress",
            "states",
            "unbound",
            "accept",
            "queue",
        ],
        &[
            "listen",
            "async",
            "bound",
            "states",
            "unbound",
            "connected",
            "connect",
            "create",
        ],
    ),
    (
        "finish-listen",
        &[
            "listen",
            "in_progress",
            "states",
            "unbound",
            "accept",
            "queue",
        ],
        &[
            "listen",
            "async",
            "bound",
            "states",
            "unbound",
            "connected",
            "connect",
            "create",
        ],
    ),
    (
        "start-connect",
        &[
            "connect",
            "connecting",
            "connected",
            "in_progress",
            "closed",
            "states",
        ],
        &[
            "connect",
            "async",
            "bound",
            "states",
            "unbound",
            "connected",
            "listen",
            "create",
            "poll",
        ],
    ),
    (
        "finish-connect",
        &[
            "connect",
            "connecting",
            "connected",
            "in_progress",
            "closed",
            "states",
        ],
        &[
            "connect",
            "async",
            "bound",
            "states",
            "unbound",
            "connected",
            "listen",
            "create",
            "stream",
        ],
    ),
    (
        "accept",
        &[
            "accept",
            "listen",
            "queue",
            "states",
            "unbound",
            "connected",
        ],
        &[
            "listen",
            "async",
            "bound",
            "states",
            "unbound",
            "connected",
            "connect",
            "create",
            "stream",
            "options.inherited",
            "poll",
        ],
    ),
    (
        "set-listen-backlog-size",
        &["queue", "options", "options_kept", "connecting"],
        &["options", "listen", "states", "async", "bound", "connected"],
    ),
    (
        "shutdown",
        &["shutdown", "stream", "connected", "unbound"],
        &[
            "shutdown",
            "stream",
            "states",
            "async",
            "unbound",
            "bound",
            "connected",
            "listen",
            "connect",
        ],
    ),
    (
        "create-tcp-socket",
        &["create", "limit", "limit_again", "lifetime", "children"],
        &[
            "create", "limit", "states", "unbound", "options", "abi", "bind", "connect", "listen",
        ],
    ),
    (
        "drop",
        &[
            "create",
            "lifetime",
            "limit_again",
            "children",
            "limit",
            "listen",
        ],
        &[
            "create",
            "limit",
            "listen.dropped",
            "streams",
            "states",
            "abi",
            "connect.peer-gone",
            "stream",
            "bind.reuse",
            "bind",
            "connect.refused",
        ],
    ),
    (
        "subscribe",
        &[
            "poll",
            "nonblocking",
            "listen",
            "connect",
            "unbound",
            "states",
            "accept",
            "lifetime",
        ],
        &[
            "poll",
            "create",
            "unbound",
            "states",
            "async",
            "listen",
            "connect",
            "stream",
            "bind",
            "connected",
        ],
    ),
    (
        "in.",
        &[
            "bulk",
            "stream",
            "stream_contract",
            "stream_calls",
            "shutdown",
            "poll",
            "queue",
        ],
        &[
            "stream",
            "shutdown",
            "poll",
            "connect",
            "listen",
            "connected",
            "create",
            "limit",
        ],
    ),
    (
        "out.",
        &[
            "bulk",
            "stream",
            "stream_contract",
            "stream_calls",
            "shutdown",
            "poll",
            "queue",
        ],
        &[
            "stream",
            "shutdown",
            "poll",
            "connect",
            "listen",
            "connected",
            "create",
            "limit",
        ],
    ),
];

const OPTIONS: (&[&str], &[&str]) = (
    &[
        "options_series",
        "options",
        "options_kept",
        "options_states",
        "options_inherited",
    ],
    &["options", "states", "async", "create.independent"],
);

const ADDRESSES: (&[&str], &[&str]) = (
    &[
        "addresses",
        "states",
        "unbound",
        "bound",
        "connected",
        "bind",
        "connect",
        "listen",
        "lifetime",
    ],
    &[
        "bind",
        "connect",
        "listen",
        "unbound",
        "bound",
        "connected",
        "states",
        "async",
        "create",
        "shutdown",
    ],
);

fn concerns(method: Method) -> (&'static [&'static str], &'static [&'static str]) {
    let own = CONCERNS.iter().find(|(own, ..)| method.starts_with(own));
    match own {
        Some((_, topics, requirements)) => (topics, requirements),
        None if method.contains("address") || method == "is-listening" => ADDRESSES,
        None => OPTIONS,
    }
}

/// Whether a method can break a requirement.
pub fn fits(method: Method, requirement: &str) -> bool {
    let (_, requirements) = concerns(method);
    requirements.iter().any(|own| {
        requirement
            .strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Whether a trial is of a topic that is about a method.
pub fn is_concerned(method: Method, trial: usize) -> bool {
    concerns(method).0.contains(&&*TRIALS[trial].name.topic)
}

/// How many mutants of a method each trial killed so far.
static KILLERS: LazyLock<Mutex<HashMap<(Method, usize), usize>>> = LazyLock::new(Mutex::default);

/// Notes that a trial killed a mutant of a method.
pub fn killed(method: Method, trial: usize) {
    if let Ok(mut killers) = KILLERS.lock() {
        *killers.entry((method, trial)).or_default() += 1;
    }
}

/// All trials: those first that killed most of the same method, then those of the topics
/// that are about it. Walks come last.
pub fn order(method: Method) -> Vec<usize> {
    let killers = KILLERS.lock().map(|it| it.clone()).unwrap_or_default();
    let mut order: Vec<usize> = (0..TRIALS.len()).collect();
    order.sort_by_cached_key(|trial| {
        let hits = killers.get(&(method, *trial)).copied().unwrap_or(0);
        let (topics, _) = concerns(method);
        let topic = topics
            .iter()
            .position(|it| **it == TRIALS[*trial].name.topic);
        let is_walk = TRIALS[*trial].walk.is_some();
        (is_walk, Reverse(hits), topic.unwrap_or(usize::MAX), *trial)
    });
    order
}
