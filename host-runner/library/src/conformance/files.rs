//! The files that a test target is asked to write. Its flags are those of libtest,
//! so these are variables of the environment.

use crate::Implementation;
use crate::baseline::NewBaseline;
use crate::output::{PendingFile, note};
use std::path::{Path, PathBuf};
use wasi_tcp_conformance_core::Error;
use wasi_tcp_conformance_core::report::Report;

/// Names a file for the report, as JSON.
const JSON: &str = "WASI_TCP_CONFORMANCE_JSON";

/// Names a file for a baseline that fits the run.
const WRITE_BASELINE: &str = "WASI_TCP_CONFORMANCE_WRITE_BASELINE";

/// Files that are requested.
#[derive(Default)]
pub(super) struct Requested {
    json: Option<PathBuf>,
    baseline: Option<PathBuf>,
}

/// The same, ready to be written to.
pub(super) struct Files {
    json: Option<PendingFile>,
    baseline: Option<NewBaseline>,
}

impl Requested {
    /// What the environment asks for.
    ///
    /// # Errors
    /// When it asks a process that sees one trial of many, as `is_part` says.
    pub(super) fn by_environment(is_part: bool) -> Result<Self, Error> {
        let path = |variable: &str| match std::env::var_os(variable) {
            Some(path) if !path.is_empty() && is_part => Err(Error::usage(
                format!(
                    "{variable} is set, but cargo-nextest runs each trial in a process that sees \
                     no other"
                ),
                "use `cargo test` for it, or unset it",
            )),
            path => Ok(path.filter(|it| !it.is_empty()).map(PathBuf::from)),
        };
        Ok(Self {
            json: path(JSON)?,
            baseline: path(WRITE_BASELINE)?,
        })
    }

    /// Whether this baseline is about to be written for the first time, so that
    /// a target that reads it need not find it.
    pub(super) fn begins(&self, baseline: &Path) -> bool {
        self.baseline.as_deref() == Some(baseline) && !baseline.exists()
    }

    /// Prepares the files, before a trial runs: a mistyped folder must not cost
    /// a run. `baselines` are the files that were read.
    pub(super) fn create(
        self,
        implementation: &Implementation,
        baselines: &[PathBuf],
    ) -> Result<Files, Error> {
        let json = self.json.map(|path| PendingFile::create(&path));
        let baseline = self
            .baseline
            .map(|path| NewBaseline::create(&path, implementation, baselines));
        Ok(Files {
            json: json.transpose()?,
            baseline: baseline.transpose()?,
        })
    }
}

impl Files {
    pub(super) fn write(self, report: &Report) -> Result<(), Error> {
        if let Some(file) = self.json {
            file.write(&report.to_json())?;
        }
        if let Some(baseline) = self.baseline {
            note(&baseline.write(report)?);
        }
        Ok(())
    }
}
