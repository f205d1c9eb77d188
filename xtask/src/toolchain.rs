//! The toolchain that builds the guests.

use anyhow::{Context, Result, ensure};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of the guests.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Fails if the target is not installed, and says how to install it.
pub(crate) fn require_target() -> Result<()> {
    let libraries = rustc(&["--print", "target-libdir", "--target", TARGET])?;
    ensure!(
        Path::new(&libraries).is_dir(),
        "the target {TARGET} is not installed\n  run `rustup target add {TARGET}`; without rustup, \
         install your distribution's package of it in the version of your rustc (Debian: \
         libstd-rust-dev-wasm32)"
    );
    Ok(())
}

/// The output of `rustc --version`.
pub(crate) fn version() -> Result<String> {
    rustc(&["--version"])
}

/// The folder of the toolchain.
pub(crate) fn sysroot() -> Result<PathBuf> {
    Ok(rustc(&["--print", "sysroot"])?.into())
}

/// What rustc calls the folder of the standard library where the component
/// `rust-src` is not installed.
pub(crate) fn library_name() -> Result<String> {
    let lines = rustc(&["--version", "--verbose"])?;
    let find = |key| lines.lines().find_map(|line| line.strip_prefix(key));
    let name = find("commit-hash: ")
        .filter(|hash| *hash != "unknown")
        .or_else(|| find("release: "))
        .context("failed to find the release in the output of `rustc --version --verbose`")?;
    Ok(format!("/rustc/{name}"))
}

/// The folder of cargo's downloads.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = env::home_dir().context("failed to find the home folder: set CARGO_HOME")?;
    Ok(home.join(".cargo"))
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The output of rustc.
fn rustc(arguments: &[&str]) -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
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
