//! Requirements by guest: whether a runtime does for each language what it does for the
//! others.

use super::markdown::escaped;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use wasi_tcp_conformance::internal::observed;
use wasi_tcp_conformance::report::{Record, Report};
use wasi_tcp_conformance::{Untrusted, Verdict};

/// The longest observation, in characters.
const WIDTH: usize = 200;

/// A table for each implementation, and where guests differ.
#[must_use]
pub fn by_guest(report: &Report, _strict: bool) -> String {
    let guests = report.guest_names();
    let mut text = "# Requirements by guest\n".to_owned();
    for it in &report.guests {
        let of = format!("{}: {}, built with {}", it.guest, it.language, it.toolchain);
        let missing = it.missing;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n- {}; {missing} cases of the suite are not in it",
            escaped(&of)
        );
    }
    text.push('\n');
    for it in &report.implementations {
        let _ = writeln!(
            text,
            "\n## {}\n",
            escaped(&report.versioned(&it.name).to_string())
        );
        table(&mut text, report, &it.name, &guests);
    }
    differences(&mut text, report);
    text
}

/// A row for each requirement that trials of several guests cite, or of one that has
/// requirements of its own.
fn table(text: &mut String, report: &Report, implementation: &Untrusted, guests: &[&str]) {
    let _ = writeln!(text, "| requirement | {} |", guests.join(" | "));
    let _ = writeln!(text, "| --- |{}", " --- |".repeat(guests.len()));
    let mut cells: BTreeMap<(&Untrusted, &str), Vec<&Record>> = BTreeMap::new();
    let mut of_others = BTreeSet::new();
    let records = report.records.iter();
    for record in records.filter(|it| it.implementation == *implementation) {
        for id in &record.requirements {
            cells.entry((id, record.guest())).or_default().push(record);
            if record.trial.settings.guest.is_some() {
                of_others.insert(id);
            }
        }
    }
    for (_, requirement) in report.requirements() {
        let id = &requirement.id;
        if !of_others.contains(id) {
            continue;
        }
        let found = guests.iter().map(|guest| match cells.get(&(id, *guest)) {
            Some(records) => cell(records),
            None => "–".to_owned(),
        });
        let found: Vec<_> = found.collect();
        let title = escaped(&requirement.title.to_string());
        let _ = writeln!(text, "| `{id}`<br>{title} | {} |", found.join(" | "));
    }
}

/// What the trials of a guest that cite a requirement came to.
fn cell(records: &[&Record]) -> String {
    let count = |verdicts: &[Verdict]| {
        let is_among = |it: &&&Record| verdicts.contains(&it.verdict);
        records.iter().filter(is_among).count()
    };
    let fail = count(&[Verdict::Fail, Verdict::KnownFailure]);
    let deviate = count(&[Verdict::Deviation]);
    let pass = count(&[Verdict::Pass, Verdict::StaleKnownFailure]);
    let judged = fail + deviate + pass;
    match (fail, deviate) {
        _ if judged == 0 => "–".to_owned(),
        (0, 0) => "✓".to_owned(),
        (0, _) => format!("{deviate} of {judged} deviate"),
        (_, 0) => format!("**{fail}** of {judged} fail"),
        _ => format!("**{fail}** of {judged} fail, {deviate} deviate"),
    }
}

fn differences(text: &mut String, report: &Report) {
    let differences = report.guest_differences();
    if differences.is_empty() {
        return;
    }
    text.push_str(
        "\n## Where guests differ\n\n| trial | implementation | guest | verdict | observed |\n",
    );
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for difference in differences {
        for record in &difference.records {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                difference.trial,
                escaped(&difference.implementation.to_string()),
                record.guest(),
                record.verdict,
                escaped(&observed(record, WIDTH)),
            );
        }
    }
}
