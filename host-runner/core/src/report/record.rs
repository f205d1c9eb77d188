//! What one trial found.

use crate::{Judgement, KnownFailure, Observation, Pattern, TrialName, Untrusted, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// What one trial found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Record {
    /// The name of the trial, such as `0.2/unbound::local_address::ipv6`.
    pub trial: TrialName,
    /// The name of the implementation.
    pub implementation: Untrusted,
    /// The verdict.
    pub verdict: Verdict,
    /// What was observed; left out if nothing was run.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub observed: Option<Observation>,
    /// What the requirements allow; `null` if they do not say.
    pub must: Option<Vec<Pattern>>,
    /// What is documented, if that is narrower.
    pub should: Option<Vec<Pattern>>,
    /// What another reading of a tentative requirement asks for; `null` if there is
    /// none.
    #[serde(default)]
    pub otherwise: Option<Vec<Pattern>>,
    /// The ids of the requirements, of the generation of the trial.
    pub requirements: Vec<Untrusted>,
    /// Why the verdict is what it is, where that does not go without saying.
    pub reason: Option<Untrusted>,
    /// The entry of the baseline for this trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownFailure>,
    /// The end of what the runtime printed on standard error.
    pub stderr: Untrusted,
    /// What a walk answered; left out if the trial is none, or gave no answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[doc(hidden)]
    pub walk: Option<WalkAnswers>,
    /// The command that repeats the trial.
    pub reproduce: Untrusted,
    /// How long the trial took, in milliseconds.
    pub duration_ms: f64,
}

/// The calls of a walk, and their answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WalkAnswers {
    /// The calls, such as `s0=create(a)`.
    pub calls: Vec<Untrusted>,
    /// What the guest reports of each.
    pub answers: Vec<Observation>,
    /// What the model allows instead of the answer that contradicts it; empty if none
    /// does.
    pub allowed: Vec<Untrusted>,
    /// How many calls were answered as the model allows.
    pub followed: usize,
}

/// What is there, also if it is `null`: a guest can see that.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Observation>, D::Error> {
    Observation::deserialize(deserializer).map(Some)
}

impl WalkAnswers {
    /// Calls that were all answered as the model allows.
    #[doc(hidden)]
    #[must_use]
    pub fn new(calls: Vec<Untrusted>, answers: Vec<Observation>) -> Self {
        Self {
            followed: calls.len(),
            calls,
            answers,
            allowed: Vec::new(),
        }
    }

    /// The calls up to the one that is answered otherwise than the model allows, each
    /// with its answer.
    pub fn told(&self) -> impl Iterator<Item = String> {
        let answered = self.calls.iter().zip(&self.answers);
        answered
            .take(self.followed.saturating_add(1))
            .map(|(call, answer)| format!("{call} → {answer}"))
    }
}

impl Record {
    /// A record of a trial of which only the judgement is known yet.
    #[doc(hidden)]
    pub fn new(trial: TrialName, implementation: &str, judgement: Judgement) -> Self {
        Self {
            trial,
            implementation: implementation.into(),
            verdict: judgement.verdict,
            observed: None,
            must: None,
            should: None,
            otherwise: None,
            requirements: Vec::new(),
            reason: judgement.reason,
            known: None,
            stderr: Untrusted::default(),
            walk: None,
            reproduce: Untrusted::default(),
            duration_ms: 0.0,
        }
    }

    /// Whether the trial says something about the implementation.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !matches!(self.verdict, Verdict::NotApplicable | Verdict::Error)
    }

    /// Whether the baseline expects what happened: the observation, or a pass
    /// of what fails on some runs.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match (&self.known, &self.observed) {
            (Some(known), Some(observed)) => known.expects(self.verdict, observed),
            _ => false,
        }
    }

    /// Whether the trial alone makes the run red.
    #[must_use]
    pub fn is_red(&self, strict: bool) -> bool {
        match self.verdict {
            Verdict::Fail | Verdict::StaleKnownFailure | Verdict::Error => true,
            Verdict::Deviation => strict && !self.is_known(),
            Verdict::Pass | Verdict::KnownFailure | Verdict::NotApplicable => false,
        }
    }
}
