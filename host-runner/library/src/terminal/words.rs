//! Words for verdicts, observations and patterns.

use std::fmt::Write as _;
use wasi_tcp_conformance_core::report::{Record, Report, WalkAnswers};
use wasi_tcp_conformance_core::{Pattern, Untrusted, Verdict, shorten};

/// The longest observation that is printed whole, in characters.
pub(super) const WIDTH: usize = 400;

/// The longest line of anything else.
const LINE: usize = 2000;

/// The verdicts that are explained, with their titles, the worst last: that is
/// where the eye is at the end of a run.
pub const EXPLAINED: [(Verdict, &str); 5] = [
    (Verdict::Deviation, "deviations"),
    (Verdict::KnownFailure, "known failures"),
    (Verdict::StaleKnownFailure, "stale known failures"),
    (Verdict::Error, "errors of the suite or the adapter"),
    (Verdict::Fail, "failures"),
];

/// A set of patterns, in words.
#[must_use]
pub fn alternatives(patterns: &[Pattern]) -> String {
    let json = |pattern| Untrusted::from(serde_json::to_string(pattern).unwrap_or_default());
    let words: Vec<_> = patterns
        .iter()
        .map(|pattern| json(pattern).to_string())
        .collect();
    words.join(" or ")
}

/// What was observed, as JSON on one line; nothing if the trial was not run.
#[must_use]
pub fn observed(record: &Record, width: usize) -> String {
    let observed = record.observed.as_ref();
    observed.map_or_else(String::new, |observed| {
        shorten(&observed.to_string(), width)
    })
}

/// What a walk answered up to where it contradicts the model, and what that allows.
pub(super) fn told(walk: &WalkAnswers, mut field: impl FnMut(&'static str, String)) {
    if walk.allowed.is_empty() {
        return;
    }
    let mut name = "walk";
    for line in walk.told() {
        field(name, line);
        name = "";
    }
    let mut name = "allowed";
    for allowed in &walk.allowed {
        field(name, allowed.to_string());
        name = "";
    }
}

/// How far a run came that was interrupted.
#[must_use]
pub fn interrupted(report: &Report) -> String {
    let (judged, planned) = (report.records.len(), report.planned);
    format!("interrupted: {judged} of {planned} judged")
}

/// What there is to say of one trial: what was seen, what should have been, who
/// says so, how to repeat it. A field a line.
#[must_use]
pub fn explanation(report: &Report, record: &Record) -> String {
    let mut text = String::new();
    let mut field = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<12} {}", shorten(value, LINE));
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
    if let Some(walk) = &record.walk {
        told(walk, |name, line| field(name, &line));
    }
    if let Some(reason) = &record.reason {
        field("reason", &reason.to_string());
    }
    if let Some((_, tentative)) = report.read_otherwise(record) {
        field("otherwise", &tentative.otherwise.to_string());
        field("discussed at", &tentative.link.to_string());
    }
    for line in record.stderr.lines() {
        field("stderr", &line.to_string());
    }
    field("repeat with", &record.reproduce.to_string());
    text.trim_end().to_owned()
}
