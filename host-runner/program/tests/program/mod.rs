//! The program as a user runs it.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// What the environment may say of how the program prints.
pub const APPEARANCE: [&str; 5] = [
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "GITHUB_ACTIONS",
    "NO_COLOR",
    "RUST_BACKTRACE",
];

const PROGRAM: &str = env!("CARGO_BIN_EXE_wasi-tcp-conformance");

/// What a process printed, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub out: String,
    pub err: String,
    /// The exit code; none after a signal.
    pub exit: Option<i32>,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            exit: output.status.code(),
        }
    }
}

/// The program, which prints as it does everywhere.
pub fn command() -> Command {
    without_appearance(Command::new(PROGRAM))
}

/// The program, started by a shell that is told how: `exec "$0" "$@"`.
pub fn command_by(line: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", line, PROGRAM]);
    without_appearance(shell)
}

fn without_appearance(mut command: Command) -> Command {
    for variable in APPEARANCE {
        command.env_remove(variable);
    }
    command
}

/// Runs the program in a folder.
pub fn run_in(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Said {
    let output = command().args(arguments).current_dir(folder).output();
    output.expect("the program starts").into()
}

/// The processes that a file lists, if they do not end soon.
pub fn left_behind(pids: &Path, patience: Duration) -> Option<String> {
    let pids = fs::read_to_string(pids).ok()?;
    let is_running = |pid: &str| {
        fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
    };
    let start = Instant::now();
    while pids.split_whitespace().any(is_running) {
        if start.elapsed() > patience {
            return Some(pids);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}
