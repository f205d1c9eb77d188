//! The report as one HTML file that needs nothing else: no network, no
//! scripts to be read, and scripts only to filter.

use super::matrix::{self, Row, Words};
use super::{Report, Standing, SuiteFacts, text};
use crate::Verdict;
use askama::Template;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: Inline,
    script: Inline,
    standing: Standing,
    strict: bool,
    several: bool,
    suite: &'a SuiteFacts,
    digest: &'a str,
    host: String,
    probes: Vec<(String, String)>,
    planned: usize,
    recorded: usize,
    verdicts: [Verdict; 7],
    total: Vec<(Verdict, usize)>,
    implementations: Vec<Judged>,
    skipped: Vec<(String, String)>,
    findings: Vec<Finding>,
    rows: usize,
    topics: Vec<Topic>,
    covered: usize,
    requirements: Vec<Covered>,
}

/// A style sheet or script that stands in the page. The page allows these
/// two and nothing else to run, by their digests.
struct Inline {
    text: &'static str,
    digest: String,
}

struct Judged {
    name: String,
    short: String,
    standing: Standing,
    counts: Vec<(Verdict, usize)>,
    bars: Vec<Bar>,
}

/// A part of the bar that shows the proportions, of a width of 100.
struct Bar {
    class: &'static str,
    x: String,
    width: String,
}

struct Finding {
    requirement: Words,
    worst: Verdict,
    open: bool,
    rows: Vec<Found>,
}

struct Found {
    anchor: String,
    trial: String,
    implementation: String,
    verdict: Verdict,
    observed: String,
    expected: String,
    reason: Option<String>,
}

struct Topic {
    name: String,
    rows: Vec<Row>,
}

struct Covered {
    words: Words,
    cells: Vec<(String, matrix::Cell)>,
}

/// The longest observation of a table, in characters.
const WIDTH: usize = 300;

/// So many findings are open at first; where there are more, a reader picks.
const OPEN: usize = 6;

/// The report as an HTML page.
#[must_use]
pub fn html(report: &Report, strict: bool) -> String {
    let parts: Vec<Report> = report
        .implementations
        .iter()
        .map(|it| report.of(&it.name))
        .collect();
    let rows = matrix::rows(report);
    let requirements = covered(report, &parts);
    let host = format!("{} {}", report.host.os, report.host.arch);
    let page = Page {
        style: inline(include_str!("templates/report.css")),
        script: inline(include_str!("templates/report.js")),
        standing: report.standing(strict),
        strict,
        several: parts.len() > 1,
        suite: &report.suite,
        digest: report.suite.digest.get(..12).unwrap_or_default(),
        host: text::printable(&host),
        probes: probes(report),
        planned: report.planned,
        recorded: report.records.len(),
        verdicts: Verdict::ALL,
        total: counts(report),
        implementations: parts.iter().map(|it| judged(it, strict)).collect(),
        skipped: text::skipped(report),
        findings: findings(report, &rows, strict),
        rows: rows.len(),
        topics: topics(rows),
        covered: judged_requirements(report),
        requirements,
    };
    // Writing to a string cannot fail.
    page.render().unwrap_or_default()
}

fn inline(text: &'static str) -> Inline {
    let digest = format!("sha256-{}", base64(&Sha256::digest(text)));
    Inline { text, digest }
}

/// Base64, as the digests of a page are written.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= chunk.len() { digit.into() } else { '=' });
        }
    }
    text
}

fn probes(report: &Report) -> Vec<(String, String)> {
    let shown = |(name, found): (&String, &String)| (text::printable(name), text::printable(found));
    report.host.probes.iter().map(shown).collect()
}

fn counts(report: &Report) -> Vec<(Verdict, usize)> {
    let count = |verdict| {
        let records = report.records.iter();
        (verdict, records.filter(|it| it.verdict == verdict).count())
    };
    Verdict::ALL.into_iter().map(count).collect()
}

/// One line of the summary.
fn judged(part: &Report, strict: bool) -> Judged {
    let name = &part.implementations[0].name;
    let counts = counts(part);
    let mut bars = Vec::new();
    let mut before = 0;
    for &(verdict, count) in counts.iter().filter(|it| it.1 > 0) {
        bars.push(Bar {
            class: verdict.class(),
            x: percent(before, part.records.len()),
            width: percent(count, part.records.len()),
        });
        before += count;
    }
    Judged {
        name: text::versioned(part, name),
        short: text::printable(name),
        standing: part.standing(strict),
        counts,
        bars,
    }
}

/// A share of 100, with a decimal.
fn percent(part: usize, whole: usize) -> String {
    let thousandths = part * 1000 / whole.max(1);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

/// What is wrong or deviates, by the requirement that says so, the worst first.
fn findings(report: &Report, rows: &[Row], strict: bool) -> Vec<Finding> {
    let short = |it: &str| text::shorten(&text::printable(it), WIDTH);
    let anchors: HashMap<_, _> = rows.iter().map(|it| (&it.trial, &it.anchor)).collect();
    let mut findings = Vec::new();
    for requirement in &report.catalogue {
        let mut found = Vec::new();
        let mut red = false;
        for record in &report.records {
            if record.verdict > Verdict::Deviation || !record.requirements.contains(&requirement.id)
            {
                continue;
            }
            red |= record.is_red(strict);
            let trial = text::printable(&record.trial);
            found.push(Found {
                anchor: anchors
                    .get(&trial)
                    .map_or_else(String::new, |it| (*it).clone()),
                trial,
                implementation: text::printable(&record.implementation),
                verdict: record.verdict,
                observed: text::value(&record.observed, WIDTH),
                expected: text::shorten(&text::expected(record), WIDTH),
                reason: record.reason.as_deref().map(short),
            });
        }
        found.sort_by_key(|it| weight(it.verdict));
        if let Some(worst) = found.first().map(|it| it.verdict) {
            findings.push(Finding {
                requirement: matrix::words(requirement),
                worst,
                open: red,
                rows: found,
            });
        }
    }
    findings.sort_by_key(|it| weight(it.worst));
    for crowded in findings.iter_mut().skip(OPEN) {
        crowded.open = false;
    }
    findings
}

/// What a reader wants to see first: what is known to be wrong.
fn weight(verdict: Verdict) -> (bool, Verdict) {
    (verdict != Verdict::Fail, verdict)
}

fn topics(rows: Vec<Row>) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    let mut places = HashMap::new();
    for row in rows {
        let at = *places.entry(row.topic.clone()).or_insert(topics.len());
        if at == topics.len() {
            topics.push(Topic {
                name: row.topic.clone(),
                rows: Vec::new(),
            });
        }
        topics[at].rows.push(row);
    }
    topics
}

/// Of how many requirements something is known, of at least one implementation.
fn judged_requirements(report: &Report) -> usize {
    let is_judged = |id: &String| {
        let mut records = report.records.iter();
        records.any(|it| it.is_judged() && it.requirements.contains(id))
    };
    let ids = report.catalogue.iter().map(|it| &it.id);
    ids.filter(|id| is_judged(id)).count()
}

fn covered(report: &Report, parts: &[Report]) -> Vec<Covered> {
    let coverages: Vec<_> = parts
        .iter()
        .map(|it| (text::printable(&it.implementations[0].name), it.coverage()))
        .collect();
    let cell = |it: &super::Coverage| match it.verdict {
        Some(verdict) => matrix::cell(verdict, trials(it.trials)),
        None => matrix::Cell::absent(trials(0)),
    };
    report
        .catalogue
        .iter()
        .enumerate()
        .map(|(at, requirement)| Covered {
            words: matrix::words(requirement),
            cells: coverages
                .iter()
                .map(|(name, it)| (name.clone(), cell(&it[at])))
                .collect(),
        })
        .collect()
}

fn trials(count: usize) -> String {
    match count {
        1 => "1 trial".to_owned(),
        count => format!("{count} trials"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")] {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
        assert_eq!(base64(&[255, 239, 190]), "/+++");
    }
}
