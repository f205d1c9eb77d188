//! Judges: from an expectation and an observation to a verdict, and nothing else.

use crate::{ErrorCodes, Expectation, KnownFailure, Observation, Pattern, Untrusted, Verdict};

/// A verdict, and why, where that does not go without saying.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<Untrusted>,
}

impl Judgement {
    /// A verdict for a reason.
    pub fn because(verdict: Verdict, reason: impl Into<Untrusted>) -> Self {
        Self {
            verdict,
            reason: Some(reason.into()),
        }
    }

    fn plain(verdict: Verdict) -> Self {
        Self {
            verdict,
            reason: None,
        }
    }
}

/// Judges an observation.
///
/// `known` is the entry of the baseline for this trial. It excuses the
/// observation that it names and no other. A deviation stays one when it is
/// listed: it is no failure, and the entry only says why.
#[must_use]
pub fn judge(
    expectation: &Expectation,
    codes: &ErrorCodes,
    observation: &Observation,
    known: Option<&KnownFailure>,
) -> Judgement {
    let judgement = judge_alone(expectation, codes, observation);
    let Some(known) = known else {
        return judgement;
    };
    let is_listed = *observation == known.observed;
    match (judgement.verdict, is_listed) {
        (Verdict::Fail, true) => Judgement {
            verdict: Verdict::KnownFailure,
            reason: Some(known.reason.clone()),
        },
        (Verdict::Deviation, true) => Judgement {
            verdict: Verdict::Deviation,
            reason: Some(known.reason.clone()),
        },
        (Verdict::Pass | Verdict::Deviation, _) if known.sometimes => Judgement::because(
            judgement.verdict,
            format!("known to fail on some runs: {}", known.reason.as_raw()),
        ),
        (Verdict::Pass, true) => Judgement::because(
            Verdict::StaleKnownFailure,
            format!(
                "the baseline lists {}, which is right: remove the entry",
                known.observed
            ),
        ),
        (Verdict::Pass | Verdict::Deviation, _) => Judgement::because(
            Verdict::StaleKnownFailure,
            format!(
                "the baseline lists {}, which was not observed: remove the entry",
                known.observed
            ),
        ),
        (Verdict::Fail, false) => {
            let also = format!("the baseline allows only {}", known.observed);
            let reason = judgement.reason.as_ref().map(Untrusted::as_raw);
            let reason = reason.map_or_else(|| also.clone(), |reason| format!("{reason}; {also}"));
            Judgement::because(Verdict::Fail, reason)
        }
        _ => judgement,
    }
}

fn judge_alone(
    expectation: &Expectation,
    codes: &ErrorCodes,
    observation: &Observation,
) -> Judgement {
    let accepted = |set: &[Pattern]| set.iter().any(|it| it.accepts(observation, codes));
    if let Observation::Unobserved { why } = observation {
        return Judgement::because(Verdict::Error, why.as_str());
    }
    let mut inapplicable = expectation.not_applicable.iter();
    if let Some(it) = inapplicable.find(|it| it.observed.accepts(observation, codes)) {
        return Judgement::because(Verdict::NotApplicable, it.because.as_str());
    }
    match (expectation.must.as_deref(), expectation.should.as_deref()) {
        (None, _) if matches!(observation, Observation::Seen(_)) => {
            Judgement::because(Verdict::Pass, "recorded, not judged")
        }
        (Some(must), should) if accepted(must) => Judgement::plain(match should {
            Some(should) if !accepted(should) => Verdict::Deviation,
            _ => Verdict::Pass,
        }),
        _ if expectation.otherwise.as_deref().is_some_and(accepted) => {
            Judgement::because(Verdict::Deviation, "right by another reading of the text")
        }
        _ => Judgement {
            verdict: Verdict::Fail,
            reason: observation.explanation().map(Untrusted::from),
        },
    }
}
