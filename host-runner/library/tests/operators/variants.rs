//! Legal variants by operator: hosts that do differently what the text leaves open. No
//! walk may contradict the model on them, and no trial may be red.

use crate::host::{Host, UNALTERED};
use crate::mutant::{Change, Method, Mutant, Operator, Pick, When};
use std::sync::LazyLock;

/// A legal variant.
pub struct Variant {
    pub name: String,
    pub host: Host,
}

/// All of them.
pub static VARIANTS: LazyLock<Vec<Variant>> = LazyLock::new(|| {
    let mut all: Vec<Variant> = HOWS
        .into_iter()
        .map(|how| Variant {
            name: how.to_owned(),
            host: Host { how, mutant: None },
        })
        .collect();
    all.extend(operated().into_iter().map(|mutant| Variant {
        name: mutant.to_string(),
        host: Host::of(mutant),
    }));
    all
});

/// The variant of this name.
pub fn named(name: &str) -> Option<&'static Variant> {
    VARIANTS.iter().find(|variant| variant.name == name)
}

/// Of variants that are written by hand, those that are about what operators do too.
const HOWS: [&str; 7] = [
    "descriptors_come_later",
    "connects_when_polled",
    "calls_take_a_while",
    "options_outlive_a_failure",
    "options_have_other_defaults",
    "ports_linger",
    "refusals_come_at_once",
];

/// How the sockets below the mutant are, by its name.
pub fn how(name: &str) -> &'static str {
    let mut hows = HOWS.into_iter();
    hows.find(|how| *how == name).unwrap_or(UNALTERED)
}

const BUFFERS: [Method; 2] = ["set-receive-buffer-size", "set-send-buffer-size"];
const TIMES: [Method; 2] = ["set-keep-alive-idle-time", "set-keep-alive-interval"];

fn operated() -> Vec<Mutant> {
    let mut all = Vec::new();
    let mut add = |method, operator| {
        all.push(Mutant {
            method,
            operator,
            when: When::Always,
        });
    };
    // A slow connection goes on while its pollable is polled, which an operator does not see:
    // `finish_hesitates`, written by hand, does.
    for method in ["finish-bind", "finish-listen"] {
        for milliseconds in [1, 5, 20] {
            add(method, Operator::Hesitates(milliseconds));
        }
    }
    for times in [1, 2, 5] {
        add("accept", Operator::Hesitates(times));
    }
    for method in BUFFERS {
        for change in [
            Change::Rounded(1 << 10),
            Change::Rounded(1 << 12),
            Change::Least(1 << 13),
            Change::Most(1 << 17),
        ] {
            add(method, Operator::Number(change));
        }
    }
    for method in TIMES {
        for change in [
            Change::Rounded(1_000),
            Change::Rounded(1_000_000),
            Change::Least(60_000_000_000),
            Change::Most(3_600_000_000_000),
        ] {
            add(method, Operator::Number(change));
        }
    }
    for change in [Change::Least(3), Change::Most(10), Change::Most(100)] {
        add("set-keep-alive-count", Operator::Number(change));
    }
    for change in [Change::Fixed(1), Change::Most(16), Change::Least(128)] {
        add("set-listen-backlog-size", Operator::Number(change));
    }
    for method in [
        "start-bind",
        "start-listen",
        "start-connect",
        "finish-connect",
        "accept",
        "set-listen-backlog-size",
        "shutdown",
        "set-keep-alive-enabled",
        "set-keep-alive-idle-time",
        "set-keep-alive-count",
        "set-hop-limit",
        "set-receive-buffer-size",
    ] {
        for number in [0, 1] {
            add(method, Operator::RecodesLegally(number));
        }
    }
    for pick in [Pick::First, Pick::Last, Pick::InTurn] {
        add("poll", Operator::ReportsOne(pick));
    }
    for most in [1, 7, 100, 997, 4095] {
        add("in.read", Operator::AtMost(most));
    }
    // Some walks fill every buffer, which takes its time with smaller permits.
    for most in [512, 997, 4095] {
        add("out.check-write", Operator::AtMost(most));
    }
    for most in [12, 16, 24] {
        add("create-tcp-socket", Operator::AtMost(most));
    }
    all
}
