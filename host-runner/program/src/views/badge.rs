//! A badge: as an image, and as JSON for an endpoint of shields.io.

use super::words::generations;
use askama::Template;
use serde_json::json;
use wasi_tcp_conformance::report::{Outcome, Record, Report};

/// The longest name of an implementation, in characters.
const WIDTH: usize = 40;

#[derive(Template)]
#[template(path = "badge.svg")]
struct Image {
    label: String,
    message: String,
    fill: &'static str,
    left: usize,
    right: usize,
    width: usize,
}

/// The badge as an SVG image.
#[must_use]
pub fn badge(report: &Report, strict: bool) -> String {
    let message = message(report, strict);
    let label = label(report);
    let (left, right) = (length(&label), length(&message));
    let image = Image {
        label,
        message,
        fill: match report.outcome(strict) {
            Outcome::Conforms => "#1a7f3c",
            Outcome::ConformsBut => "#5a7a14",
            Outcome::Fails => "#b3201e",
            _ => "#666e7a",
        },
        left,
        right,
        width: left + right,
    };
    // Writing to a string cannot fail.
    image.render().unwrap_or_default()
}

/// The badge as shields.io reads it from an address.
#[must_use]
pub fn shields(report: &Report, strict: bool) -> String {
    let json = json!({
        "schemaVersion": 1,
        "label": label(report),
        "message": message(report, strict),
        "color": match report.outcome(strict) {
            Outcome::Conforms => "brightgreen",
            Outcome::ConformsBut => "green",
            Outcome::Fails => "red",
            _ => "lightgrey",
        },
    });
    format!("{json}\n")
}

/// One implementation is named; of several, those that conform are counted.
fn message(report: &Report, strict: bool) -> String {
    let counts = report.counts();
    if let [only] = report.implementations.as_slice() {
        let name = short(&report.versioned(&only.name).to_string());
        let outcome = match report.outcome(strict) {
            Outcome::Fails => format!(
                "{} of {} fail",
                report
                    .records
                    .iter()
                    .filter(|record: &&Record| record.is_red(strict))
                    .count(),
                report.records.len()
            ),
            Outcome::ConformsBut if counts.known_failure > 0 => {
                format!("{} known failures", counts.known_failure)
            }
            Outcome::ConformsBut => format!("{} deviations", counts.deviation),
            outcome => outcome.to_string(),
        };
        return format!("{name}: {outcome}");
    }
    let conforming = report
        .implementations
        .iter()
        .filter(|it| report.of(&it.name).exit_code(strict) == 0)
        .count();
    format!("{conforming} of {} conform", report.implementations.len())
}

/// What the badge is about.
fn label(report: &Report) -> String {
    format!("{} TCP", generations(report))
}

/// The words of a name that fit: a date must not be cut in the middle.
fn short(name: &str) -> String {
    let mut short = String::new();
    for word in name.split_whitespace() {
        if !short.is_empty() && short.chars().count() + word.chars().count() >= WIDTH {
            break;
        }
        let separator = if short.is_empty() { "" } else { " " };
        short = format!("{short}{separator}{word}");
    }
    short.chars().take(WIDTH).collect()
}

/// How wide a text is, with room around it. The image stretches it to fit.
fn length(text: &str) -> usize {
    12 + text.chars().count() * 13 / 2
}
