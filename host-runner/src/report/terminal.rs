//! The summary that a person reads at the end of a run.

use super::text::{self, alternatives, printable, skipped};
use super::{Record, Report, Standing};
use crate::preflight::Preflight;
use crate::{Implementation, Verdict};
use std::collections::HashMap;
use std::fmt::Write as _;

/// The longest observation that is printed whole, in characters.
const WIDTH: usize = 400;

/// The longest line of anything else.
const LINE: usize = 2000;

/// The verdicts that are explained one by one, the worst last: that is where
/// the eye is at the end of a run.
pub(super) const EXPLAINED: [(Verdict, &str); 5] = [
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
            .filter(|it| it.verdict == verdict)
            .collect();
        if !records.is_empty() {
            line(&mut text, &format!("{title}:\n"));
            for record in records {
                explain(&mut text, report, record);
            }
        }
    }
    side_by_side(&mut text, report);
    counts(&mut text, report, strict);
    text
}

/// Where several implementations were judged: the trials in which they differ.
fn side_by_side(text: &mut String, report: &Report) {
    if report.implementations.len() < 2 {
        return;
    }
    let mut trials: Vec<(&str, Vec<&Record>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for record in &report.records {
        let place = *places.entry(&record.trial).or_insert_with(|| {
            trials.push((&record.trial, Vec::new()));
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
        .map(|it| it.name.len())
        .max()
        .unwrap_or_default();
    line(text, "side by side, where they differ:\n");
    for (trial, records) in trials {
        line(text, &format!("    {}", printable(trial)));
        for it in records {
            let observed = text::value(&it.observed, WIDTH);
            line(
                text,
                &format!(
                    "      {:width$}  {}  {observed}",
                    printable(&it.implementation),
                    it.verdict
                ),
            );
        }
    }
    line(text, "");
}

/// What was found of each of several implementations: `; 3 pass; 1 fail`.
fn found(report: &Report, implementation: &str) -> String {
    let count = |verdict| {
        let of = |it: &&Record| it.implementation == implementation && it.verdict == verdict;
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
pub(crate) fn preflight(implementation: &Implementation, preflight: &Preflight) -> String {
    let mut text = String::new();
    let title = format!("{} {}", implementation.name, implementation.version);
    line(&mut text, &printable(&title));
    for step in &preflight.steps {
        match &step.outcome {
            Ok(found) => line(&mut text, &format!("  ok      {}: {found}", step.name)),
            Err(problem) => {
                let what = printable(&problem.what);
                line(&mut text, &format!("  FAILED  {}: {what}", step.name));
                line(&mut text, &format!("          {}", problem.hint));
            }
        }
    }
    text
}

/// The reasons, each with the number of trials that it kept away.
fn not_applicable(text: &mut String, report: &Report) {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for record in &report.records {
        if record.verdict == Verdict::NotApplicable {
            let reason = record.reason.as_deref().unwrap_or_default();
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason, 1)),
            }
        }
    }
    if !reasons.is_empty() {
        line(text, "not applicable:\n");
        for (reason, count) in reasons {
            line(text, &format!("  {count} trials: {}", printable(reason)));
        }
        line(text, "");
    }
}

/// What there is to say of one trial.
#[must_use]
pub(super) fn explanation(report: &Report, record: &Record) -> String {
    let mut text = String::new();
    explain(&mut text, report, record);
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    lines.join("\n").trim_end().to_owned()
}

/// One trial: what was seen, what should have been, who says so, how to repeat.
fn explain(out: &mut String, report: &Report, record: &Record) {
    let mut field = |name: &str, value: &str| {
        let value = text::shorten(&printable(value), LINE);
        line(out, &format!("    {name:<12} {value}"));
    };
    field("trial", &record.trial);
    field("of", &record.implementation);
    field("observed", &text::value(&record.observed, WIDTH));
    if let Some(must) = &record.must {
        field("must be", &alternatives(must));
    }
    if let Some(should) = &record.should {
        field("should be", &alternatives(should));
    }
    for id in &record.requirements {
        let requirement = report.catalogue.iter().find(|it| it.id == *id);
        let words = requirement.map_or(String::new(), |it| {
            format!(": {} [{}, {}]", it.text, it.source.document, it.source.item)
        });
        field("requirement", &format!("{id}{words}"));
    }
    if let Some(reason) = &record.reason {
        field("reason", reason);
    }
    for said in record.noise.lines() {
        field("said", said);
    }
    field("repeat with", &record.reproduce);
    line(out, "");
}

fn counts(text: &mut String, report: &Report, strict: bool) {
    let summary = report.summary();
    for it in &report.implementations {
        let (version, found) = (printable(&it.version), found(report, &it.name));
        let name = printable(&it.name);
        line(text, &format!("judged        {name} {version}{found}"));
    }
    for (name, reason) in skipped(report) {
        line(text, &format!("skipped       {name}: {reason}"));
    }
    line(
        text,
        &format!(
            "suite         {} ({}) at WASI {}, on {} {}",
            report.suite.version,
            report.suite.digest.get(..12).unwrap_or_default(),
            report.suite.wasi_version,
            report.host.os,
            report.host.arch
        ),
    );
    let coverage = report.coverage();
    line(
        text,
        &format!(
            "requirements  {} of {} judged",
            coverage.iter().filter(|it| it.is_judged()).count(),
            coverage.len()
        ),
    );
    line(
        text,
        &format!(
            "trials        {} planned, {} judged: {} pass, {} fail, {} deviation, \
             {} known failure, {} stale known failure; {} not applicable, {} error",
            report.planned,
            report.records.iter().filter(|it| it.is_judged()).count(),
            summary.pass,
            summary.fail,
            summary.deviation,
            summary.known_failure,
            summary.stale_known_failure,
            summary.not_applicable,
            summary.error,
        ),
    );
    let verdict = match report.standing(strict) {
        Standing::ConformsBut => "conforms, but for what is listed above".to_owned(),
        Standing::Unknown if report.excuses_everything() => {
            "not known: nothing passed, the baseline excuses everything".to_owned()
        }
        Standing::Unknown => "not known: see the errors above".to_owned(),
        standing => standing.to_string(),
    };
    line(
        text,
        &format!(
            "verdict       {verdict}{}",
            if strict { " (strict)" } else { "" }
        ),
    );
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
