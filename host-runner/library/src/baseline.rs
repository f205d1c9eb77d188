//! A baseline that is written after a run, to fit what the run found.

use crate::Implementation;
use crate::output::PendingFile;
use crate::text_file;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wasi_tcp_conformance_core::report::{Record, Report};
use wasi_tcp_conformance_core::{
    Error, KnownFailure, Observation, TrialName, Verdict, parse_baseline,
};

/// A baseline that is about to be written.
#[derive(Debug)]
pub struct NewBaseline {
    known: Vec<KnownFailure>,
    version: String,
    path: PathBuf,
    file: PendingFile,
}

/// The known failures that a file lists.
///
/// # Errors
/// When it cannot be read, or the first mistake in it.
pub fn read_baseline(
    path: &Path,
    trials: &BTreeSet<TrialName>,
) -> Result<Vec<KnownFailure>, Error> {
    let file = path.display().to_string();
    if !path.exists() {
        return Err(Error::usage(
            format!("there is no baseline {file}"),
            format!("begin one with `--write-baseline {file}`; {BEGIN}"),
        ));
    }
    parse_baseline(&file, &text_file::read(path)?, trials)
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
        Ok(Self {
            known: implementation.baseline().to_vec(),
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
        let baseline = fitting(&report.records, &self.known, &self.version);
        self.file.write(&to_text(&baseline))?;
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
/// on some runs only.
fn fitting(records: &[Record], known: &[KnownFailure], version: &str) -> Vec<KnownFailure> {
    let mut baseline = Vec::new();
    for record in records {
        let (about, other): (Vec<_>, Vec<_>) = known
            .iter()
            .filter(|entry| entry.trial == record.trial)
            .partition(|entry| entry.is_about(version));
        let about = about.first();
        let is_listed =
            about.is_some_and(|entry| Some(&entry.observed) == record.observed.as_ref());
        let is_over = about.is_none_or(|entry| !entry.sometimes);
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
    baseline.extend(known.iter().filter(is_elsewhere).cloned());
    baseline
}

/// The entry for what nobody gave a reason for yet.
fn unexplained(record: &Record, observed: &Observation) -> KnownFailure {
    KnownFailure::new(record.trial.clone(), observed.clone(), "")
}

/// A baseline as a file, an entry a line.
fn to_text(baseline: &[KnownFailure]) -> String {
    let lines: Vec<String> = baseline
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap_or_default())
        .collect();
    if lines.is_empty() {
        return "{ \"baseline\": [] }\n".to_owned();
    }
    format!(
        "{{\n  \"baseline\": [\n    {}\n  ]\n}}\n",
        lines.join(",\n    ")
    )
}
