//! `export`: writes the suite to a folder, for a runner of your own.

use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasi_tcp_conformance::internal::print;
use wasi_tcp_conformance::internal::{Files, embedded_files, retarget};
use wasi_tcp_conformance::{Error, Suite, Trial, WasiVersion};

/// The format of the manifest. A field that is renamed or removed makes it
/// another; one that is added does not.
const FORMAT: u64 = 2;

/// The name of the manifest in the folder.
const MANIFEST: &str = "manifest.json";

#[derive(Args)]
pub(super) struct Arguments {
    /// The folder to write to; it must be new or empty
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let count = export(&Suite::embedded()?, &arguments.folder)?;
    let folder = arguments.folder.display();
    print(&format!(
        "{count} files written to {folder}; {MANIFEST} lists them\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes components, expectations, requirements and a manifest into a folder
/// that is new or empty. Returns how many files there are.
fn export(suite: &Suite, folder: &Path) -> Result<usize, Error> {
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
        return Err(Error::usage(
            format!("{} is not empty", folder.display()),
            "name a new folder, so that no file of another version stays in it",
        ));
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
        // The manifests of the build are about its toolchain; ours lists these files.
        if let Some(name) = path.strip_prefix("guest-tests/") {
            if !name.ends_with("/manifest.json") {
                files.insert(name.to_owned(), bytes);
            }
        } else {
            files.insert(path, bytes);
        }
    }
    for trial in suite.trials() {
        if let Some(version) = trial.name.settings.version
            && let Entry::Vacant(entry) = files.entry(component(&trial))
        {
            entry.insert(Cow::Owned(moved(&trial, version)?));
        }
    }
    Ok(files)
}

/// A component that imports the interfaces at another version.
fn moved(trial: &Trial, version: WasiVersion) -> Result<Vec<u8>, Error> {
    let topic = &trial.topic;
    retarget(&topic.component, topic.wasi_version, version)
        .map_err(|what| Error::in_file(component(trial), what, "run `cargo xtask build-guests`"))
}

/// The component of a trial, in the folder.
fn component(trial: &Trial) -> String {
    let (generation, topic) = (trial.name.generation, &trial.name.topic);
    match trial.name.settings.version {
        Some(version) => format!("components/{generation}/wasi-{version}/{topic}.wasm"),
        None => format!("components/{generation}/{topic}.wasm"),
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
    let generations: Vec<_> = suite
        .generations
        .iter()
        .map(|part| {
            let generation = part.generation;
            json!({
                "generation": generation,
                "wasi-version": part.data.reference,
                "error-codes": part.data.error_codes,
                "preflight": { "component": format!("components/{generation}/preflight.wasm") },
            })
        })
        .collect();
    let trials: Vec<_> = suite.trials().iter().map(described).collect();
    json!({
        "format": FORMAT,
        "suite": { "version": env!("CARGO_PKG_VERSION"), "digest": suite.digest },
        "generations": generations,
        "trials": trials,
        "files": digests,
    })
}

/// A trial, with everything that a runner must know to run and judge it.
fn described(trial: &Trial) -> Value {
    let (name, expectation) = (&trial.name, &trial.expectation);
    // Patterns cannot judge the answers of a walk: the model does.
    let must = expectation.must.as_ref().filter(|_| trial.walk.is_none());
    json!({
        "trial": name,
        "component": component(trial),
        "arguments": [expectation.argument(), name.family],
        "settings": name.settings,
        "both-families": expectation.both_families,
        "listener": expectation.listener,
        "own-loopback": expectation.own_loopback,
        "hosts": expectation.hosts,
        "must": must,
        "should": expectation.should,
        "otherwise": expectation.otherwise,
        "not-applicable": expectation.not_applicable,
        "requirements": expectation.cites,
    })
}
