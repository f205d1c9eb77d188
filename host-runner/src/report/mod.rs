//! What a run found. Every view of it is a pure function of the [`Report`].

#[cfg(feature = "cli")]
mod badge;
#[cfg(feature = "cli")]
mod compare;
#[cfg(feature = "cli")]
mod github;
#[cfg(feature = "cli")]
mod html;
#[cfg(feature = "cli")]
mod junit;
#[cfg(feature = "cli")]
mod look;
#[cfg(feature = "cli")]
mod markdown;
#[cfg(feature = "cli")]
mod matrix;
#[cfg(feature = "cli")]
mod paint;
mod standing;
pub mod terminal;
pub(crate) mod text;

#[cfg(feature = "cli")]
pub use badge::{badge, shields};
#[cfg(feature = "cli")]
pub use compare::{Comparison, Kind};
#[cfg(feature = "cli")]
pub use github::github;
#[cfg(feature = "cli")]
pub use html::html;
#[cfg(feature = "cli")]
pub use junit::junit;
#[cfg(feature = "cli")]
pub use markdown::markdown;
#[cfg(feature = "cli")]
pub use paint::paint;
pub use standing::Standing;

use crate::environment::HostFacts;
use crate::json::{self, Text};
use crate::{Environment, Error, Family, Pattern, Requirement, Verdict, WasiVersion};
use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// The format of a report's JSON. A field that is renamed or removed makes it
/// another; one that is added does not.
pub const FORMAT: u64 = 1;

/// What a run found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Which suite judged.
    pub suite: SuiteFacts,
    /// What was judged.
    pub implementations: Vec<ImplementationFacts>,
    /// What was not, and why.
    pub skipped: Vec<Skipped>,
    /// Where.
    pub host: HostFacts,
    /// How many trials were to be judged. Fewer records mean that some were lost.
    pub planned: usize,
    /// A record for each trial, in the order of the suite.
    pub records: Vec<Record>,
    /// The catalogue, so that a report explains itself.
    pub catalogue: Vec<Requirement>,
}

/// Which suite judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SuiteFacts {
    /// The version of this package.
    pub version: String,
    /// The version at which the guests imported the interfaces.
    pub wasi_version: WasiVersion,
    /// The SHA-256 of the suite's files, in hexadecimal digits.
    pub digest: String,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ImplementationFacts {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// An implementation that was not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why, and how to get it.
    pub reason: String,
}

/// What one trial found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Record {
    /// The trial's name, such as `unbound::local_address::ipv6`.
    pub trial: String,
    /// The name of the implementation.
    pub implementation: String,
    /// The topic.
    pub topic: String,
    /// The case of the topic.
    pub case: String,
    /// The family that the case was asked to use.
    pub family: Family,
    /// The set-up around the implementation.
    pub environment: Environment,
    /// The verdict.
    pub verdict: Verdict,
    /// What was observed; `null` where nothing was run.
    pub observed: Value,
    /// What the requirements allow; `null` where they don't say.
    pub must: Option<Vec<Pattern>>,
    /// What is documented, where that is narrower.
    pub should: Option<Vec<Pattern>>,
    /// The ids of the requirements.
    pub requirements: Vec<String>,
    /// Why the verdict is what it is, where that does not go without saying.
    pub reason: Option<String>,
    /// Whether the baseline lists this: the observation, or that it passes on
    /// some runs.
    pub known: bool,
    /// The end of what the runtime printed on standard error.
    pub noise: String,
    /// The command that repeats the trial.
    pub reproduce: String,
    /// How long the trial took, in milliseconds.
    pub duration_ms: f64,
}

/// How many trials came to each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the fields are the verdicts")]
#[non_exhaustive]
pub struct Summary {
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
    /// The requirement's id.
    pub id: String,
    /// How many trials of this run cite it.
    pub trials: usize,
    /// The worst of their verdicts; `null` without trials.
    pub verdict: Option<Verdict>,
}

impl Record {
    /// Whether the trial says something about the implementation.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !matches!(self.verdict, Verdict::NotApplicable | Verdict::Error)
    }

    /// Whether the trial alone makes the run red.
    #[must_use]
    pub fn is_red(&self, strict: bool) -> bool {
        match self.verdict {
            Verdict::Fail | Verdict::StaleKnownFailure | Verdict::Error => true,
            Verdict::Deviation => strict && !self.known,
            Verdict::Pass | Verdict::KnownFailure | Verdict::NotApplicable => false,
        }
    }
}

impl Coverage {
    /// Whether at least one trial says something of the implementation.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.verdict
            .is_some_and(|it| !matches!(it, Verdict::NotApplicable | Verdict::Error))
    }
}

impl Report {
    /// Counts the verdicts.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let count = |verdict| {
            self.records
                .iter()
                .filter(|it| it.verdict == verdict)
                .count()
        };
        Summary {
            pass: count(Verdict::Pass),
            fail: count(Verdict::Fail),
            deviation: count(Verdict::Deviation),
            known_failure: count(Verdict::KnownFailure),
            stale_known_failure: count(Verdict::StaleKnownFailure),
            not_applicable: count(Verdict::NotApplicable),
            error: count(Verdict::Error),
        }
    }

    /// What the run says of each requirement, in the catalogue's order.
    #[must_use]
    pub fn coverage(&self) -> Vec<Coverage> {
        let mut places = HashMap::new();
        let mut coverage: Vec<_> = self
            .catalogue
            .iter()
            .enumerate()
            .map(|(at, requirement)| {
                places.insert(&requirement.id, at);
                Coverage {
                    id: requirement.id.clone(),
                    trials: 0,
                    verdict: None,
                }
            })
            .collect();
        for record in &self.records {
            let cited = record.requirements.iter();
            for at in cited.filter_map(|it| places.get(it)) {
                let it = &mut coverage[*at];
                it.trials += 1;
                it.verdict = Some(
                    it.verdict
                        .map_or(record.verdict, |worst| worst.min(record.verdict)),
                );
            }
        }
        coverage
    }

    /// Whether a baseline excuses all that an implementation was judged by:
    /// then nothing shows that it works at all. A single trial is no such case,
    /// which somebody repeats.
    #[must_use]
    pub fn excuses_everything(&self) -> bool {
        self.implementations.iter().any(|implementation| {
            let own = |it: &&Record| it.implementation == implementation.name && it.is_judged();
            let mut judged = self.records.iter().filter(own).map(|it| it.verdict);
            judged.clone().count() > 1 && judged.all(|it| it == Verdict::KnownFailure)
        })
    }

    /// The exit code: 0 conforms, 1 does not, 3 where nothing is known.
    ///
    /// A failure weighs more than an error of the suite: it is known.
    #[must_use]
    pub fn exit_code(&self, strict: bool) -> u8 {
        let is_error = |it: &Record| it.verdict == Verdict::Error;
        if self
            .records
            .iter()
            .any(|it| it.is_red(strict) && !is_error(it))
        {
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

    /// Reads a report that was written as JSON. The counts in it are not
    /// believed: they follow from the records.
    ///
    /// # Errors
    /// When `text` is no report; `file` is its name in the message.
    pub fn from_json(file: &str, text: &str) -> Result<Self, Error> {
        match serde_json::from_str(text) {
            Ok(ReportText {
                format: FORMAT,
                suite,
                implementations,
                skipped,
                host,
                planned,
                records,
                catalogue,
                ..
            }) => Ok(Self {
                suite,
                implementations,
                skipped,
                host,
                planned,
                records,
                catalogue,
            }),
            Ok(ReportText { format, .. }) => {
                let why = format!("its format is {format}, not {FORMAT}");
                Err(unreadable(Text { file, text }, 1, &why))
            }
            Err(error) => {
                let why = json::message(&error);
                Err(unreadable(Text { file, text }, error.line(), &why))
            }
        }
    }

    /// The report as JSON, with the counts that follow from it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let full = ReportFile {
            format: FORMAT,
            suite: &self.suite,
            implementations: &self.implementations,
            skipped: &self.skipped,
            host: &self.host,
            planned: self.planned,
            records: &self.records,
            summary: self.summary(),
            requirements: self.coverage(),
            catalogue: &self.catalogue,
        };
        let mut json = serde_json::to_string_pretty(&full).unwrap_or_default();
        json.push('\n');
        json
    }
}

/// A report as it is read. The counts in it are not looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportText {
    format: u64,
    suite: SuiteFacts,
    implementations: Vec<ImplementationFacts>,
    #[serde(default)]
    skipped: Vec<Skipped>,
    host: HostFacts,
    planned: usize,
    records: Vec<Record>,
    catalogue: Vec<Requirement>,
    #[serde(default, rename = "summary")]
    _summary: IgnoredAny,
    #[serde(default, rename = "requirements")]
    _requirements: IgnoredAny,
}

/// Why a text is no report; of another version, if it says so.
fn unreadable(text: Text<'_>, line: usize, why: &str) -> Error {
    let fields: serde_json::Map<String, Value> = match text.parse() {
        Ok(fields) => fields,
        Err(error) => return error,
    };
    let format = fields.get("format").unwrap_or(&Value::Null);
    let why = if *format == FORMAT {
        why.to_owned()
    } else {
        format!("its format is {format}, not {FORMAT}")
    };
    let own = env!("CARGO_PKG_VERSION");
    let by = fields
        .get("suite")
        .and_then(|suite| suite["version"].as_str())
        .filter(|version| *version != own)
        .map_or_else(String::new, |version| {
            format!(
                ", it was written by {} and this is {own}",
                text::printable(version)
            )
        });
    Error::Data {
        file: text.file.to_owned(),
        line,
        problem: text::printable(&format!("this is no report of this version{by}: {why}")),
        mend: "write it with `wasi-tcp-conformance --json FILE`".to_owned(),
    }
}

/// A report as it is written, with what follows from it.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "A report")]
pub(crate) struct ReportFile<'a> {
    /// The format of this file.
    format: u64,
    /// Which suite judged.
    suite: &'a SuiteFacts,
    /// What was judged.
    implementations: &'a [ImplementationFacts],
    /// What was not, and why.
    skipped: &'a [Skipped],
    /// Where.
    host: &'a HostFacts,
    /// How many trials were to be judged. Fewer records mean that some were lost.
    planned: usize,
    /// A record for each trial, in the order of the suite.
    records: &'a [Record],
    /// How many trials came to each verdict.
    summary: Summary,
    /// What the trials of each requirement say together.
    requirements: Vec<Coverage>,
    /// The requirements.
    catalogue: &'a [Requirement],
}
