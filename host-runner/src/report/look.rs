//! How verdicts look: a sign and a word each, so that nobody needs colours.

use super::Standing;
use crate::Verdict;

impl Verdict {
    /// The verdict as a name in style sheets and addresses.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Fail => "fail",
            Self::StaleKnownFailure => "stale-known-failure",
            Self::KnownFailure => "known-failure",
            Self::Deviation => "deviation",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// One character for it.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Error => '!',
            Self::Fail => '✗',
            Self::StaleKnownFailure => '?',
            Self::KnownFailure => '×',
            Self::Deviation => '≈',
            Self::Pass => '✓',
            Self::NotApplicable => '–',
        }
    }

    /// What it means, for somebody who sees it for the first time.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Error => {
                "The suite or the way the runtime is started broke. Nothing is known; the run is red."
            }
            Self::Fail => {
                "The specification does not allow what was observed; so is every trap, crash, hang \
                 and silence. The run is red."
            }
            Self::StaleKnownFailure => {
                "The baseline lists a failure that did not happen: remove the entry. The run is red."
            }
            Self::KnownFailure => {
                "A failure that the baseline of the implementation lists, with exactly this observation."
            }
            Self::Deviation => {
                "The specification allows it in general, and documents something else for this \
                 case. Red only with --strict."
            }
            Self::Pass => "What was observed is what is documented, or was only to be recorded.",
            Self::NotApplicable => {
                "The host or the implementation lacks what the trial is about. Never read off a failure."
            }
        }
    }
}

impl Standing {
    /// The style of the verdict that it comes from.
    pub(crate) fn class(self) -> &'static str {
        self.verdict().class()
    }

    /// One character for it.
    pub(crate) fn sign(self) -> char {
        self.verdict().sign()
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Conforms | Self::ConformsBut => Verdict::Pass,
            Self::Fails => Verdict::Fail,
            Self::Unknown => Verdict::Error,
        }
    }
}
