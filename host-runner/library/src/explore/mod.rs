//! Explores implementations by walks that are made up, and shrinks what contradicts
//! the model.

mod exploration;
mod found;
mod kept;
mod known;
mod search;
mod shortest;
mod walker;

pub use exploration::{Exploration, Explored, Limit};
pub use found::Found;
pub use kept::{Outcome, Replay, Replayed, replay};

use crate::Implementation;
use crate::suite::Suite;
use walker::Walker;
use wasi_tcp_conformance_core::{Error, Problem};

/// Explores each of these implementations. `begins` is called when all of them can be.
///
/// # Errors
/// When one does not pass its preflight, or cannot be walked through.
pub fn explore(
    suite: &Suite,
    implementations: Vec<Implementation>,
    exploration: &Exploration,
    begins: impl FnOnce(),
) -> Result<Vec<Explored>, Error> {
    check(suite, exploration)?;
    let walkers = Walker::all(suite, implementations, &exploration.options)?;
    let families = |walker: &Walker| walker.families(exploration.family);
    let families: Vec<_> = walkers.iter().map(families).collect::<Result<_, _>>()?;
    begins();
    let explored = walkers.iter().zip(families).map(|(walker, families)| {
        let stale = known::stale(walker, &families);
        let mut explored = search::search(walker, &families, exploration);
        explored.stale = stale;
        explored
    });
    Ok(explored.collect())
}

fn check(suite: &Suite, exploration: &Exploration) -> Result<(), Error> {
    let models = suite.models();
    let is_unknown = |cell: &&String| !models.iter().any(|model| model.has(cell));
    if let Some(cell) = exploration.avoid.iter().find(is_unknown) {
        return Err(Error::Usage(Problem::new(
            format!("the model has no cell `{cell}`"),
            "name a state and a call, such as `bound start-connect(other)`; --coverage prints \
             them",
        )));
    }
    Ok(())
}
