//! A report is the same after it was written and read, and a damaged one is read
//! or refused.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod damage;

use damage::{damaged, inserted};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use std::sync::LazyLock;
use wasi_tcp_conformance_core::report::{
    Catalogue, FORMAT, ImplementationFacts, Record, Report, Skipped, SuiteFacts,
};
use wasi_tcp_conformance_core::{
    ErrorCodes, Family, Fault, HostFacts, Judgement, KnownFailure, Need, Observation, Verdict,
};

/// An observation of each kind.
fn observations() -> Vec<Observation> {
    let text = str::to_owned;
    let step = Some(text("call"));
    vec![
        Observation::Seen(json!({ "a": [1, null, "trap:call"] })),
        Observation::Seen(json!(null)),
        Observation::Blocked {
            step: text("bind"),
            code: text("unknown"),
        },
        Observation::Trapped { step: text("call") },
        Observation::Crashed {
            how: text("signal 11"),
            step: step.clone(),
        },
        Observation::TimedOut { step },
        Observation::Silent { step: None },
        Observation::NotStarted {
            how: text("exit code 3"),
        },
        Observation::Garbled {
            why: text("two results came"),
        },
        Observation::Unobserved {
            why: text("no such program"),
        },
    ]
}

/// A report in which no field is empty.
fn report() -> Report {
    let mut codes = ErrorCodes::default();
    codes.outcomes = vec!["unknown".to_owned()];
    codes.others = vec!["would-block".to_owned()];
    let requirement = json!({
        "id": "an.id",
        "title": "a title",
        "text": "a text",
        "source": { "document": "a document", "item": "an item" },
        "untestable": "a reason",
    });
    let requirement = serde_json::from_value(requirement).unwrap();
    let catalogue = Catalogue::new("0.2.6".parse().unwrap(), codes, vec![requirement]);
    let fault = Need::Fault(Fault::named("fd-limit").unwrap());
    let host = HostFacts::new([
        (fault, Ok(())),
        (Need::Loopback(Family::Ipv6), Err("no IPv6".to_owned())),
    ]);
    let mut report = Report::new(SuiteFacts::new("1.2.3", "ab", "cd"), host, vec![catalogue]);
    report.started = "2026-11-25T18:31:00Z".into();
    report
        .implementations
        .push(ImplementationFacts::new("mine", "mine 1.0"));
    report.skipped.push(Skipped::new("other", "not installed"));
    let verdicts = Verdict::ALL.iter().cycle();
    for (observed, verdict) in observations().into_iter().zip(verdicts) {
        report.records.push(record(observed, *verdict));
    }
    report.planned = report.records.len() + 1;
    report
}

fn record(observed: Observation, verdict: Verdict) -> Record {
    let trial = "0.2/a::b::ipv4@denied,fd-limit,wasi-0.2.3";
    let mut known = KnownFailure::new(trial.parse().unwrap(), observed.clone(), "a reason");
    known.sometimes = true;
    known.versions = Some("<2".parse().unwrap());
    known.link = Some("a link".into());
    let judgement = Judgement::because(verdict, "a reason");
    let mut record = Record::new(trial.parse().unwrap(), "mine", judgement);
    record.observed = Some(observed);
    record.must = serde_json::from_value(json!(["error:*", { "$trap": "call" }])).unwrap();
    record.should = serde_json::from_value(json!([{ "a": { "$at-least": 1 } }])).unwrap();
    record.requirements = vec!["an.id".into()];
    record.known = Some(known);
    record.stderr = "a\u{1b}[31m\nb".into();
    record.reproduce = "a command".into();
    record.duration_ms = 1.25;
    record
}

static JSON: LazyLock<String> = LazyLock::new(|| report().to_json());

#[test]
fn a_report_is_read_as_it_was_written() {
    assert_eq!(Report::from_json("report.json", &JSON).unwrap(), report());
}

/// A trial that was not run has no observation; one that saw `null` has.
#[test]
fn nothing_observed_is_told_from_null() {
    let mut nothing = report();
    for record in &mut nothing.records {
        record.observed = None;
    }
    let read = Report::from_json("report.json", &nothing.to_json()).unwrap();
    assert_eq!(read, nothing);
    assert_eq!(
        report().records[1].observed,
        Some(Observation::Seen(json!(null)))
    );
}

#[test]
fn another_format_is_named() {
    let other = JSON.replacen(&format!("\"format\": {FORMAT}"), "\"format\": 1", 1);
    let error = Report::from_json("report.json", &other).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let said = error.to_string();
    assert!(said.contains("its format is 1, not 2"), "{said}");
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let refused = |change: &dyn Fn(&mut Report), what: &str| {
        let mut changed = report();
        change(&mut changed);
        let error = Report::from_json("report.json", &changed.to_json()).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(what), "{error}");
    };
    refused(
        &|report| report.implementations.clear(),
        "the record is of `mine`, which the report does not list",
    );
    refused(
        &|report| report.implementations.extend_from_within(..),
        "the implementation `mine` is listed twice",
    );
    refused(
        &|report| report.generations[0].wasi_version = "0.3.0".parse().unwrap(),
        "0.3.0 is no version of WASI 0.2",
    );
    refused(
        &|report| report.records[0].trial = "0.3/a::b::ipv4".parse().unwrap(),
        "the report does not describe WASI 0.3",
    );
    refused(
        &|report| report.generations.clear(),
        "the report does not describe WASI 0.2",
    );
    refused(
        &|report| {
            let must = json!(["error:no-such-code"]);
            report.records[0].must = serde_json::from_value(must).unwrap();
        },
        "`no-such-code` is no error code",
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_damaged_report_is_read_or_refused(
        at: Index,
        length in 0_usize..40,
        insert in inserted(),
    ) {
        let damaged = damaged(JSON.as_bytes(), at, length, &insert);
        let text = String::from_utf8_lossy(&damaged);
        match Report::from_json("report.json", &text) {
            Err(error) => prop_assert_eq!(error.exit_code(), 2),
            // What was read is a report: it can be written, and read again.
            Ok(read) => {
                let again = Report::from_json("report.json", &read.to_json());
                prop_assert_eq!(again.unwrap(), read);
            }
        }
    }
}
