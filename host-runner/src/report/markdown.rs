//! Markdown, for the summary of a CI job or a comment.

use super::{Record, Report, Standing, SuiteFacts, Summary, terminal, text};
use crate::environment::HostFacts;
use askama::Template;
use askama::filters::Escaper;
use std::fmt;

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
    digest: &'a str,
    host: &'a HostFacts,
    planned: usize,
    records: usize,
    implementations: Vec<Judged>,
    skipped: Vec<(String, String)>,
    sections: Vec<Section>,
}

struct Judged {
    name: String,
    standing: Standing,
    summary: Summary,
}

struct Section {
    title: &'static str,
    open: bool,
    count: usize,
    rows: Vec<Row>,
}

struct Row {
    trial: String,
    implementation: String,
    observed: String,
    expected: String,
    requirements: Vec<(String, String)>,
    reason: Option<String>,
    reproduce: String,
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
    let standing = report.standing(strict);
    let sign = match standing {
        Standing::Conforms | Standing::ConformsBut => '✅',
        Standing::Fails => '❌',
        Standing::Unknown => '❔',
    };
    let judged = |name: &str| {
        let report = report.of(name);
        Judged {
            name: text::versioned(&report, name),
            standing: report.standing(strict),
            summary: report.summary(),
        }
    };
    Document {
        title: format!("{sign} TCP sockets of WASI 0.2: {standing}"),
        suite: &report.suite,
        digest: report.suite.digest.get(..12).unwrap_or_default(),
        host: &report.host,
        planned: report.planned,
        records: report.records.len(),
        implementations: report
            .implementations
            .iter()
            .map(|it| judged(&it.name))
            .collect(),
        skipped: text::skipped(report),
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
    terminal::EXPLAINED
        .iter()
        .rev()
        .map(section)
        .filter(|it| it.count > 0)
        .collect()
}

fn row(report: &Report, record: &Record) -> Row {
    let requirement = |id: &String| {
        let known = report.catalogue.iter().find(|it| it.id == *id);
        let title = known.map_or("", |it| it.title.as_str());
        (text::printable(id), text::printable(title))
    };
    let short = |it: &str| text::shorten(&text::printable(it), WIDTH);
    Row {
        trial: text::printable(&record.trial),
        implementation: text::printable(&record.implementation),
        observed: text::value(&record.observed, WIDTH),
        expected: text::shorten(&text::expected(record), WIDTH),
        requirements: record.requirements.iter().map(requirement).collect(),
        reason: record.reason.as_deref().map(short),
        reproduce: text::printable(&record.reproduce),
    }
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
