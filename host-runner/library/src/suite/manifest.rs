//! What the build of the guests wrote about its components.

use super::contents::Place;
use super::embedded::Files;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use wasi_tcp_conformance_core::json::{Format, Text};
use wasi_tcp_conformance_core::{Error, Generation};

const HELP: &str = "run `cargo xtask build-guests` and commit what it writes";

/// The manifest of the components of a generation.
#[derive(Deserialize)]
pub(super) struct Manifest {
    pub(super) components: BTreeMap<String, Built>,
}

/// A component.
#[derive(Deserialize)]
pub(super) struct Built {
    pub(super) sha256: String,
    /// The cases, and where they are in the sources.
    #[serde(default)]
    pub(super) cases: BTreeMap<String, Place>,
}

/// The folder of the components of a generation.
pub(super) fn folder(generation: Generation) -> String {
    format!("guest-tests/components/{generation}/")
}

/// Reads the manifest of a generation, and checks that its components are those
/// that it lists, to the byte.
pub(super) fn read(files: &Files, generation: Generation) -> Result<Manifest, Error> {
    let folder = folder(generation);
    let path = format!("{folder}manifest.json");
    let bytes = files
        .get(&path)
        .ok_or_else(|| Error::in_file(&path, "the file is missing", HELP))?;
    let manifest: Manifest = Text::new(&path, bytes, Format::Manifest)?.parse()?;
    for name in manifest.components.keys() {
        if !files.contains_key(&format!("{folder}{name}.wasm")) {
            let what = format!("the component `{name}.wasm` is missing");
            return Err(Error::in_file(&path, what, HELP));
        }
    }
    for (file, bytes) in files {
        let stem = file.strip_prefix(&folder);
        let Some(name) = stem.and_then(|it| it.strip_suffix(".wasm")) else {
            continue;
        };
        let Some(built) = manifest.components.get(name) else {
            let what = format!("the component `{name}.wasm` is not listed");
            return Err(Error::in_file(&path, what, HELP));
        };
        if hex::encode(Sha256::digest(bytes)) != built.sha256 {
            let what = "the component is not the one that the manifest lists";
            return Err(Error::in_file(file, what, HELP));
        }
    }
    Ok(manifest)
}
