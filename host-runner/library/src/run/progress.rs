//! Says now and then how far a long run is, to people only.

use super::options::Options;
use std::io::{IsTerminal as _, Write as _};
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
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ended: usize,
    red: usize,
    /// When something was said last, and how many trials had ended by then.
    said: (Instant, usize),
}

impl Progress {
    /// The progress of a run that begins now.
    pub(super) fn new(planned: usize, options: &Options) -> Self {
        // With one thread, the line of a trial is begun before it ends.
        let is_shown = options.is_verbose() && options.threads() != 1;
        Self {
            watched: is_shown && std::io::stderr().is_terminal(),
            planned,
            state: Mutex::new(State {
                ended: 0,
                red: 0,
                said: (Instant::now(), 0),
            }),
        }
    }

    /// A trial ended.
    pub(super) fn ended(&self, red: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended += 1;
        state.red += usize::from(red);
        let (then, before) = state.said;
        let elapsed = then.elapsed();
        if self.watched && elapsed >= EVERY {
            let recent = state.ended - before;
            let line = line(state.ended, self.planned, state.red, recent, elapsed);
            // Nobody has to read it.
            let _ = writeln!(std::io::stderr(), "{line}");
            state.said = (Instant::now(), state.ended);
        }
    }
}

/// What is said of a run of which `recent` trials ended in the time since the last
/// line. Only these count for the estimate: the first trials of a run wait for the
/// components to be prepared.
fn line(ended: usize, planned: usize, red: usize, recent: usize, elapsed: Duration) -> String {
    let left = planned.saturating_sub(ended);
    let line = format!("… {ended} of {planned} trials, {red} red");
    // Fewer say nothing.
    if recent < 16 {
        return line;
    }
    let each = elapsed / u32::try_from(recent).unwrap_or(u32::MAX);
    let left = (each * u32::try_from(left).unwrap_or(u32::MAX)).as_secs();
    format!("{line}, about {}:{:02} left", left / 60, left % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_estimated_from_what_ended_lately() {
        let lately = Duration::from_secs(10);
        assert_eq!(
            line(100, 1950, 3, 50, lately),
            "… 100 of 1950 trials, 3 red, about 6:10 left"
        );
        assert_eq!(line(3, 1950, 0, 3, lately), "… 3 of 1950 trials, 0 red");
    }
}
