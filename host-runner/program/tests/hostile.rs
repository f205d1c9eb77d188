//! Runtimes that misbehave, each placed right: `hostile.json`. A row is a test: what
//! is required, what the runtime does (`MODE` in shell/mod.rs), what is observed, and
//! the exit code.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod program;
mod shell;

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use serde_json::{Value, json};
use shell::Fixture;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The time limit of what hangs, in seconds, and of everything else: no verdict
/// depends on how busy the machine is.
const LIMITS: (u32, u32) = (3, 60);

/// The longest that a run may take: less than what a child sleeps that nobody may wait
/// for.
const PATIENCE: Duration = Duration::from_secs(50);

/// A runtime, and what has to come of it.
#[derive(Deserialize)]
struct Row {
    name: String,
    mode: String,
    observed: Value,
    exit: i32,
}

fn main() -> ExitCode {
    let hostile: Vec<Row> = serde_json::from_str(include_str!("hostile.json")).unwrap();
    // What the others are compared with.
    let behaves = Row {
        name: "a_runtime_that_behaves_passes".to_owned(),
        mode: "right".to_owned(),
        observed: json!("error:invalid-state"),
        exit: 0,
    };
    let rows = hostile.into_iter().chain([behaves]);
    let tests = rows.map(|row| Trial::test(row.name.clone(), move || judge(&row)));
    libtest_mimic::run(&Arguments::from_args(), tests.collect()).exit_code()
}

fn judge(row: &Row) -> Result<(), Failed> {
    let fixture = Fixture::new().env("MODE", &row.mode);
    let start = Instant::now();
    let hangs = row.observed.get("$timeout").is_some();
    let limit = if hangs { LIMITS.0 } else { LIMITS.1 };
    let (observed, said) = fixture.observe(limit);
    let elapsed = start.elapsed();
    let problem = if observed != row.observed {
        format!("expected {}, observed {observed}", row.observed)
    } else if said.exit != Some(row.exit) {
        format!("expected exit code {}, not {:?}", row.exit, said.exit)
    } else if elapsed > PATIENCE {
        format!("it took {elapsed:?}")
    } else if let Some(pids) = program::left_behind(&fixture.path("pids"), Duration::from_secs(5)) {
        format!("these are still running: {pids}")
    } else {
        return Ok(());
    };
    Err(format!("{problem}\n{}{}", said.out, said.err).into())
}
