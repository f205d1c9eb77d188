//! A baseline that is written after a run, to fit what the run found.

use crate::Implementation;
use crate::output::PendingFile;
use crate::suite::Suite;
use crate::text_file;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wasi_tcp_conformance_core::report::{Record, Report};
use wasi_tcp_conformance_core::{
    Baseline, Error, KnownFailure, KnownWalk, Observation, TrialName, Verdict, parse_baseline,
};

/// A baseline that is about to be written.
#[derive(Debug)]
pub struct NewBaseline {
    /// What was listed in files like the one that is written.
    listed: Vec<KnownFailure>,
    /// What the implementation's own file lists.
    own: Vec<KnownFailure>,
    /// The known walks of files like the one that is written. A run does not change them.
    walks: Vec<KnownWalk>,
    version: String,
    path: PathBuf,
    file: PendingFile,
}

/// The known failures and the known walks that a file lists.
///
/// # Errors
/// When it cannot be read, or the first mistake in it.
pub fn read_baseline(
    path: &Path,
    suite: &Suite,
    trials: &BTreeSet<TrialName>,
) -> Result<Baseline, Error> {
    let file = path.display().to_string();
    if !path.exists() {
        return Err(Error::usage(
            format!("there is no baseline {file}"),
            format!("begin one with `--write-baseline {file}`; {BEGIN}"),
        ));
    }
    parse_baseline(&file, &text_file::read(path)?, trials, &suite.models())
}

/// How a test target begins a baseline.
const BEGIN: &str = "in a test target, set WASI_TCP_CONFORMANCE_WRITE_BASELINE to its path";

impl NewBaseline {
    /// Prepares to write the baseline of an implementation. A file that exists
    /// must be one of those that were `read`, or its reasons would be lost.
    ///
    /// # Errors
    /// When it is not, or the file cannot be created.
    pub fn create(
        path: &Path,
        implementation: &Implementation,
        read: &[PathBuf],
    ) -> Result<Self, Error> {
        if path.exists() && !read.iter().any(|it| it == path) {
            return Err(Error::usage(
                format!("{} exists, and is not read as a baseline", path.display()),
                "give it as a baseline too, so that its reasons are kept; or remove it",
            ));
        }
        let listed = implementation.added_known_failures().to_vec();
        Ok(Self {
            own: implementation.baseline()[listed.len()..].to_vec(),
            walks: implementation.added_known_walks().to_vec(),
            listed,
            version: implementation.version().to_owned(),
            path: path.to_owned(),
            file: PendingFile::create(path)?,
        })
    }

    /// Writes the baseline that fits a report. Returns a line that says how many
    /// entries it has, and how many lack a reason.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(self, report: &Report) -> Result<String, Error> {
        let baseline = fitting(&report.records, &self.listed, &self.own, &self.version);
        self.file.write(&to_text(&baseline, &self.walks))?;
        let open = baseline.iter().filter(|it| it.reason.is_empty()).count();
        let count = baseline.len();
        let path = self.path.display();
        Ok(format!(
            "known failures in {path}: {count}, without a reason: {open}"
        ))
    }
}

/// The baseline that fits the records of one implementation of this version.
///
/// What is known keeps its reason; what is new gets none, and needs one before
/// the baseline is read again. Entries that these records say nothing about are
/// kept: those of other trials, of other versions, and of failures that are seen
/// on some runs only. What the implementation's own file lists is not listed again.
fn fitting(
    records: &[Record],
    listed: &[KnownFailure],
    own: &[KnownFailure],
    version: &str,
) -> Vec<KnownFailure> {
    let mut baseline = Vec::new();
    for record in records {
        let is_of_trial = |entry: &&KnownFailure| entry.trial == record.trial;
        let (about, other): (Vec<_>, Vec<_>) = listed
            .iter()
            .filter(is_of_trial)
            .partition(|entry| entry.is_about(version));
        let own = own.iter().filter(is_of_trial);
        let own: Vec<_> = own.filter(|entry| entry.is_about(version)).collect();
        let about = about.first();
        let counts = about.or(own.first());
        let is_listed =
            counts.is_some_and(|entry| Some(&entry.observed) == record.observed.as_ref());
        let is_over = counts.is_none_or(|entry| !entry.sometimes);
        match (record.verdict, &record.observed) {
            (Verdict::Fail, Some(seen)) if !is_listed => baseline.push(unexplained(record, seen)),
            (Verdict::Deviation, Some(seen)) if !is_listed && is_over => {
                baseline.push(unexplained(record, seen));
            }
            (Verdict::Pass | Verdict::StaleKnownFailure, _) if is_over => {}
            // It is as listed, or nothing was seen that contradicts it.
            _ => baseline.extend(about.map(|entry| (*entry).clone())),
        }
        baseline.extend(other.into_iter().cloned());
    }
    let is_elsewhere =
        |entry: &&KnownFailure| records.iter().all(|record| record.trial != entry.trial);
    baseline.extend(listed.iter().filter(is_elsewhere).cloned());
    baseline
}

/// The entry for what nobody gave a reason for yet.
fn unexplained(record: &Record, observed: &Observation) -> KnownFailure {
    KnownFailure::new(record.trial.clone(), observed.clone(), "")
}

/// A baseline as a file, an entry a line.
fn to_text(baseline: &[KnownFailure], walks: &[KnownWalk]) -> String {
    if baseline.is_empty() && walks.is_empty() {
        return "{ \"baseline\": [] }\n".to_owned();
    }
    let baseline = list(baseline);
    if walks.is_empty() {
        return format!("{{\n  \"baseline\": {baseline}\n}}\n");
    }
    let walks = list(walks);
    format!("{{\n  \"baseline\": {baseline},\n  \"walks\": {walks}\n}}\n")
}

/// A list, an entry a line.
fn list(entries: &[impl Serialize]) -> String {
    if entries.is_empty() {
        return "[]".to_owned();
    }
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap_or_default())
        .collect();
    format!("[\n    {}\n  ]", lines.join(",\n    "))
}
