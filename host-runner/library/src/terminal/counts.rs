//! The last lines of a summary: what was judged by what, and the verdict.

use super::guests;
use super::layout::{Lines, styled};
use anstyle::AnsiColor;
use std::fmt::Write as _;
use wasi_tcp_conformance_core::report::{Counts, Outcome, Record, Report};
use wasi_tcp_conformance_core::{Untrusted, Verdict};

pub(super) fn counts(lines: &mut Lines, report: &Report, strict: bool) {
    for it in &report.implementations {
        let found = found(report, &it.name);
        let name = report.versioned(&it.name);
        lines.field(0, "judged", &format!("{name}{found}"));
    }
    guests::facts(lines, report);
    for it in &report.skipped {
        lines.field(0, "skipped", &format!("{}: {}", it.name, it.reason));
    }
    let versions: Vec<_> = report
        .generations
        .iter()
        .map(|it| it.wasi_version.to_string())
        .collect();
    let (suite, host) = (&report.suite, &report.host);
    let (digest, versions) = (suite.short_digest(), versions.join(", "));
    let (version, os, arch) = (&suite.version, &host.os, &host.arch);
    let words = format!("{version} ({digest}) at WASI {versions}, on {os} {arch}");
    lines.field(0, "suite", &words);
    let coverage = report.coverage();
    let judged = coverage.iter().filter(|it| it.is_judged()).count();
    let words = format!("{judged} of {} judged", coverage.len());
    lines.field(0, "requirements", &words);
    let judged = report.records.iter().filter(|it| it.is_judged()).count();
    let words = format!(
        "{} planned, {judged} judged: {}",
        report.planned,
        in_words(report.counts())
    );
    lines.field(0, "trials", &words);
    let is_strict = if strict { " (strict)" } else { "" };
    let verdict = format!("{:<13} {}{is_strict}", "verdict", verdict(report, strict));
    lines.line(&styled(&verdict, color(report.outcome(strict))));
}

/// The counts that are not 0, and how many passed in any case.
fn in_words(counts: Counts) -> String {
    let mut words = vec![format!("{} pass", counts.pass)];
    let others = [
        (counts.fail, "fail", "fail"),
        (counts.deviation, "deviation", "deviations"),
        (counts.known_failure, "known failure", "known failures"),
        (
            counts.stale_known_failure,
            "stale known failure",
            "stale known failures",
        ),
        (counts.not_applicable, "not applicable", "not applicable"),
        (counts.error, "error", "errors"),
    ];
    let others = others.iter().filter(|(count, ..)| *count > 0);
    words.extend(others.map(|(count, one, many)| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }));
    words.join(", ")
}

/// What was found of each of several implementations: `; 3 pass; 1 fail`.
fn found(report: &Report, implementation: &Untrusted) -> String {
    let mut text = String::new();
    if report.implementations.len() < 2 {
        return text;
    }
    for verdict in Verdict::ALL {
        let is_own = |record: &&Record| {
            record.implementation == *implementation && record.verdict == verdict
        };
        let count = report.records.iter().filter(is_own).count();
        if count > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "; {count} {verdict}");
        }
    }
    text
}

fn color(outcome: Outcome) -> AnsiColor {
    match outcome {
        Outcome::Conforms => AnsiColor::Green,
        Outcome::ConformsBut => AnsiColor::Yellow,
        Outcome::Fails => AnsiColor::Red,
        _ => AnsiColor::Magenta,
    }
}

fn verdict(report: &Report, strict: bool) -> String {
    let is_error = |record: &Record| record.verdict == Verdict::Error;
    match report.outcome(strict) {
        Outcome::ConformsBut => "conforms, except for what is listed above".to_owned(),
        Outcome::Unknown if report.excuses_everything() => {
            "unknown: nothing passed, and the baseline excuses everything".to_owned()
        }
        Outcome::Unknown if report.records.len() < report.planned => {
            let (judged, planned) = (report.records.len(), report.planned);
            format!("unknown: only {judged} of {planned} trials ran")
        }
        Outcome::Unknown if report.records.iter().any(is_error) => {
            "unknown: see the errors above".to_owned()
        }
        Outcome::Unknown => "unknown: no trial was applicable".to_owned(),
        outcome => outcome.to_string(),
    }
}
