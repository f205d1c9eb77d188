//! Judges: from an expectation and an observation to a verdict, and no more.

use crate::{Expectation, KnownFailure, Observation, Pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a trial says of an implementation, from the worst to the best.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The suite or the adapter broke; nothing is known.
    Error,
    /// The observation is outside the must set.
    Fail,
    /// A failure is listed as known, and did not happen.
    StaleKnownFailure,
    /// The failure that the baseline lists.
    KnownFailure,
    /// Allowed, and not what is documented.
    Deviation,
    /// As it should be.
    Pass,
    /// The requirement does not apply here, for a reason that is given.
    NotApplicable,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 7] = [
        Self::Error,
        Self::Fail,
        Self::StaleKnownFailure,
        Self::KnownFailure,
        Self::Deviation,
        Self::Pass,
        Self::NotApplicable,
    ];
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Fail => "fail",
            Self::StaleKnownFailure => "stale known failure",
            Self::KnownFailure => "known failure",
            Self::Deviation => "deviation",
            Self::Pass => "pass",
            Self::NotApplicable => "not applicable",
        })
    }
}

/// A verdict, and why, where that does not go without saying.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
    /// Whether the baseline lists this: the observation, or that it passes on
    /// some runs.
    pub known: bool,
}

/// Judges an observation.
///
/// `known` is the entry of the baseline for this trial. It excuses the
/// observation that it names and no other. A deviation stays one when it is
/// listed: it is no failure, and the entry only says why.
///
/// ```
/// use wasi_tcp_conformance::{Observation, Suite, Verdict, judge, trial};
///
/// # fn main() -> Result<(), wasi_tcp_conformance::Error> {
/// let suite = Suite::embedded()?;
/// let trials = trial::all(&suite);
/// let named = |it: &&trial::Trial<'_>| it.id.to_string() == "unbound::local_address::ipv4";
/// let expectation = trials.iter().find(named).unwrap().expectation;
///
/// let documented = Observation::Seen("error:invalid-state".into());
/// assert_eq!(judge(expectation, &documented, None).verdict, Verdict::Pass);
/// let trap = Observation::Trapped { step: "local-address".into() };
/// assert_eq!(judge(expectation, &trap, None).verdict, Verdict::Fail);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn judge(
    expectation: &Expectation,
    observation: &Observation,
    known: Option<&KnownFailure>,
) -> Judgement {
    let (verdict, reason) = judge_alone(expectation, observation);
    let Some(known) = known else {
        return Judgement {
            verdict,
            reason,
            known: false,
        };
    };
    let listed = observation.to_value() == known.observed;
    let (verdict, reason) = match (verdict, listed) {
        (Verdict::Fail, true) => (Verdict::KnownFailure, Some(known.reason.clone())),
        (Verdict::Deviation, true) => (Verdict::Deviation, Some(known.reason.clone())),
        (Verdict::Pass | Verdict::Deviation, _) if known.sometimes => (
            verdict,
            Some(format!("known to fail on some runs: {}", known.reason)),
        ),
        (Verdict::Pass | Verdict::Deviation, _) => (
            Verdict::StaleKnownFailure,
            Some(format!(
                "the baseline lists {} here, which was not observed: remove the entry",
                known.observed
            )),
        ),
        (Verdict::Fail, false) => {
            let also = format!("the baseline allows only {}", known.observed);
            let reason = reason.map_or_else(|| also.clone(), |it| format!("{it}; {also}"));
            (Verdict::Fail, Some(reason))
        }
        other => (other.0, reason),
    };
    Judgement {
        verdict,
        reason,
        known: listed || (verdict == Verdict::Pass && known.sometimes),
    }
}

fn judge_alone(expectation: &Expectation, observation: &Observation) -> (Verdict, Option<String>) {
    let must = expectation.must.as_deref();
    let value = match observation {
        Observation::Seen(value) => value,
        Observation::Unobserved { why } => return (Verdict::Error, Some(why.clone())),
        Observation::Trapped { step } if allows_trap(must, step) => return (Verdict::Pass, None),
        other => return (Verdict::Fail, other.explanation()),
    };
    if let Some(it) = expectation
        .not_applicable
        .iter()
        .find(|it| it.observed.matches(value))
    {
        return (Verdict::NotApplicable, Some(it.because.clone()));
    }
    let accepted = |set: &[Pattern]| set.iter().any(|pattern| pattern.matches(value));
    match (must, expectation.should.as_deref()) {
        (None, _) => (Verdict::Pass, Some("recorded, not judged".to_owned())),
        (Some(must), _) if !accepted(must) => (Verdict::Fail, None),
        (Some(_), Some(should)) if !accepted(should) => (Verdict::Deviation, None),
        (Some(_), _) => (Verdict::Pass, None),
    }
}

fn allows_trap(must: Option<&[Pattern]>, step: &str) -> bool {
    must.unwrap_or_default()
        .iter()
        .any(|pattern| matches!(pattern, Pattern::Trap(at) if at == step))
}
