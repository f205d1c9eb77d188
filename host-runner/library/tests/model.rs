//! The model and the topics agree: what an expectation says of a single call in a
//! state is what the cell says, answer by answer, in both directions.

use serde_json::Value;
use std::collections::BTreeSet;
use wasi_tcp_conformance::Suite;
use wasi_tcp_conformance::internal::SuiteGeneration;
use wasi_tcp_conformance_core::walk::{Cell, State};
use wasi_tcp_conformance_core::{ErrorCodes, Expectation, Pattern, Policy};

/// The fields of an observation, each with the state that it is about.
type Fields = &'static [(&'static str, State)];

/// Where an expectation speaks of a single call: the topic, the beginning of the case,
/// the fields of the observation and the state that each is about. No field stands for
/// the whole observation.
const PLACES: [(&str, &str, Fields); 16] = [
    ("unbound", "", &[("", State::Unbound)]),
    ("bound", "", &[("answer", State::Bound), ("", State::Bound)]),
    (
        "listen",
        "",
        &[("answer", State::Listening), ("", State::Listening)],
    ),
    (
        "connected",
        "",
        &[("client", State::Connected), ("server", State::Accepted)],
    ),
    ("closed", "", &[("", State::Closed)]),
    (
        "connecting",
        "",
        &[
            ("answer", State::ConnectInProgress),
            ("", State::ConnectInProgress),
        ],
    ),
    (
        "in_progress",
        "bind_then_",
        &[("another", State::BindInProgress)],
    ),
    (
        "in_progress",
        "listen_then_",
        &[("another", State::ListenInProgress)],
    ),
    (
        "in_progress",
        "connect_then_",
        &[("another", State::ConnectInProgress)],
    ),
    ("options", "zero_", &[("set", State::Unbound)]),
    ("options", "any_other_", &[("one", State::Unbound)]),
    (
        "options_kept",
        "backlog_listening",
        &[("", State::Listening)],
    ),
    (
        "options_kept",
        "backlog_connected",
        &[("", State::Connected)],
    ),
    ("options_kept", "backlog_accepted", &[("", State::Accepted)]),
    ("options_states", "once_closed_", &[("set", State::Closed)]),
    (
        "states",
        "",
        &[
            ("unbound", State::Unbound),
            ("bind-in-progress", State::BindInProgress),
            ("bound", State::Bound),
            ("listen-in-progress", State::ListenInProgress),
            ("listening", State::Listening),
            ("connect-in-progress", State::ConnectInProgress),
            ("connected", State::Connected),
            ("accepted", State::Accepted),
            ("closed", State::Closed),
        ],
    ),
];

/// What a call is named in the model, from what a case is named.
fn call(prefix: &str, case: &str) -> Option<String> {
    let name = case.strip_prefix(prefix)?.replace('_', "-");
    let name = match (prefix, &*name) {
        ("zero_", name) => format!("set-{name}(0)"),
        ("any_other_" | "once_closed_", name) => format!("set-{name}"),
        (prefix, _) if prefix.starts_with("backlog") => "set-listen-backlog-size".to_owned(),
        (_, "pollable-ready") => "ready".to_owned(),
        // Without a client, which is one of several answers of the model.
        (_, "accept-empty") => return None,
        (_, "shutdown") => "shutdown(send)".to_owned(),
        (_, "start-bind") => "start-bind(loopback)".to_owned(),
        (_, "start-connect") => "start-connect(socket)".to_owned(),
        (_, name) => name
            .strip_prefix("shutdown-")
            .map_or_else(|| name.to_owned(), |it| format!("shutdown({it})")),
    };
    // `start-listen` and the like, again or of a bound socket.
    let name = name.trim_end_matches("-again");
    Some(name.to_owned())
}

/// The answers that can be compared: those that are a word.
fn words(codes: &ErrorCodes) -> Vec<Value> {
    let codes = codes.outcomes.iter().chain(&codes.others);
    let errors = codes.map(|code| format!("error:{code}").into());
    let others = ["ok".into(), true.into(), false.into()];
    errors.chain(others).collect()
}

/// The part of each pattern that is about one field.
fn parts(patterns: &[Pattern], field: &str) -> Vec<Pattern> {
    let part = |pattern: &Pattern| match pattern {
        Pattern::Object(fields) => {
            let mut fields = fields.iter();
            fields
                .find(|(name, _)| name == field)
                .map(|(_, part)| part.clone())
        }
        // An option that is not supported is told in place of all fields.
        Pattern::Exactly(Value::String(_)) | Pattern::AnyCode(_) => Some(pattern.clone()),
        _ if field.is_empty() => Some(pattern.clone()),
        _ => None,
    };
    patterns.iter().filter_map(part).collect()
}

fn accepted(patterns: &[Pattern], codes: &ErrorCodes) -> BTreeSet<String> {
    let words = words(codes).into_iter();
    words
        .filter(|word| patterns.iter().any(|pattern| pattern.matches(word, codes)))
        .map(|word| word.to_string())
        .collect()
}

fn of_model(cell: &Cell, deviates: bool) -> Vec<Pattern> {
    let answers = cell.answers.iter();
    answers
        .filter(|answer| deviates || !answer.deviates)
        .filter_map(|answer| answer.is.clone())
        .collect()
}

/// What an expectation and a cell say differently.
fn differences(
    generation: &SuiteGeneration,
    expectation: &Expectation,
    field: &str,
    cell: &Cell,
) -> Vec<String> {
    let codes = &generation.data.error_codes;
    let must = expectation.must.as_deref().unwrap_or_default();
    let should = expectation.should.as_deref().unwrap_or(must);
    let mut different = Vec::new();
    for (what, patterns, deviates) in [("must", must, true), ("should", should, false)] {
        let theirs = accepted(&parts(patterns, field), codes);
        let ours = accepted(&of_model(cell, deviates), codes);
        if theirs != ours {
            different.push(format!("{what}: the topic {theirs:?}, the model {ours:?}"));
        }
    }
    different
}

#[test]
fn the_topics_and_the_model_say_the_same() {
    let suite = Suite::embedded().unwrap();
    let mut compared = BTreeSet::new();
    let mut different = Vec::new();
    for generation in &suite.generations {
        for (topic, prefix, fields) in PLACES {
            let topic = generation
                .topics
                .iter()
                .find(|it| it.name == topic)
                .unwrap();
            for expectation in &topic.expectations {
                // The model is of a policy that allows everything.
                if expectation.settings.policy != Policy::Allowed {
                    continue;
                }
                let Some(made) = call(prefix, &expectation.case) else {
                    continue;
                };
                for (field, state) in fields {
                    let Some(cell) = generation.model.cell(*state, &made) else {
                        continue;
                    };
                    let Some(must) = &expectation.must else {
                        continue;
                    };
                    if parts(must, field).is_empty() {
                        continue;
                    }
                    compared.insert(format!("{state} {made}"));
                    for difference in differences(generation, expectation, field, cell) {
                        let case = format!("{}::{}", topic.name, expectation.case);
                        different.push(format!("{case} ({state} {made}): {difference}"));
                    }
                }
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    // A case that is renamed must not drop out unseen.
    assert!(compared.len() >= 129, "{}: {compared:#?}", compared.len());
}
