//! What a report says as a whole, in one word.

use super::Report;
use std::fmt;

/// What a report says of what it judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Everything is as documented.
    Conforms,
    /// Nothing is red, and deviations or known failures are listed.
    ConformsBut,
    /// Something is red.
    Fails,
    /// Nothing is known: the suite or the adapter broke, or nothing was judged.
    Unknown,
}

impl Report {
    /// What the report says as a whole.
    #[must_use]
    pub fn standing(&self, strict: bool) -> Standing {
        let summary = self.summary();
        match self.exit_code(strict) {
            0 if summary.deviation + summary.known_failure == 0 => Standing::Conforms,
            0 => Standing::ConformsBut,
            1 => Standing::Fails,
            _ => Standing::Unknown,
        }
    }

    /// The part of the report that is about one implementation.
    #[must_use]
    pub fn of(&self, implementation: &str) -> Self {
        let facts = self.implementations.iter();
        let records = self.records.iter();
        Self {
            implementations: facts
                .filter(|it| it.name == implementation)
                .cloned()
                .collect(),
            // Each implementation has the same trials.
            planned: self.planned / self.implementations.len().max(1),
            records: records
                .filter(|it| it.implementation == implementation)
                .cloned()
                .collect(),
            skipped: Vec::new(),
            suite: self.suite.clone(),
            host: self.host.clone(),
            catalogue: self.catalogue.clone(),
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Conforms => "conforms",
            Self::ConformsBut => "conforms, but for what is listed",
            Self::Fails => "does not conform",
            Self::Unknown => "not known",
        })
    }
}
