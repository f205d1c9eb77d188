//! What was found, group by group.

use super::groups::{Group, groups};
use super::layout::{COLUMNS, Lines, cut};
use super::words::{EXPLAINED, WIDTH, alternatives, observed, told};
use anstyle::AnsiColor;
use wasi_tcp_conformance_core::report::{Record, Report};
use wasi_tcp_conformance_core::{Tentative, Verdict};

/// How many columns the id of a requirement takes in a list.
const ID: usize = 27;

/// How many lines of standard error are shown, from the end.
const STDERR: usize = 8;

/// Lists what is not red, a line a group, and explains what is.
pub(super) fn findings(lines: &mut Lines, report: &Report, strict: bool) {
    let mut is_cut = false;
    for (verdict, title) in EXPLAINED {
        let groups = groups(report, verdict);
        let is_red = |group: &&Group<'_>| group.records.iter().any(|it| it.is_red(strict));
        let (red, rest): (Vec<_>, Vec<_>) = groups.iter().partition(is_red);
        if groups.is_empty() {
            continue;
        }
        lines.title(title, color(verdict));
        lines.line("");
        for group in &rest {
            list(lines, report, group);
        }
        is_cut |= !rest.is_empty();
        if !rest.is_empty() {
            lines.line("");
            readings(lines, report, &rest);
        }
        for group in red {
            explain(lines, report, group);
        }
    }
    if is_cut {
        lines.paragraph(
            "",
            "",
            "`wasi-tcp-conformance explain ID` explains a requirement; --html FILE writes \
             everything that was found.",
        );
        lines.line("");
    }
}

fn color(verdict: Verdict) -> AnsiColor {
    match verdict {
        Verdict::Fail => AnsiColor::Red,
        Verdict::Error | Verdict::StaleKnownFailure => AnsiColor::Magenta,
        _ => AnsiColor::Yellow,
    }
}

/// `1 trial`, `2 trials`
fn trials(group: &Group<'_>) -> String {
    match group.records.len() {
        1 => "1 trial".to_owned(),
        count => format!("{count} trials"),
    }
}

/// A group in one line.
fn list(lines: &mut Lines, report: &Report, group: &Group<'_>) {
    let first = group.first();
    let why = match &first.reason {
        Some(reason) => reason.to_string(),
        None => format!("observed {}", observed(first, WIDTH)),
    };
    let of = of(report, first);
    let line = format!(
        "  {:<ID$} {:<10} {of}{why}",
        group.requirement(),
        trials(group)
    );
    lines.line(&cut(&line, COLUMNS));
}

/// How the tentative requirements that these groups break are read, each once.
fn readings(lines: &mut Lines, report: &Report, groups: &[&Group<'_>]) {
    let mut said = Vec::new();
    for group in groups {
        let Some((requirement, tentative)) = report.read_otherwise(group.first()) else {
            continue;
        };
        if said.contains(&&requirement.id) {
            continue;
        }
        said.push(&requirement.id);
        lines.line(&format!("  {} can be read in two ways", requirement.id));
        let (text, source) = (&requirement.text, &requirement.source);
        let here = format!("{text} [{}, {}]", source.document, source.item);
        lines.field(4, "here", &here);
        otherwise(lines, tentative);
        lines.line("");
    }
}

fn otherwise(lines: &mut Lines, tentative: &Tentative) {
    lines.field(4, "otherwise", &tentative.otherwise.to_string());
    lines.command(4, "discussed at", &tentative.link.to_string());
}

/// The implementation, where there are several.
fn of(report: &Report, record: &Record) -> String {
    if report.implementations.len() > 1 {
        format!("{}: ", record.implementation)
    } else {
        String::new()
    }
}

/// A group whole: who says what is wrong, in which trials, what was seen, what
/// should have been, how to repeat it.
fn explain(lines: &mut Lines, report: &Report, group: &Group<'_>) {
    let first = group.first();
    for (id, requirement) in report.cited(first) {
        let words = requirement.map_or_else(String::new, |it| {
            format!(": {} [{}, {}]", it.text, it.source.document, it.source.item)
        });
        lines.paragraph("  ", "  ", &format!("{id}{words}"));
    }
    let mut name = "trial";
    for trial in group.names() {
        lines.command(4, name, &trial);
        name = "";
    }
    lines.field(
        4,
        "of",
        &report.versioned(&first.implementation).to_string(),
    );
    lines.field(4, "observed", &observed(first, WIDTH));
    if let Some(must) = &first.must {
        lines.field(4, "must be", &alternatives(must));
    }
    if let Some(should) = &first.should {
        lines.field(4, "should be", &alternatives(should));
    }
    if let Some(walk) = &first.walk {
        told(walk, |name, line| lines.field(4, name, &line));
    }
    if let Some(reason) = &first.reason {
        lines.field(4, "reason", &reason.to_string());
    }
    if let Some((_, tentative)) = report.read_otherwise(first) {
        otherwise(lines, tentative);
    }
    let stderr: Vec<_> = first.stderr.lines().collect();
    let mut name = "stderr";
    for line in &stderr[stderr.len().saturating_sub(STDERR)..] {
        lines.field(4, name, &line.to_string());
        name = "";
    }
    lines.command(4, "repeat with", &first.reproduce.to_string());
    lines.line("");
}
