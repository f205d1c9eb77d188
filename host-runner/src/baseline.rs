//! Known failures: what an implementation is known to get wrong, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A failure that is known. It excuses one observation of one trial.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownFailure {
    /// The trial's name.
    pub trial: String,
    /// The observation that it allows, as reports spell it.
    pub observed: Value,
    /// Why it is so, in one line.
    pub reason: String,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}
