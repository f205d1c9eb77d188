//! Saved observations are judged again, by the expectations that are there now.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::json;
use std::borrow::Cow;
use wasi_tcp_conformance::internal::embedded_files;
use wasi_tcp_conformance::internal::judge_anew;
use wasi_tcp_conformance::report::{ImplementationFacts, Record, Report};
use wasi_tcp_conformance::{Error, Family, KnownFailure, Observation, Suite, Trial, Verdict};
use wasi_tcp_conformance_core::HostFacts;

const FILE: &str = "report.json";

/// A trial that must and can observe this alone.
const TRIAL: &str = "0.2/unbound::local_address::ipv4";
const DOCUMENTED: &str = "error:invalid-state";

/// What is observed of an implementation that answers `invalid-state` to
/// everything, and traps in every trial of IPv6.
fn observation(trial: &Trial) -> Observation {
    match trial.name.family {
        Family::Ipv4 => Observation::Seen(DOCUMENTED.into()),
        Family::Ipv6 => trap(),
    }
}

fn trap() -> Observation {
    Observation::Trapped {
        step: "call".to_owned(),
    }
}

/// The record of a trial, as a run makes it.
fn record(trial: &Trial, observed: Observation, known: Option<KnownFailure>) -> Record {
    let judgement = trial.judge(&observed, known.as_ref());
    let mut record = Record::new(trial.name.clone(), "mine", judgement);
    record.observed = Some(observed);
    record.must.clone_from(&trial.expectation.must);
    record.should.clone_from(&trial.expectation.should);
    record.otherwise.clone_from(&trial.expectation.otherwise);
    let cites = trial.expectation.cites.iter();
    record.requirements = cites.map(|id| id.as_str().into()).collect();
    record.known = known;
    record
}

/// A report of every trial.
fn report(suite: &Suite) -> Report {
    let catalogues = suite.generations.iter();
    let catalogues = catalogues
        .map(|part| part.catalogue(part.data.latest))
        .collect();
    let mut report = Report::new(suite.facts(), HostFacts::new([]), catalogues);
    let facts = ImplementationFacts::new("mine", "mine 1.2.3");
    report.implementations.push(facts);
    let trials = suite.trials();
    for (at, trial) in trials.iter().enumerate() {
        // Some of the failures are known.
        // Nothing is known of the topic whose expectations are changed.
        let is_known = at.is_multiple_of(3) && trial.name.topic != "unbound";
        let known = is_known.then(|| KnownFailure::new(trial.name.clone(), trap(), "it is lazy"));
        report
            .records
            .push(record(trial, observation(trial), known));
    }
    report.planned = trials.len();
    report
}

/// The suite after a change of the file that has [`TRIAL`].
fn changed(from: &str, to: &str) -> Result<Suite, Error> {
    const UNBOUND: &str = "expectations/0.2/unbound.json";
    let mut files = embedded_files();
    let text = String::from_utf8(files[UNBOUND].to_vec()).unwrap();
    assert!(text.contains(from), "{UNBOUND} does not contain {from}");
    let text = text.replacen(from, to, 1);
    files.insert(UNBOUND.to_owned(), Cow::Owned(text.into_bytes()));
    Suite::load(&files)
}

fn verdict(report: &Report, trial: &str) -> Verdict {
    let mut records = report.records.iter();
    let record = records.find(|record| record.trial.to_string() == trial);
    record.unwrap().verdict
}

#[test]
fn the_same_suite_gives_the_same_report() {
    let suite = Suite::embedded().unwrap();
    let report = report(&suite);
    for verdict in [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::KnownFailure,
        Verdict::StaleKnownFailure,
    ] {
        let is_there = report.records.iter().any(|it| it.verdict == verdict);
        assert!(is_there, "{verdict}");
    }
    let saved = Report::from_json(FILE, &report.to_json()).unwrap();
    assert_eq!(judge_anew(&suite, FILE, &saved).unwrap(), report);
}

#[test]
fn another_expectation_gives_another_verdict() {
    let before = report(&Suite::embedded().unwrap());
    let suite = changed(
        r#""must": ["error:invalid-state"]"#,
        r#""must": ["error:timeout"]"#,
    );
    let after = judge_anew(&suite.unwrap(), FILE, &before).unwrap();

    assert_eq!(verdict(&before, TRIAL), Verdict::Pass);
    assert_eq!(verdict(&after, TRIAL), Verdict::Fail);
    assert_ne!(before.suite.digest, after.suite.digest);
    let families = ["ipv4", "ipv6"].map(|it| TRIAL.replace("ipv4", it));
    for (one, other) in before.records.iter().zip(&after.records) {
        if families.contains(&one.trial.to_string()) {
            assert_eq!(json!(other.must), json!(["error:timeout"]));
        } else {
            assert_eq!(one, other);
        }
    }
}

#[test]
fn observations_of_other_components_are_refused() {
    let suite = Suite::embedded().unwrap();
    let mut other = report(&suite);
    other.suite.components = "0000".into();
    let error = judge_anew(&suite, FILE, &other).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert_eq!(
        error.to_string(),
        "report.json:1: other components observed this than those of this suite\n  \
         help: run the trials again"
    );
}

#[test]
fn a_trial_that_is_gone_is_refused() {
    let suite = Suite::embedded().unwrap();
    let mut gone = report(&suite);
    gone.records[0].trial.case = "no_such".to_owned();
    let error = judge_anew(&suite, FILE, &gone).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let name = &gone.records[0].trial;
    let expected = format!("the suite has no trial `{name}`");
    assert!(error.to_string().contains(&expected), "{error}");
}

#[test]
fn what_was_not_run_stays_so() {
    let suite = Suite::embedded().unwrap();
    let mut part = report(&suite);
    for record in &mut part.records {
        record.verdict = Verdict::NotApplicable;
        record.observed = None;
        record.known = None;
        record.reason = Some("there is no IPv6 here".into());
    }
    assert_eq!(judge_anew(&suite, FILE, &part).unwrap(), part);
}
