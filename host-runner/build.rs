//! Finds what the library embeds, and rebuilds it when a file of that comes,
//! changes or goes.

use std::env;
use std::path::PathBuf;

/// What is embedded, of the repository's folders.
const EMBEDDED: [&str; 3] = [
    "expectations",
    "guest-tests/components",
    "guest-tests/src/bin",
];

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    // A published package has these folders inside: `cargo xtask package`.
    let inside = package.join("suite");
    let root = if inside.is_dir() {
        inside
    } else {
        package.join("..")
    };
    println!("cargo::rustc-env=SUITE={}", root.display());
    for folder in EMBEDDED {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
    println!("cargo::rerun-if-changed=implementations");
}
