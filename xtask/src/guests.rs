//! Builds the guests into components, the same bytes on every machine.

use crate::manifest::{Component, Manifest, Place, source_digest};
use crate::paths::Paths;
use crate::places::extract;
use crate::toolchain::{TARGET, cargo, require_target, version};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use wit_component::ComponentEncoder;

/// The folder, beside the topics, of what is composed with them where no command line
/// starts them.
const DELIVERY: &str = "delivery";

/// What was built: the components of a generation, by topic; those of its delivery are named
/// `delivery/http_handler`.
pub type Components = BTreeMap<String, Built>;

/// A component and its cases.
pub struct Built {
    /// The component.
    pub bytes: Vec<u8>,
    /// Where the functions of the cases are, by case.
    pub cases: BTreeMap<String, Place>,
}

/// The generations that have guests: the folders with names like `0.2`.
///
/// # Errors
/// When the folder can't be listed, or has no guests.
pub fn generations(guests: &Path) -> Result<Vec<String>> {
    let failed = || format!("failed to list {}", guests.display());
    let mut generations = Vec::new();
    for entry in fs::read_dir(guests).with_context(failed)? {
        let name = entry.with_context(failed)?.file_name();
        let name = name.to_string_lossy();
        if is_generation(&name) && guests.join(&*name).is_dir() {
            generations.push(name.into_owned());
        }
    }
    ensure!(
        !generations.is_empty(),
        "failed to find guests in {}",
        guests.display()
    );
    generations.sort();
    Ok(generations)
}

/// Builds every topic of a generation.
///
/// # Errors
/// When the target is not installed, a guest does not compile, a case has no
/// place, or a component contains a path of this machine.
pub fn build(guests: &Path, generation: &str) -> Result<Components> {
    require_target()?;
    let mut components = Components::new();
    let own = guests.join(generation);
    // A folder for each: the guests of different generations have the same names.
    let target = guests.join("target").join(generation);
    build_package(guests, &own, &target, "", &mut components)?;
    let delivery = own.join(DELIVERY);
    if delivery.is_dir() {
        let prefix = format!("{DELIVERY}/");
        build_package(guests, &delivery, &target, &prefix, &mut components)?;
    }
    Ok(components)
}

/// Builds every binary of a package; `prefix` is before their names.
fn build_package(
    guests: &Path,
    own: &Path,
    target: &Path,
    prefix: &str,
    components: &mut Components,
) -> Result<()> {
    let paths = Paths::of(guests)?;
    let status = cargo()
        // The environment can name another target than `.cargo/config.toml`.
        .args(["build", "--release", "--locked", "--target", TARGET])
        .arg("--manifest-path")
        .arg(own.join("Cargo.toml"))
        .current_dir(guests)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_ENCODED_RUSTFLAGS", paths.flags())
        .status()
        .context("failed to run cargo")?;
    ensure!(status.success(), "the guests do not compile: see above");

    for topic in stems(&own.join("src/bin"), "rs")? {
        let path = target
            .join(TARGET)
            .join("release")
            .join(format!("{topic}.wasm"));
        let module =
            fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let built = encode(&module).with_context(|| format!("failed to build {topic}.wasm"))?;
        paths.check(&topic, &built.bytes)?;
        for (case, place) in &built.cases {
            ensure!(
                guests.with_file_name(&place.file).is_file(),
                "the function of the case `{topic}::{case}` is in {}, which is no file of the \
                 repository",
                place.file
            );
        }
        components.insert(format!("{prefix}{topic}"), built);
    }
    Ok(())
}

fn encode(module: &[u8]) -> Result<Built> {
    let (module, cases) = extract(module)?;
    let bytes = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(ComponentEncoder::encode)?;
    Ok(Built { bytes, cases })
}

/// Makes the manifest of the components of a generation.
///
/// # Errors
/// When the sources can't be read, or the compiler does not tell its version.
pub fn describe(guests: &Path, generation: &str, components: &Components) -> Result<Manifest> {
    Ok(Manifest {
        toolchain: version()?,
        sources: source_digest(guests, generation)?,
        components: components
            .iter()
            .map(|(topic, built)| {
                let component = Component::new(&built.bytes, built.cases.clone());
                (topic.clone(), component)
            })
            .collect(),
    })
}

/// Writes the components and their manifest, and removes components without a
/// source.
///
/// # Errors
/// When a file can't be written or removed.
pub fn write(folder: &Path, components: &Components, manifest: &Manifest) -> Result<()> {
    let failed = |path: &Path| format!("failed to write {}", path.display());
    for path in [folder.to_owned(), folder.join(DELIVERY)] {
        fs::create_dir_all(&path).with_context(|| failed(&path))?;
    }
    for topic in written(folder)? {
        if !components.contains_key(&topic) {
            let path = folder.join(format!("{topic}.wasm"));
            fs::remove_file(&path)
                .with_context(|| format!("failed to remove {}", path.display()))?;
        }
    }
    for (topic, built) in components {
        let path = folder.join(format!("{topic}.wasm"));
        fs::write(&path, &built.bytes).with_context(|| failed(&path))?;
    }
    let path = folder.join("manifest.json");
    let json = serde_json::to_string_pretty(manifest).context("failed to write the manifest")?;
    fs::write(&path, json + "\n").with_context(|| failed(&path))
}

/// What [`write()`] would change, one line each; nothing if all is up to date.
///
/// # Errors
/// When a file can't be read.
pub fn differences(folder: &Path, built: &Manifest) -> Result<Vec<String>> {
    let committed = Manifest::read(folder)?;
    // The bytes on disk count, not what the manifest says about them.
    let mut on_disk = committed.clone();
    on_disk.components.clear();
    for topic in written(folder)? {
        let path = folder.join(format!("{topic}.wasm"));
        let bytes =
            fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let described = committed.components.get(&topic);
        let cases = described.map(|component| component.cases.clone());
        let component = Component::new(&bytes, cases.unwrap_or_default());
        on_disk.components.insert(topic, component);
    }
    let mut lines = on_disk.differences(built);
    if committed.components != on_disk.components {
        lines.push("manifest.json does not describe the components beside it".to_owned());
    }
    Ok(lines)
}

/// Whether a name is that of a generation: two numbers with a dot between them.
fn is_generation(name: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    name.split_once('.')
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// The names of the components in a folder.
fn written(folder: &Path) -> Result<Vec<String>> {
    let mut names = stems(folder, "wasm")?;
    let delivery = folder.join(DELIVERY);
    if delivery.is_dir() {
        let stems = stems(&delivery, "wasm")?.into_iter();
        names.extend(stems.map(|stem| format!("{DELIVERY}/{stem}")));
    }
    Ok(names)
}

/// The stems of the files with an extension, sorted.
fn stems(folder: &Path, extension: &str) -> Result<Vec<String>> {
    let failed = || format!("failed to list {}", folder.display());
    let mut stems = Vec::new();
    for entry in fs::read_dir(folder).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        if path.extension().is_some_and(|found| found == extension) {
            stems.extend(
                path.file_stem()
                    .map(|stem| stem.to_string_lossy().into_owned()),
            );
        }
    }
    stems.sort();
    Ok(stems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn components(all: &[(&str, &str)]) -> Components {
        let place = Place {
            file: "guest-tests/0.2/src/a.rs".to_owned(),
            first: 1,
            last: 2,
        };
        all.iter()
            .map(|(topic, bytes)| {
                let built = Built {
                    bytes: bytes.as_bytes().to_owned(),
                    cases: [("a".to_owned(), place.clone())].into(),
                };
                ((*topic).to_owned(), built)
            })
            .collect()
    }

    fn manifest(components: &Components) -> Manifest {
        Manifest {
            toolchain: "1".to_owned(),
            sources: "s".to_owned(),
            components: components
                .iter()
                .map(|(topic, built)| {
                    let component = Component::new(&built.bytes, built.cases.clone());
                    (topic.clone(), component)
                })
                .collect(),
        }
    }

    #[test]
    fn generations_are_folders() {
        let folder = tempfile::tempdir().unwrap();
        assert!(generations(folder.path()).is_err());
        for name in ["0.3", "0.2", "components", "macros", "0.2.6", ".2", "v0.2"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("0.4"), "").unwrap();
        assert_eq!(generations(folder.path()).unwrap(), ["0.2", "0.3"]);
    }

    #[test]
    fn written_components_do_not_differ() {
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
    fn the_bytes_on_disk_count() {
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
                "superfluous.wasm has no source",
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

    #[test]
    fn a_manifest_of_other_places_is_a_difference() {
        let folder = tempfile::tempdir().unwrap();
        let mut built = components(&[("poll", "a")]);
        write(folder.path(), &built, &manifest(&built)).unwrap();
        for place in built
            .values_mut()
            .flat_map(|built| built.cases.values_mut())
        {
            place.first += 1;
        }
        assert_eq!(
            differences(folder.path(), &manifest(&built)).unwrap(),
            ["the functions of poll's cases moved"]
        );
    }
}
