//! What is written down about the built components.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// The manifest beside the components.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The compiler, as `rustc --version` says. Another one gives other bytes.
    pub toolchain: String,
    /// The digest of what the components were built from.
    pub sources: String,
    /// The components, by topic.
    pub components: BTreeMap<String, Component>,
}

/// A component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
}

impl Component {
    /// Describes the bytes of a component.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            sha256: hex::encode(Sha256::digest(bytes)),
            bytes: bytes.len(),
        }
    }
}

impl Manifest {
    /// Reads the manifest of a folder of components.
    ///
    /// # Errors
    /// When there is none, or it can't be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("manifest.json");
        let text = fs::read_to_string(&path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("failed to parse {}", path.display()))
    }

    /// What is not the same in `other`, a line each; nothing if all is.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.toolchain != other.toolchain {
            lines.push(format!(
                "the toolchain is {}, and was {}: the bytes differ for that alone",
                other.toolchain, self.toolchain
            ));
        }
        if self.sources != other.sources {
            lines.push("the sources changed".to_owned());
        }
        for topic in self.components.keys().chain(other.components.keys()) {
            let line = match (self.components.get(topic), other.components.get(topic)) {
                (Some(one), Some(two)) if one == two => continue,
                (Some(_), Some(_)) => format!("{topic}.wasm differs"),
                (Some(_), None) => format!("{topic}.wasm has no source any more"),
                (None, _) => format!("{topic}.wasm is missing"),
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

/// What the guests are built from. What else lies beside it, an editor put there.
const SOURCES: [&str; 5] = [".cargo", "Cargo.lock", "Cargo.toml", "src", "wit"];

/// The SHA-256 of everything that the guests are built from, in hexadecimal
/// digits. Each path and content goes in with its length before it; line ends
/// are normalised, so that a checkout on Windows gives the same.
///
/// # Errors
/// When a file can't be read.
pub fn source_digest(guests: &Path) -> Result<String> {
    let mut files = BTreeMap::new();
    for source in SOURCES {
        for entry in WalkDir::new(guests.join(source)) {
            let entry = entry.context("failed to list the guests' sources")?;
            let path = entry.path();
            if entry.file_type().is_file() {
                let bytes =
                    fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
                files.insert(relative(path, guests), unix_lines(&bytes));
            }
        }
    }
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        for part in [name.as_bytes(), &bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

/// The path below a folder, the same on every system.
fn relative(path: &Path, folder: &Path) -> String {
    let names: Vec<_> = path
        .strip_prefix(folder)
        .unwrap_or(path)
        .components()
        .map(|it| it.as_os_str().to_string_lossy())
        .collect();
    names.join("/")
}

fn unix_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if !bytes[at..].starts_with(b"\r\n") {
            lines.push(*byte);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of these sources; those that are not named are empty.
    fn digest(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let empty = [".cargo/config.toml", "Cargo.lock", "Cargo.toml", "wit/a"].map(|it| (it, ""));
        for (name, text) in empty.iter().chain(files) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        source_digest(folder.path()).unwrap()
    }

    #[test]
    fn the_digest_is_that_of_the_sources() {
        let one = digest(&[("src/a", "x\n"), ("src/b", "y")]);
        for (files, why) in [
            ([("src/b", "y"), ("src/a", "x\n")], "order"),
            ([("src/a", "x\r\n"), ("src/b", "y")], "line ends"),
        ] {
            assert_eq!(one, digest(&files), "{why}");
        }
        for (files, why) in [
            ([("src/a", "x\n"), ("src/b", "z")], "content"),
            ([("src/a", "x\n"), ("src/c", "y")], "name"),
            (
                [("src/a", "x\r"), ("src/b", "y")],
                "a carriage return alone",
            ),
            ([("src/a", "x"), ("src/b", "\ny")], "boundary of files"),
        ] {
            assert_ne!(one, digest(&files), "{why}");
        }
        assert_ne!(
            digest(&[("src/a", "bc")]),
            digest(&[("src/ab", "c")]),
            "boundary of name and content"
        );
        for source in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "wit/a"] {
            let files = [("src/a", "x\n"), ("src/b", "y"), (source, "z")];
            assert_ne!(one, digest(&files), "{source}");
        }
        for beside in ["target/c", "components/c.wasm", ".DS_Store", ".idea/c"] {
            let files = [("src/a", "x\n"), ("src/b", "y"), (beside, "z")];
            assert_eq!(one, digest(&files), "{beside}");
        }
    }

    #[test]
    fn a_folder_without_guests_has_no_digest() {
        let folder = tempfile::tempdir().unwrap();
        assert!(source_digest(folder.path()).is_err());
    }

    #[test]
    fn every_difference_is_named_once() {
        let manifest = |toolchain: &str, topics: &[(&str, &str)]| Manifest {
            toolchain: toolchain.to_owned(),
            sources: "s".to_owned(),
            components: topics
                .iter()
                .map(|(topic, bytes)| ((*topic).to_owned(), Component::of(bytes.as_bytes())))
                .collect(),
        };
        let committed = manifest("1", &[("same", "a"), ("changed", "b"), ("gone", "c")]);
        assert!(committed.differences(&committed).is_empty());
        assert_eq!(
            committed.differences(&manifest(
                "2",
                &[("same", "a"), ("changed", "x"), ("new", "d")]
            )),
            [
                "the toolchain is 2, and was 1: the bytes differ for that alone",
                "changed.wasm differs",
                "gone.wasm has no source any more",
                "new.wasm is missing",
            ]
        );
    }
}
