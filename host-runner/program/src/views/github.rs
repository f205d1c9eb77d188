//! Annotations, as the log of a GitHub job understands them.

use super::words::trials;
use std::fmt::Write as _;
use wasi_tcp_conformance::internal::explanation;
use wasi_tcp_conformance::report::{Record, Report};
use wasi_tcp_conformance::{Untrusted, Verdict};

/// GitHub shows ten annotations of a level for a step, and drops the rest.
const SHOWN: usize = 10;

/// A workflow command for each requirement that is not met, for each
/// implementation: an error where the run is red, else a warning.
#[must_use]
pub fn github(report: &Report, strict: bool) -> String {
    let red = |it: &Record| it.is_red(strict);
    let deviates = |it: &Record| !it.is_red(strict) && !it.is_known() && is_deviation(it);
    let mut text = annotations(report, "error", red);
    text += &annotations(report, "warning", deviates);
    text
}

fn is_deviation(record: &Record) -> bool {
    record.verdict == Verdict::Deviation
}

/// Records of an implementation that cite the same requirements.
type Group<'a> = ((&'a Untrusted, &'a [Untrusted]), Vec<&'a Record>);

fn annotations(report: &Report, level: &str, wanted: impl Fn(&Record) -> bool) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for it in report.records.iter().filter(|it| wanted(it)) {
        let key = (&it.implementation, it.requirements.as_slice());
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, records)) => records.push(it),
            None => groups.push((key, vec![it])),
        }
    }
    let mut text = String::new();
    let room = if groups.len() > SHOWN {
        SHOWN - 1
    } else {
        SHOWN
    };
    for ((implementation, requirements), records) in groups.iter().take(room) {
        let ids: Vec<_> = requirements.iter().map(Untrusted::to_string).collect();
        let count = trials(records.len());
        let title = format!("{implementation}: {} ({count})", ids.join(", "));
        let message = explanation(report, records[0]);
        command(&mut text, level, &title, &message);
    }
    let rest: usize = groups.iter().skip(room).map(|(_, it)| it.len()).sum();
    if rest > 0 {
        let message = "GitHub shows ten annotations of a kind: the others are in the report";
        command(
            &mut text,
            level,
            &format!("and {} more", trials(rest)),
            message,
        );
    }
    text
}

fn command(text: &mut String, level: &str, title: &str, message: &str) {
    let title = escape(title).replace(':', "%3A").replace(',', "%2C");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "::{level} title={title}::{}", escape(message));
}

/// Escapes the value of a workflow command.
fn escape(value: &str) -> String {
    value
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
