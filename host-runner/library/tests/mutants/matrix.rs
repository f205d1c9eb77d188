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

/// What is known already: how many trials see a mutant, and how many cases by topic; and
/// how many mutants a case sees.
#[derive(Default)]
struct Known {
    mutants: BTreeMap<String, Seen>,
    cases: BTreeMap<String, usize>,
}

/// What sees a mutant.
#[derive(Clone, Default)]
struct Seen {
    trials: usize,
    topics: BTreeMap<String, usize>,
}

impl Known {
    /// What the matrix that is kept says.
    fn read() -> Result<Self, String> {
        let text = std::fs::read_to_string(path()).map_err(|error| error.to_string())?;
        let mut known = Self::default();
        for line in text.lines() {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            match cells[..] {
                [name, _, trials, topics] => {
                    let Ok(trials) = trials.parse() else { continue };
                    let topics = topics.split(", ").filter_map(|it| it.rsplit_once(' '));
                    let topics = topics
                        .filter_map(|(topic, count)| Some((topic.to_owned(), count.parse().ok()?)))
                        .collect();
                    known.mutants.insert(name.into(), Seen { trials, topics });
                }
                [case, count] => {
                    let Ok(count) = count.parse() else { continue };
                    known.cases.insert(case.into(), count);
                }
                _ => {}
            }
        }
        Ok(known)
    }
}

/// Runs everything on everything and writes what kills what; or, where the rest is
/// known, only the cases that the matrix does not have yet. It is a failure if a mutant
/// survives, or a variant does not.
pub fn write(is_only_new: bool) -> ExitCode {
    let known = if is_only_new {
        Known::read()
    } else {
        Ok(Known::default())
    };
    match known.and_then(|known| text(&known)) {
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
fn text(known: &Known) -> Result<(String, bool), String> {
    let mut is_right = true;
    let known_count = |case: &String| known.cases.get(case).copied().unwrap_or_default();
    let cases = cases().into_iter();
    let mut killers: BTreeMap<String, usize> = cases
        .map(|case| {
            let count = known_count(&case);
            (case, count)
        })
        .collect();
    let is_new = |trial: &Trial| !known.cases.contains_key(&trial.name.case_name());
    let mut mutants = String::new();
    for mutant in MUTANTS {
        // One that is new is to be seen by every case.
        let before = known.mutants.get(mutant.how);
        let dead = dead(mutant, |trial| before.is_none() || is_new(trial))?;
        for case in cases_of(&dead) {
            *killers.entry(case).or_default() += 1;
        }
        let mut seen = before.cloned().unwrap_or_default();
        seen.add(&dead);
        mutants += &row(mutant, &seen);
        is_right &= seen.trials > 0;
        eprintln!("{}: {} trials", mutant.how, seen.trials);
    }
    is_right &= are_allowed(is_new)?;
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
    match are_allowed(|_| true) {
        Ok(are_allowed) => ExitCode::from(u8::from(!are_allowed)),
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn are_allowed(is_asked: impl Fn(&Trial) -> bool) -> Result<bool, String> {
    let mut are_allowed = true;
    for variant in VARIANTS {
        let host = AlteredHost::everywhere(variant.how);
        let red = red(&records(host, THREADS, &trials(&is_asked))?)?;
        are_allowed &= red.is_empty();
        eprintln!("{}: {} red\n{red}", variant.how, red.lines().count());
    }
    Ok(are_allowed)
}

/// The records that show that a mutant is wrong.
fn dead(mutant: &Mutant, is_asked: impl Fn(&Trial) -> bool) -> Result<Vec<Record>, String> {
    let host = AlteredHost::new(mutant.how);
    let mut dead = Vec::new();
    let asked = trials(|trial| is_judged(trial) && is_asked(trial));
    for record in records(host, THREADS, &asked)? {
        if kills(&record, mutant)? {
            dead.push(record);
        }
    }
    Ok(dead)
}

impl Seen {
    fn add(&mut self, dead: &[Record]) {
        self.trials += dead.len();
        let cases: BTreeSet<_> = dead
            .iter()
            .map(|record| (full(&record.trial.topic), record.trial.case_name()))
            .collect();
        for (topic, _) in cases {
            *self.topics.entry(topic).or_default() += 1;
        }
    }
}

fn cases_of(records: &[Record]) -> BTreeSet<String> {
    let cases = records.iter().map(|record| record.trial.case_name());
    cases.collect()
}

fn row(mutant: &Mutant, seen: &Seen) -> String {
    let topics = seen.topics.iter();
    let topics = topics.map(|(topic, count)| format!("{topic} {count}"));
    format!(
        "| {} | {} | {} | {} |\n",
        mutant.how,
        mutant.breaks.join(", "),
        seen.trials,
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
