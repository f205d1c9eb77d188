//! The summary that a person reads at the end of a run.
//!
//! Titles and the verdict have styles. Whoever prints the text strips them where
//! they are not wanted: text from outside has no escape sequences left.

use crate::preflight::Preflight;
use anstyle::{AnsiColor, Style};
use std::collections::HashMap;
use std::fmt::Write as _;
use wasi_tcp_conformance_core::report::{Outcome, Record, Report};
use wasi_tcp_conformance_core::{Pattern, Untrusted, Verdict, shorten};

/// The longest observation that is printed whole, in characters.
const WIDTH: usize = 400;

/// The longest line of anything else.
const LINE: usize = 2000;

/// The verdicts that are explained one by one, the worst last: that is where
/// the eye is at the end of a run.
pub const EXPLAINED: [(Verdict, &str); 5] = [
    (Verdict::Deviation, "deviations"),
    (Verdict::KnownFailure, "known failures"),
    (Verdict::StaleKnownFailure, "stale known failures"),
    (Verdict::Error, "errors of the suite or the adapter"),
    (Verdict::Fail, "failures"),
];

/// The summary of a report.
#[must_use]
pub fn summary(report: &Report, strict: bool) -> String {
    let mut text = String::new();
    not_applicable(&mut text, report);
    for (verdict, title) in EXPLAINED {
        let records: Vec<_> = report
            .records
            .iter()
            .filter(|record| record.verdict == verdict)
            .collect();
        if !records.is_empty() {
            line(&mut text, &styled(&format!("{title}:"), color(verdict)));
            line(&mut text, "");
            for record in records {
                explain(&mut text, report, record);
            }
        }
    }
    side_by_side(&mut text, report);
    counts(&mut text, report, strict);
    text
}

fn color(verdict: Verdict) -> AnsiColor {
    match verdict {
        Verdict::Fail => AnsiColor::Red,
        Verdict::Error | Verdict::StaleKnownFailure => AnsiColor::Magenta,
        _ => AnsiColor::Yellow,
    }
}

fn styled(text: &str, color: AnsiColor) -> String {
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

/// A set of patterns, in words.
#[must_use]
pub fn alternatives(patterns: &[Pattern]) -> String {
    let json = |pattern| Untrusted::from(serde_json::to_string(pattern).unwrap_or_default());
    let words: Vec<_> = patterns.iter().map(|it| json(it).to_string()).collect();
    words.join(" or ")
}

/// What was observed, as JSON on one line; nothing if the trial was not run.
#[must_use]
pub fn observed(record: &Record, width: usize) -> String {
    let observed = record.observed.as_ref();
    observed.map_or_else(String::new, |it| shorten(&it.to_string(), width))
}

/// Where several implementations were judged: the trials in which they differ.
fn side_by_side(text: &mut String, report: &Report) {
    if report.implementations.len() < 2 {
        return;
    }
    let mut trials = Vec::new();
    let mut places = HashMap::new();
    for record in &report.records {
        let place = *places.entry(&record.trial).or_insert_with(|| {
            trials.push((&record.trial, Vec::<&Record>::new()));
            trials.len() - 1
        });
        trials[place].1.push(record);
    }
    let same = |one: &Record, two: &Record| {
        one.verdict == two.verdict && (one.must.is_none() || one.observed == two.observed)
    };
    trials.retain(|(_, records)| records.iter().any(|it| !same(it, records[0])));
    if trials.is_empty() {
        return;
    }
    let width = report
        .implementations
        .iter()
        .map(|it| it.name.to_string().chars().count())
        .max()
        .unwrap_or_default();
    line(text, "side by side, where they differ:\n");
    for (trial, records) in trials {
        line(text, &format!("    {trial}"));
        for record in records {
            let (name, verdict) = (&record.implementation, record.verdict);
            let observed = observed(record, WIDTH);
            line(text, &format!("      {name:width$}  {verdict}  {observed}"));
        }
    }
    line(text, "");
}

/// What was found of each of several implementations: `; 3 pass; 1 fail`.
fn found(report: &Report, implementation: &Untrusted) -> String {
    let count = |verdict| {
        let of = |it: &&Record| it.implementation == *implementation && it.verdict == verdict;
        report.records.iter().filter(of).count()
    };
    let mut text = String::new();
    for verdict in Verdict::ALL {
        if report.implementations.len() > 1 && count(verdict) > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "; {} {verdict}", count(verdict));
        }
    }
    text
}

/// What a preflight found, step by step.
#[must_use]
pub fn preflight(name: &str, version: &str, preflight: &Preflight) -> String {
    let mut text = String::new();
    line(
        &mut text,
        &Untrusted::from(format!("{name} {version}")).to_string(),
    );
    for step in &preflight.steps {
        match &step.outcome {
            Ok(found) => line(&mut text, &format!("  ok      {}: {found}", step.name)),
            Err(problem) => {
                line(&mut text, &format!("  FAILED  {}", step.name));
                let shown = problem.to_string();
                for said in shown.lines() {
                    line(&mut text, &format!("          {said}"));
                }
            }
        }
    }
    text
}

/// The reasons, each with the number of trials that it kept away.
fn not_applicable(text: &mut String, report: &Report) {
    let mut reasons: Vec<(Untrusted, usize)> = Vec::new();
    for record in &report.records {
        if record.verdict == Verdict::NotApplicable {
            let reason = record.reason.clone().unwrap_or_default();
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason, 1)),
            }
        }
    }
    if !reasons.is_empty() {
        line(text, "not applicable:\n");
        for (reason, count) in reasons {
            line(text, &format!("  {count} trials: {reason}"));
        }
        line(text, "");
    }
}

/// What there is to say of one trial.
#[must_use]
pub fn explanation(report: &Report, record: &Record) -> String {
    let mut text = String::new();
    explain(&mut text, report, record);
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    lines.join("\n").trim_end().to_owned()
}

/// One trial: what was seen, what should have been, who says so, how to repeat.
fn explain(out: &mut String, report: &Report, record: &Record) {
    let mut field = |name: &str, value: &str| {
        line(out, &format!("    {name:<12} {}", shorten(value, LINE)));
    };
    field("trial", &record.trial.to_string());
    field("of", &record.implementation.to_string());
    field("observed", &observed(record, WIDTH));
    if let Some(must) = &record.must {
        field("must be", &alternatives(must));
    }
    if let Some(should) = &record.should {
        field("should be", &alternatives(should));
    }
    for (id, requirement) in report.cited(record) {
        let words = requirement.map_or_else(String::new, |it| {
            format!(": {} [{}, {}]", it.text, it.source.document, it.source.item)
        });
        field("requirement", &format!("{id}{words}"));
    }
    if let Some(reason) = &record.reason {
        field("reason", &reason.to_string());
    }
    for said in record.stderr.lines() {
        field("stderr", &said.to_string());
    }
    field("repeat with", &record.reproduce.to_string());
    line(out, "");
}

fn counts(text: &mut String, report: &Report, strict: bool) {
    let mut field = |name: &str, value: &str| line(text, &format!("{name:<13} {value}"));
    for it in &report.implementations {
        let found = found(report, &it.name);
        field("judged", &format!("{} {}{found}", it.name, it.version));
    }
    for it in &report.skipped {
        field("skipped", &format!("{}: {}", it.name, it.reason));
    }
    let versions: Vec<_> = report
        .generations
        .iter()
        .map(|it| it.wasi_version.to_string())
        .collect();
    let (suite, host) = (&report.suite, &report.host);
    let (digest, versions) = (suite.short_digest(), versions.join(", "));
    let (version, os, arch) = (&suite.version, &host.os, &host.arch);
    field(
        "suite",
        &format!("{version} ({digest}) at WASI {versions}, on {os} {arch}"),
    );
    let coverage = report.coverage();
    let judged = coverage.iter().filter(|it| it.is_judged()).count();
    field(
        "requirements",
        &format!("{judged} of {} judged", coverage.len()),
    );
    let counts = report.counts();
    let judged = report.records.iter().filter(|it| it.is_judged()).count();
    field(
        "trials",
        &format!(
            "{} planned, {judged} judged: {} pass, {} fail, {} deviation, {} known failure, \
             {} stale known failure; {} not applicable, {} error",
            report.planned,
            counts.pass,
            counts.fail,
            counts.deviation,
            counts.known_failure,
            counts.stale_known_failure,
            counts.not_applicable,
            counts.error,
        ),
    );
    let verdict = verdict(report, strict);
    let strict = if strict { " (strict)" } else { "" };
    line(
        text,
        &verdict_line(
            report.outcome(!strict.is_empty()),
            &format!("{verdict}{strict}"),
        ),
    );
}

fn verdict_line(outcome: Outcome, verdict: &str) -> String {
    let color = match outcome {
        Outcome::Conforms => AnsiColor::Green,
        Outcome::ConformsBut => AnsiColor::Yellow,
        Outcome::Fails => AnsiColor::Red,
        _ => AnsiColor::Magenta,
    };
    styled(&format!("{:<13} {verdict}", "verdict"), color)
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

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
