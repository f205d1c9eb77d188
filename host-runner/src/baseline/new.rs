//! A baseline that is written after a run, to fit what the run found.

use super::{fitting, to_text};
use crate::report::Report;
use crate::{Error, Implementation, KnownFailure};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A baseline that is to be written.
pub(crate) struct NewBaseline {
    known: Vec<KnownFailure>,
    version: String,
    path: PathBuf,
    /// Beside the file, which is replaced only when all of it is written.
    file: NamedTempFile,
}

impl NewBaseline {
    /// Prepares to write the baseline of an implementation. A file that exists
    /// must be one of those that were `read`, or its reasons would be lost.
    pub(crate) fn begin(
        path: &Path,
        implementation: &Implementation,
        read: &[PathBuf],
    ) -> Result<Self, Error> {
        let is_read = read.iter().any(|it| it == path);
        if path.exists() && !is_read {
            return Err(Error::Usage {
                problem: format!("{} exists, and is not read as a baseline", path.display()),
                mend: "give it as a baseline too, so that its reasons are kept; or remove it"
                    .to_owned(),
            });
        }
        Ok(Self {
            known: implementation.baseline.clone(),
            version: implementation.version.clone(),
            path: path.to_owned(),
            file: beside(path)?,
        })
    }

    /// Writes the baseline that fits a report.
    pub(crate) fn write(mut self, report: &Report) -> Result<(), Error> {
        let baseline = fitting(&report.records, &self.known, &self.version);
        let failed = |source| Error::Io {
            action: "write the baseline to",
            path: self.path.clone(),
            source,
        };
        self.file
            .write_all(to_text(&baseline).as_bytes())
            .map_err(failed)?;
        self.file
            .persist(&self.path)
            .map_err(|error| failed(error.error))?;
        let open = baseline.iter().filter(|it| it.reason.is_empty()).count();
        let count = baseline.len();
        let path = self.path.display();
        eprintln!("known failures in {path}: {count}, without a reason: {open}");
        Ok(())
    }
}

/// A new file in the folder of another, which it can take the place of.
fn beside(path: &Path) -> Result<NamedTempFile, Error> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    #[cfg_attr(not(unix), expect(unused_mut, reason = "permissions are of Unix"))]
    let mut file = tempfile::Builder::new();
    // As readable as any other file; a temporary one is for its owner alone.
    #[cfg(unix)]
    file.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    file.tempfile_in(folder).map_err(|source| Error::Io {
        action: "write the baseline to",
        path: path.to_owned(),
        source,
    })
}
