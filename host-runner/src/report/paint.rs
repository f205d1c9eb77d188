//! Colours for the summary of a terminal: titles and the verdict, no more.

use super::{Report, Standing, terminal};
use crate::Verdict;
use anstyle::{AnsiColor, Style};

/// The summary with escape sequences for colours.
#[must_use]
pub fn paint(summary: &str, report: &Report, strict: bool) -> String {
    let end = match report.standing(strict) {
        Standing::Conforms => AnsiColor::Green,
        Standing::ConformsBut => AnsiColor::Yellow,
        Standing::Fails => AnsiColor::Red,
        Standing::Unknown => AnsiColor::Magenta,
    };
    // What a runtime said is indented, and cannot be taken for either.
    summary
        .lines()
        .map(|line| match title(line) {
            Some(verdict) => painted(line, colour(verdict)),
            None if line.starts_with("verdict ") => painted(line, end),
            None => format!("{line}\n"),
        })
        .collect()
}

fn title(line: &str) -> Option<Verdict> {
    let title = line.strip_suffix(':')?;
    let mut known = terminal::EXPLAINED.iter();
    known.find(|it| it.1 == title).map(|it| it.0)
}

fn colour(verdict: Verdict) -> AnsiColor {
    match verdict {
        Verdict::Fail => AnsiColor::Red,
        Verdict::Error | Verdict::StaleKnownFailure => AnsiColor::Magenta,
        _ => AnsiColor::Yellow,
    }
}

fn painted(line: &str, colour: AnsiColor) -> String {
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{line}{style:#}\n")
}
