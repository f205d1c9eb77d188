//! Finds the sources of the guests that the program shows, and rebuilds it when one
//! of them is added, changed or removed.

use std::env;
use std::path::PathBuf;

/// The folders of the repository that are embedded.
const EMBEDDED: [&str; 1] = ["guest-tests"];

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    // A published package has these folders inside: `cargo xtask package`.
    let inside = package.join("suite");
    let root = if inside.is_dir() {
        inside
    } else {
        package.join("../..")
    };
    println!("cargo::rustc-env=SUITE={}", root.display());
    for folder in EMBEDDED {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
}
