//! `JUnit` XML, as CI systems read it: a test suite an implementation, a test
//! case a trial.

use super::words::{seconds, versions};
use askama::Template;
use askama::filters::Escaper;
use std::fmt;
use wasi_tcp_conformance::Verdict;
use wasi_tcp_conformance::internal::{explanation, observed};
use wasi_tcp_conformance::report::{Record, Report};

/// The longest observation in a message, in characters.
const WIDTH: usize = 400;

#[derive(Template)]
#[template(path = "junit.xml")]
struct Document {
    total: Counts,
    suites: Vec<Suite>,
}

struct Suite {
    name: String,
    properties: Vec<(&'static str, String)>,
    counts: Counts,
    cases: Vec<Case>,
}

struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    time: String,
}

struct Case {
    class: String,
    name: String,
    time: String,
    verdict: Verdict,
    /// The element that says that it did not pass.
    element: Option<&'static str>,
    message: String,
    text: String,
}

/// The report as `JUnit` XML.
#[must_use]
pub fn junit(report: &Report, strict: bool) -> String {
    let suites = report
        .implementations
        .iter()
        .map(|it| suite(&report.of(&it.name), strict))
        .collect();
    let document = Document {
        total: counts(&report.records, strict),
        suites,
    };
    // Writing to a string cannot fail.
    document.render().unwrap_or_default()
}

/// The test suite of a report that is about one implementation.
fn suite(report: &Report, strict: bool) -> Suite {
    let facts = &report.implementations[0];
    Suite {
        name: facts.name.to_string(),
        properties: vec![
            ("implementation", report.versioned(&facts.name).to_string()),
            ("suite", report.suite.version.to_string()),
            ("suite-digest", report.suite.digest.to_string()),
            ("wasi-version", versions(report)),
            ("outcome", report.outcome(strict).to_string()),
        ],
        counts: counts(&report.records, strict),
        cases: report
            .records
            .iter()
            .map(|it| case(report, it, strict))
            .collect(),
    }
}

fn case(report: &Report, record: &Record, strict: bool) -> Case {
    let element = element(record, strict);
    let reason = record.reason.as_ref().map(|it| it.shortened(WIDTH));
    let observed = observed(record, WIDTH);
    let message = match (record.verdict, reason) {
        (Verdict::NotApplicable, reason) => reason.unwrap_or_default(),
        (_, Some(reason)) => format!("observed {observed}: {reason}"),
        (_, None) => format!("observed {observed}"),
    };
    // Said in full where it is not simply as it should be.
    let plain = matches!(record.verdict, Verdict::Pass | Verdict::NotApplicable);
    Case {
        class: format!("{}.{}", record.implementation, record.trial.topic),
        name: record.trial.to_string(),
        time: time(seconds(record)),
        verdict: record.verdict,
        element,
        message,
        text: if plain {
            String::new()
        } else {
            explanation(report, record)
        },
    }
}

/// How `JUnit` spells a verdict: a known failure is skipped, as everywhere.
fn element(record: &Record, strict: bool) -> Option<&'static str> {
    match record.verdict {
        Verdict::Error => Some("error"),
        Verdict::KnownFailure | Verdict::NotApplicable => Some("skipped"),
        _ if record.is_red(strict) => Some("failure"),
        _ => None,
    }
}

fn counts(records: &[Record], strict: bool) -> Counts {
    let of = |name| {
        records
            .iter()
            .filter(|it| element(it, strict) == Some(name))
            .count()
    };
    Counts {
        tests: records.len(),
        failures: of("failure"),
        errors: of("error"),
        skipped: of("skipped"),
        time: time(records.iter().map(seconds).sum()),
    }
}

fn time(seconds: f64) -> String {
    format!("{seconds:.3}")
}

/// Escapes for XML by the names that every reader knows; some know no numbers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Escape;

impl Escaper for Escape {
    fn write_escaped_str<W: fmt::Write>(&self, mut to: W, text: &str) -> fmt::Result {
        to.write_str(&quick_xml::escape::escape(text))
    }
}
