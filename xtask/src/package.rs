//! Makes the packages that are published. In the repository the data of the suite
//! is beside them; a published one carries it inside, where its build script looks
//! first.

use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tar::Archive;
use toml_edit::{Array, DocumentMut, Item, Table, value};
use walkdir::WalkDir;

/// The packages, each with what it is made of.
const PACKAGES: [Package; 3] = [
    Package {
        folder: "host-runner/core",
        parts: &["src"],
        data: &[],
    },
    Package {
        folder: "host-runner/library",
        parts: &["build.rs", "implementations", "src"],
        data: &["expectations", "guest-tests/components"],
    },
    Package {
        folder: "host-runner/program",
        parts: &["askama.toml", "build.rs", "src"],
        data: &["guest-tests/0.2/src"],
    },
];

/// The files that every package has.
const COMMON: [&str; 2] = ["LICENSE", "README.md"];

/// What a package is made of.
struct Package {
    /// Its folder in the repository.
    folder: &'static str,
    /// Files and folders of that folder.
    parts: &'static [&'static str],
    /// Data of the suite, which is in the repository beside it and in the package
    /// inside.
    data: &'static [&'static str],
}

/// Lays out the packages, has cargo pack and build them, and returns the folder
/// that `cargo publish` can be run in.
///
/// # Errors
/// When a file cannot be copied, or what was packed does not compile.
pub fn package(workspace: &Path) -> Result<PathBuf> {
    let folder = workspace.join("target/publish");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("failed to remove {}", folder.display()))?;
    }
    for package in &PACKAGES {
        let (from, to) = (workspace.join(package.folder), folder.join(package.folder));
        for name in package.parts {
            copy(&from.join(name), &to.join(name))?;
        }
        for data in package.data {
            copy(&workspace.join(data), &to.join("suite").join(data))?;
        }
        for name in COMMON {
            copy(&workspace.join(name), &to.join(name))?;
        }
        let manifest = "Cargo.toml";
        edit(&from.join(manifest), &to.join(manifest), without_tests)?;
    }
    copy(&workspace.join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    edit(
        &workspace.join("Cargo.toml"),
        &folder.join("Cargo.toml"),
        only_packages,
    )?;
    cargo(
        &folder,
        workspace,
        // Cargo would build what it unpacked into its own cache, where a package of the
        // same version stays as it was first.
        &["package", "--workspace", "--allow-dirty", "--no-verify"],
    )?;
    build_packed(workspace, &folder.join("unpacked"))
        .context("what was packed does not compile")?;
    Ok(folder)
}

/// Unpacks what cargo packed, and compiles it: each package with the others as they
/// were packed.
fn build_packed(workspace: &Path, folder: &Path) -> Result<()> {
    let mut root = DocumentMut::new();
    root["workspace"]["resolver"] = value("3");
    root["workspace"]["members"] = value(Array::new());
    root["patch"]["crates-io"] = Item::Table(Table::new());
    fs::create_dir_all(folder)?;
    let shared = read_manifest(&workspace.join("Cargo.toml"))?;
    let version = shared["workspace"]["package"]["version"]
        .as_str()
        .context("the workspace has no version")?;
    for package in &PACKAGES {
        let manifest = read_manifest(&workspace.join(package.folder).join("Cargo.toml"))?;
        let name = manifest["package"]["name"]
            .as_str()
            .context("a package has no name")?;
        let packed = format!("{name}-{version}");
        let archive = workspace
            .join("target/package")
            .join(format!("{packed}.crate"));
        let bytes =
            fs::read(&archive).with_context(|| format!("failed to read {}", archive.display()))?;
        let mut archived = Archive::new(GzDecoder::new(&bytes[..]));
        // Packed files all have one time, by which cargo would know them for those of
        // before.
        archived.set_preserve_mtime(false);
        archived
            .unpack(folder)
            .with_context(|| format!("failed to unpack {}", archive.display()))?;
        root["patch"]["crates-io"][name]["path"] = value(&packed);
        if let Some(members) = root["workspace"]["members"].as_array_mut() {
            members.push(packed);
        }
    }
    fs::write(folder.join("Cargo.toml"), root.to_string())?;
    copy(&workspace.join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    // Where the data is does not depend on wasmtime, which takes minutes.
    cargo(
        folder,
        workspace,
        &["check", "--workspace", "--no-default-features"],
    )
}

/// Runs cargo in a folder, with the target folder of the repository.
fn cargo(folder: &Path, workspace: &Path, args: &[&str]) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(args)
        .arg("--target-dir")
        .arg(workspace.join("target"))
        .current_dir(folder)
        .status()
        .context("failed to run cargo")?;
    ensure!(status.success(), "cargo {} failed: see above", args[0]);
    Ok(())
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry.with_context(|| format!("failed to read {}", from.display()))?;
        let inside = entry.path().strip_prefix(from)?;
        // Joining nothing would add a separator to the name of a file.
        let target = if inside.as_os_str().is_empty() {
            to.to_owned()
        } else {
            to.join(inside)
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let failed = || format!("failed to write {}", target.display());
        fs::create_dir_all(target.parent().unwrap_or(to)).with_context(failed)?;
        fs::copy(entry.path(), &target).with_context(failed)?;
    }
    Ok(())
}

/// Reads a manifest.
fn read_manifest(path: &Path) -> Result<DocumentMut> {
    let text =
        fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    text.parse()
        .with_context(|| format!("failed to parse {}", path.display()))
}

/// Writes a manifest with something changed.
fn edit(from: &Path, to: &Path, change: impl FnOnce(&mut DocumentMut)) -> Result<()> {
    let mut manifest = read_manifest(from)?;
    change(&mut manifest);
    fs::write(to, manifest.to_string()).with_context(|| format!("failed to write {}", to.display()))
}

/// A workspace of the packages alone: it is where their dependencies and lints are.
fn only_packages(workspace: &mut DocumentMut) {
    let members: Array = PACKAGES.iter().map(|it| it.folder).collect();
    workspace["workspace"]["members"] = members.into();
    if let Some(table) = workspace["workspace"].as_table_mut() {
        table.remove("default-members");
        table.remove("exclude");
    }
}

/// The tests look at the whole repository, and stay there.
fn without_tests(package: &mut DocumentMut) {
    for part in ["test", "bench", "dev-dependencies"] {
        package.remove(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_name_what_is_packed() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(
            &from,
            "[workspace]\nmembers = [\"a\", \"b\"]\nexclude = [\"c\"]\n\n[workspace.lints]\n",
        )
        .unwrap();
        edit(&from, &to, only_packages).unwrap();
        assert_eq!(
            fs::read_to_string(&to).unwrap(),
            "[workspace]\nmembers = [\"host-runner/core\", \"host-runner/library\", \"host-runner/program\"]\n\n[workspace.lints]\n"
        );
        fs::write(
            &from,
            "[package]\nname = \"a\"\n\n[dev-dependencies]\nb = \"1\"\n\n[[test]]\nname = \"c\"\n",
        )
        .unwrap();
        edit(&from, &to, without_tests).unwrap();
        assert_eq!(
            fs::read_to_string(&to).unwrap(),
            "[package]\nname = \"a\"\n"
        );
    }

    #[test]
    fn files_and_folders_are_copied() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/b")).unwrap();
        fs::write(at("a/b/c"), "c").unwrap();
        copy(&at("a"), &at("d/e")).unwrap();
        copy(&at("a/b/c"), &at("f/g")).unwrap();
        for copied in ["d/e/b/c", "f/g"] {
            assert_eq!(fs::read_to_string(at(copied)).unwrap(), "c");
        }
        assert!(copy(&at("nothing"), &at("h")).is_err());
    }
}
