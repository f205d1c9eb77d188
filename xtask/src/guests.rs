//! Builds the guests into components, the same bytes wherever that is done.

use crate::manifest::{Component, Manifest, source_digest};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wit_component::ComponentEncoder;

const TARGET: &str = "wasm32-unknown-unknown";

/// The components, by topic.
pub type Components = BTreeMap<String, Vec<u8>>;

/// Builds every topic of `guests`.
///
/// # Errors
/// When the target is not installed, a guest does not compile, or a component
/// would tell where it was built.
pub fn build(guests: &Path) -> Result<Components> {
    require_target()?;
    let status = cargo()
        .args(["build", "--release", "--locked"])
        .current_dir(guests)
        .env("CARGO_TARGET_DIR", guests.join("target"))
        .env("CARGO_ENCODED_RUSTFLAGS", remapping(guests)?)
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
        check_anonymous(&topic, &component, guests)?;
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
        toolchain: rustc(&["--version"])?,
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
    for entry in fs::read_dir(folder).with_context(|| failed(folder))? {
        let path = entry.with_context(|| failed(folder))?.path();
        let stem = path.file_stem().map(|it| it.to_string_lossy().into_owned());
        let is_component = path.extension().is_some_and(|it| it == "wasm");
        if is_component && stem.is_none_or(|it| !components.contains_key(&it)) {
            fs::remove_file(&path).with_context(|| failed(&path))?;
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

/// The names of the topics: the binaries of the guests' package.
fn topics(guests: &Path) -> Result<Vec<String>> {
    let folder = guests.join("src/bin");
    let mut topics = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))?
    {
        let path = entry?.path();
        if let (Some(stem), true) = (
            path.file_stem(),
            path.extension().is_some_and(|it| it == "rs"),
        ) {
            topics.push(stem.to_string_lossy().into_owned());
        }
    }
    topics.sort();
    Ok(topics)
}

/// Flags that take the places of this machine out of panic messages.
fn remapping(guests: &Path) -> Result<String> {
    let mut flags = vec![remap(guests, "guest-tests")];
    let registry = cargo_home()?.join("registry/src");
    // Without a registry there is nothing to hide: a vendored folder is below
    // the guests, or `check_anonymous` will find it.
    for entry in fs::read_dir(registry).into_iter().flatten() {
        flags.push(remap(&entry?.path(), "deps"));
    }
    Ok(flags.join("\u{1f}"))
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

/// No component may tell where it was built: other machines would get other
/// bytes.
fn check_anonymous(topic: &str, component: &[u8], guests: &Path) -> Result<()> {
    let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?);
    for place in [guests.to_owned(), cargo_home()?, sysroot] {
        let place = place.to_string_lossy().into_owned();
        if component
            .windows(place.len())
            .any(|it| it == place.as_bytes())
        {
            bail!("{topic}.wasm contains the path {place}: remap it in xtask/src/guests.rs");
        }
    }
    Ok(())
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = std::env::home_dir().context("there is no home folder: set CARGO_HOME")?;
    Ok(home.join(".cargo"))
}

fn require_target() -> Result<()> {
    let libraries = rustc(&["--print", "target-libdir", "--target", TARGET])?;
    ensure!(
        Path::new(&libraries).is_dir(),
        "the target {TARGET} is not installed\n  run `rustup target add {TARGET}`; without rustup, \
         Debian has it in the package libstd-rust-dev-wasm32"
    );
    Ok(())
}

/// The cargo that runs this.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What the compiler answers.
fn rustc(arguments: &[&str]) -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(arguments)
        .output()
        .with_context(|| format!("failed to run {}", rustc.display()))?;
    ensure!(
        output.status.success(),
        "rustc {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
