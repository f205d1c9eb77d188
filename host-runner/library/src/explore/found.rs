//! What contradicts the model, or how a walk ended without answers.

use super::walker::Went;
use wasi_tcp_conformance_core::report::WalkAnswers;
use wasi_tcp_conformance_core::walk::{Contradiction, Walk};
use wasi_tcp_conformance_core::{Family, KeptWalk, Observation, Untrusted};

/// A walk that does not go as modeled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The seed of the walk that it was shrunk from; none if it was read from a file.
    pub seed: Option<u64>,
    /// The family.
    pub family: Family,
    /// The calls, as few as were found to do.
    pub walk: Walk,
    /// How many calls the walk had.
    pub from: usize,
    /// What was observed.
    pub observation: Observation,
    /// The calls with their answers, if the guest gave any.
    pub answers: Option<WalkAnswers>,
    /// The answer that contradicts the model, if one does.
    pub contradiction: Option<Contradiction>,
    /// The end of what the runtime printed on standard error.
    pub stderr: Untrusted,
    /// How often these calls were run again, and how often they failed in the same way.
    pub repeated: (u32, u32),
    /// Why a shorter walk may fail too, if shrinking ended early.
    pub cut_short: Option<String>,
    /// How many other walks failed in the same way.
    pub others: u64,
}

/// In which way a walk fails.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// An answer contradicts the model: in these states, to this call, against this
    /// requirement.
    Contradiction(Vec<String>, String, String),
    /// The guest gave no answers, in the way that the tag of the observation says.
    Unanswered(String),
}

impl Kind {
    /// Whether a walk fails in the same way in whatever states: the shortest walk may
    /// well fail in another one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Contradiction(_, cell, cites), Self::Contradiction(_, other, others)) => {
                cell == other && cites == others
            }
            _ => self == other,
        }
    }
}

impl Found {
    /// What was found, before it is shrunk.
    pub(super) fn new(seed: Option<u64>, family: Family, walk: Walk, went: Went) -> Self {
        Self {
            seed,
            family,
            from: walk.calls.len(),
            walk,
            observation: went.walked.observation,
            answers: went.walked.answers,
            contradiction: went.walked.contradiction,
            stderr: went.stderr,
            repeated: (0, 0),
            cut_short: None,
            others: 0,
        }
    }

    /// The same with what was observed of other calls.
    pub(super) fn with(self, walk: Walk, went: Went) -> Self {
        Self {
            walk,
            observation: went.walked.observation,
            answers: went.walked.answers,
            contradiction: went.walked.contradiction,
            stderr: went.stderr,
            ..self
        }
    }

    /// The requirement that is broken, if an answer breaks one.
    #[must_use]
    pub fn requirement(&self) -> Option<&str> {
        let contradiction = self.contradiction.as_ref()?;
        Some(&contradiction.requirement)
    }

    /// Whether the suite or the adapter failed, which says nothing of the
    /// implementation.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self.observation, Observation::Unobserved { .. })
    }

    /// The walk as it is kept in a file.
    #[must_use]
    pub fn kept(&self, implementation: &str, version: &str) -> KeptWalk {
        let mut kept = KeptWalk::new(&self.walk);
        kept.family = Some(self.family);
        kept.implementation = Some(implementation.into());
        kept.version = Some(version.into());
        kept.seed = self.seed;
        kept.answer = Some(self.observation.clone());
        if let (Some(contradiction), Some(answers)) = (&self.contradiction, &self.answers) {
            let state = contradiction.states.first();
            kept.cell = state.map(|state| format!("{state} {}", contradiction.cell).into());
            kept.answer = answers.answers.get(contradiction.index).cloned();
            kept.allowed.clone_from(&answers.allowed);
            kept.requirement = Some(contradiction.requirement.as_str().into());
        }
        kept
    }
}

impl Went {
    /// In which way a walk failed, if it did.
    pub(super) fn kind(&self) -> Option<Kind> {
        if let Some(it) = &self.walked.contradiction {
            let (states, cell) = (it.states.clone(), it.cell.clone());
            return Some(Kind::Contradiction(states, cell, it.requirement.clone()));
        }
        let observation = &self.walked.observation;
        if matches!(observation, Observation::Seen(_)) {
            return None;
        }
        let value = serde_json::to_value(observation).unwrap_or_default();
        let tag = value.as_object().and_then(|it| it.keys().next().cloned());
        Some(Kind::Unanswered(tag.unwrap_or_default()))
    }
}
