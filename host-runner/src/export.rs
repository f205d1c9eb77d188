//! Exports the suite for those who bring a runner of their own.

use crate::trial::{self, Trial};
use crate::{Environment, Error, Files, Suite, WasiVersion, embedded_files, retarget};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::path::Path;

/// The format of the manifest. A field that is renamed or removed makes it
/// another; one that is added does not.
const FORMAT: u64 = 1;

/// The name of the manifest in the folder.
const MANIFEST: &str = "manifest.json";

/// Writes components, expectations, requirements and a manifest into a folder
/// that is new or empty. Says how many files there are.
///
/// # Errors
/// When the folder has something in it, or cannot be written.
pub fn export(suite: &Suite, folder: &Path) -> Result<usize, Error> {
    let io = |action| {
        move |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io {
                action,
                path,
                source,
            }
        }
    };
    std::fs::create_dir_all(folder).map_err(io("create")(folder))?;
    let mut entries = std::fs::read_dir(folder).map_err(io("read")(folder))?;
    if entries.next().is_some() {
        return Err(Error::Usage {
            problem: format!("{} is not empty", folder.display()),
            mend: "name a folder that is new, so that no file of another version stays in it"
                .to_owned(),
        });
    }
    let mut files = files(suite)?;
    let manifest = serde_json::to_string_pretty(&manifest(suite, &files)).unwrap_or_default();
    files.insert(MANIFEST.to_owned(), (manifest + "\n").into_bytes().into());
    for (name, bytes) in &files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(io("create")(parent))?;
        std::fs::write(&path, bytes).map_err(io("write")(&path))?;
    }
    Ok(files.len())
}

/// The files by their path in the folder.
fn files(suite: &Suite) -> Result<Files, Error> {
    let mut files = Files::new();
    for (path, bytes) in embedded_files() {
        // The manifest of the build is about its toolchain; ours lists these files.
        if let Some(name) = path.strip_prefix("guest-tests/") {
            if name != "components/manifest.json" {
                files.insert(name.to_owned(), bytes);
            }
        } else {
            files.insert(path, bytes);
        }
    }
    for it in trial::all(suite) {
        if let Environment::Wasi(version) = it.id.environment
            && let Entry::Vacant(entry) = files.entry(component(&it))
        {
            entry.insert(Cow::Owned(moved(&it, version)?));
        }
    }
    Ok(files)
}

/// A component that imports the interfaces at another version.
fn moved(it: &Trial<'_>, version: WasiVersion) -> Result<Vec<u8>, Error> {
    retarget(&it.topic.component, version).map_err(|problem| Error::Data {
        file: component(it),
        line: 1,
        problem,
        mend: "run `cargo xtask build-guests`".to_owned(),
    })
}

/// The component of a trial, in the folder.
fn component(it: &Trial<'_>) -> String {
    match it.id.environment {
        Environment::Wasi(version) => format!("components/wasi-{version}/{}.wasm", it.id.topic),
        _ => format!("components/{}.wasm", it.id.topic),
    }
}

fn manifest(suite: &Suite, files: &Files) -> Value {
    let digests: serde_json::Map<_, _> = files
        .iter()
        .map(|(path, bytes)| {
            let digest = hex::encode(Sha256::digest(bytes));
            (
                path.clone(),
                json!({ "sha256": digest, "bytes": bytes.len() }),
            )
        })
        .collect();
    let trials: Vec<_> = trial::all(suite).iter().map(described).collect();
    json!({
        "format": FORMAT,
        "suite": {
            "version": env!("CARGO_PKG_VERSION"),
            "wasi-version": WasiVersion::REFERENCE,
            "digest": suite.digest,
        },
        "preflight": { "component": "components/preflight.wasm" },
        "trials": trials,
        "files": digests,
    })
}

/// A trial, with everything that a runner must know to run and judge it.
fn described(it: &Trial<'_>) -> Value {
    let expectation = it.expectation;
    json!({
        "trial": it.id.to_string(),
        "component": component(it),
        "arguments": [it.id.case, it.id.family],
        "environment": it.id.environment,
        "both-families": expectation.both_families,
        "must": expectation.must,
        "should": expectation.should,
        "not-applicable": expectation.not_applicable,
        "requirements": expectation.cites,
    })
}
