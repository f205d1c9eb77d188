//! `--baseline` and `--write-baseline`: known failures from and to files.

use super::RunArguments;
use crate::baseline::{self, parse_baseline};
use crate::report::Report;
use crate::trial::Trial;
use crate::{Error, Implementation, KnownFailure};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A baseline that is to be written after the run.
pub(super) struct Baselines {
    known: Vec<KnownFailure>,
    version: String,
    path: PathBuf,
    /// Beside the file, which is replaced only when all of it is written.
    file: NamedTempFile,
}

impl Baselines {
    /// Adds the known failures of the files to the implementations, and
    /// prepares what is to be written, if anything is.
    pub(super) fn read(
        arguments: &RunArguments,
        trials: &[Trial<'_>],
        implementations: &mut [Implementation],
    ) -> Result<Option<Self>, Error> {
        let mut files = Vec::new();
        for word in &arguments.baselines {
            let (implementation, file) = of(word, implementations)?;
            let text = std::fs::read_to_string(file).map_err(|source| Error::Io {
                action: "read",
                path: file.into(),
                source,
            })?;
            implementation.add_known_failures(parse_baseline(file, &text, trials)?);
            files.push(Path::new(file));
        }
        let Some(path) = &arguments.write_baseline else {
            return Ok(None);
        };
        let [implementation] = implementations else {
            return Err(Error::Usage {
                problem: "--write-baseline is for one implementation at a time".to_owned(),
                mend: "name one with -i".to_owned(),
            });
        };
        if path.exists() && !files.contains(&path.as_path()) {
            return Err(Error::Usage {
                problem: format!("{} exists", path.display()),
                mend: "give it as --baseline too, so that its reasons are kept; or remove it"
                    .to_owned(),
            });
        }
        Ok(Some(Self {
            known: implementation.baseline.clone(),
            version: implementation.version.clone(),
            path: path.clone(),
            file: beside(path)?,
        }))
    }

    /// Writes the baseline that fits a report.
    pub(super) fn write(mut self, report: &Report) -> Result<(), Error> {
        let baseline = baseline::fitting(&report.records, &self.known, &self.version);
        let failed = |source| Error::Io {
            action: "write the baseline to",
            path: self.path.clone(),
            source,
        };
        self.file
            .write_all(baseline::to_text(&baseline).as_bytes())
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

/// The implementation that a baseline is for, and its file.
fn of<'a, 'b>(
    word: &'a str,
    implementations: &'b mut [Implementation],
) -> Result<(&'b mut Implementation, &'a str), Error> {
    if let Some((name, file)) = word.split_once('=')
        && let Some(at) = implementations.iter().position(|it| it.name == name)
    {
        return Ok((&mut implementations[at], file));
    }
    let names: Vec<String> = implementations.iter().map(|it| it.name.clone()).collect();
    match implementations {
        [implementation] => Ok((implementation, word)),
        _ => Err(Error::Usage {
            problem: format!("--baseline {word} does not say which implementation it is for"),
            mend: format!("write NAME=FILE, with a name of {}", names.join(", ")),
        }),
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
