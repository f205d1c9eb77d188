//! Says now and then how far a long run is, to people only.

use super::options::Options;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often something is said. Runs that are shorter hear nothing.
const EVERY: Duration = Duration::from_secs(10);

/// How far a run is.
#[derive(Debug)]
pub(super) struct Progress {
    /// Whether anybody watches.
    watched: bool,
    planned: usize,
    began: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ended: usize,
    red: usize,
    said: Instant,
}

impl Progress {
    /// The progress of a run that begins now.
    pub(super) fn new(planned: usize, options: &Options) -> Self {
        // With one thread, the line of a trial is begun before it ends.
        let is_shown = options.is_verbose() && options.threads() != 1;
        let began = Instant::now();
        Self {
            watched: is_shown && std::io::stderr().is_terminal(),
            planned,
            began,
            state: Mutex::new(State {
                ended: 0,
                red: 0,
                said: began,
            }),
        }
    }

    /// A trial ended.
    pub(super) fn ended(&self, red: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended += 1;
        state.red += usize::from(red);
        if self.watched && state.said.elapsed() >= EVERY {
            state.said = Instant::now();
            let elapsed = self.began.elapsed();
            eprintln!("{}", line(state.ended, self.planned, state.red, elapsed));
        }
    }
}

fn line(ended: usize, planned: usize, red: usize, elapsed: Duration) -> String {
    let each = elapsed / u32::try_from(ended).unwrap_or(u32::MAX).max(1);
    let left = each * u32::try_from(planned.saturating_sub(ended)).unwrap_or(u32::MAX);
    let left = left.as_secs();
    format!(
        "… {ended} of {planned} trials, {red} red, about {}:{:02} left",
        left / 60,
        left % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_estimated_from_what_has_ended() {
        assert_eq!(
            line(100, 1950, 3, Duration::from_secs(20)),
            "… 100 of 1950 trials, 3 red, about 6:10 left"
        );
        assert_eq!(
            line(0, 5, 0, Duration::ZERO),
            "… 0 of 5 trials, 0 red, about 0:00 left"
        );
    }
}
