//! Time, with limits so wide that only a call that waits exceeds them.

use crate::bindings::wasi::clocks::monotonic_clock::{now, subscribe_duration};
use crate::bindings::wasi::io::poll::{Pollable, poll};

/// Longer than a call that returns at once ever takes, even on a busy machine,
/// and shorter than a call that waits for a peer. In nanoseconds.
pub const PATIENCE: u64 = 5_000_000_000;

/// Long enough for what happens at once to have happened. In nanoseconds.
pub const MOMENT: u64 = 25_000_000;

/// Makes a call; returns its result, and whether it returned at once.
pub fn at_once<T>(call: impl FnOnce() -> T) -> (T, bool) {
    let start = now();
    let result = call();
    (result, now() - start < PATIENCE)
}

/// Waits for a pollable, but no longer than `limit`; returns whether it was
/// ready.
pub fn ready_within(pollable: &Pollable, limit: u64) -> bool {
    let timer = subscribe_duration(limit);
    poll(&[pollable, &timer]).contains(&0)
}

/// Repeats an attempt until it succeeds, but no longer than [`PATIENCE`];
/// returns whether it succeeded.
pub fn repeat_until(mut attempt: impl FnMut() -> bool) -> bool {
    let start = now();
    while now() - start < PATIENCE {
        if attempt() {
            return true;
        }
    }
    false
}

/// Waits for a [`MOMENT`].
pub fn pause() {
    subscribe_duration(MOMENT).block();
}
