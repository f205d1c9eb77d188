//! Guests in other languages: what they are, and where they differ.

use super::layout::Lines;
use super::words::{WIDTH, observed};
use wasi_tcp_conformance_core::report::{GuestDifference, Report};

/// The trials in which guests differ: neighbours that differ in the same way together.
pub(super) fn differences(lines: &mut Lines, report: &Report) {
    let differences = report.guest_differences();
    if differences.is_empty() {
        return;
    }
    lines.line("guests differ: the binding of one is wrong, or the runtime for it");
    lines.line("");
    let mut shown = Vec::new();
    for difference in &differences {
        let text = (difference.implementation, outcomes(difference));
        if !shown.contains(&text) {
            let is_same = |it: &&GuestDifference<'_>| (it.implementation, outcomes(it)) == text;
            for same in differences.iter().filter(is_same) {
                lines.line(&format!("  {} of {}", same.trial, same.implementation));
            }
            for line in &text.1 {
                lines.line(&format!("    {line}"));
            }
            shown.push(text);
        }
    }
    lines.line("");
}

/// A line for each guest.
fn outcomes(difference: &GuestDifference<'_>) -> Vec<String> {
    let records = difference.records.iter();
    let width = records.clone().map(|it| it.guest().len()).max();
    let width = width.unwrap_or_default();
    let line = |record: &&_| {
        let record: &wasi_tcp_conformance_core::report::Record = record;
        let (guest, verdict) = (record.guest(), record.verdict);
        format!("{guest:width$}  {verdict}  {}", observed(record, WIDTH))
    };
    records.map(line).collect()
}

/// A field for each guest.
pub(super) fn facts(lines: &mut Lines, report: &Report) {
    for it in &report.guests {
        let missing = match it.missing {
            0 => String::new(),
            1 => "; 1 case of the suite is not in it".to_owned(),
            count => format!("; {count} cases of the suite are not in it"),
        };
        let words = format!(
            "{}, in {} ({}){missing}",
            it.guest, it.language, it.toolchain
        );
        lines.field(0, "guest", &words);
    }
}
