//! How verdicts look: a sign and a word each, so that nobody needs colours.

use wasi_tcp_conformance::Verdict;
use wasi_tcp_conformance::report::Outcome;

/// How something looks.
pub(super) trait Appearance {
    /// Its name in style sheets and addresses.
    fn class(self) -> &'static str;

    /// One character for it.
    fn sign(self) -> char;

    /// What it means, for somebody who sees it for the first time.
    fn meaning(self) -> &'static str;
}

impl Appearance for Verdict {
    fn class(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Fail => "fail",
            Self::StaleKnownFailure => "stale-known-failure",
            Self::KnownFailure => "known-failure",
            Self::Deviation => "deviation",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
            _ => "unknown",
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Error => '!',
            Self::Fail => '✗',
            Self::StaleKnownFailure => '?',
            Self::KnownFailure => '×',
            Self::Deviation => '≈',
            Self::Pass => '✓',
            Self::NotApplicable => '–',
            _ => '·',
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Error => {
                "The suite or the way the runtime is started broke. Nothing is known; the run is red."
            }
            Self::Fail => {
                "The specification does not allow what was observed. Every trap, crash, hang and silence \
                 fails. The run is red."
            }
            Self::StaleKnownFailure => {
                "The baseline lists a failure that did not happen: remove the entry. The run is red."
            }
            Self::KnownFailure => {
                "The baseline of the implementation lists this failure, with exactly this observation."
            }
            Self::Deviation => {
                "The specification allows this in general, but documents something else for this \
                 case; or it can be read so, and is by some who have a say in it. Red only with \
                 --strict."
            }
            Self::Pass => "What was observed is what is documented, or was only recorded.",
            Self::NotApplicable => {
                "The host or the implementation lacks what the trial tests. Never concluded from a failure."
            }
            _ => "This version does not know the verdict.",
        }
    }
}

impl Appearance for Outcome {
    fn class(self) -> &'static str {
        verdict(self).class()
    }

    fn sign(self) -> char {
        verdict(self).sign()
    }

    fn meaning(self) -> &'static str {
        verdict(self).meaning()
    }
}

/// The verdict whose style an outcome has.
fn verdict(outcome: Outcome) -> Verdict {
    match outcome {
        Outcome::Conforms | Outcome::ConformsBut => Verdict::Pass,
        Outcome::Fails => Verdict::Fail,
        _ => Verdict::Error,
    }
}
