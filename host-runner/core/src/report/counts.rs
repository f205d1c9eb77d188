//! Counts that follow from the records of a report.

use super::contents::Report;
use crate::{Generation, Untrusted, Verdict};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// How many trials came to each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the fields are the verdicts")]
#[non_exhaustive]
pub struct Counts {
    pub pass: usize,
    pub fail: usize,
    pub deviation: usize,
    pub known_failure: usize,
    pub stale_known_failure: usize,
    pub not_applicable: usize,
    pub error: usize,
}

/// What the trials of one requirement say together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Coverage {
    /// The generation of the requirement.
    pub generation: Generation,
    /// The id of the requirement.
    pub id: Untrusted,
    /// How many trials of this run cite it.
    pub trials: usize,
    /// The worst of their verdicts; `null` without trials.
    pub verdict: Option<Verdict>,
}

impl Coverage {
    /// Whether at least one trial says something about the implementation.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.verdict
            .is_some_and(|it| !matches!(it, Verdict::NotApplicable | Verdict::Error))
    }
}

impl Report {
    /// Counts the verdicts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for record in &self.records {
            *match record.verdict {
                Verdict::Pass => &mut counts.pass,
                Verdict::Fail => &mut counts.fail,
                Verdict::Deviation => &mut counts.deviation,
                Verdict::KnownFailure => &mut counts.known_failure,
                Verdict::StaleKnownFailure => &mut counts.stale_known_failure,
                Verdict::NotApplicable => &mut counts.not_applicable,
                Verdict::Error => &mut counts.error,
            } += 1;
        }
        counts
    }

    /// What the run says of each requirement, in the order of the catalogues.
    #[must_use]
    pub fn coverage(&self) -> Vec<Coverage> {
        let mut coverage = Vec::new();
        let mut places = HashMap::new();
        for (generation, requirement) in self.requirements() {
            places.insert((generation, &requirement.id), coverage.len());
            coverage.push(Coverage {
                generation,
                id: requirement.id.clone(),
                trials: 0,
                verdict: None,
            });
        }
        for record in &self.records {
            for id in &record.requirements {
                let Some(at) = places.get(&(record.trial.generation, id)) else {
                    continue;
                };
                let covered = &mut coverage[*at];
                covered.trials += 1;
                let worst = covered.verdict.map(|worst| worst.min(record.verdict));
                covered.verdict = worst.or(Some(record.verdict));
            }
        }
        coverage
    }
}
