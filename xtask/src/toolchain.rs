//! The cargo and the rustc that build the guests.

use anyhow::{Context, Result, ensure};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the guests are built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Says how to get the target, if it is not installed.
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

/// What `rustc --version` says.
pub(crate) fn version() -> Result<String> {
    rustc(&["--version"])
}

/// Where the toolchain is installed.
pub(crate) fn sysroot() -> Result<PathBuf> {
    Ok(rustc(&["--print", "sysroot"])?.into())
}

/// What rustc calls the sources of the standard library where the component
/// `rust-src` is not installed, so that it knows no file for them.
pub(crate) fn library_name() -> Result<String> {
    let lines = rustc(&["--version", "--verbose"])?;
    let find = |key| lines.lines().find_map(|line| line.strip_prefix(key));
    let name = find("commit-hash: ")
        .filter(|it| *it != "unknown")
        .or_else(|| find("release: "))
        .context("failed to find the release in what `rustc --version --verbose` says")?;
    Ok(format!("/rustc/{name}"))
}

/// Where cargo keeps what it downloaded.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = env::home_dir().context("failed to find the home folder: set CARGO_HOME")?;
    Ok(home.join(".cargo"))
}

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What the compiler answers.
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
