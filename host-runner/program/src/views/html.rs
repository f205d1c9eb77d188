//! The report as one HTML file that needs nothing else: no network, no
//! scripts to be read, and scripts only to filter.

use super::appearance::Appearance as _;
use super::difference::{Piece, pieces};
use super::matrix::{self, Described, Row};
use super::words::{expected, generations, trials, versions};
use askama::Template;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use wasi_tcp_conformance::report::{Coverage, Outcome, Report, Skipped, SuiteFacts};
use wasi_tcp_conformance::{Untrusted, Verdict};
use wasi_tcp_conformance_core::shorten;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: Inline,
    script: Inline,
    outcome: Outcome,
    strict: bool,
    generations: String,
    versions: String,
    started: &'a Untrusted,
    several: bool,
    suite: &'a SuiteFacts,
    digest: Untrusted,
    host: String,
    probes: &'a BTreeMap<Untrusted, Untrusted>,
    planned: usize,
    recorded: usize,
    verdicts: [Verdict; 7],
    total: Vec<(Verdict, usize)>,
    implementations: Vec<Judged>,
    skipped: &'a [Skipped],
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
    name: Untrusted,
    short: Untrusted,
    outcome: Outcome,
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
    requirement: Described,
    worst: Verdict,
    open: bool,
    rows: Vec<Found>,
}

struct Found {
    anchor: String,
    trial: String,
    implementation: Untrusted,
    verdict: Verdict,
    observed: Vec<Piece>,
    expected: String,
    reason: Option<String>,
}

struct Topic {
    name: String,
    rows: Vec<Row>,
}

struct Covered {
    requirement: Described,
    cells: Vec<(Untrusted, matrix::Cell)>,
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
        outcome: report.outcome(strict),
        strict,
        generations: generations(report),
        versions: versions(report),
        started: &report.started,
        several: parts.len() > 1,
        suite: &report.suite,
        digest: report.suite.short_digest(),
        host,
        probes: &report.host.probes,
        planned: report.planned,
        recorded: report.records.len(),
        verdicts: Verdict::ALL,
        total: counts(report),
        implementations: parts.iter().map(|it| judged(it, strict)).collect(),
        skipped: &report.skipped,
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
        name: part.versioned(name),
        short: name.clone(),
        outcome: part.outcome(strict),
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
    let anchors: HashMap<_, _> = rows.iter().map(|row| (&row.trial, &row.anchor)).collect();
    let mut findings = Vec::new();
    for (generation, requirement) in report.requirements() {
        let mut found = Vec::new();
        let mut is_red = false;
        for record in &report.records {
            let is_cited = record.trial.generation == generation
                && record.requirements.contains(&requirement.id);
            if record.verdict > Verdict::Deviation || !is_cited {
                continue;
            }
            is_red |= record.is_red(strict);
            let trial = record.trial.to_string();
            found.push(Found {
                anchor: anchors
                    .get(&trial)
                    .map_or_else(String::new, |anchor| (*anchor).clone()),
                trial,
                implementation: record.implementation.clone(),
                verdict: record.verdict,
                observed: pieces(report, record, WIDTH),
                expected: shorten(&expected(record), WIDTH),
                reason: record.reason.as_ref().map(|it| it.shortened(WIDTH)),
            });
        }
        found.sort_by_key(|it| weight(it.verdict));
        if let Some(worst) = found.first().map(|it| it.verdict) {
            findings.push(Finding {
                requirement: matrix::described(generation, requirement),
                worst,
                open: is_red,
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
    let judged = report.records.iter().filter(|record| record.is_judged());
    let cited: HashSet<_> = judged
        .flat_map(|record| {
            let ids = record.requirements.iter();
            ids.map(|id| (record.trial.generation, id))
        })
        .collect();
    let requirements = report.requirements();
    requirements
        .filter(|(generation, requirement)| cited.contains(&(*generation, &requirement.id)))
        .count()
}

fn covered(report: &Report, parts: &[Report]) -> Vec<Covered> {
    let coverages: Vec<_> = parts
        .iter()
        .map(|part| (part.implementations[0].name.clone(), part.coverage()))
        .collect();
    let cell = |covered: &Coverage| match covered.verdict {
        Some(verdict) => matrix::cell(verdict, trials(covered.trials).into()),
        None => matrix::Cell::absent(trials(0).into()),
    };
    report
        .requirements()
        .enumerate()
        .map(|(at, (generation, requirement))| Covered {
            requirement: matrix::described(generation, requirement),
            cells: coverages
                .iter()
                .map(|(name, coverage)| (name.clone(), cell(&coverage[at])))
                .collect(),
        })
        .collect()
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
