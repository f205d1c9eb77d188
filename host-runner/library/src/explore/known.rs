//! Known walks that are contradicted no more.

use super::walker::Walker;
use crate::interrupt;
use wasi_tcp_conformance_core::{Family, KnownWalk, Observation, Untrusted};

/// What is stale, in words: entries whose calls do not show what they list.
pub(super) fn stale(walker: &Walker, families: &[Family]) -> Vec<String> {
    let known = walker.implementation().known_walks();
    known
        .filter(|known| !known.sometimes)
        .filter_map(|known| is_stale(walker, families, known))
        .collect()
}

fn is_stale(walker: &Walker, families: &[Family], known: &KnownWalk) -> Option<String> {
    let walk = known.walk();
    let mut seen = None;
    for family in families {
        let went = walker.walk(*family, &walk)?.walked;
        let model = &walker.model;
        let excused = match (&went.contradiction, went.answer()) {
            (Some(found), Some(answer)) => known.excuses(model, found, answer),
            _ if matches!(went.observation, Observation::Seen(_)) => false,
            _ => known.answers(model, &went.observation),
        };
        if excused {
            return None;
        }
        seen = Some(went.observation);
    }
    if interrupt::is_requested() {
        return None;
    }
    let cell = Untrusted::from(known.cell.as_str());
    let seen = seen.map_or_else(String::new, |it| it.to_string());
    Some(format!(
        "`{cell}` is listed, and its calls do not show what the entry says: {seen}"
    ))
}
