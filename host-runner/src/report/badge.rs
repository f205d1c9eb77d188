//! A badge: as an image, and as JSON for an endpoint of shields.io.

use super::{Report, Standing, text};
use askama::Template;
use serde_json::json;

const LABEL: &str = "WASI 0.2 TCP";

/// The longest name of an implementation, in characters.
const WIDTH: usize = 40;

#[derive(Template)]
#[template(path = "badge.svg")]
struct Image {
    label: &'static str,
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
    let (left, right) = (length(LABEL), length(&message));
    let image = Image {
        label: LABEL,
        message,
        fill: match report.standing(strict) {
            Standing::Conforms => "#1a7f3c",
            Standing::ConformsBut => "#5a7a14",
            Standing::Fails => "#b3201e",
            Standing::Unknown => "#666e7a",
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
        "label": LABEL,
        "message": message(report, strict),
        "color": match report.standing(strict) {
            Standing::Conforms => "brightgreen",
            Standing::ConformsBut => "green",
            Standing::Fails => "red",
            Standing::Unknown => "lightgrey",
        },
    });
    format!("{json}\n")
}

/// One implementation is named; of several, those that conform are counted.
fn message(report: &Report, strict: bool) -> String {
    let summary = report.summary();
    if let [only] = report.implementations.as_slice() {
        let name = text::versioned(report, &only.name);
        let name: String = name.chars().take(WIDTH).collect();
        let standing = match report.standing(strict) {
            Standing::Fails => format!(
                "{} of {} fail",
                report.records.iter().filter(|it| it.is_red(strict)).count(),
                report.records.len()
            ),
            Standing::ConformsBut if summary.known_failure > 0 => {
                format!("{} known failures", summary.known_failure)
            }
            Standing::ConformsBut => format!("{} deviations", summary.deviation),
            standing => standing.to_string(),
        };
        return format!("{name}: {standing}");
    }
    let conforming = report
        .implementations
        .iter()
        .filter(|it| report.of(&it.name).exit_code(strict) == 0)
        .count();
    format!("{conforming} of {} conform", report.implementations.len())
}

/// How wide a text is, with room around it. The image stretches it to fit.
fn length(text: &str) -> usize {
    12 + text.chars().count() * 13 / 2
}
