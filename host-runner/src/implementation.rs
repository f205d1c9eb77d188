//! What is judged: a runtime with its version, and what is known of it.

use crate::adapter::command::{AdapterFile, CommandAdapter, Home};
use crate::adapter::{Adapter, Embedding, InChildren, Store};
use crate::baseline::{known_failures, parse_baseline};
use crate::json::Text;
use crate::preflight::{self, Manner};
use crate::protocol::Endings;
use crate::trial::{self, Trial};
use crate::{Error, KnownFailure, Suite};
use include_dir::{Dir, include_dir};
use std::path::Path;
use std::sync::Arc;

/// The name of the implementation that is built in, with the feature `wasmtime`.
const BUILT_IN: &str = "wasmtime";

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/implementations");

/// The names and files of the implementations that this program carries,
/// without the one that is built in.
fn shipped() -> impl Iterator<Item = (String, &'static str)> {
    SHIPPED.files().filter_map(|file| {
        let stem = file.path().file_stem()?.to_string_lossy().into_owned();
        let is_description = file.path().extension()? == "json" && stem != BUILT_IN;
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
#[non_exhaustive]
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
    /// What was made of the components for it.
    pub(crate) store: Store,
}

impl Implementation {
    /// The implementation built in, with its baseline. It runs in children of
    /// this program, whose `main` has to call [`dispatch`](crate::child::dispatch).
    ///
    /// # Errors
    /// When there is no room for temporary files, or its baseline is wrong.
    #[cfg(feature = "wasmtime")]
    pub fn built_in(suite: &Suite) -> Result<Self, Error> {
        let baseline = parse_baseline(
            "host-runner/implementations/wasmtime.json",
            include_str!("../implementations/wasmtime.json"),
            &trial::all(suite),
        )?;
        Self::embedding(Arc::new(crate::adapter::Wasmtime), baseline)
    }

    #[cfg(not(feature = "wasmtime"))]
    fn built_in(_: &Suite) -> Result<Self, Error> {
        Err(Error::Implementation {
            implementation: BUILT_IN.to_owned(),
            problem: "this program was built without it".to_owned(),
            mend: "name another with -i, or build it with the feature `wasmtime`".to_owned(),
        })
    }

    /// What is embedded, run in children of this program.
    pub(crate) fn embedding(
        embedding: Arc<dyn Embedding>,
        baseline: Vec<KnownFailure>,
    ) -> Result<Self, Error> {
        Self::new(Box::new(InChildren(embedding)), baseline)
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
        if name == BUILT_IN && program.is_none() {
            return Self::built_in(suite);
        }
        let mut implementation = Self::described(suite, Path::new(name), program)?;
        implementation.selector = Some(words.to_owned());
        Ok(implementation)
    }

    /// The names of the implementations that this program knows how to run.
    #[must_use]
    pub fn names() -> Vec<String> {
        let others = shipped().map(|(name, _)| name);
        std::iter::once(BUILT_IN.to_owned()).chain(others).collect()
    }

    /// Adds known failures; where the baseline has one of the same trial, the
    /// one that is added counts.
    pub fn add_known_failures(&mut self, known: Vec<KnownFailure>) {
        self.baseline.splice(0..0, known);
    }

    /// Adds the known failures that a file lists.
    pub(crate) fn read_baseline(&mut self, path: &Path, trials: &[Trial<'_>]) -> Result<(), Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        let known = parse_baseline(&path.display().to_string(), &text, trials)?;
        self.add_known_failures(known);
        Ok(())
    }

    /// The implementation that a file describes, of the user's or of ours.
    pub(crate) fn described(
        suite: &Suite,
        path: &Path,
        program: Option<String>,
    ) -> Result<Self, Error> {
        let trials = trial::all(suite);
        let name = &*path.to_string_lossy();
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
            store: Store::new().map_err(|source| Error::Io {
                action: "create a folder in",
                path: std::env::temp_dir(),
                source,
            })?,
        })
    }

    /// Proves that the implementation can be judged, and learns how it ends.
    ///
    /// # Errors
    /// What did not work, and what to do about it.
    pub(crate) fn preflight(&self, suite: &Suite, manner: Manner) -> Result<Endings, Error> {
        const FILE: &str = "endings.json";
        let failed = |problem: String, mend: String| Error::Implementation {
            implementation: self.name.clone(),
            problem,
            mend,
        };
        let mut problem = None;
        // Kept in a file: processes that share a store prove it once.
        let kept = self.store.folder("preflight", |folder| {
            let preflight = preflight::run(self, &suite.preflight, manner);
            problem = preflight.problem().cloned();
            let endings = preflight.endings.ok_or("the preflight failed")?;
            let text = serde_json::to_vec(&endings).map_err(|it| it.to_string())?;
            std::fs::write(folder.join(FILE), text).map_err(|it| it.to_string())
        });
        if let Some(problem) = problem {
            return Err(failed(problem.what, problem.hint));
        }
        let read = || {
            let text = std::fs::read(kept?.join(FILE)).map_err(|it| it.to_string())?;
            serde_json::from_slice(&text).map_err(|it| it.to_string())
        };
        read().map_err(|why: String| {
            failed(
                format!("failed to keep what the preflight found: {why}"),
                "look whether there is room for temporary files".to_owned(),
            )
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
