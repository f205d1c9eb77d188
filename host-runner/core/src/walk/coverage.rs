//! How often a walk took each cell and each transition of the model.

use super::model::Role;
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
    /// Calls on options by state and by what the socket was used for, such as
    /// `closed hop-limit (listener)`, and calls on streams, such as `stream fill`.
    #[serde(default)]
    pub roles: BTreeMap<String, u64>,
}

impl Coverage {
    /// Adds what another walk took.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.cells, &other.cells),
            (&mut self.transitions, &other.transitions),
            (&mut self.roles, &other.roles),
        ] {
            for (key, count) in theirs {
                *mine.entry(key.clone()).or_default() += count;
            }
        }
    }

    pub(super) fn cell(&mut self, cell: String) {
        *self.cells.entry(cell).or_default() += 1;
    }

    pub(super) fn role(&mut self, cell: &str, role: Role) {
        let key = format!("{cell} ({})", role.name());
        *self.roles.entry(key).or_default() += 1;
    }

    pub(super) fn stream(&mut self, call: &str) {
        *self.roles.entry(format!("stream {call}")).or_default() += 1;
    }

    pub(super) fn transition(&mut self, transition: String) {
        *self.transitions.entry(transition).or_default() += 1;
    }
}
