//! Who tests the tests, mechanically: every operator on every method, as mutants that the
//! cases and the walks must catch, and as legal variants that they must not.

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
#[path = "../altered/poll.rs"]
mod poll;
#[path = "../altered/sockets.rs"]
mod sockets;
#[path = "../altered/streams.rs"]
mod streams;
mod variants;

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
    println!("{} mutants, {} variants", catalogue::MUTANTS.len(), variants::VARIANTS.len());
    let mut wrong = 0;
    let start = std::time::Instant::now();
    for trial in judge::TRIALS.iter() {
        match judge::judge(host::Host::UNALTERED, trial) {
            Ok(found) if judge::is_wrong(&found) && found.verdict == wasi_tcp_conformance::Verdict::Fail => {
                wrong += 1;
                println!("{} {} {:?}", trial.name, found.verdict, found.observed);
            }
            Ok(_) => {}
            Err(why) => println!("{} {why}", trial.name),
        }
    }
    println!("{wrong} of {} wrong in {:?}", judge::TRIALS.len(), start.elapsed());
    let _ = std::fs::remove_dir_all(path);
    ExitCode::SUCCESS
}
