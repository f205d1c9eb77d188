//! Every combination of expectation, observation and baseline, judged.

use serde_json::{Value, json};
use wasi_tcp_conformance::{Expectation, KnownFailure, Observation, Verdict, judge};

/// The expectations, by what they leave out.
fn expectation(kind: &str) -> Expectation {
    let not_applicable = json!([{ "observed": "unaffected", "because": "no descriptors" }]);
    let fields = match kind {
        "recorded" => json!({ "not-applicable": not_applicable }),
        "must" => json!({ "must": ["error:*"], "not-applicable": not_applicable }),
        "should" => json!({
            "must": ["error:*"],
            "should": ["error:invalid-state"],
            "not-applicable": not_applicable,
        }),
        "trap" => json!({ "must": ["trap:call"] }),
        other => panic!("no such kind: {other}"),
    };
    let mut whole = json!({ "case": "a_case", "cites": ["an.id"] });
    whole
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn observations() -> Vec<Observation> {
    let step = || Some("call".to_owned());
    vec![
        Observation::Seen(json!("error:invalid-state")),
        Observation::Seen(json!("error:timeout")),
        Observation::Seen(json!("ok")),
        Observation::Seen(json!("unaffected")),
        Observation::Seen(json!("trap:call")),
        Observation::Blocked {
            step: "bind".into(),
            code: "invalid-state".into(),
        },
        Observation::Trapped {
            step: "call".into(),
        },
        Observation::Trapped {
            step: "set-up".into(),
        },
        Observation::Crashed {
            how: "signal 11".into(),
            step: step(),
        },
        Observation::TimedOut { step: step() },
        Observation::Silent { step: None },
        Observation::NotStarted {
            how: "exit code 1".into(),
        },
        Observation::Garbled {
            why: "two results came".into(),
        },
        Observation::Unobserved {
            why: "no such program".into(),
        },
    ]
}

fn known(observed: Value) -> KnownFailure {
    KnownFailure::new("a::b::ipv4".into(), observed, "because".into())
}

#[test]
fn every_combination_has_its_verdict() {
    use Verdict::{
        Deviation, Error, Fail, KnownFailure as Known, NotApplicable, Pass,
        StaleKnownFailure as Stale,
    };
    // A row an observation; a column for no entry in the baseline, an entry
    // that names this observation, and one that names another.
    let table: [(&str, [[Verdict; 3]; 14]); 4] = [
        (
            "recorded",
            [
                [Pass, Stale, Stale],
                [Pass, Stale, Stale],
                [Pass, Stale, Stale],
                [NotApplicable, NotApplicable, NotApplicable],
                [Pass, Stale, Stale],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Error, Error, Error],
            ],
        ),
        (
            "must",
            [
                [Pass, Stale, Stale],
                [Pass, Stale, Stale],
                [Fail, Known, Fail],
                [NotApplicable, NotApplicable, NotApplicable],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Error, Error, Error],
            ],
        ),
        (
            "should",
            [
                [Pass, Stale, Stale],
                [Deviation, Deviation, Stale],
                [Fail, Known, Fail],
                [NotApplicable, NotApplicable, NotApplicable],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Error, Error, Error],
            ],
        ),
        (
            "trap",
            [
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Pass, Stale, Stale],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Fail, Known, Fail],
                [Error, Error, Error],
            ],
        ),
    ];
    for (kind, rows) in table {
        let expectation = expectation(kind);
        for (observation, row) in observations().iter().zip(rows) {
            let entries = [
                None,
                Some(known(observation.to_value())),
                Some(known(json!("other"))),
            ];
            for (entry, expected) in entries.iter().zip(row) {
                let judgement = judge(&expectation, observation, entry.as_ref());
                assert_eq!(
                    judgement.verdict, expected,
                    "{kind}, {observation}, baseline: {entry:?}"
                );
            }
        }
    }
}

#[test]
fn a_verdict_that_is_not_plain_has_a_reason() {
    for kind in ["recorded", "must", "should", "trap"] {
        for observation in observations() {
            for entry in [
                None,
                Some(known(observation.to_value())),
                Some(known(json!("other"))),
            ] {
                let judgement = judge(&expectation(kind), &observation, entry.as_ref());
                let plain = matches!(
                    observation,
                    Observation::Seen(_) | Observation::Trapped { .. }
                ) && entry.is_none();
                assert!(
                    plain || judgement.reason.is_some(),
                    "{kind}, {observation}, {entry:?}"
                );
            }
        }
    }
}

#[test]
fn a_known_deviation_says_why_and_stays_one() {
    let seen = Observation::Seen(json!("error:timeout"));
    let judgement = judge(
        &expectation("should"),
        &seen,
        Some(&known(json!("error:timeout"))),
    );
    assert_eq!(judgement.verdict, Verdict::Deviation);
    assert!(judgement.known);
    assert_eq!(judgement.reason.as_deref(), Some("because"));
}

#[test]
fn what_fails_on_some_runs_is_no_news_when_it_does_not() {
    let mut sometimes = known(json!("ok"));
    sometimes.sometimes = true;
    for (observed, verdict, listed) in [
        ("error:invalid-state", Verdict::Pass, true),
        ("error:timeout", Verdict::Deviation, false),
        ("ok", Verdict::KnownFailure, true),
        ("other", Verdict::Fail, false),
    ] {
        let observation = Observation::Seen(json!(observed));
        let judged = judge(&expectation("should"), &observation, Some(&sometimes));
        assert_eq!(
            (judged.verdict, judged.known),
            (verdict, listed),
            "{observed}"
        );
        assert!(judged.reason.is_some(), "{observed}");
    }
}
