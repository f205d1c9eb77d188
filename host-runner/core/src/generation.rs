//! What sets a generation of WASI apart: its versions and its error codes.

use crate::json::Text;
use crate::{Error, Generation, Problem, WasiVersion};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The error codes of a generation, as its interface spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ErrorCodes {
    /// The codes that an operation can end with.
    pub outcomes: Vec<String>,
    /// The codes that are no outcome: one says that there is none yet, the other
    /// that nothing was begun. A host that never tells of a failure answers
    /// these.
    pub others: Vec<String>,
}

impl ErrorCodes {
    /// Whether an operation can end with this code.
    #[must_use]
    pub fn is_outcome(&self, code: &str) -> bool {
        self.outcomes.iter().any(|known| known == code)
    }

    /// Whether the interface has this code.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.is_outcome(code) || self.others.iter().any(|known| known == code)
    }
}

/// The data of a generation, `expectations/0.2/generation.json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "A generation of WASI")]
#[non_exhaustive]
pub struct GenerationData {
    /// The version that the guests are built for.
    pub reference: WasiVersion,
    /// The latest version that the suite knows.
    pub latest: WasiVersion,
    /// The error codes of its interface.
    pub error_codes: ErrorCodes,
}

impl GenerationData {
    /// Reads the data of a generation.
    ///
    /// # Errors
    /// When the file is malformed or is about another generation.
    pub fn parse(text: Text<'_>, generation: Generation) -> Result<Self, Error> {
        let data: Self = text.parse()?;
        let is_own = |version: &WasiVersion| version.generation == generation;
        if !is_own(&data.reference) || !is_own(&data.latest) || data.reference > data.latest {
            return Err(Error::in_file(
                text.file,
                format!(
                    "{} and {} are no versions of WASI {generation} in order",
                    data.reference, data.latest
                ),
                "name a reference version that is not later than the latest one",
            ));
        }
        Ok(data)
    }

    /// Whether the suite knows this version of the generation.
    ///
    /// # Errors
    /// The problem, if it does not.
    pub fn check(&self, version: WasiVersion) -> Result<(), Problem> {
        if version.generation == self.latest.generation && version <= self.latest {
            return Ok(());
        }
        Err(Problem::new(
            format!("this suite does not know WASI {version}"),
            format!(
                "name a version from {} to {}",
                self.latest.generation.patch(0),
                self.latest
            ),
        ))
    }
}
