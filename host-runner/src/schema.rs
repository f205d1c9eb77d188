//! The JSON schemas of the formats, derived from the types that read them.

use crate::ExpectationFile;

/// The schema of an expectation file.
#[must_use]
pub fn expectations() -> String {
    pretty(&schemars::schema_for!(ExpectationFile))
}

fn pretty(schema: &schemars::Schema) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
