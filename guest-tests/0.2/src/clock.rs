//! Time. No verdict depends on how fast a runtime or a machine is.
//!
//! A call that must not block needs no clock. If it blocks, it waits for a peer,
//! which is this guest, so it never returns: the trial ends at its time limit,
//! and the step in the report tells which call it was.
//!
//! What must happen is given a long time in which nothing else happens. What must
//! not happen is given a short time: if it happens later, no case notices, but
//! none blames a slow runtime either.

use crate::bindings::wasi::clocks::monotonic_clock::{now, subscribe_duration};
use crate::bindings::wasi::io::poll::{Pollable, poll};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How long to wait for what must happen, in nanoseconds. On the loopback
/// address, it happens within milliseconds, or never.
///
/// The time is halved whenever it runs out. However many waits follow each other,
/// together they take less than 24 s, and a trial may take 30 s.
static PATIENCE: AtomicU64 = AtomicU64::new(12_000_000_000);

/// How long to wait for what must not happen, in nanoseconds.
const MOMENT: u64 = 25_000_000;

/// What a case observes about a call that must not block, and returned.
pub const AT_ONCE: bool = true;

/// Waits until a pollable is ready; returns `false` if patience runs out.
pub fn gets_ready(pollable: &Pollable) -> bool {
    let timer = subscribe_duration(patience());
    let is_ready = poll(&[pollable, &timer]).contains(&0);
    if !is_ready {
        lose_patience();
    }
    is_ready
}

/// Waits until one of the pollables is ready; returns `false` if patience runs
/// out.
pub fn one_gets_ready(pollables: &[Pollable]) -> bool {
    let timer = subscribe_duration(patience());
    let all: Vec<_> = [&timer].into_iter().chain(pollables).collect();
    let is_timeout = poll(&all) == [0];
    if is_timeout {
        lose_patience();
    }
    !is_timeout
}

/// Waits until one of the pollables is ready; returns what `poll` reports of them, and
/// nothing if patience runs out.
pub fn ready_of(pollables: &[&Pollable]) -> Vec<u32> {
    let timer = subscribe_duration(patience());
    let mut all = pollables.to_vec();
    all.push(&timer);
    let mut ready = poll(&all);
    ready.retain(|index| *index as usize != pollables.len());
    if ready.is_empty() {
        lose_patience();
    }
    ready
}

/// Whether a pollable gets ready within a [`MOMENT`].
pub fn ready_within_moment(pollable: &Pollable) -> bool {
    let timer = subscribe_duration(MOMENT);
    poll(&[pollable, &timer]).contains(&0)
}

/// Waits for a [`MOMENT`].
pub fn pause() {
    subscribe_duration(MOMENT).block();
}

/// A wait for what must happen, where only asking again tells. The time between two
/// attempts grows to a [`MOMENT`].
pub struct Wait {
    start: u64,
    count: u32,
    pause: u64,
}

impl Wait {
    /// However busy the machine is, so many attempts are made.
    const LEAST: u32 = 20;
    const FIRST_PAUSE: u64 = 100_000;

    /// Starts the clock.
    #[expect(clippy::new_without_default, reason = "it reads the clock")]
    pub fn new() -> Self {
        Self {
            start: now(),
            count: 0,
            pause: Self::FIRST_PAUSE,
        }
    }

    /// Pauses after a failed attempt; returns whether to make another, or `false` if
    /// patience runs out.
    pub fn go_on(&mut self) -> bool {
        self.count += 1;
        if self.count > Self::LEAST && now() - self.start > patience() {
            lose_patience();
            return false;
        }
        subscribe_duration(self.pause).block();
        self.pause = (self.pause * 2).min(MOMENT);
        true
    }
}

/// How long to wait for what must happen.
fn patience() -> u64 {
    PATIENCE.load(Relaxed)
}

fn lose_patience() {
    PATIENCE.store(patience() / 2, Relaxed);
}

/// Attempts of which one has to succeed.
///
/// They end after many attempts, and no sooner than after a long time: a busy
/// machine can hold up a guest for seconds between two attempts, and a fast guest
/// makes thousands of them while a thread of the runtime waits for its turn.
pub struct Attempts {
    count: u32,
    many: u32,
    start: u64,
    at_least: u64,
}

impl Attempts {
    const MANY: u32 = 1000;
    /// As many where a [`MOMENT`] passes between two.
    const FEW: u32 = 20;
    const LONG: u64 = 5_000_000_000;
    const LONG_FOR_A_PROCESSOR: u64 = 2_000_000_000;

    /// Starts to count.
    #[expect(clippy::new_without_default, reason = "it reads the clock")]
    pub fn new() -> Self {
        Self {
            count: 0,
            many: Self::MANY,
            start: now(),
            at_least: Self::LONG,
        }
    }

    /// Counts a failed attempt; returns whether to make another.
    pub fn go_on(&mut self) -> bool {
        self.count += 1;
        self.count < self.many || now() - self.start < self.at_least
    }
}

/// Repeats an attempt until it succeeds; returns `false` if it never does.
pub fn succeeds(attempt: impl FnMut() -> bool) -> bool {
    succeeds_within(Attempts::new(), attempt)
}

/// Like [`succeeds`], for what a host may do in its own time: a [`MOMENT`] passes
/// between two attempts.
pub fn succeeds_in_time(mut attempt: impl FnMut() -> bool) -> bool {
    let attempts = Attempts {
        many: Attempts::FEW,
        ..Attempts::new()
    };
    succeeds_within(attempts, || {
        attempt() || {
            pause();
            false
        }
    })
}

/// Like [`succeeds`], where nothing is waited for: what has to happen takes a host
/// microseconds, and the attempts keep a processor busy, so they end sooner.
pub fn succeeds_soon(attempt: impl FnMut() -> bool) -> bool {
    let attempts = Attempts {
        at_least: Attempts::LONG_FOR_A_PROCESSOR,
        ..Attempts::new()
    };
    succeeds_within(attempts, attempt)
}

/// Attempts at what happens again and again, like those of [`succeeds_soon`]. How long
/// it took before tells how long to wait: on an idle machine not as long as on a busy
/// one.
#[derive(Default)]
pub struct Repeated {
    longest: u64,
}

impl Repeated {
    const LEAST: u64 = 250_000_000;
    /// A guest that asks so often has had a processor for longer than a thread that wakes
    /// up waits for one, however small the share of the process is.
    const MANY: u32 = 20_000;

    /// Repeats an attempt until it succeeds; returns `false` if it never does.
    pub fn succeeds(&mut self, attempt: impl FnMut() -> bool) -> bool {
        let attempts = Attempts {
            many: Self::MANY,
            at_least: (self.longest * 100).clamp(Self::LEAST, Attempts::LONG_FOR_A_PROCESSOR),
            ..Attempts::new()
        };
        let start = attempts.start;
        let succeeds = succeeds_within(attempts, attempt);
        self.longest = self.longest.max(now() - start);
        succeeds
    }
}

fn succeeds_within(mut attempts: Attempts, mut attempt: impl FnMut() -> bool) -> bool {
    while !attempt() {
        if !attempts.go_on() {
            return false;
        }
    }
    true
}
