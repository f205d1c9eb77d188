//! The manifest of the components: how they were built, and what is in them.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// The manifest of the components of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The output of `rustc --version`. Another compiler makes other bytes.
    pub toolchain: String,
    /// The digest of the sources.
    pub sources: String,
    /// The components, by topic.
    pub components: BTreeMap<String, Component>,
}

/// A component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The SHA-256 of the component, in hexadecimal digits.
    pub sha256: String,
    /// The size of the component.
    pub bytes: usize,
    /// Where the functions of the cases are, by case.
    pub cases: BTreeMap<String, Place>,
}

/// The place of a function in the sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the repository.
    pub file: String,
    /// The first line, which is that of the comment above the function.
    pub first: usize,
    /// The last line.
    pub last: usize,
}

impl Component {
    /// Describes a component.
    pub fn new(bytes: &[u8], cases: BTreeMap<String, Place>) -> Self {
        Self {
            sha256: hex::encode(Sha256::digest(bytes)),
            bytes: bytes.len(),
            cases,
        }
    }

    fn has_same_bytes(&self, other: &Self) -> bool {
        self.sha256 == other.sha256 && self.bytes == other.bytes
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

    /// What differs in `other`, one line each; nothing if both are the same.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.toolchain != other.toolchain {
            lines.push(format!(
                "the toolchain is {}, and was {}: that alone changes the bytes",
                other.toolchain, self.toolchain
            ));
        }
        if self.sources != other.sources {
            lines.push("the sources changed".to_owned());
        }
        for topic in self.components.keys().chain(other.components.keys()) {
            let line = match (self.components.get(topic), other.components.get(topic)) {
                (Some(one), Some(two)) if one == two => continue,
                (Some(one), Some(two)) if one.has_same_bytes(two) => {
                    format!("the functions of {topic}'s cases moved")
                }
                (Some(_), Some(_)) => format!("{topic}.wasm differs"),
                (Some(_), None) => format!("{topic}.wasm has no source"),
                (None, _) => format!("{topic}.wasm is missing"),
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

/// The sources that all generations share. Other files come from editors.
const SHARED: [&str; 5] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "macros/Cargo.toml",
    "macros/src",
];

/// The sources of a generation; where it has no delivery, that is not there.
const OWN: [&str; 6] = [
    "Cargo.toml",
    "delivery/Cargo.toml",
    "delivery/src",
    "delivery/wit",
    "src",
    "wit",
];

/// The SHA-256 of all sources of a generation, in hexadecimal digits.
///
/// Each path and each content is preceded by its length. Line ends are
/// normalised, so that a checkout on Windows has the same digest.
///
/// # Errors
/// When a file can't be read.
pub fn source_digest(guests: &Path, generation: &str) -> Result<String> {
    let has_delivery = guests.join(generation).join("delivery").exists();
    let shared = SHARED.iter().map(|source| guests.join(source));
    let own = OWN
        .iter()
        .filter(|source| has_delivery || !source.starts_with("delivery/"));
    let own = own.map(|source| guests.join(generation).join(source));
    let mut files = BTreeMap::new();
    for source in shared.chain(own) {
        for entry in WalkDir::new(source) {
            let entry = entry.context("failed to list the sources of the guests")?;
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

/// The path relative to a folder, the same on every system.
fn relative(path: &Path, folder: &Path) -> String {
    let names: Vec<_> = path
        .strip_prefix(folder)
        .unwrap_or(path)
        .components()
        .map(|name| name.as_os_str().to_string_lossy())
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

    const SOURCES: [&str; 7] = [
        ".cargo/config.toml",
        "0.2/Cargo.toml",
        "0.2/wit/a",
        "Cargo.lock",
        "Cargo.toml",
        "macros/Cargo.toml",
        "macros/src/lib.rs",
    ];

    /// The digest of these sources; those that are not named are empty.
    fn digest(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let empty = SOURCES.map(|source| (source, ""));
        for (name, text) in empty.iter().chain(files) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        source_digest(folder.path(), "0.2").unwrap()
    }

    #[test]
    fn the_digest_is_that_of_the_sources() {
        let one = digest(&[("0.2/src/a", "x\n"), ("0.2/src/b", "y")]);
        for (files, why) in [
            ([("0.2/src/b", "y"), ("0.2/src/a", "x\n")], "order"),
            ([("0.2/src/a", "x\r\n"), ("0.2/src/b", "y")], "line ends"),
        ] {
            assert_eq!(one, digest(&files), "{why}");
        }
        for (files, why) in [
            ([("0.2/src/a", "x\n"), ("0.2/src/b", "z")], "content"),
            ([("0.2/src/a", "x\n"), ("0.2/src/c", "y")], "name"),
            (
                [("0.2/src/a", "x\r"), ("0.2/src/b", "y")],
                "a carriage return alone",
            ),
            (
                [("0.2/src/a", "x"), ("0.2/src/b", "\ny")],
                "boundary of files",
            ),
        ] {
            assert_ne!(one, digest(&files), "{why}");
        }
        assert_ne!(
            digest(&[("0.2/src/a", "bc")]),
            digest(&[("0.2/src/ab", "c")]),
            "boundary of name and content"
        );
        for source in SOURCES {
            let files = [("0.2/src/a", "x\n"), ("0.2/src/b", "y"), (source, "z")];
            assert_ne!(one, digest(&files), "{source}");
        }
        for beside in [
            "target/c",
            "components/0.2/c.wasm",
            "0.3/src/c",
            "0.2/.DS_Store",
            ".idea/c",
        ] {
            let files = [("0.2/src/a", "x\n"), ("0.2/src/b", "y"), (beside, "z")];
            assert_eq!(one, digest(&files), "{beside}");
        }
    }

    #[test]
    fn a_folder_without_guests_has_no_digest() {
        let folder = tempfile::tempdir().unwrap();
        assert!(source_digest(folder.path(), "0.2").is_err());
    }

    fn component(bytes: &str, line: usize) -> Component {
        let place = Place {
            file: "guest-tests/0.2/src/a.rs".to_owned(),
            first: line,
            last: line,
        };
        Component::new(bytes.as_bytes(), [("a".to_owned(), place)].into())
    }

    #[test]
    fn a_function_that_moved_is_a_difference() {
        let manifest = |line| Manifest {
            toolchain: "1".to_owned(),
            sources: "s".to_owned(),
            components: [("poll".to_owned(), component("a", line))].into(),
        };
        assert!(manifest(1).differences(&manifest(1)).is_empty());
        assert_eq!(
            manifest(1).differences(&manifest(2)),
            ["the functions of poll's cases moved"]
        );
    }

    #[test]
    fn every_difference_is_named_once() {
        let manifest = |toolchain: &str, topics: &[(&str, &str)]| Manifest {
            toolchain: toolchain.to_owned(),
            sources: "s".to_owned(),
            components: topics
                .iter()
                .map(|(topic, bytes)| (topic.to_string(), component(bytes, 1)))
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
                "the toolchain is 2, and was 1: that alone changes the bytes",
                "changed.wasm differs",
                "gone.wasm has no source",
                "new.wasm is missing",
            ]
        );
    }
}
