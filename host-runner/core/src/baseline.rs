//! Files of known failures and known walks.

use crate::json::{Format, Text};
use crate::walk::Model;
use crate::{Error, KnownFailure, KnownWalk, TrialName, parse_entries, parse_known_walks};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// What an implementation is known to get wrong.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a file lists nothing else")]
pub struct Baseline {
    /// In trials.
    pub failures: Vec<KnownFailure>,
    /// In walks.
    pub walks: Vec<KnownWalk>,
}

/// A file of known failures.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A baseline")]
#[non_exhaustive]
pub struct BaselineFile<'a> {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// What the implementation is known to get wrong.
    #[serde(borrow)]
    #[schemars(with = "Vec<KnownFailure>")]
    pub baseline: Vec<&'a RawValue>,
    /// What it is known to answer to walks otherwise than the model allows.
    #[serde(default, borrow)]
    #[schemars(with = "Vec<KnownWalk>")]
    pub walks: Vec<&'a RawValue>,
}

/// Reads a file of known failures. Each entry names one of these trials, or a cell of
/// one of these models, once, and gives a reason.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse_baseline(
    file: &str,
    text: &str,
    trials: &BTreeSet<TrialName>,
    models: &[&Model],
) -> Result<Baseline, Error> {
    let text = Text {
        file,
        text,
        format: Format::Baseline,
    };
    let parsed: BaselineFile<'_> = text.parse()?;
    Ok(Baseline {
        failures: parse_entries(text, &parsed.baseline, trials)?,
        walks: parse_known_walks(text, &parsed.walks, models)?,
    })
}
