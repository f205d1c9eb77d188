//! `MATRIX.md`: what kills what.

use crate::catalogue::{MUTANTS, Mutant};
use crate::host::AlteredHost;
use crate::judge::{GENERATION, kills, records, red, trials};
use crate::variants::VARIANTS;
use libtest_mimic::Failed;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasi_tcp_conformance::Trial;
use wasi_tcp_conformance::report::Record;

/// How many trials of a host run at a time. Many wait.
const THREADS: usize = 8;

const COMMAND: &str = "cargo test --release --test mutants -- --matrix";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants/MATRIX.md")
}

/// The matrix is about cases: a walk is no case, and the model judges it.
fn is_judged(trial: &Trial) -> bool {
    trial.expectation.must.is_some() && trial.walk.is_none()
}

/// The names of the cases that are judged.
fn cases() -> BTreeSet<String> {
    let trials = trials(is_judged).into_iter();
    trials.map(|trial| trial.name.case_name()).collect()
}

/// Runs everything on everything and writes what kills what. It is a failure if a
/// mutant survives, or a variant does not.
pub fn write() -> ExitCode {
    match text() {
        Ok((text, is_right)) => match std::fs::write(path(), text) {
            Ok(()) => ExitCode::from(u8::from(!is_right)),
            Err(error) => {
                eprintln!("failed to write {}: {error}", path().display());
                ExitCode::FAILURE
            }
        },
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The matrix, and whether every host is judged right.
fn text() -> Result<(String, bool), String> {
    let mut is_right = true;
    let mut killers: BTreeMap<String, usize> = cases().into_iter().map(|case| (case, 0)).collect();
    let mut mutants = String::new();
    for mutant in MUTANTS {
        let dead = dead(mutant)?;
        for case in cases_of(&dead) {
            *killers.entry(case).or_default() += 1;
        }
        mutants += &row(mutant, &dead);
        is_right &= !dead.is_empty();
        eprintln!("{}: {} trials", mutant.how, dead.len());
    }
    is_right &= are_allowed()?;
    let mut variants = String::new();
    for variant in VARIANTS {
        let topics: Vec<_> = variant.topics.iter().map(|topic| full(topic)).collect();
        let topics = topics.join(", ");
        // Writing to a string cannot fail.
        let _ = writeln!(
            variants,
            "| {} | {} | {topics} |",
            variant.how, variant.does
        );
    }
    let mut cases = String::new();
    for (case, count) in &killers {
        let _ = writeln!(cases, "| {case} | {count} |");
        if *count == 0 {
            eprintln!("{case} sees no mutant");
        }
    }
    let text = format!(
        "# What kills what\n\n\
         Written by `{COMMAND}`: every judged trial on every mutant, {} mutants by {} cases.\n\n\
         | mutant | breaks | trials that see it | cases that see it, by topic |\n\
         | --- | --- | ---: | --- |\n{mutants}\n\
         No trial is red on a legal variant. `cargo test` runs those of the topics that are named.\n\n\
         | legal variant | what it does | topics |\n\
         | --- | --- | --- |\n{variants}\n\
         | case | mutants that it sees |\n\
         | --- | ---: |\n{cases}",
        MUTANTS.len(),
        killers.len(),
    );
    Ok((text, is_right))
}

/// Whether no variant is red, whatever it is asked; what is red is printed.
pub fn variants() -> ExitCode {
    match are_allowed() {
        Ok(are_allowed) => ExitCode::from(u8::from(!are_allowed)),
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn are_allowed() -> Result<bool, String> {
    let mut are_allowed = true;
    for variant in VARIANTS {
        let host = AlteredHost::everywhere(variant.how);
        let red = red(&records(host, THREADS, &trials(|_| true))?)?;
        are_allowed &= red.is_empty();
        eprintln!("{}: {} red\n{red}", variant.how, red.lines().count());
    }
    Ok(are_allowed)
}

/// The records that show that a mutant is wrong.
fn dead(mutant: &Mutant) -> Result<Vec<Record>, String> {
    let host = AlteredHost::new(mutant.how);
    let mut dead = Vec::new();
    for record in records(host, THREADS, &trials(is_judged))? {
        if kills(&record, mutant)? {
            dead.push(record);
        }
    }
    Ok(dead)
}

fn cases_of(records: &[Record]) -> BTreeSet<String> {
    let cases = records.iter().map(|record| record.trial.case_name());
    cases.collect()
}

fn row(mutant: &Mutant, dead: &[Record]) -> String {
    let cases = cases_of(dead);
    let topics: BTreeSet<_> = dead.iter().map(|record| &*record.trial.topic).collect();
    let topics = topics.into_iter().map(|topic| {
        let topic = full(topic);
        let own = cases
            .iter()
            .filter(|case| case.starts_with(&format!("{topic}::")));
        format!("{topic} {}", own.count())
    });
    format!(
        "| {} | {} | {} | {} |\n",
        mutant.how,
        mutant.breaks.join(", "),
        dead.len(),
        topics.collect::<Vec<_>>().join(", ")
    )
}

/// A topic, as trials name it.
fn full(topic: &str) -> String {
    format!("{GENERATION}/{topic}")
}

/// The matrix that is kept names every mutant, variant and case that there is.
pub fn is_whole() -> Result<(), Failed> {
    let text = std::fs::read_to_string(path())?;
    let mutants = MUTANTS.iter().map(|mutant| mutant.how.to_owned());
    let variants = VARIANTS.iter().map(|variant| variant.how.to_owned());
    for name in mutants.chain(variants).chain(cases()) {
        if !text.contains(&format!("\n| {name} | ")) {
            return Err(format!("MATRIX.md has no {name}: run `{COMMAND}`").into());
        }
    }
    Ok(())
}
