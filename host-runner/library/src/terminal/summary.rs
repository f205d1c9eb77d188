//! The summary at the end of a run.

use super::counts::counts;
use super::findings::findings;
use super::guests;
use super::layout::Lines;
use super::side_by_side::side_by_side;
use wasi_tcp_conformance_core::report::Report;
use wasi_tcp_conformance_core::{Untrusted, Verdict};

/// The summary of a report: what is red whole, everything else a line each, the
/// verdict last. It has styles; see [`anstream`] for how to strip them.
#[must_use]
pub fn summary(report: &Report, strict: bool) -> String {
    let mut lines = Lines::default();
    reasons(&mut lines, report);
    findings(&mut lines, report, strict);
    side_by_side(&mut lines, report);
    guests::differences(&mut lines, report);
    counts(&mut lines, report, strict);
    lines.into_text()
}

/// Why trials are not applicable, and nothing else of the report.
#[must_use]
pub fn not_applicable(report: &Report) -> String {
    let mut lines = Lines::default();
    reasons(&mut lines, report);
    lines.into_text()
}

/// The reasons, each with the number of trials that it kept away.
fn reasons(lines: &mut Lines, report: &Report) {
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
    if reasons.is_empty() {
        return;
    }
    lines.line("not applicable");
    lines.line("");
    for (reason, count) in reasons {
        let count = match count {
            1 => "1 trial".to_owned(),
            count => format!("{count} trials"),
        };
        lines.paragraph(
            &format!("  {count:<10} "),
            &" ".repeat(13),
            &reason.to_string(),
        );
    }
    lines.line("");
}
