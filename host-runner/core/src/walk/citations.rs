//! What is wrong is told by the requirement that says so, and not by that of the state
//! in which it shows.

use super::tests::model;
use super::{Answer, Contradiction, Walk, expected_answers, replay};
use crate::Family;

/// A listener `s0`, its client `s1`, and the accepted socket `s2`.
const CONNECTED: &str = "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;\
    s0.finish-listen!;s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept!";
const LISTENING: &str =
    "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;s0.finish-listen!";
const BOUND: &str = "s0=create(a);s0.start-bind(loopback);s0.finish-bind!";
/// `s0` could not listen, since `s1` does at the same address.
const UNHEARD: &str = "s1=create(a);s1.start-bind(loopback);s1.finish-bind!;s0=create(a);\
    s0.start-bind(port:s1);s0.finish-bind!;s1.start-listen;s1.finish-listen!;\
    s0.start-listen > error:address-in-use";
const REFUSED: &str = "s0=create(a);s0.start-connect(nobody);s0.finish-connect!";

/// The set-up, the calls after it (with `>` before an answer that is not the usual one),
/// and the requirement that the last answer contradicts.
const WRONG: &[(&str, &str, &str)] = &[
    ("", "s0=create(a) > error:unknown", "create.returns-socket"),
    ("s0=create(a)", "s0.address-family > ipv6", "create.family"),
    // Binding.
    (
        "s0=create(a)",
        "s0.start-bind(loopback) > error:unknown",
        "bind.ephemeral",
    ),
    (
        "s0=create(a)",
        "s0.start-bind(any) > error:unknown",
        "bind.wildcard",
    ),
    (
        "s0=create(a)",
        "s0.start-bind(other) > error:would-block",
        "bind.family",
    ),
    (
        "s0=create(a);s0.start-bind(loopback)",
        "s0.finish-bind! > error:unknown",
        "bind.ephemeral",
    ),
    (
        "s0=create(a);s0.start-bind(loopback)",
        "s0.finish-bind! > never",
        "async.in-progress",
    ),
    (
        "s0=create(a);s0.start-bind(loopback)",
        "s0.finish-bind > error:not-in-progress",
        "async.in-progress",
    ),
    (
        "s0=create(a);s0.start-bind(any)",
        "s0.finish-bind! > error:unknown",
        "bind.wildcard",
    ),
    (
        "s0=create(a);s0.start-bind(other) > ok",
        "s0.finish-bind! > ok",
        "bind.family",
    ),
    (
        "s0=create(a);s0.start-bind(loopback)",
        "s0.local-address > error:unknown",
        "async.bound",
    ),
    (
        "s0=create(a);s0.start-bind(loopback)",
        "s0.start-listen > ok",
        "async.in-progress",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-bind(port:s0);s1.finish-bind! > ok",
        "bind.in-use",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-bind(port:s0);s1.finish-bind! > error:would-block",
        "async.in-progress",
    ),
    (
        "s0=create(a);s0.start-bind(other)",
        "s0.local-address > error:unknown",
        "bind.failed-unbound",
    ),
    (
        "s0=create(a);s0.start-bind(other)",
        "s0.start-bind(loopback) > error:unknown",
        "bind.retry",
    ),
    (BOUND, "s0.start-bind(loopback) > ok", "bind.once"),
    (
        BOUND,
        "s0.local-address > error:invalid-state",
        "bound.methods",
    ),
    (
        BOUND,
        "s0.local-address > {\"ip\":\"0.0.0.0\",\"port\":\"s0\"}",
        "bound.methods",
    ),
    (BOUND, "s0.accept > ok", "bound.methods"),
    // Listening.
    (BOUND, "s0.start-listen > error:unknown", "listen.listens"),
    (
        BOUND,
        "s0.start-listen;s0.finish-listen! > error:unknown",
        "listen.listens",
    ),
    (
        BOUND,
        "s0.start-listen;s0.finish-listen! > never",
        "async.in-progress",
    ),
    (
        BOUND,
        "s0.start-listen;s1=s0.accept > error:would-block",
        "async.bound",
    ),
    (
        BOUND,
        "s0.start-listen;s0.is-listening > true",
        "states.is-listening",
    ),
    (
        UNHEARD,
        "s0.start-bind(loopback) > ok",
        "listen.failed-closes",
    ),
    (UNHEARD, "s0.start-listen > ok", "listen.failed-closes"),
    (UNHEARD, "s0.remote-address > error:unknown", "states.as-if"),
    (UNHEARD, "s0.hop-limit > never", "options.closed"),
    (
        LISTENING,
        "s0.local-address;s0.local-address > {\"ip\":\"127.0.0.1\",\"port\":\"s0.2\"}",
        "listen.listens",
    ),
    (LISTENING, "s0.shutdown(send) > ok", "listen.listens"),
    (
        LISTENING,
        "p0=s0.subscribe;p0.ready > true",
        "listen.accept-empty",
    ),
    (LISTENING, "s1=s0.accept > ok", "listen.accept-empty"),
    (
        LISTENING,
        "s1=s0.accept > error:unknown",
        "listen.accept-empty",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept! > never",
        "listen.queue",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect!;p0=s0.subscribe;p0.block! > never",
        "listen.queue",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect!;p0=s0.subscribe;p0.block!;s2=s0.accept > error:would-block",
        "listen.queue",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect!;p0=s0.subscribe;p0.block!;p0.ready > false",
        "listen.queue",
    ),
    // Connecting.
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0) > error:unknown",
        "connect.succeeds",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect! > error:unknown",
        "connect.succeeds",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect! > never",
        "async.in-progress",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);p0=s1.subscribe;p0.block! > never",
        "async.in-progress",
    ),
    (
        LISTENING,
        "s1=create(b);s1.start-connect(s0) > error:would-block",
        "connect.invalid-argument",
    ),
    (
        LISTENING,
        "s1=create(b);s1.start-connect(s0) > ok;s1.finish-connect! > ok",
        "connect.invalid-argument",
    ),
    (
        "s0=create(a)",
        "s0.start-connect(nobody) > error:would-block",
        "connect.refused",
    ),
    (
        "s0=create(a)",
        "s0.start-connect(nobody);s0.finish-connect! > ok",
        "connect.refused",
    ),
    (
        "s0=create(a)",
        "s0.start-connect(nobody);s0.finish-connect! > never",
        "async.in-progress",
    ),
    (
        BOUND,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect! > ok",
        "connect.refused",
    ),
    (
        "s0=create(a)",
        "s0.start-connect(any) > error:would-block",
        "connect.invalid-argument",
    ),
    (
        "s0=create(a)",
        "s0.start-connect(any) > ok;s0.finish-connect! > ok",
        "connect.invalid-argument",
    ),
    (
        "s0=create(a)",
        "s0.start-connect(any);s0.accept > ok",
        "connect.bad-address-closes",
    ),
    (
        REFUSED,
        "s0.start-bind(loopback) > ok",
        "connect.failed-closes",
    ),
    (
        REFUSED,
        "s0.remote-address > error:unknown",
        "connect.failed-closes",
    ),
    (
        REFUSED,
        "p0=s0.subscribe;p0.ready > false",
        "connect.failed-closes",
    ),
    // Connected.
    (
        CONNECTED,
        "s1.local-address > error:invalid-state",
        "connect.succeeds",
    ),
    (
        CONNECTED,
        "s1.remote-address > error:invalid-state",
        "connect.succeeds",
    ),
    (
        CONNECTED,
        "s0.local-address;s1.remote-address > {\"ip\":\"127.0.0.1\",\"port\":\"s1\"}",
        "connect.succeeds",
    ),
    (
        CONNECTED,
        "s1.local-address;s2.remote-address > {\"ip\":\"127.0.0.1\",\"port\":\"s2\"}",
        "listen.accepts",
    ),
    (
        CONNECTED,
        "s0.local-address;s2.local-address > {\"ip\":\"127.0.0.1\",\"port\":\"s2\"}",
        "connected.methods",
    ),
    (CONNECTED, "s1.start-connect(nobody) > ok", "connect.twice"),
    (CONNECTED, "s1.start-listen > ok", "connected.methods"),
    (CONNECTED, "s2.address-family > ipv6", "create.family"),
    (
        CONNECTED,
        "p0=s1.subscribe;p0.ready > false",
        "connected.methods",
    ),
    (
        CONNECTED,
        "s1.shutdown(send) > error:unknown",
        "shutdown.works",
    ),
    (
        CONNECTED,
        "s1.shutdown(send);s1.remote-address > error:invalid-state",
        "shutdown.keeps-state",
    ),
    (
        CONNECTED,
        "s1.shutdown(receive);s1.local-address > error:invalid-state",
        "shutdown.keeps-state",
    ),
    (
        CONNECTED,
        "s2.drop;s1.remote-address > error:unknown",
        "shutdown.keeps-state",
    ),
    (
        CONNECTED,
        "s2.drop;s1.start-listen > ok",
        "shutdown.keeps-state",
    ),
    // The first client finds room, whatever the backlog; and the second, where none is set.
    (
        LISTENING,
        "s0.set-listen-backlog-size(16);s1=create(a);s1.start-connect(s0);\
         s1.finish-connect! > never",
        "async.in-progress",
    ),
    (
        LISTENING,
        "s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=create(a);\
         s2.start-connect(s0);s2.finish-connect! > never",
        "async.in-progress",
    ),
    // Options.
    (
        "s0=create(a)",
        "s0.hop-limit > error:unknown",
        "options.readable",
    ),
    ("s0=create(a)", "s0.hop-limit > true", "options.readable"),
    (
        "s0=create(a)",
        "s0.set-keep-alive-count(7) > error:unknown",
        "options.any-other",
    ),
    ("s0=create(a)", "s0.set-hop-limit(0) > ok", "options.zero"),
    (
        "s0=create(a)",
        "s0.hop-limit;s0.set-hop-limit(0);s0.hop-limit > 1",
        "options.zero",
    ),
    (
        "s0=create(a)",
        "s0.set-hop-limit(7);s0.hop-limit > 8",
        "options.round-trip",
    ),
    (
        "s0=create(a)",
        "s0.set-hop-limit(7);s0.hop-limit;s0.set-keep-alive-count(3);s0.hop-limit > 3",
        "options.own",
    ),
    (
        "s0=create(a);s1=create(a)",
        "s0.hop-limit;s0.set-hop-limit(7);s1.hop-limit > 7",
        "options.own",
    ),
    (
        BOUND,
        "s0.set-hop-limit(7);s0.hop-limit;s0.start-listen;s0.finish-listen!;s0.hop-limit > 64",
        "options.kept",
    ),
    (
        "s0=create(a)",
        "s0.set-keep-alive-count(7);s0.keep-alive-count > 7;s0.set-keep-alive-count(9);s0.keep-alive-count > 6",
        "options.clamped-or-rounded",
    ),
    (
        CONNECTED,
        "s0.hop-limit;s2.hop-limit > 63",
        "options.inherited",
    ),
    (
        CONNECTED,
        "s2.hop-limit;s0.hop-limit > 63",
        "options.inherited",
    ),
    (
        BOUND,
        "s0.set-hop-limit(7);s0.start-listen;s0.finish-listen!;s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept!;s2.hop-limit > 64",
        "options.inherited",
    ),
    (
        LISTENING,
        "s0.set-hop-limit(7);s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept!;s2.hop-limit > 64",
        "options.after-listen",
    ),
    (
        CONNECTED,
        "s1.set-hop-limit(7) > error:unknown",
        "options.connected",
    ),
    (
        LISTENING,
        "s0.set-listen-backlog-size(5) > error:unknown",
        "options.backlog-late",
    ),
    // Streams.
    (
        CONNECTED,
        "s1.write!(10);s2.read!(10) > {\"bytes\":10,\"right\":false,\"end\":false}",
        "create.stream",
    ),
    (
        CONNECTED,
        "s1.write!(10);s2.read!(10) > {\"bytes\":10,\"right\":true,\"end\":true}",
        "create.stream",
    ),
    (
        CONNECTED,
        "s1.write!(10);s2.read!(10) > never",
        "create.stream",
    ),
    (CONNECTED, "s1.write!(10) > never", "stream.ready"),
    (CONNECTED, "s1.write!(10) > error:closed", "create.stream"),
    (
        CONNECTED,
        "s1.shutdown(send);s1.write!(10) > 10",
        "shutdown.works",
    ),
    (
        CONNECTED,
        "s1.shutdown(send);s2.read!(10) > never",
        "shutdown.works",
    ),
    (
        CONNECTED,
        "s1.write!(10);s1.shutdown(send);s2.read!(20) > {\"bytes\":9,\"right\":true,\"end\":true}",
        "shutdown.keeps-data",
    ),
    (
        CONNECTED,
        "s1.write!(10);s2.shutdown(receive);s2.read!(10) > {\"bytes\":10,\"right\":true,\"end\":false}",
        "shutdown.works",
    ),
    (
        CONNECTED,
        "s2.drop;s1.read!(10) > error:failed;s1.read(10) > {\"bytes\":0,\"right\":true,\"end\":false}",
        "stream.closed-after-failure",
    ),
    (
        CONNECTED,
        "p0=s2.in.subscribe;p0.ready > true",
        "stream.ready",
    ),
    (
        CONNECTED,
        "p0=s2.in.subscribe;s1.write!(10);p0.block! > never",
        "stream.ready",
    ),
    (
        CONNECTED,
        "p0=s2.in.subscribe;s1.write!(10);p0.block!;s2.read(10) > {\"bytes\":0,\"right\":true,\"end\":false}",
        "stream.ready",
    ),
    (
        CONNECTED,
        "p0=s1.out.subscribe;p0.block! > never",
        "stream.ready",
    ),
    (
        CONNECTED,
        "p0=s1.out.subscribe;p0.block!;s1.write(10) > 0",
        "stream.ready",
    ),
    (CONNECTED, "s1.fill!;s2.drain! > never", "create.stream"),
    (
        CONNECTED,
        "s1.fill!;s2.drain! > {\"bytes\":5,\"right\":true,\"end\":false}",
        "create.stream",
    ),
    (
        CONNECTED,
        "p0=s1.out.subscribe;s1.fill!;s2.drain!;p0.block! > never",
        "stream.ready",
    ),
    (
        "s0=create(a)",
        "again(70) > {\"again\":[\"error:new-socket-limit\"]}",
        "create.drop",
    ),
    (
        CONNECTED,
        "p0=s1.out.subscribe;p1=s1.subscribe;poll(p0,p1)! > []",
        "stream.ready",
    ),
];

/// Calls and an unusual answer to the last that a right host may give.
const RIGHT: &[(&str, &str)] = &[
    // A backlog that is set may be clamped.
    (
        LISTENING,
        "s0.set-listen-backlog-size(16);s1=create(a);s1.start-connect(s0);s1.finish-connect!;\
         s2=create(a);s2.start-connect(s0);s2.finish-connect! > never",
    ),
    (
        "s0=create(a)",
        "s0.set-listen-backlog-size(16);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;\
         s0.finish-listen!;s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=create(a);\
         s2.start-connect(s0);s2.finish-connect! > error:timeout",
    ),
];

/// The contradiction of a walk that is written with the answers that are not the usual
/// ones.
fn contradiction(written: &str) -> Result<(usize, Contradiction), String> {
    let parts: Vec<(&str, Option<&str>)> = written
        .split(';')
        .map(|part| match part.split_once(" > ") {
            Some((call, answer)) => (call.trim(), Some(answer)),
            None => (part.trim(), None),
        })
        .collect();
    // An accept that is wrong needs a name for what it gives.
    let calls = parts
        .iter()
        .map(|(call, _)| match call.strip_suffix(".accept") {
            Some(listener) if !call.contains('=') => format!("s9={listener}.accept"),
            _ => (*call).to_owned(),
        });
    let calls = calls.collect::<Vec<_>>().join(";");
    let walk: Walk = calls.parse().unwrap();
    let mut answers = expected_answers(Family::Ipv4, &walk);
    for (answer, (_, other)) in answers.iter_mut().zip(&parts) {
        if let Some(other) = other {
            let value = serde_json::from_str(other).unwrap_or_else(|_| (*other).into());
            *answer = Answer::read(&value).unwrap();
        }
    }
    match replay(&model(), Family::Ipv4, &walk, &answers) {
        Ok(_) => Err(format!("{written}: nothing is wrong")),
        Err(found) => Ok((walk.calls.len() - 1, *found)),
    }
}

#[test]
fn a_wrong_answer_cites_what_says_that_it_is() {
    let mut wrong = Vec::new();
    for (before, calls, requirement) in WRONG {
        let written = if before.is_empty() {
            (*calls).to_owned()
        } else {
            format!("{before};{calls}")
        };
        match contradiction(&written) {
            Ok((last, found)) if found.index == last && found.requirement == *requirement => {}
            Ok((_, found)) => wrong.push(format!(
                "{written}\n  {} -> {} cites {}, not {requirement}",
                found.call, found.answer, found.requirement
            )),
            Err(why) => wrong.push(why),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_unusual_answer_that_is_right_contradicts_nothing() {
    for (before, calls) in RIGHT {
        if let Ok((_, found)) = contradiction(&format!("{before};{calls}")) {
            panic!("{before};{calls}: {found:#?}");
        }
    }
}
