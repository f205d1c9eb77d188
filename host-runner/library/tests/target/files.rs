//! Files that a target leaves where the environment asks for them.

use super::{BASELINE_OF, KNOWN, NEXTEST, ended, says, target_with};
use libtest_mimic::{Failed, Trial};
use std::fs;
use wasi_tcp_conformance::Verdict;
use wasi_tcp_conformance::report::Report;

/// Where a target is asked for its report.
pub(crate) const JSON: &str = "WASI_TCP_CONFORMANCE_JSON";

/// Where it is asked for a baseline.
const WRITE_BASELINE: &str = "WASI_TCP_CONFORMANCE_WRITE_BASELINE";

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        Trial::test(
            "a_report_is_written_where_it_is_asked_for",
            a_report_is_written,
        ),
        Trial::test("a_baseline_is_begun_and_updated", a_baseline_is_written),
        Trial::test("a_part_of_a_run_writes_no_file", a_part_writes_nothing),
    ]
}

fn a_report_is_written() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("report.json");
    let output = target_with("plain", &["--exact", KNOWN])
        .env(JSON, &file)
        .output()?;
    ended(&output, 1)?;
    let report = Report::from_json("report.json", &fs::read_to_string(&file)?)?;
    let verdicts: Vec<_> = report.records.iter().map(|it| it.verdict).collect();
    if (report.planned, verdicts.as_slice()) != (1, &[Verdict::Fail]) {
        return Err(format!("{report:?}").into());
    }
    let nowhere = target_with("plain", &["--exact", KNOWN])
        .env(JSON, folder.path().join("no/such/folder"))
        .output()?;
    ended(&nowhere, 2)
}

fn a_baseline_is_written() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("known.json");
    let mut write = target_with("its-baseline", &["--exact", KNOWN]);
    write.env(WRITE_BASELINE, &file).env(BASELINE_OF, &file);
    let mut read = target_with("its-baseline", &["--exact", KNOWN]);
    read.env(BASELINE_OF, &file);

    // The file that the target reads is not there yet.
    ended(&read.output()?, 2)?;
    ended(&write.output()?, 1)?;
    ended(&read.output()?, 2)?;
    let text = fs::read_to_string(&file)?;
    fs::write(
        &file,
        text.replace("\"reason\":\"\"", "\"reason\":\"it is lazy\""),
    )?;
    ended(&read.output()?, 0)?;

    // Once more, and the reason is kept; but not over a file that was not read.
    ended(&write.output()?, 0)?;
    says(fs::read_to_string(&file)?.as_bytes(), "it is lazy")?;
    let over = target_with("plain", &["--exact", KNOWN])
        .env(WRITE_BASELINE, &file)
        .output()?;
    ended(&over, 2)?;
    says(&over.stderr, "is not read as a baseline")
}

fn a_part_writes_nothing() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("report.json");
    let output = target_with("plain", &["--exact", "0.2/unbound::accept::ipv4"])
        .env(JSON, &file)
        .env(NEXTEST, "a-run")
        .output()?;
    ended(&output, 2)?;
    says(&output.stderr, "use `cargo test` for it")?;
    if file.exists() {
        return Err(format!("{} was written", file.display()).into());
    }
    Ok(())
}
