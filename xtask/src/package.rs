//! Makes the package that is published. In the repository the suite's data lies
//! beside the package; a published one carries it inside, where its build script
//! looks first.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use toml_edit::{Array, DocumentMut};
use walkdir::WalkDir;

/// The name of the package.
const NAME: &str = "wasi-tcp-conformance";

/// What the package is made of: where it lies in the repository, and in the
/// package.
const PARTS: [(&str, &str); 9] = [
    ("host-runner/askama.toml", "askama.toml"),
    ("host-runner/build.rs", "build.rs"),
    ("host-runner/implementations", "implementations"),
    ("host-runner/src", "src"),
    ("expectations", "suite/expectations"),
    ("guest-tests/components", "suite/guest-tests/components"),
    ("guest-tests/src/bin", "suite/guest-tests/src/bin"),
    ("LICENSE", "LICENSE"),
    ("README.md", "README.md"),
];

/// Lays out the package, has cargo pack and build it, and gives the folder that
/// `cargo publish` can be run in.
///
/// # Errors
/// When a file can't be copied, or what was packed does not compile.
pub fn package(workspace: &Path) -> Result<PathBuf> {
    let folder = workspace.join("target/publish");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("failed to remove {}", folder.display()))?;
    }
    for (from, to) in PARTS {
        copy(&workspace.join(from), &folder.join(NAME).join(to))?;
    }
    copy(&workspace.join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    edit(
        &workspace.join("Cargo.toml"),
        &folder.join("Cargo.toml"),
        only_member,
    )?;
    edit(
        &workspace.join("host-runner/Cargo.toml"),
        &folder.join(NAME).join("Cargo.toml"),
        without_tests,
    )?;
    let status = Command::new(env!("CARGO"))
        .args(["package", "--package", NAME, "--allow-dirty"])
        // Where the data lies is no matter of wasmtime, which takes minutes.
        .args(["--no-default-features", "--features", "cli"])
        .arg("--target-dir")
        .arg(workspace.join("target"))
        .current_dir(&folder)
        .status()
        .context("failed to run cargo")?;
    ensure!(status.success(), "the package does not compile: see above");
    Ok(folder)
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

/// Writes a manifest with something changed.
fn edit(from: &Path, to: &Path, change: impl FnOnce(&mut DocumentMut)) -> Result<()> {
    let text =
        fs::read_to_string(from).with_context(|| format!("failed to read {}", from.display()))?;
    let mut manifest: DocumentMut = text
        .parse()
        .with_context(|| format!("failed to parse {}", from.display()))?;
    change(&mut manifest);
    fs::write(to, manifest.to_string()).with_context(|| format!("failed to write {}", to.display()))
}

/// A workspace of the package alone: it is where the lints are.
fn only_member(workspace: &mut DocumentMut) {
    let members: Array = [NAME].into_iter().collect();
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
        edit(&from, &to, only_member).unwrap();
        assert_eq!(
            fs::read_to_string(&to).unwrap(),
            "[workspace]\nmembers = [\"wasi-tcp-conformance\"]\n\n[workspace.lints]\n"
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
