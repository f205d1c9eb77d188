//! Whether the parts of a saved report fit together.

use super::contents::Report;
use super::record::Record;
use crate::json::{Text, fields};
use crate::{Error, Problem};
use serde_json::value::RawValue;

/// Fails at the first part that does not fit the others, with its line.
pub(super) fn check(text: Text<'_>, report: &Report) -> Result<(), Error> {
    for (at, facts) in report.implementations.iter().enumerate() {
        let name = &facts.name;
        if report.implementations[..at]
            .iter()
            .any(|other| other.name == *name)
        {
            let problem = problem(format!("the implementation `{name}` is listed twice"));
            return Err(text.mistake_in("implementations", problem));
        }
    }
    for (at, catalogue) in report.generations.iter().enumerate() {
        let (generation, version) = (catalogue.generation, catalogue.wasi_version);
        if version.generation != generation {
            let problem = problem(format!("{version} is no version of WASI {generation}"));
            return Err(in_part(text, "generations", at, "wasi_version", problem));
        }
    }
    for (at, record) in report.records.iter().enumerate() {
        check_record(report, record).map_err(|(field, problem)| match field {
            Some(field) => in_part(text, "records", at, field, problem),
            None => match part(text, "records", at) {
                Some(record) => text.mistake(record, problem),
                None => text.mistake_in("records", problem),
            },
        })?;
    }
    Ok(())
}

/// What is wrong with a record, and in which field, if in one.
fn check_record(report: &Report, record: &Record) -> Result<(), (Option<&'static str>, Problem)> {
    let name = &record.implementation;
    if !report
        .implementations
        .iter()
        .any(|facts| facts.name == *name)
    {
        let what = format!("the record is of `{name}`, which the report does not list");
        return Err((None, problem(what)));
    }
    let generation = record.trial.generation;
    let Some(catalogue) = report.catalogue(generation) else {
        let what = format!("the report does not describe WASI {generation}");
        return Err((Some("trial"), problem(what)));
    };
    for (field, set) in [
        ("must", &record.must),
        ("should", &record.should),
        ("otherwise", &record.otherwise),
    ] {
        for pattern in set.iter().flatten() {
            let found = pattern.check(&catalogue.error_codes);
            found.map_err(|what| (Some(field), problem(what)))?;
        }
    }
    Ok(())
}

fn problem(what: String) -> Problem {
    Problem::new(
        what,
        "write it again with `wasi-tcp-conformance --json FILE`",
    )
}

/// A mistake in a field of an element of a list.
fn in_part(text: Text<'_>, list: &str, at: usize, field: &str, problem: Problem) -> Error {
    let value = part(text, list, at).and_then(|part| fields(part.get()).remove(field));
    match value {
        Some(value) => text.mistake(value, problem),
        None => text.mistake_in(list, problem),
    }
}

/// An element of a list.
fn part<'a>(text: Text<'a>, list: &str, at: usize) -> Option<&'a RawValue> {
    let list: &RawValue = fields(text.text).remove(list)?;
    let parts: Vec<&RawValue> = serde_json::from_str(list.get()).ok()?;
    parts.get(at).copied()
}
