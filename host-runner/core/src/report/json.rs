//! Reports as JSON.

use super::contents::{
    Catalogue, GuestFacts, ImplementationFacts, Report, Skipped, SuiteFacts, WalkCoverage,
};
use super::counts::{Counts, Coverage};
use super::host::HostFacts;
use super::record::Record;
use crate::json::{self, Format, Text};
use crate::{Error, Problem, Untrusted};
use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The format of a report as JSON. A field that is renamed or removed makes it
/// another; one that is added does not.
pub const FORMAT: u64 = 2;

impl Report {
    /// Reads a report that was written as JSON. The counts in it are not read:
    /// they follow from the records.
    ///
    /// # Errors
    /// When `text` is no report; `file` is its name in the message.
    pub fn from_json(file: &str, text: &str) -> Result<Self, Error> {
        let text = Text {
            file,
            text,
            format: Format::Report,
        };
        match json::parse(text.text) {
            Ok(ReportText {
                format: FORMAT,
                suite,
                started,
                implementations,
                skipped,
                host,
                planned,
                records,
                generations,
                walks,
                guests,
                ..
            }) => {
                let report = Self {
                    suite,
                    started,
                    implementations,
                    skipped,
                    host,
                    planned,
                    records,
                    generations,
                    walks,
                    guests,
                };
                super::fit::check(text, &report)?;
                Ok(report)
            }
            Ok(ReportText { format, .. }) => {
                let why = format!("its format is {format}, not {FORMAT}");
                Err(unreadable(text, 1, &why))
            }
            Err((line, why)) => Err(unreadable(text, line, &why)),
        }
    }

    /// The report as JSON, with the counts that follow from it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let full = ReportFile {
            format: FORMAT,
            suite: &self.suite,
            started: &self.started,
            implementations: &self.implementations,
            skipped: &self.skipped,
            host: &self.host,
            planned: self.planned,
            records: &self.records,
            summary: self.counts(),
            requirements: self.coverage(),
            generations: &self.generations,
            walks: &self.walks,
            guests: &self.guests,
        };
        let mut json = serde_json::to_string_pretty(&full).unwrap_or_default();
        json.push('\n');
        json
    }
}

/// A report as it is read. The counts in it are ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportText {
    format: u64,
    suite: SuiteFacts,
    #[serde(default)]
    started: Untrusted,
    implementations: Vec<ImplementationFacts>,
    #[serde(default)]
    skipped: Vec<Skipped>,
    host: HostFacts,
    planned: usize,
    records: Vec<Record>,
    generations: Vec<Catalogue>,
    #[serde(default)]
    walks: Vec<WalkCoverage>,
    #[serde(default)]
    guests: Vec<GuestFacts>,
    #[serde(default, rename = "summary")]
    _summary: IgnoredAny,
    #[serde(default, rename = "requirements")]
    _requirements: IgnoredAny,
}

/// Why a text is no report; of another version, if it says so.
fn unreadable(text: Text<'_>, line: usize, why: &str) -> Error {
    let fields: Map<String, Value> = match text.parse() {
        Ok(fields) => fields,
        Err(error) => return error,
    };
    let Some(format) = fields.get("format") else {
        return Error::in_file(
            text.file,
            "the file is no report: it names no format",
            "name a file that was written with `wasi-tcp-conformance --json FILE`",
        );
    };
    let (line, why) = if *format == FORMAT {
        (line, why.to_owned())
    } else {
        let why = format!("its format is {format}, not {FORMAT}");
        (text.line_of_field("format"), why)
    };
    let own = env!("CARGO_PKG_VERSION");
    let by = fields
        .get("suite")
        .and_then(|suite| suite["version"].as_str())
        .filter(|version| *version != own)
        .map_or_else(String::new, |version| {
            let version = Untrusted::from(version);
            format!(" ({version} wrote it, this is {own})")
        });
    Error::Data {
        file: text.file.to_owned(),
        line,
        problem: Problem::new(
            format!("the file is no report that this version reads{by}: {why}"),
            "write it again with `wasi-tcp-conformance --json FILE`",
        ),
    }
}

/// A report as it is written, with what follows from it.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "A report")]
#[non_exhaustive]
pub struct ReportFile<'a> {
    /// The format of this file.
    pub format: u64,
    /// Which suite judged.
    pub suite: &'a SuiteFacts,
    /// When the run began, such as `2026-11-25T18:31:00Z`.
    pub started: &'a Untrusted,
    /// What was judged.
    pub implementations: &'a [ImplementationFacts],
    /// What was not judged, and why.
    pub skipped: &'a [Skipped],
    /// Where.
    pub host: &'a HostFacts,
    /// How many trials were to be judged. Fewer records mean that some were lost.
    pub planned: usize,
    /// A record for each trial, in the order of the suite.
    pub records: &'a [Record],
    /// How many trials came to each verdict.
    pub summary: Counts,
    /// What the trials of each requirement say together.
    pub requirements: Vec<Coverage>,
    /// What each generation requires.
    pub generations: &'a [Catalogue],
    /// What the walks of each implementation took of the model.
    pub walks: &'a [WalkCoverage],
    /// The guests in other languages that trials ran.
    pub guests: &'a [GuestFacts],
}
