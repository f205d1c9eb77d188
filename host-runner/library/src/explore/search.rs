//! Walk after walk, several at a time, until one contradicts the model.

use super::exploration::{Exploration, Explored, Limit};
use super::found::{Found, Kind};
use super::shortest::shortest;
use super::walker::{Walker, Went};
use crate::interrupt;
use crate::output::note;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::Family;
use wasi_tcp_conformance_core::walk::{Coverage, Steering, generate};

/// How often somebody is told how far it is.
const EVERY: Duration = Duration::from_secs(10);

struct Search<'a> {
    walker: &'a Walker,
    families: &'a [Family],
    exploration: &'a Exploration,
    steering: Steering,
    start: Instant,
    watched: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the next walk.
    next: u64,
    /// The number of the first walk that failed, where the search ends with it.
    last: Option<u64>,
    failed: Vec<Failed>,
    walks: u64,
    calls: u64,
    known: u64,
    deviations: u64,
    coverage: Coverage,
    /// When somebody was told last.
    told: Option<Instant>,
}

/// A walk that failed, in a way that was new.
struct Failed {
    number: u64,
    kind: Kind,
    /// Shrunk already, if others may follow.
    found: Found,
    others: u64,
}

/// Explores one implementation.
pub(super) fn search(walker: &Walker, families: &[Family], exploration: &Exploration) -> Explored {
    let search = Search {
        walker,
        families,
        exploration,
        steering: walker.implementation().steering(&exploration.avoid),
        start: Instant::now(),
        watched: std::io::stderr().is_terminal(),
        state: Mutex::default(),
    };
    thread::scope(|scope| {
        for _ in 0..walker.threads() {
            scope.spawn(|| search.work());
        }
    });
    search.explored()
}

impl Search<'_> {
    fn work(&self) {
        while let Some(number) = self.next() {
            let seed = self.exploration.seed.wrapping_add(number);
            let family = self.family(seed);
            let walk = generate(seed, self.exploration.calls, &self.steering);
            let Some(went) = self.walker.walk(family, &walk) else {
                return;
            };
            let Some(kind) = self.count(&went) else {
                continue;
            };
            let found = Found::new(Some(seed), family, walk, went);
            self.failed(number, &kind, found);
        }
    }

    /// The number of the next walk, unless it is over.
    fn next(&self) -> Option<u64> {
        let mut state = self.state();
        let number = state.next;
        let is_over = match self.exploration.limit {
            Limit::Count(count) => number >= count,
            Limit::Time(time) => self.start.elapsed() >= time,
        };
        if is_over || interrupt::is_requested() || state.last.is_some_and(|last| number > last) {
            return None;
        }
        state.next += 1;
        Some(number)
    }

    /// The families take turns by the seed, so that a seed always means the same walk.
    fn family(&self, seed: u64) -> Family {
        let families = self.families.len() as u64;
        let turn = usize::try_from(seed % families).unwrap_or_default();
        self.families[turn]
    }

    /// Counts a walk that ended, and says in which way it failed.
    fn count(&self, went: &Went) -> Option<Kind> {
        let walked = &went.walked;
        let mut kind = went.kind();
        let mut state = self.state();
        if self.walker.excuse(walked).is_some() {
            state.known += 1;
            kind = None;
        }
        state.walks += 1;
        let followed = walked.answers.as_ref().map_or(0, |it| it.followed);
        state.calls += followed as u64 + u64::from(walked.contradiction.is_some());
        state.deviations += walked.deviations as u64;
        state.coverage.merge(&walked.coverage);
        let failed = state.failed.len();
        let (walks, now) = (state.walks, Instant::now());
        if self.watched && now.duration_since(state.told.unwrap_or(self.start)) >= EVERY {
            state.told = Some(now);
            let limit = match self.exploration.limit {
                Limit::Count(count) => format!(" of {count}"),
                Limit::Time(_) => String::new(),
            };
            note(&format!("… {walks}{limit} walks, {failed} contradicted"));
        }
        kind
    }

    fn failed(&self, number: u64, kind: &Kind, found: Found) {
        let keep_going = self.exploration.keep_going;
        let mut state = self.state();
        if !keep_going {
            state.last = Some(state.last.map_or(number, |last| last.min(number)));
        }
        if let Some(known) = state.failed.iter_mut().find(|it| it.kind == *kind) {
            known.others += 1;
            // The first one is the one that is told, whichever ended first.
            if !keep_going && number < known.number {
                known.number = number;
                known.found = found;
            }
            return;
        }
        state.failed.push(Failed {
            number,
            kind: kind.clone(),
            found: found.clone(),
            others: 0,
        });
        drop(state);
        if keep_going {
            // The other threads go on meanwhile.
            let found = shortest(self.walker, found, &|it| it == kind);
            let mut state = self.state();
            if let Some(known) = state.failed.iter_mut().find(|it| it.kind == *kind) {
                known.found = found;
            }
        }
    }

    fn explored(self) -> Explored {
        let Self {
            walker,
            exploration,
            ..
        } = self;
        let mut state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        state.failed.sort_by_key(|failed| failed.number);
        if !exploration.keep_going {
            state.failed.truncate(1);
        }
        let found = state.failed.into_iter().map(|failed| {
            let found = if exploration.keep_going {
                failed.found
            } else {
                shortest(walker, failed.found, &|it| it.is_like(&failed.kind))
            };
            // How many ended meanwhile is a matter of threads.
            let others = if exploration.keep_going {
                failed.others
            } else {
                0
            };
            Found { others, ..found }
        });
        let found = found.collect();
        let implementation = walker.implementation();
        let first = exploration.seed;
        Explored {
            implementation: implementation.name().to_owned(),
            version: implementation.version().to_owned(),
            selector: implementation.selector().map(str::to_owned),
            generation: walker.generation,
            seeds: (first, first.wrapping_add(state.next)),
            walks: state.walks,
            calls: state.calls,
            known: state.known,
            deviations: state.deviations,
            found,
            stale: Vec::new(),
            coverage: state.coverage,
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
