//! What a test target is asked to write. Its flags are libtest's, so these are
//! variables of the environment.

use crate::baseline::NewBaseline;
use crate::report::Report;
use crate::{Error, Implementation, console};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Names a file for the report, as JSON.
const JSON: &str = "WASI_TCP_CONFORMANCE_JSON";

/// Names a file for a baseline that fits the run.
const WRITE_BASELINE: &str = "WASI_TCP_CONFORMANCE_WRITE_BASELINE";

/// Files that are to be written after the run.
#[derive(Default)]
pub(super) struct Wanted {
    json: Option<PathBuf>,
    baseline: Option<PathBuf>,
}

/// The same, ready to be written to.
pub(super) struct Files {
    json: Option<(PathBuf, File)>,
    baseline: Option<NewBaseline>,
}

impl Wanted {
    /// What the environment asks for.
    ///
    /// # Errors
    /// When it asks a process that sees one trial of many: `is_part`.
    pub(super) fn by_environment(is_part: bool) -> Result<Self, Error> {
        let path = |variable: &str| match std::env::var_os(variable) {
            Some(path) if !path.is_empty() && is_part => Err(Error::Usage {
                problem: format!(
                    "{variable} is set, and cargo-nextest runs each trial in a process that \
                     sees no other"
                ),
                mend: "use `cargo test` for it, or unset it".to_owned(),
            }),
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

    /// Creates the files, before a trial runs: a mistyped folder must not cost
    /// a run. `baselines` are the files that were read.
    pub(super) fn open(
        self,
        implementation: &Implementation,
        baselines: &[PathBuf],
    ) -> Result<Files, Error> {
        let json = self
            .json
            .map(|it| console::create(&it).map(|file| (it, file)));
        let baseline = self
            .baseline
            .map(|it| NewBaseline::begin(&it, implementation, baselines));
        Ok(Files {
            json: json.transpose()?,
            baseline: baseline.transpose()?,
        })
    }
}

impl Files {
    pub(super) fn write(self, report: &Report) -> Result<(), Error> {
        if let Some((path, mut file)) = self.json {
            console::write(&path, &mut file, &report.to_json())?;
        }
        self.baseline.map_or(Ok(()), |it| it.write(report))
    }
}
