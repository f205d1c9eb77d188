//! Interruptions: a first SIGINT, SIGTERM or SIGHUP lets a run end early and write
//! what it has; a second one ends the process.

use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of an interrupted run: nothing is known of the trials that it did
/// not come to.
pub const EXIT_CODE: u8 = 3;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Watches for interruptions from now on. Called by what has a `main` of its own;
/// a program that brings its own handlers is left alone.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // If it cannot be watched for, an interruption ends the process at once.
        let _ = ctrlc::try_set_handler(|| {
            if REQUESTED.swap(true, Ordering::SeqCst) {
                // Nobody is asked: this is what a second one is for.
                std::process::exit(EXIT_CODE.into());
            }
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
    REQUESTED.load(Ordering::SeqCst)
}
