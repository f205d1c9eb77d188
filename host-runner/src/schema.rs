//! The JSON schemas of the formats, derived from the types that read them.

use crate::ExpectationFile;
use crate::adapter::command::AdapterFile;

/// The schema of an expectation file.
#[must_use]
pub fn expectations() -> String {
    pretty(&schemars::schema_for!(ExpectationFile))
}

/// The schema of a file that describes an implementation.
#[must_use]
pub fn implementation() -> String {
    pretty(&schemars::schema_for!(AdapterFile<'_>))
}

fn pretty(schema: &schemars::Schema) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
