//! Rebuilds the library when a file that it embeds comes, changes or goes.

fn main() {
    println!("cargo::rerun-if-changed=../expectations");
    println!("cargo::rerun-if-changed=../guest-tests/components");
    println!("cargo::rerun-if-changed=../guest-tests/src/bin");
    println!("cargo::rerun-if-changed=implementations");
}
