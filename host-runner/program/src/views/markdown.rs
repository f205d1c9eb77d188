//! Markdown, for the summary of a CI job or a comment.

use super::words::{expected, generations, versions};
use askama::Template;
use askama::filters::Escaper;
use std::fmt;
use wasi_tcp_conformance::internal::{EXPLAINED, observed};
use wasi_tcp_conformance::report::{
    Counts, HostFacts, Outcome, Record, Report, Skipped, SuiteFacts,
};
use wasi_tcp_conformance::{Tentative, Untrusted};
use wasi_tcp_conformance_core::shorten;

/// The longest text that a comment on GitHub may have, with some room.
pub(super) const LIMIT: usize = 60_000;

/// The longest observation or reason, in characters.
const WIDTH: usize = 200;

/// How many trials a section lists, at first.
const ROWS: usize = 64;

#[derive(Template)]
#[template(path = "markdown.md")]
struct Document<'a> {
    title: String,
    suite: &'a SuiteFacts,
    digest: Untrusted,
    versions: String,
    host: &'a HostFacts,
    planned: usize,
    records: usize,
    implementations: Vec<Judged>,
    skipped: &'a [Skipped],
    sections: Vec<Section>,
}

struct Judged {
    name: Untrusted,
    outcome: Outcome,
    counts: Counts,
}

struct Section {
    title: &'static str,
    open: bool,
    count: usize,
    rows: Vec<Row>,
}

struct Row {
    trial: String,
    implementation: Untrusted,
    observed: String,
    expected: String,
    requirements: Vec<(Untrusted, Untrusted)>,
    reason: Option<String>,
    /// Both readings of the requirement, and where they are discussed.
    readings: Option<[Untrusted; 3]>,
    reproduce: Untrusted,
}

/// The report as Markdown; one that is too long for a comment lists less.
#[must_use]
pub fn markdown(report: &Report, strict: bool) -> String {
    let mut rows = ROWS;
    loop {
        let text = document(report, strict, rows).render().unwrap_or_default();
        if text.len() <= LIMIT || rows == 0 {
            return text;
        }
        rows /= 2;
    }
}

fn document(report: &Report, strict: bool, rows: usize) -> Document<'_> {
    let outcome = report.outcome(strict);
    let sign = match outcome {
        Outcome::Conforms | Outcome::ConformsBut => '✅',
        Outcome::Fails => '❌',
        _ => '❔',
    };
    let judged = |name: &Untrusted| {
        let report = report.of(name);
        Judged {
            name: report.versioned(name),
            outcome: report.outcome(strict),
            counts: report.counts(),
        }
    };
    Document {
        title: format!("{sign} TCP sockets of {}: {outcome}", generations(report)),
        suite: &report.suite,
        digest: report.suite.short_digest(),
        versions: versions(report),
        host: &report.host,
        planned: report.planned,
        records: report.records.len(),
        implementations: report
            .implementations
            .iter()
            .map(|it| judged(&it.name))
            .collect(),
        skipped: &report.skipped,
        sections: sections(report, strict, rows),
    }
}

/// The verdicts that need a word, the worst first.
fn sections(report: &Report, strict: bool, rows: usize) -> Vec<Section> {
    let section = |&(verdict, title)| {
        let records = report.records.iter().filter(|it| it.verdict == verdict);
        let records: Vec<_> = records.collect();
        Section {
            title,
            open: records.iter().any(|it| it.is_red(strict)),
            count: records.len(),
            rows: records
                .iter()
                .take(rows)
                .map(|it| row(report, it))
                .collect(),
        }
    };
    EXPLAINED
        .iter()
        .rev()
        .map(section)
        .filter(|it| it.count > 0)
        .collect()
}

fn row(report: &Report, record: &Record) -> Row {
    let requirement = |(id, known): (&Untrusted, Option<&wasi_tcp_conformance::Requirement>)| {
        let title = known.map_or_else(Untrusted::default, |it| it.title.clone());
        (id.clone(), title)
    };
    Row {
        trial: record.trial.to_string(),
        implementation: record.implementation.clone(),
        observed: observed(record, WIDTH),
        expected: shorten(&expected(record), WIDTH),
        requirements: report.cited(record).map(requirement).collect(),
        reason: record.reason.as_ref().map(|it| it.shortened(WIDTH)),
        readings: report
            .read_otherwise(record)
            .map(|(requirement, tentative)| {
                let Tentative {
                    otherwise, link, ..
                } = tentative;
                [&requirement.text, otherwise, link].map(Clone::clone)
            }),
        reproduce: record.reproduce.clone(),
    }
}

/// A text that means nothing in Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    // Writing to a string cannot fail.
    let _ = Escape.write_escaped_str(&mut escaped, text);
    escaped
}

/// Escapes for Markdown: every sign that could mean something becomes a
/// character reference, which Markdown never takes for structure.
#[derive(Clone, Copy, Default)]
pub(crate) struct Escape;

impl Escaper for Escape {
    fn write_escaped_str<W: fmt::Write>(&self, mut to: W, text: &str) -> fmt::Result {
        for it in text.chars() {
            match it {
                ' ' | ',' | '.' | ':' | ';' | '/' | '(' | ')' | '-' | '\'' | '"' => {
                    to.write_char(it)?;
                }
                it if it.is_ascii_punctuation() || it.is_control() => {
                    write!(to, "&#{};", u32::from(it))?;
                }
                it => to.write_char(it)?,
            }
        }
        Ok(())
    }
}
