//! The packages under `host-runner/`, and where their modules begin.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use toml_edit::DocumentMut;

/// Where the packages are.
pub(super) const FOLDER: &str = "host-runner";

pub(super) struct Package {
    pub(super) name: String,
    /// What code calls the library.
    pub(super) library: String,
    pub(super) folder: PathBuf,
    /// What it depends on, by the names of packages.
    pub(super) dependencies: Vec<String>,
}

/// The packages of a workspace, by their folders.
pub(super) fn find(workspace: &Path) -> Result<Vec<Package>> {
    let outer = workspace.join(FOLDER);
    let failed = || format!("failed to list {}", outer.display());
    let mut folders = vec![outer.clone()];
    for entry in fs::read_dir(&outer).with_context(failed)? {
        folders.push(entry.with_context(failed)?.path());
    }
    folders.sort();
    folders.retain(|folder| folder.join("Cargo.toml").is_file());
    if folders.is_empty() {
        bail!("{FOLDER} has no package");
    }
    folders.into_iter().map(read).collect()
}

/// Reads the manifest of a folder.
pub(super) fn read(folder: PathBuf) -> Result<Package> {
    let path = folder.join("Cargo.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
    let manifest: DocumentMut = text
        .parse()
        .with_context(|| format!("failed to parse {}", path.display()))?;
    let named = |table: &str| Some(manifest.get(table)?.get("name")?.as_str()?.to_owned());
    let name = named("package").with_context(|| format!("{} names no package", path.display()))?;
    let library = named("lib").unwrap_or_else(|| name.replace('-', "_"));
    let dependencies = manifest
        .get("dependencies")
        .and_then(|table| table.as_table_like());
    let dependencies = dependencies.into_iter().flat_map(|table| {
        table.iter().map(|(name, value)| {
            let renamed = value.get("package").and_then(|package| package.as_str());
            renamed.unwrap_or(name).to_owned()
        })
    });
    Ok(Package {
        name,
        library,
        dependencies: dependencies.collect(),
        folder,
    })
}

impl Package {
    /// The roots of the library and of the programs; the library is the first.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        let source = self.folder.join("src");
        let mut roots = vec![source.join("lib.rs"), source.join("main.rs")];
        if let Ok(entries) = fs::read_dir(source.join("bin")) {
            let paths = entries.flatten().map(|entry| entry.path());
            let mut programs: Vec<_> = paths
                .map(|path| {
                    if path.is_dir() {
                        path.join("main.rs")
                    } else {
                        path
                    }
                })
                .collect();
            programs.sort();
            roots.extend(programs);
        }
        roots.retain(|root| root.is_file() && root.extension().is_some_and(|end| end == "rs"));
        roots
    }
}
