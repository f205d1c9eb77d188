//! In which order the trials of a plan are run.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// The places of a plan, in the order that keeps the processors busy. One trial
/// of each component comes first, so that components are prepared in parallel;
/// then the implementations take turns, so that while one hangs, the
/// others go on.
///
/// A place is given by its implementation and its component.
pub(super) fn by_turns<I, C>(places: impl IntoIterator<Item = (I, C)>) -> Vec<usize>
where
    I: Copy + Eq + Hash,
    C: Eq + Hash,
{
    let mut turns = HashMap::new();
    let mut prepared = HashSet::new();
    let mut order: Vec<_> = places
        .into_iter()
        .enumerate()
        .map(|(at, (implementation, component))| {
            let turn = turns.entry(implementation).or_insert(0_usize);
            *turn += 1;
            let is_first = prepared.insert((implementation, component));
            (!is_first, *turn, at)
        })
        .collect();
    order.sort_by_key(|(is_later, turn, _)| (*is_later, *turn));
    order.into_iter().map(|(.., at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_first_and_implementations_take_turns() {
        let plan = [(0, "a"), (0, "a"), (0, "a"), (0, "b"), (1, "a"), (1, "a")];
        assert_eq!(by_turns(plan), [0, 4, 3, 1, 5, 2]);
    }
}
