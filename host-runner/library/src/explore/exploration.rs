//! How implementations are explored, and what comes of it.

use super::found::Found;
use crate::run::Options;
use std::time::Duration;
use wasi_tcp_conformance_core::walk::Coverage;
use wasi_tcp_conformance_core::{Family, Generation};

/// How implementations are explored.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever explores")]
pub struct Exploration {
    /// The seed of the first walk; the next one has the next.
    pub seed: u64,
    /// When it ends.
    pub limit: Limit,
    /// How many calls a walk has.
    pub calls: usize,
    /// The family of all walks; without it, they take turns.
    pub family: Option<Family>,
    /// Whether it goes on after a contradiction.
    pub keep_going: bool,
    /// Cells that walks keep away from, beside those that the implementation is known
    /// to get wrong.
    pub avoid: Vec<String>,
    /// How each walk is run.
    pub options: Options,
}

/// When an exploration ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other")]
pub enum Limit {
    /// After so many walks.
    Count(u64),
    /// When no walk begins any more.
    Time(Duration),
}

/// What came of the exploration of one implementation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Explored {
    /// Its name.
    pub implementation: String,
    /// Its version, as it says itself.
    pub version: String,
    /// What the command line calls it, unless it is the one built in.
    pub selector: Option<String>,
    /// The generation whose sockets were called.
    pub generation: Generation,
    /// The seeds of the first walk, and of the one after the last.
    pub seeds: (u64, u64),
    /// How many walks ended.
    pub walks: u64,
    /// How many calls were answered.
    pub calls: u64,
    /// How many walks ended where the implementation is known to be wrong.
    pub known: u64,
    /// How many answers deviate from what is documented.
    pub deviations: u64,
    /// What contradicts the model.
    pub found: Vec<Found>,
    /// Known walks that are not contradicted any more, in words.
    pub stale: Vec<String>,
    /// What was taken of the model.
    pub coverage: Coverage,
}
