//! Walks that were kept in a file, run again.

use super::found::Found;
use super::walker::Walker;
use crate::Implementation;
use crate::run::Options;
use crate::suite::Suite;
use wasi_tcp_conformance_core::walk::Walk;
use wasi_tcp_conformance_core::{Error, Family, Generation, KeptWalk, Problem, Untrusted};

/// A walk of a file.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever reads the file")]
pub struct Replay {
    /// The file, with the number of the walk if there are several.
    pub name: String,
    /// The generation whose sockets it calls.
    pub generation: Generation,
    /// What the file says of it.
    pub kept: KeptWalk,
    /// Its calls.
    pub walk: Walk,
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replayed {
    /// The implementation, and its version.
    pub implementation: (String, String),
    /// The file, with the number of the walk if there are several.
    pub name: String,
    /// The family.
    pub family: Option<Family>,
    /// How it went.
    pub outcome: Outcome,
}

/// How a walk of a file went.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// As modeled.
    AsModeled,
    /// It contradicts the model where the implementation is known to, for this reason.
    Known(Untrusted),
    /// It contradicts the model.
    Contradicted(Box<Found>),
    /// The implementation or the host lacks what it calls.
    Inapplicable(String),
}

/// Runs walks of files again. It ends early when it is interrupted.
///
/// # Errors
/// When an implementation does not pass its preflight, or cannot be walked through.
pub fn replay(
    suite: &Suite,
    implementations: Vec<Implementation>,
    walks: &[Replay],
    options: &Options,
) -> Result<Vec<Replayed>, Error> {
    let mut replayed = Vec::new();
    for walker in Walker::all(suite, implementations, options)? {
        for replay in walks {
            if replay.generation != walker.generation {
                return Err(Error::Usage(Problem::new(
                    format!("{}: no walk calls WASI {}", replay.name, replay.generation),
                    format!("walks call WASI {}", walker.generation),
                )));
            }
            replayed.extend(replay_in_families(&walker, replay));
        }
    }
    Ok(replayed)
}

fn replay_in_families(walker: &Walker, replay: &Replay) -> Vec<Replayed> {
    let implementation = walker.implementation();
    let said = |family, outcome| Replayed {
        implementation: (
            implementation.name().to_owned(),
            implementation.version().to_owned(),
        ),
        name: replay.name.clone(),
        family,
        outcome,
    };
    let families = match walker.families(replay.kept.family) {
        Ok(families) => families,
        Err(Error::NothingJudged(why)) => {
            return vec![said(replay.kept.family, Outcome::Inapplicable(why.what))];
        }
        Err(error) => {
            let why = error.to_string();
            return vec![said(replay.kept.family, Outcome::Inapplicable(why))];
        }
    };
    let mut replayed = Vec::new();
    for family in families {
        let Some(went) = walker.walk(family, &replay.walk) else {
            break;
        };
        let known = walker.excuse(&went.walked);
        let outcome = if went.kind().is_none() {
            Outcome::AsModeled
        } else if let Some(known) = known {
            Outcome::Known(known.reason.clone())
        } else {
            let seed = replay.kept.seed;
            let mut found = Found::new(seed, family, replay.walk.clone(), went);
            found.repeated = (1, 1);
            Outcome::Contradicted(Box::new(found))
        };
        replayed.push(said(Some(family), outcome));
    }
    replayed
}
