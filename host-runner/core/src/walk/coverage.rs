//! How often a walk took each cell and each transition of the model.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was taken of the model, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "counts are all of it")]
pub struct Coverage {
    /// Calls by state, such as `bound start-listen`.
    pub cells: BTreeMap<String, u64>,
    /// Changes of the state, such as `bound start-listen > listen-in-progress`.
    pub transitions: BTreeMap<String, u64>,
}

impl Coverage {
    /// Adds what another walk took.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.cells, &other.cells),
            (&mut self.transitions, &other.transitions),
        ] {
            for (key, count) in theirs {
                *mine.entry(key.clone()).or_default() += count;
            }
        }
    }

    pub(super) fn cell(&mut self, cell: String) {
        *self.cells.entry(cell).or_default() += 1;
    }

    pub(super) fn transition(&mut self, transition: String) {
        *self.transitions.entry(transition).or_default() += 1;
    }
}
