//! Who tests the tests, mechanically: every operator on every method, as mutants that the
//! cases and the walks must catch, and as legal variants that they must not.
//!
//! `cargo test --test operators` judges a sample. `cargo xtask mutation-score` judges all,
//! and `cargo test --release --test operators -- --variants` every variant.

mod catalogue;
#[path = "../altered/clock.rs"]
mod clock;
#[path = "../altered/descriptors.rs"]
mod descriptors;
mod host;
mod judge;
#[path = "../altered/limits.rs"]
mod limits;
mod mutant;
mod operated;
mod order;
mod outcome;
#[path = "../altered/outside.rs"]
mod outside;
#[path = "../altered/poll.rs"]
mod poll;
mod sample;
mod score;
#[path = "../altered/sockets.rs"]
mod sockets;
#[path = "../altered/streams.rs"]
mod streams;
mod variants;

use libtest_mimic::Arguments;
use std::process::ExitCode;
use wasi_tcp_conformance::dispatch;

fn main() -> ExitCode {
    if let Some(code) = dispatch() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == host::MARK) {
        return host::main(&arguments[1..]);
    }
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let path = folder.path().to_owned();
    assert!(host::FOLDER.set(folder).is_ok());
    let is = |flag: &str| arguments.iter().any(|word| word == flag);
    let code = if is("--score") {
        score::main(&arguments)
    } else if is("--variants") {
        sample::variants(&arguments)
    } else {
        let arguments = Arguments::from_args();
        libtest_mimic::run(&arguments, sample::tests()).exit_code()
    };
    let _ = std::fs::remove_dir_all(path);
    code
}
