//! Saved reports.

use std::path::Path;
use wasi_tcp_conformance::Error;
use wasi_tcp_conformance::internal::read_text;
use wasi_tcp_conformance::report::Report;

/// A saved report, with the name of its file.
pub(super) struct Saved {
    pub(super) file: String,
    pub(super) report: Report,
}

impl Saved {
    /// Reads a report that was written with `--json`.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let report = Report::from_json(&file, &read_text(path)?)?;
        Ok(Self { file, report })
    }

    /// Reads several.
    pub(super) fn read_all(paths: &[std::path::PathBuf]) -> Result<Vec<Self>, Error> {
        paths.iter().map(|path| Self::read(path)).collect()
    }
}
