//! What a report says as a whole, in one word.

use super::contents::Report;
use super::record::Record;
use crate::Verdict;
use std::fmt;

/// What a report says of what it judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Everything is as documented.
    Conforms,
    /// Nothing is red, but there are deviations or known failures.
    ConformsBut,
    /// Something is red.
    Fails,
    /// Nothing is known: the suite or the adapter broke, or nothing was judged.
    Unknown,
}

impl Report {
    /// What the report says as a whole.
    #[must_use]
    pub fn outcome(&self, strict: bool) -> Outcome {
        let counts = self.counts();
        match self.exit_code(strict) {
            0 if counts.deviation + counts.known_failure == 0 => Outcome::Conforms,
            0 => Outcome::ConformsBut,
            1 => Outcome::Fails,
            _ => Outcome::Unknown,
        }
    }

    /// The exit code: 0 conforms, 1 does not, 3 if nothing is known.
    ///
    /// A failure weighs more than an error of the suite: it is known.
    #[must_use]
    pub fn exit_code(&self, strict: bool) -> u8 {
        let is_error = |record: &Record| record.verdict == Verdict::Error;
        let is_failure = |record: &Record| record.is_red(strict) && !is_error(record);
        if self.records.iter().any(is_failure) {
            1
        } else if self.records.len() < self.planned
            || self.records.iter().any(is_error)
            || !self.records.iter().any(Record::is_judged)
            || self.excuses_everything()
        {
            3
        } else {
            0
        }
    }

    /// Whether a baseline excuses everything that an implementation was judged
    /// by: then nothing shows that it works at all. A single trial, which
    /// somebody repeats, is no such case.
    #[doc(hidden)]
    #[must_use]
    pub fn excuses_everything(&self) -> bool {
        self.implementations.iter().any(|implementation| {
            let is_own = |record: &&Record| {
                record.implementation == implementation.name && record.is_judged()
            };
            let own: Vec<_> = self.records.iter().filter(is_own).collect();
            let is_excused = |record: &&Record| record.verdict == Verdict::KnownFailure;
            own.len() > 1 && own.iter().all(is_excused)
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Conforms => "conforms",
            Self::ConformsBut => "conforms, except as listed",
            Self::Fails => "does not conform",
            Self::Unknown => "unknown",
        })
    }
}
