//! What is known of the implementation that another is made of.

use super::{KNOWN, ended, files::JSON, says, target_with, test};
use libtest_mimic::{Failed, Trial};
use std::fs;
use wasi_tcp_conformance::Verdict;
use wasi_tcp_conformance::report::Report;

/// A failure that wasmtime has since version 48.
const NEWER: &str = "0.2/outbound_refused::closes::ipv4";

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test(
            "what_is_known_of_the_runtime_within_counts",
            "made-of",
            &["--exact", KNOWN],
            0,
            &["1 passed; 0 failed", "known failures\n"],
        ),
        test(
            "a_deviation_of_the_runtime_within_is_listed",
            "made-of",
            &["--exact", "0.2/closed::remote_address::ipv4"],
            0,
            &["1 passed; 0 failed"],
        ),
        test(
            "another_version_within_has_faults_of_its_own",
            "made-of-another-version",
            &["--exact", NEWER],
            1,
            &["0 passed; 1 failed"],
        ),
        Trial::test("what_fails_on_some_runs_is_known_of_a_pass_too", sometimes),
        refused(
            "the_implementation_within_is_shipped",
            "made-of-nothing",
            "`made_of`: no implementation `wasmtime-c1i` is shipped",
        ),
        refused(
            "the_version_within_is_whole",
            "made-of-no-version",
            "`made_of`: the version `48`: ",
        ),
    ]
}

/// So what a table counts does not change from run to run.
fn sometimes() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let json = folder.path().join("report.json");
    let trial = ["--exact", "0.2/stream_calls::blocking_splice::ipv4"];
    let mut command = target_with("made-of-what-fails-on-some-runs", &trial);
    ended(&command.env(JSON, &json).output()?, 0)?;
    let report = Report::from_json("report.json", &fs::read_to_string(&json)?)?;
    match report.records.as_slice() {
        [record] if record.verdict == Verdict::Pass && record.known.is_some() => Ok(()),
        records => Err(format!("{records:?}").into()),
    }
}

/// The target must end as bad usage does, and say so.
fn refused(name: &str, how: &'static str, words: &'static str) -> Trial {
    Trial::test(name, move || {
        let output = target_with(how, &["--exact", KNOWN]).output()?;
        ended(&output, 2)?;
        says(&output.stderr, words)
    })
}
