//! What is judged: a runtime with its version, and what is known of it.

use crate::adapter::Adapter;
use crate::adapter::command::{AdapterFile, CommandAdapter, Home};
use crate::adapter::embedded::Embedded;
use crate::baseline::{known_failures, parse_baseline};
use crate::json::Text;
use crate::protocol::Endings;
use crate::trial::{self, Trial};
use crate::{Error, KnownFailure, Suite, WasiVersion, preflight};
use include_dir::{Dir, include_dir};
use std::path::Path;
use std::time::Duration;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/implementations");

/// The names and files of the implementations that this program carries,
/// without the one that is built in.
fn shipped() -> impl Iterator<Item = (String, &'static str)> {
    SHIPPED.files().filter_map(|file| {
        let stem = file.path().file_stem()?.to_string_lossy().into_owned();
        let is_description = file.path().extension()? == "json" && stem != Embedded::NAME;
        is_description.then_some((stem, file.contents_utf8()?))
    })
}

/// A folder with the driver scripts of an implementation that this program
/// carries: the files of its name that are no description.
fn drivers(name: &str) -> Result<Home, Error> {
    let failed = |source| Error::Io {
        action: "write the drivers to",
        path: std::env::temp_dir(),
        source,
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    for file in SHIPPED.files() {
        let path = file.path();
        let is_driver = path.file_stem().is_some_and(|it| it == name)
            && path.extension().is_none_or(|it| it != "json");
        if is_driver {
            std::fs::write(folder.path().join(path), file.contents()).map_err(failed)?;
        }
    }
    Ok(Home::Temporary(folder))
}

/// An implementation that is ready to be judged.
pub struct Implementation {
    /// Its name.
    pub name: String,
    /// Its version, as it says itself.
    pub version: String,
    /// How it is run.
    pub adapter: Box<dyn Adapter>,
    /// What it is known to get wrong.
    pub baseline: Vec<KnownFailure>,
    /// What the command line calls it, unless it is the one built in.
    pub selector: Option<String>,
}

impl Implementation {
    /// The implementation built in, with its baseline.
    ///
    /// # Errors
    /// When it does not run on this host, or its baseline is wrong.
    pub fn embedded(suite: &Suite) -> Result<Self, Error> {
        let baseline = parse_baseline(
            "host-runner/implementations/wasmtime.json",
            include_str!("../implementations/wasmtime.json"),
            &trial::all(suite),
        )?;
        Self::new(Box::new(Embedded::new()?), baseline)
    }

    /// The implementation that the command line names: `wasmtime` is the one
    /// built in, `NAME` one whose file this program carries, `FILE.json` any
    /// other. The last two can be followed by `=PROGRAM`, the program to run.
    ///
    /// # Errors
    /// When there is no such implementation, its file is wrong, or it is not
    /// installed.
    pub fn named(suite: &Suite, words: &str) -> Result<Self, Error> {
        let (name, program) = match words.split_once('=') {
            Some((name, program)) => (name, Some(program.to_owned())),
            None => (words, None),
        };
        if name == Embedded::NAME && program.is_none() {
            return Self::embedded(suite);
        }
        let mut implementation = Self::described(suite, name, program)?;
        implementation.selector = Some(words.to_owned());
        Ok(implementation)
    }

    /// The names of the implementations that this program knows how to run.
    #[must_use]
    pub fn names() -> Vec<String> {
        let others = shipped().map(|(name, _)| name);
        std::iter::once(Embedded::NAME.to_owned())
            .chain(others)
            .collect()
    }

    /// Adds known failures; where the baseline has one of the same trial, the
    /// one that is added counts.
    pub fn add_known_failures(&mut self, known: Vec<KnownFailure>) {
        self.baseline.splice(0..0, known);
    }

    /// The implementation that a file describes.
    fn described(suite: &Suite, name: &str, program: Option<String>) -> Result<Self, Error> {
        let trials = trial::all(suite);
        let path = Path::new(name);
        if path.extension().is_some_and(|it| it == "json") {
            let failed = |source| Error::Io {
                action: "read",
                path: path.to_owned(),
                source,
            };
            let text = std::fs::read_to_string(path).map_err(failed)?;
            let whole = std::path::absolute(path).map_err(failed)?;
            let home = whole.parent().map(Path::to_owned).unwrap_or_default();
            return parse_implementation(name, &text, Home::Own(home), program, &trials);
        }
        if let Some((_, text)) = shipped().find(|(stem, _)| stem == name) {
            let file = format!("host-runner/implementations/{name}.json");
            return parse_implementation(&file, text, drivers(name)?, program, &trials);
        }
        Err(Error::Usage {
            problem: format!("there is no implementation `{name}`"),
            mend: format!(
                "name {}, all, or a file that ends in .json",
                Self::names().join(", ")
            ),
        })
    }

    /// An implementation behind an adapter, which must be able to tell its
    /// version.
    ///
    /// # Errors
    /// When it can't.
    pub fn new(adapter: Box<dyn Adapter>, baseline: Vec<KnownFailure>) -> Result<Self, Error> {
        Ok(Self {
            name: adapter.name().to_owned(),
            version: adapter.version()?,
            adapter,
            baseline,
            selector: None,
        })
    }

    /// Proves that the implementation can be judged, and learns how it ends.
    ///
    /// # Errors
    /// What did not work, and what to do about it.
    pub fn preflight(
        &self,
        suite: &Suite,
        wasi_version: WasiVersion,
        time_limit: Duration,
    ) -> Result<Endings, Error> {
        let adapter = self.adapter.as_ref();
        let preflight = preflight::run(adapter, &suite.preflight, wasi_version, time_limit);
        preflight.endings.ok_or_else(|| {
            let problem = preflight.problem();
            Error::Implementation {
                implementation: self.name.clone(),
                problem: problem.map(|it| it.what.clone()).unwrap_or_default(),
                mend: problem.map(|it| it.hint.clone()).unwrap_or_default(),
            }
        })
    }

    /// The entry of the baseline for a trial.
    #[must_use]
    pub fn known_failure(&self, trial: &str) -> Option<&KnownFailure> {
        self.baseline
            .iter()
            .find(|it| it.trial == trial && it.is_about(&self.version))
    }
}

/// Reads an implementation that a file describes.
fn parse_implementation(
    file: &str,
    text: &str,
    home: Home,
    program: Option<String>,
    trials: &[Trial<'_>],
) -> Result<Implementation, Error> {
    let text = Text { file, text };
    let parts: AdapterFile<'_> = text.parse()?;
    let baseline = known_failures(text, &parts.baseline, trials)?;
    let adapter = CommandAdapter::new(text, parts, home, program)?;
    Implementation::new(Box::new(adapter), baseline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_can_be_read() {
        let suite = Suite::embedded().unwrap();
        let trials = trial::all(&suite);
        assert!(shipped().count() > 0);
        for (name, text) in shipped() {
            let text = Text { file: &name, text };
            let parts: AdapterFile<'_> = text.parse().unwrap();
            assert_eq!(parts.name, name, "the file is named as what it describes");
            assert!(parts.install.is_some(), "{name} says how to get it");
            known_failures(text, &parts.baseline, &trials).unwrap();
            CommandAdapter::new(text, parts, drivers(&name).unwrap(), None).unwrap();
        }
    }
}
