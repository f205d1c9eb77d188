//! What an exploration found.

use super::layout::{Lines, styled};
use super::words::{WIDTH, told};
use crate::explore::{Explored, Found, Limit, Outcome, Replayed};
use crate::suite::{Suite, walk_coverage};
use anstyle::AnsiColor;
use wasi_tcp_conformance_core::report::WalkCoverage;
use wasi_tcp_conformance_core::{Generation, Untrusted, shorten};

/// How many lines of standard error are shown, from the end.
const STDERR: usize = 8;

/// What was found, whole; and the counts. `repeat` is the command that repeats it, for
/// each that was found.
#[must_use]
pub fn explored(suite: &Suite, explored: &Explored, repeat: &[String]) -> String {
    let mut lines = Lines::default();
    for (found, repeat) in explored.found.iter().zip(repeat) {
        title(&mut lines, found);
        contradicted(&mut lines, suite, explored.generation, found);
        let seed = found
            .seed
            .map_or_else(String::new, |it| format!("seed {it}, "));
        let from = format!("{seed}{} of {} calls", found.walk.calls.len(), found.from);
        lines.field(4, "shrunk from", &from);
        lines.field(4, "repeats", &repeats(found));
        if let Some(why) = &found.cut_short {
            let note = format!("{why} ended shrinking: a shorter walk may fail too");
            lines.field(4, "note", &note);
        }
        if found.others > 0 {
            let others = count(found.others, "walk fails", "walks fail");
            lines.field(4, "others", &format!("{others} in the same way"));
        }
        lines.command(4, "repeat with", repeat);
        lines.line("");
    }
    for stale in &explored.stale {
        lines.title("stale known walk", AnsiColor::Magenta);
        lines.paragraph("  ", "  ", stale);
        lines.field(4, "help", "remove the entry of `walks`, or correct it");
        lines.line("");
    }
    counts(&mut lines, suite, explored);
    lines.into_text()
}

fn title(lines: &mut Lines, found: &Found) {
    if found.is_error() {
        lines.title("error of the suite or the adapter", AnsiColor::Magenta);
    } else if found.contradiction.is_some() {
        lines.title("contradiction", AnsiColor::Red);
    } else {
        lines.title("a walk without answers", AnsiColor::Red);
    }
    lines.line("");
}

/// The requirement, the calls with their answers, and what the model allows.
fn contradicted(lines: &mut Lines, suite: &Suite, generation: Generation, found: &Found) {
    if let Some(id) = found.requirement() {
        let part = suite.generation(generation);
        let requirement = part.and_then(|part| part.requirement(id));
        let words = requirement.map_or_else(String::new, |it| {
            format!(": {} [{}, {}]", it.text, it.source.document, it.source.item)
        });
        lines.paragraph("  ", "  ", &format!("{id}{words}"));
    }
    lines.field(4, "family", &found.family.to_string());
    match &found.answers {
        Some(answers) if found.contradiction.is_some() => {
            told(answers, |name, line| lines.field(4, name, &line));
        }
        _ => {
            let mut name = "walk";
            for call in &found.walk.calls {
                lines.field(4, name, &call.to_string());
                name = "";
            }
            let observed = shorten(&found.observation.to_string(), WIDTH);
            lines.field(4, "observed", &observed);
            if let Some(why) = found.observation.explanation() {
                lines.field(4, "reason", &Untrusted::from(why).to_string());
            }
        }
    }
    let stderr: Vec<_> = found.stderr.lines().collect();
    let mut name = "stderr";
    for line in &stderr[stderr.len().saturating_sub(STDERR)..] {
        lines.field(4, name, &line.to_string());
        name = "";
    }
}

fn repeats(found: &Found) -> String {
    match found.repeated {
        (0, _) => "not tried".to_owned(),
        (runs, 0) => format!("seen once, not repeated in {runs} runs"),
        (runs, times) => format!("{times} of {runs} times"),
    }
}

fn counts(lines: &mut Lines, suite: &Suite, explored: &Explored) {
    let name = Untrusted::from(explored.implementation.as_str());
    let version = Untrusted::from(explored.version.as_str());
    lines.field(0, "explored", &format!("{name} ({version})"));
    let (first, end) = explored.seeds;
    let last = end.wrapping_sub(1);
    let seeds = match explored.walks {
        0 => String::new(),
        _ => format!(", seeds {first} to {last}"),
    };
    let walks = count(explored.walks, "walk", "walks");
    lines.field(
        0,
        "walks",
        &format!("{walks}{seeds}; {} calls", explored.calls),
    );
    if explored.known > 0 {
        let known = count(explored.known, "walk", "walks");
        lines.field(0, "known", &format!("{known} ended at a known answer"));
    }
    if explored.deviations > 0 {
        let answers = count(explored.deviations, "answer", "answers");
        lines.field(0, "deviations", &answers);
    }
    if let Some(coverage) = coverage_of(suite, explored) {
        let taken = |counts: &mut dyn Iterator<Item = u64>| counts.filter(|it| *it > 0).count();
        lines.field(
            0,
            "model",
            &format!(
                "{} of {} transitions and {} of {} cells taken",
                taken(&mut coverage.transitions.values().copied()),
                coverage.transitions.len(),
                taken(&mut coverage.cells.values().copied()),
                coverage.cells.len(),
            ),
        );
    }
    lines.line(&format!("{:<13} {}", "verdict", verdict(explored)));
}

fn verdict(explored: &Explored) -> String {
    let contradicted = explored.found.iter().filter(|it| !it.is_error()).count() as u64;
    let stale = explored.stale.len() as u64;
    let mut parts = Vec::new();
    if contradicted > 0 {
        parts.push(count(contradicted, "contradiction", "contradictions"));
    }
    if stale > 0 {
        parts.push(count(stale, "stale known walk", "stale known walks"));
    }
    if !parts.is_empty() {
        return styled(&parts.join(", "), AnsiColor::Red);
    }
    if explored.found.iter().any(Found::is_error) {
        return styled("unknown: a walk could not be run", AnsiColor::Magenta);
    }
    if explored.walks == 0 {
        return styled("unknown: no walk ended", AnsiColor::Magenta);
    }
    styled("as modeled", AnsiColor::Green)
}

fn coverage_of(suite: &Suite, explored: &Explored) -> Option<WalkCoverage> {
    let part = suite.generation(explored.generation)?;
    let name = Untrusted::from(explored.implementation.as_str());
    let (generation, taken) = (explored.generation, &explored.coverage);
    Some(walk_coverage(&name, generation, &part.model, taken))
}

/// What was taken of the model, and how often: cells first, then transitions.
#[must_use]
pub fn walked(suite: &Suite, explored: &Explored) -> String {
    let mut lines = Lines::default();
    let Some(coverage) = coverage_of(suite, explored) else {
        return String::new();
    };
    for (title, counts) in [
        ("cells", &coverage.cells),
        ("transitions", &coverage.transitions),
    ] {
        lines.line(title);
        lines.line("");
        for (name, count) in counts {
            lines.line(&format!("{count:>8}  {name}"));
        }
        lines.line("");
    }
    lines.into_text()
}

/// How walks of files went.
#[must_use]
pub fn replayed(suite: &Suite, replayed: &[(Replayed, Generation)], several: bool) -> String {
    let mut lines = Lines::default();
    for (replayed, generation) in replayed {
        let family = replayed.family;
        let family = family.map_or_else(String::new, |it| format!(" ({it})"));
        let of = if several {
            let name = Untrusted::from(replayed.implementation.0.as_str());
            format!("{name}: ")
        } else {
            String::new()
        };
        let name = Untrusted::from(replayed.name.as_str());
        let outcome = match &replayed.outcome {
            Outcome::AsModeled => styled("as modeled", AnsiColor::Green),
            Outcome::Known(reason) => {
                let known = styled("contradicted, as known", AnsiColor::Yellow);
                format!("{known}: {reason}")
            }
            Outcome::Contradicted(found) if found.is_error() => {
                styled("error of the suite or the adapter", AnsiColor::Magenta)
            }
            Outcome::Contradicted(found) if found.contradiction.is_some() => {
                styled("contradicted", AnsiColor::Red)
            }
            Outcome::Contradicted(_) => styled("no answers", AnsiColor::Red),
            Outcome::Inapplicable(why) => {
                format!("not applicable: {}", Untrusted::from(why.as_str()))
            }
        };
        lines.line(&format!("{of}{name}{family}: {outcome}"));
        if let Outcome::Contradicted(found) = &replayed.outcome {
            lines.line("");
            contradicted(&mut lines, suite, *generation, found);
            lines.line("");
        }
    }
    lines.into_text()
}

/// How far an exploration came that was interrupted.
#[must_use]
pub fn walks_interrupted(explored: &[Explored], limit: Limit) -> String {
    let walks: u64 = explored.iter().map(|it| it.walks).sum();
    match limit {
        Limit::Count(count) => format!("interrupted: {walks} of {count} walks"),
        Limit::Time(_) => format!("interrupted: {}", self::count(walks, "walk", "walks")),
    }
}

fn count(count: u64, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {several}"),
    }
}
