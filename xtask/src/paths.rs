//! The paths of this machine. Panic messages name source files, so a component
//! that contained paths would have different bytes on every machine.

use crate::toolchain::{self, TARGET, cargo, cargo_home};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::env;
use std::path::{Component, Path, PathBuf};

/// The paths that a build touches.
pub(crate) struct Paths {
    /// The folders whose files components name, and what they are called there.
    renamed: Vec<(String, String)>,
    /// The paths that no component may contain.
    secret: Vec<String>,
}

impl Paths {
    /// Finds the paths. This downloads the dependencies of the guests.
    pub(crate) fn of(guests: &Path) -> Result<Self> {
        let sysroot = toolchain::sysroot()?;
        let mut renamed = vec![
            (text(guests)?, "guest-tests".to_owned()),
            // Exists if the component `rust-src` is installed.
            (
                text(&sysroot.join("lib/rustlib/src/rust"))?,
                toolchain::library_name()?,
            ),
        ];
        let mut folders = vec![guests.to_owned(), sysroot, cargo_home()?];
        folders.extend(guests.parent().map(Path::to_owned));
        folders.extend(env::home_dir());

        let mut secret = Vec::new();
        for package in dependencies(guests)? {
            renamed.push((text(&package.folder)?, package.name));
            if let Some(source) = package.folder.parent() {
                folders.push(source.to_owned());
                secret.extend(registry(source));
            }
        }
        for folder in folders.into_iter().filter(|folder| is_telling(folder)) {
            secret.push(text(&folder)?);
        }
        secret.sort();
        secret.dedup();
        Ok(Self { renamed, secret })
    }

    /// Flags for rustc, in the form of `CARGO_ENCODED_RUSTFLAGS`.
    pub(crate) fn flags(&self) -> String {
        let flags: Vec<_> = self
            .renamed
            .iter()
            .map(|(from, to)| format!("--remap-path-prefix={from}={to}"))
            .collect();
        flags.join("\u{1f}")
    }

    /// Fails if a component contains a path of this machine.
    pub(crate) fn check(&self, topic: &str, component: &[u8]) -> Result<()> {
        let component = String::from_utf8_lossy(component);
        if let Some(path) = self.secret.iter().find(|path| component.contains(*path)) {
            bail!("{topic}.wasm contains `{path}`: rename it in xtask/src/paths.rs");
        }
        Ok(())
    }
}

/// A dependency of the guests.
struct Dependency {
    folder: PathBuf,
    /// The same for a package that is downloaded, vendored or cloned.
    name: String,
}

fn dependencies(guests: &Path) -> Result<Vec<Dependency>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
        manifest_path: PathBuf,
        /// None for a package in the repository.
        source: Option<String>,
    }

    let output = cargo()
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", TARGET])
        .current_dir(guests)
        .output()
        .context("failed to run cargo")?;
    ensure!(
        output.status.success(),
        "failed to list the dependencies of the guests\n{}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .context("failed to parse the output of `cargo metadata`")?;
    Ok(metadata
        .packages
        .into_iter()
        .filter(|package| package.source.is_some())
        .filter_map(|package| {
            Some(Dependency {
                folder: package.manifest_path.parent()?.to_owned(),
                name: format!("deps/{}-{}", package.name, package.version),
            })
        })
        .collect())
}

/// The name of the registry, if this is where cargo unpacks it.
fn registry(folder: &Path) -> Option<String> {
    let is_registry = folder.parent()?.ends_with("registry/src");
    is_registry.then(|| folder.file_name()?.to_str().map(str::to_owned))?
}

/// Whether a path says something about this machine. `/` and `/src` do not: every
/// package has them in its paths.
fn is_telling(folder: &Path) -> bool {
    let names: Vec<_> = folder
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    match names.as_slice() {
        [] => false,
        [name] => !["src", "library", "rustc"].contains(&name.as_ref()),
        _ => true,
    }
}

fn text(path: &Path) -> Result<String> {
    let text = path.to_str().with_context(|| {
        let path = path.display();
        format!("failed to read the path {path}: rename it to one in UTF-8")
    })?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_with_a_path_is_refused() {
        let paths = Paths {
            renamed: Vec::new(),
            secret: vec!["/home/me".to_owned()],
        };
        assert!(paths.check("poll", b"\0asm\xff/rustc/1/library").is_ok());
        assert_eq!(
            paths
                .check("poll", b"\0asm\xffbounds/home/me/x.rs")
                .unwrap_err()
                .to_string(),
            "poll.wasm contains `/home/me`: rename it in xtask/src/paths.rs"
        );
    }

    #[test]
    fn cargo_can_split_the_flags() {
        let paths = Paths {
            renamed: vec![
                ("/a b".to_owned(), "guest-tests".to_owned()),
                ("/c".to_owned(), "deps/c-1.0.0".to_owned()),
            ],
            secret: Vec::new(),
        };
        assert_eq!(
            paths.flags(),
            "--remap-path-prefix=/a b=guest-tests\u{1f}--remap-path-prefix=/c=deps/c-1.0.0"
        );
    }

    #[test]
    fn the_name_of_a_registry_is_found() {
        let name = registry(Path::new("/home/me/.cargo/registry/src/example.org-1"));
        assert_eq!(name.as_deref(), Some("example.org-1"));
        assert_eq!(registry(Path::new("/home/me/vendor")), None);
    }

    #[test]
    fn paths_of_every_machine_are_not_telling() {
        for path in ["/", "/src", "/library"] {
            assert!(!is_telling(Path::new(path)), "{path}");
        }
        for path in ["/root", "/src/guest-tests"] {
            assert!(is_telling(Path::new(path)), "{path}");
        }
    }
}
