//! Builds the guests into components, the same bytes wherever that is done.

use crate::manifest::{Component, Manifest, source_digest};
use crate::places::Places;
use crate::toolchain::{TARGET, cargo, require_target, version};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use wit_component::ComponentEncoder;

/// The components, by topic.
pub type Components = BTreeMap<String, Vec<u8>>;

/// Builds every topic of `guests`.
///
/// # Errors
/// When the target is not installed, a guest does not compile, or a component
/// would tell where it was built.
pub fn build(guests: &Path) -> Result<Components> {
    require_target()?;
    let places = Places::of(guests)?;
    let status = cargo()
        // Said here too: the environment can name another target.
        .args(["build", "--release", "--locked", "--target", TARGET])
        .current_dir(guests)
        .env("CARGO_TARGET_DIR", guests.join("target"))
        .env("CARGO_ENCODED_RUSTFLAGS", places.flags())
        .status()
        .context("failed to run cargo")?;
    ensure!(status.success(), "the guests do not compile: see above");

    let mut components = Components::new();
    for topic in topics(guests)? {
        let path = guests
            .join("target")
            .join(TARGET)
            .join("release")
            .join(format!("{topic}.wasm"));
        let module =
            fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let component = ComponentEncoder::default()
            .validate(true)
            .module(&module)
            .and_then(ComponentEncoder::encode)
            .with_context(|| format!("failed to make {topic} a component"))?;
        places.check(&topic, &component)?;
        components.insert(topic, component);
    }
    Ok(components)
}

/// What the manifest says of these components.
///
/// # Errors
/// When the sources can't be read or the compiler does not tell its version.
pub fn describe(guests: &Path, components: &Components) -> Result<Manifest> {
    Ok(Manifest {
        toolchain: version()?,
        sources: source_digest(guests)?,
        components: components
            .iter()
            .map(|(topic, bytes)| (topic.clone(), Component::of(bytes)))
            .collect(),
    })
}

/// Writes the components and their manifest, and removes what has no source.
///
/// # Errors
/// When a file can't be written or removed.
pub fn write(folder: &Path, components: &Components, manifest: &Manifest) -> Result<()> {
    let failed = |path: &Path| format!("failed to write {}", path.display());
    fs::create_dir_all(folder).with_context(|| failed(folder))?;
    for topic in stems(folder, "wasm")? {
        if !components.contains_key(&topic) {
            let path = folder.join(format!("{topic}.wasm"));
            fs::remove_file(&path)
                .with_context(|| format!("failed to remove {}", path.display()))?;
        }
    }
    for (topic, bytes) in components {
        let path = folder.join(format!("{topic}.wasm"));
        fs::write(&path, bytes).with_context(|| failed(&path))?;
    }
    let path = folder.join("manifest.json");
    let json = serde_json::to_string_pretty(manifest).context("failed to write the manifest")?;
    fs::write(&path, json + "\n").with_context(|| failed(&path))
}

/// What `write` would change, a line each; nothing if all is as built.
///
/// # Errors
/// When a file can't be read.
pub fn differences(folder: &Path, built: &Manifest) -> Result<Vec<String>> {
    let committed = Manifest::read(folder)?;
    // What is on disk counts, not what its manifest says of it.
    let mut on_disk = committed.clone();
    on_disk.components.clear();
    for topic in stems(folder, "wasm")? {
        let path = folder.join(format!("{topic}.wasm"));
        let bytes =
            fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        on_disk.components.insert(topic, Component::of(&bytes));
    }
    let mut lines = on_disk.differences(built);
    if committed.components != on_disk.components {
        lines.push("manifest.json does not describe the components beside it".to_owned());
    }
    Ok(lines)
}

/// The names of the topics: the binaries of the guests' package.
fn topics(guests: &Path) -> Result<Vec<String>> {
    stems(&guests.join("src/bin"), "rs")
}

/// The names, without it, of the files with an extension, sorted.
fn stems(folder: &Path, extension: &str) -> Result<Vec<String>> {
    let failed = || format!("failed to list {}", folder.display());
    let mut stems = Vec::new();
    for entry in fs::read_dir(folder).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        if path.extension().is_some_and(|it| it == extension) {
            stems.extend(path.file_stem().map(|it| it.to_string_lossy().into_owned()));
        }
    }
    stems.sort();
    Ok(stems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn components(all: &[(&str, &str)]) -> Components {
        all.iter()
            .map(|(topic, bytes)| ((*topic).to_owned(), bytes.as_bytes().to_owned()))
            .collect()
    }

    fn manifest(components: &Components) -> Manifest {
        Manifest {
            toolchain: "1".to_owned(),
            sources: "s".to_owned(),
            components: components
                .iter()
                .map(|(topic, bytes)| (topic.clone(), Component::of(bytes)))
                .collect(),
        }
    }

    #[test]
    fn what_was_written_differs_in_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for built in [
            components(&[("gone", "a"), ("poll", "b")]),
            components(&[("poll", "c")]),
        ] {
            write(folder.path(), &built, &manifest(&built)).unwrap();
            let lines = differences(folder.path(), &manifest(&built)).unwrap();
            assert!(lines.is_empty(), "{lines:?}");
        }
    }

    #[test]
    fn what_is_on_disk_counts() {
        let folder = tempfile::tempdir().unwrap();
        let built = components(&[("changed", "a"), ("lost", "b"), ("same", "c")]);
        write(folder.path(), &built, &manifest(&built)).unwrap();
        fs::write(folder.path().join("changed.wasm"), "x").unwrap();
        fs::remove_file(folder.path().join("lost.wasm")).unwrap();
        fs::write(folder.path().join("superfluous.wasm"), "d").unwrap();
        assert_eq!(
            differences(folder.path(), &manifest(&built)).unwrap(),
            [
                "changed.wasm differs",
                "superfluous.wasm has no source any more",
                "lost.wasm is missing",
                "manifest.json does not describe the components beside it",
            ]
        );
    }

    #[test]
    fn a_manifest_of_other_bytes_is_a_difference() {
        let folder = tempfile::tempdir().unwrap();
        let built = components(&[("poll", "a")]);
        let stale = manifest(&components(&[("poll", "b")]));
        write(folder.path(), &built, &stale).unwrap();
        assert_eq!(
            differences(folder.path(), &manifest(&built)).unwrap(),
            ["manifest.json does not describe the components beside it"]
        );
    }
}
