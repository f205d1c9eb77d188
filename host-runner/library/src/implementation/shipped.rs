//! The implementations whose descriptions this program carries.

use crate::adapter::command::{Home, MadeOf};
use crate::temporary;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use wasi_tcp_conformance_core::{Error, KnownFailure, KnownWalk};

/// The name of the implementation that is built in, with the feature `wasmtime`.
pub(super) const BUILT_IN: &str = "wasmtime";

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/implementations");

/// The names and descriptions of those that are started by a command.
pub(super) fn described() -> impl Iterator<Item = (String, &'static str)> {
    FILES.files().filter_map(|file| {
        let stem = file.path().file_stem()?.to_string_lossy().into_owned();
        let is_description = file.path().extension()? == "json" && stem != BUILT_IN;
        is_description.then_some((stem, file.contents_utf8()?))
    })
}

/// The baseline of the implementation that is built in.
pub(super) fn built_in_baseline() -> (&'static str, &'static str) {
    (
        "host-runner/library/implementations/wasmtime.json",
        include_str!("../../implementations/wasmtime.json"),
    )
}

/// The names of all implementations that this program knows how to run.
#[must_use]
pub fn shipped_names() -> Vec<String> {
    let others = described().map(|(name, _)| name);
    std::iter::once(BUILT_IN.to_owned()).chain(others).collect()
}

/// What one of them is known to get wrong, in trials and in walks.
#[derive(Debug)]
#[non_exhaustive]
pub struct ShippedKnown {
    /// The name of the implementation.
    pub name: String,
    /// The trials.
    pub failures: Vec<KnownFailure>,
    /// The walks.
    pub walks: Vec<KnownWalk>,
}

/// What each of them is known to get wrong.
#[must_use]
pub fn shipped_known() -> Vec<ShippedKnown> {
    #[derive(Deserialize)]
    struct Described {
        baseline: Vec<KnownFailure>,
        #[serde(default)]
        walks: Vec<KnownWalk>,
    }
    let built_in = (BUILT_IN.to_owned(), built_in_baseline().1);
    std::iter::once(built_in)
        .chain(described())
        .filter_map(|(name, text)| {
            let described: Described = serde_json::from_str(text).ok()?;
            Some(ShippedKnown {
                name,
                failures: described.baseline,
                walks: described.walks,
            })
        })
        .collect()
}

/// The name of the implementation that another is made of, if that is one.
fn inner(name: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Described {
        made_of: Option<MadeOf>,
    }
    let (_, text) = described().find(|(known, _)| known == name)?;
    let described: Described = serde_json::from_str(text).ok()?;
    Some(described.made_of?.implementation)
}

/// A folder with the driver scripts of an implementation: the files of its name, and of the
/// one that it is made of, that are no description.
pub(super) fn drivers(name: &str) -> Result<Home, Error> {
    let failed = |source| Error::Io {
        action: "write the drivers to",
        path: std::env::temp_dir(),
        source,
    };
    let folder = temporary::folder()?;
    let inner = inner(name);
    let names = [Some(name), inner.as_deref()];
    for file in FILES.files() {
        let path = file.path();
        let is_driver = path
            .file_stem()
            .is_some_and(|stem| names.contains(&stem.to_str()))
            && path.extension().is_none_or(|extension| extension != "json");
        if is_driver {
            std::fs::write(folder.path().join(path), file.contents()).map_err(failed)?;
        }
    }
    Ok(Home::Temporary(folder))
}
