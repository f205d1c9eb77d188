//! The shortest walk that fails in the same way, found by running it again.

use super::found::{Found, Kind};
use super::walker::{Walker, Went};
use crate::interrupt;
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::walk::{Answer, Walk, expected_answers, shrink};

/// How many walks are run to find it, and for how long: each can end at a time limit.
const MOST_RUNS: u32 = 500;
const MOST_TIME: Duration = Duration::from_mins(3);

/// How often a walk is run to see whether it repeats.
const AGAIN: u32 = 3;

/// Whether a walk fails in the way that is looked for.
pub(super) type Fails<'a> = &'a dyn Fn(&Kind) -> bool;

/// Shrinks what was found, and says how often it repeats.
pub(super) fn shortest(walker: &Walker, mut found: Found, fails: Fails<'_>) -> Found {
    if found.is_error() {
        return found;
    }
    if let Some(contradiction) = &found.contradiction {
        // What comes after the answer cannot change it.
        found.walk.calls.truncate(contradiction.index + 1);
    }
    let mut attempt = Attempt {
        walker,
        is_it: fails,
        found,
        runs: 0,
        start: Instant::now(),
        cut_short: None,
        is_answered: false,
    };
    let walk = attempt.found.walk.clone();
    let expected = expected_answers(attempt.found.family, &walk);
    attempt.is_answered = !expected.contains(&Answer::Never);
    if !(0..AGAIN).any(|_| attempt.fails(&walk)) {
        attempt.found.repeated = (attempt.runs, 0);
        return attempt.found;
    }
    let fewest = usize::try_from(MOST_RUNS).unwrap_or(usize::MAX);
    shrink(&walk, fewest, |walk| attempt.fails(walk));
    let cut_short = attempt.cut_short.take();
    let walk = attempt.found.walk.clone();
    let mut repeated = (0, 0);
    for _ in 0..AGAIN {
        if let Some(went) = walker.walk(attempt.found.family, &walk) {
            repeated.0 += 1;
            repeated.1 += u32::from(went.kind().is_some_and(|it| fails(&it)));
        }
    }
    Found {
        repeated,
        cut_short,
        ..attempt.found
    }
}

struct Attempt<'a> {
    walker: &'a Walker,
    is_it: Fails<'a>,
    /// The shortest so far.
    found: Found,
    runs: u32,
    start: Instant,
    cut_short: Option<String>,
    /// Whether the walk that was found waits for nothing that does not come.
    is_answered: bool,
}

impl Attempt<'_> {
    /// Whether a walk fails in the same way. The shortest one is kept.
    fn fails(&mut self, walk: &Walk) -> bool {
        if self.cut_short.is_some() {
            return false;
        }
        let why = if interrupt::is_requested() {
            Some("the interruption".to_owned())
        } else if self.runs == MOST_RUNS {
            Some(format!("{MOST_RUNS} runs"))
        } else if self.start.elapsed() > MOST_TIME {
            Some(format!("{} s", MOST_TIME.as_secs()))
        } else {
            None
        };
        if why.is_some() {
            self.cut_short = why;
            return false;
        }
        // It waits for what does not come, which takes long and is not what is wrong.
        let expected = expected_answers(self.found.family, walk);
        if self.is_answered && expected.contains(&Answer::Never) {
            return false;
        }
        self.runs += 1;
        let Some(went) = self.walker.walk(self.found.family, walk) else {
            return false;
        };
        // What is known to be wrong is another finding.
        let is_known = self.walker.excuse(&went.walked).is_some();
        let fails = !is_known && went.kind().is_some_and(|it| (self.is_it)(&it));
        if fails {
            self.keep(walk, went);
        }
        fails
    }

    fn keep(&mut self, walk: &Walk, went: Went) {
        self.found = self.found.clone().with(walk.clone(), went);
    }
}
