//! What a trial says of an implementation.

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
    /// The baseline lists a failure that did not happen.
    StaleKnownFailure,
    /// The failure that the baseline lists.
    KnownFailure,
    /// Allowed, but not what is documented.
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
        f.pad(match self {
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
