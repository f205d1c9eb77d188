//! The JSON schemas of the formats, derived from the types that read them.

use crate::adapter::command::AdapterFile;
use crate::baseline::BaselineFile;
use crate::expectation::ExpectationFile;
use crate::report::ReportFile;

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

/// The schema of a report.
#[must_use]
pub fn report() -> String {
    pretty(&schemars::schema_for!(ReportFile<'_>))
}

/// The schema of a file of known failures.
#[must_use]
pub fn baseline() -> String {
    pretty(&schemars::schema_for!(BaselineFile<'_>))
}

fn pretty(schema: &schemars::Schema) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
