//! Every combination of expectation, observation and baseline, judged.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::json;
use wasi_tcp_conformance_core::{
    ErrorCodes, Expectation, Judgement, KnownFailure, Observation, Untrusted, Verdict,
};

fn judge(
    expectation: &Expectation,
    observation: &Observation,
    known: Option<&KnownFailure>,
) -> Judgement {
    let mut codes = ErrorCodes::default();
    codes.outcomes = ["unknown", "timeout", "invalid-state"]
        .map(str::to_owned)
        .into();
    wasi_tcp_conformance_core::judge(expectation, &codes, observation, known)
}

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
        "tentative" => json!({
            "must": ["error:*"],
            "should": ["error:invalid-state"],
            "otherwise": ["ok"],
            "not-applicable": not_applicable,
        }),
        "trap" => json!({ "must": [{ "$trap": "call" }] }),
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
        seen("error:invalid-state"),
        seen("error:timeout"),
        seen("ok"),
        seen("unaffected"),
        seen("trap:call"),
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

/// An entry of a baseline that excuses an observation.
fn known(observed: &Observation) -> KnownFailure {
    let trial = "0.2/a::b::ipv4".parse().unwrap();
    KnownFailure::new(trial, observed.clone(), "because")
}

fn seen(value: &str) -> Observation {
    Observation::Seen(value.into())
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn every_combination_has_its_verdict() {
    use Verdict::{
        Deviation, Error, Fail, KnownFailure as Known, NotApplicable, Pass,
        StaleKnownFailure as Stale,
    };
    // A row an observation; a column for no entry in the baseline, an entry
    // that names this observation, and one that names another.
    let table: [(&str, [[Verdict; 3]; 14]); 5] = [
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
            "tentative",
            [
                [Pass, Stale, Stale],
                [Deviation, Deviation, Stale],
                [Deviation, Deviation, Stale],
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
            let entries = [None, Some(known(observation)), Some(known(&seen("other")))];
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
    for kind in ["recorded", "must", "should", "tentative", "trap"] {
        for observation in observations() {
            for entry in [None, Some(known(&observation)), Some(known(&seen("other")))] {
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
    let timeout = seen("error:timeout");
    let judgement = judge(&expectation("should"), &timeout, Some(&known(&timeout)));
    assert_eq!(judgement.verdict, Verdict::Deviation);
    assert_eq!(judgement.reason, Some(Untrusted::from("because")));
}

#[test]
fn what_another_reading_asks_for_deviates_and_says_so() {
    let expectation = expectation("tentative");
    let judgement = judge(&expectation, &seen("ok"), None);
    assert_eq!(judgement.verdict, Verdict::Deviation);
    let why = "right by another reading of the text";
    assert_eq!(judgement.reason, Some(Untrusted::from(why)));
    // What neither reading allows is a failure.
    let judgement = judge(&expectation, &seen("other"), None);
    assert_eq!(judgement.verdict, Verdict::Fail);
}

#[test]
fn what_fails_on_some_runs_is_no_news_when_it_does_not() {
    let mut sometimes = known(&seen("ok"));
    sometimes.sometimes = true;
    for (observed, verdict, is_expected) in [
        ("error:invalid-state", Verdict::Pass, true),
        ("error:timeout", Verdict::Deviation, false),
        ("ok", Verdict::KnownFailure, true),
        ("other", Verdict::Fail, false),
    ] {
        let observation = seen(observed);
        let judgement = judge(&expectation("should"), &observation, Some(&sometimes));
        assert_eq!(judgement.verdict, verdict, "{observed}");
        assert_eq!(
            sometimes.expects(judgement.verdict, &observation),
            is_expected,
            "{observed}"
        );
        assert!(judgement.reason.is_some(), "{observed}");
    }
}
