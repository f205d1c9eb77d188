//! What walks keep away from.

use super::{Contradiction, Model, State};

/// What walks keep away from, because an implementation is known to get it wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a steering is what it avoids")]
pub struct Steering {
    /// Cells, as in the coverage: `bound start-connect(other)`. A `*` stands for every
    /// state: `* set-hop-limit`. The pollables of streams are `in.ready` and `out.ready`.
    pub avoid: Vec<String>,
}

impl Steering {
    /// Whether a contradiction is in a cell that walks keep away from. A walk can get
    /// there all the same, if an answer was another one than the generator expected.
    #[must_use]
    pub fn knows(&self, contradiction: &Contradiction) -> bool {
        let states = contradiction.states.iter();
        let mut cells = states.flat_map(|state| {
            let call = &contradiction.cell;
            [format!("{state} {call}"), format!("* {call}")]
        });
        cells.any(|cell| self.avoid.contains(&cell))
    }

    pub(super) fn forbids(&self, state: State, call: &str) -> bool {
        self.avoid.iter().any(|avoided| {
            avoided.split_once(' ').is_some_and(|(in_state, avoided)| {
                avoided == call && (in_state == "*" || in_state == state.name())
            })
        })
    }
}

impl Model {
    /// What the walks of the suite keep away from.
    #[must_use]
    pub fn steering(&self) -> Steering {
        let cells = self.not_walked.iter().flat_map(|part| &part.cells);
        Steering {
            avoid: cells.cloned().collect(),
        }
    }
}
