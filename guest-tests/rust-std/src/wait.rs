//! Time. No verdict depends on how fast a runtime or a machine is.
//!
//! What must happen is waited for without a limit: where it never does, the trial ends at
//! its time limit, and the step tells where. What a host may do in its own time is tried
//! again and again, for a long time.

use std::io::{self, ErrorKind};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The time between two attempts.
const MOMENT: Duration = Duration::from_millis(25);

/// However busy the machine is, so many attempts are made.
const LEAST: u32 = 20;

/// How long attempts go on at least.
const LONG: Duration = Duration::from_secs(5);

/// Repeats an attempt until it succeeds; returns `false` if it never does.
pub fn succeeds(mut attempt: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    let mut count = 0;
    while !attempt() {
        count += 1;
        if count >= LEAST && start.elapsed() >= LONG {
            return false;
        }
        sleep(MOMENT);
    }
    true
}

/// Repeats a call that does not block until it answers something other than
/// `WouldBlock`. That is its answer if it never does.
pub fn settled<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut outcome = call();
    succeeds(|| {
        if would_block(&outcome) {
            outcome = call();
        }
        !would_block(&outcome)
    });
    outcome
}

/// Whether the answer of a call is that it would block.
pub fn would_block<T>(outcome: &io::Result<T>) -> bool {
    matches!(outcome, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

/// Lets a [`MOMENT`] pass.
pub fn pause() {
    sleep(MOMENT);
}
