//! Interruptions: a first SIGINT, SIGTERM or SIGHUP lets a run end early and write
//! what it has; a second one ends the process.

use std::io::Write as _;
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

/// The exit code of an interrupted run: nothing is known of the trials that it did
/// not come to.
pub const EXIT_CODE: u8 = 3;

/// When the first one came.
static REQUESTED: OnceLock<Instant> = OnceLock::new();

/// Signals that follow each other so soon are one interruption: `timeout` sends its own
/// to the process and to its group.
const ONE: Duration = Duration::from_secs(1);

/// Watches for interruptions from now on. Called by what has a `main` of its own;
/// a program that brings its own handlers is left alone.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // If it cannot be watched for, an interruption ends the process at once.
        let _ = ctrlc::try_set_handler(|| {
            match REQUESTED.get() {
                None => {}
                Some(first) if first.elapsed() < ONE => return,
                // Nobody is asked: this is what a second one is for.
                Some(_) => std::process::exit(EXIT_CODE.into()),
            }
            let _ = REQUESTED.set(Instant::now());
            // Nobody has to read it.
            let _ = writeln!(
                std::io::stderr(),
                "\ninterrupted: ending the trials; once more to end at once"
            );
        });
    });
}

/// Whether this process was asked to end.
#[must_use]
pub fn is_requested() -> bool {
    REQUESTED.get().is_some()
}
