//! Where things lie on this machine. Panic messages name source files; a
//! component that told a place would have other bytes on every machine.

use crate::toolchain::{self, TARGET, cargo, cargo_home};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::env;
use std::path::{Component, Path, PathBuf};

/// The places that a build touches.
pub(crate) struct Places {
    /// Those whose files are named in components, and what they are called there.
    renamed: Vec<(String, String)>,
    /// What no component may contain.
    secret: Vec<String>,
}

impl Places {
    /// Finds the places. This downloads what the guests depend on.
    pub(crate) fn of(guests: &Path) -> Result<Self> {
        let sysroot = toolchain::sysroot()?;
        let mut renamed = vec![
            (text(guests)?, "guest-tests".to_owned()),
            // There if the component `rust-src` is installed.
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
        for folder in folders.into_iter().filter(|it| tells(it)) {
            secret.push(text(&folder)?);
        }
        secret.sort();
        secret.dedup();
        Ok(Self { renamed, secret })
    }

    /// Flags for rustc, as `CARGO_ENCODED_RUSTFLAGS` wants them.
    pub(crate) fn flags(&self) -> String {
        let flags: Vec<_> = self
            .renamed
            .iter()
            .map(|(from, to)| format!("--remap-path-prefix={from}={to}"))
            .collect();
        flags.join("\u{1f}")
    }

    /// Fails if a component tells where it was built.
    pub(crate) fn check(&self, topic: &str, component: &[u8]) -> Result<()> {
        let component = String::from_utf8_lossy(component);
        if let Some(place) = self.secret.iter().find(|it| component.contains(*it)) {
            bail!("{topic}.wasm contains `{place}`: rename it in xtask/src/places.rs");
        }
        Ok(())
    }
}

/// A dependency of the guests.
struct Dependency {
    folder: PathBuf,
    /// The same for a downloaded, a vendored and a cloned package.
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
        /// None for what lies in the repository.
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
        "failed to list what the guests depend on\n{}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .context("failed to parse what `cargo metadata` says")?;
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

/// Whether a path tells a place. `/` and `/src` do not: they are in the paths
/// of every package.
fn tells(folder: &Path) -> bool {
    let names: Vec<_> = folder
        .components()
        .filter(|it| matches!(it, Component::Normal(_)))
        .map(|it| it.as_os_str().to_string_lossy())
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
    fn a_component_that_tells_a_place_is_refused() {
        let places = Places {
            renamed: Vec::new(),
            secret: vec!["/home/me".to_owned()],
        };
        assert!(places.check("poll", b"\0asm\xff/rustc/1/library").is_ok());
        assert_eq!(
            places
                .check("poll", b"\0asm\xffbounds/home/me/x.rs")
                .unwrap_err()
                .to_string(),
            "poll.wasm contains `/home/me`: rename it in xtask/src/places.rs"
        );
    }

    #[test]
    fn flags_are_separated_as_cargo_wants() {
        let places = Places {
            renamed: vec![
                ("/a b".to_owned(), "guest-tests".to_owned()),
                ("/c".to_owned(), "deps/c-1.0.0".to_owned()),
            ],
            secret: Vec::new(),
        };
        assert_eq!(
            places.flags(),
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
    fn what_is_in_every_path_tells_nothing() {
        for path in ["/", "/src", "/library"] {
            assert!(!tells(Path::new(path)), "{path}");
        }
        for path in ["/root", "/src/guest-tests"] {
            assert!(tells(Path::new(path)), "{path}");
        }
    }
}
