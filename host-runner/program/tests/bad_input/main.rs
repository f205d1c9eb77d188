//! Everything that a user can get wrong, and what the program says of it.
//!
//! A row of a table is a test: what is run, in a folder of its own; the exit code;
//! and all of the message. Every message is one error, without anything that a
//! terminal would act on, and comes soon; standard output stays empty.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod baseline;
mod command_line;
#[path = "../elision/mod.rs"]
mod elision;
mod file;
mod implementation;
#[path = "../line/mod.rs"]
mod line;
#[path = "../program/mod.rs"]
mod program;
mod report;
mod runtime;
#[path = "../shell/mod.rs"]
mod shell;
mod walk;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use program::Said;
use shell::{Fixture, TRIAL};
use std::fs;
use std::process::ExitCode;

/// Rows that say how it should be, and is not yet, by what the program does today.
/// One that holds must be taken out.
const WAITING: &[(&str, &[&str])] = &[];

/// Something that a user can get wrong.
struct Row {
    /// What is required.
    name: &'static str,
    /// Files of the folder, by name, beside `shell.json` and its `runtime.sh`.
    files: Vec<(&'static str, Vec<u8>)>,
    /// What is run, as a shell takes it. `$TRIAL` is the name of a trial.
    run: String,
    /// The exit code.
    exit: i32,
    /// All of the message but `error: `, with elisions.
    says: &'static str,
}

impl Row {
    fn new(name: &'static str, run: impl Into<String>, exit: i32, says: &'static str) -> Self {
        Self {
            name,
            files: Vec::new(),
            run: run.into(),
            exit,
            says,
        }
    }

    /// The same with this file too.
    fn with(mut self, name: &'static str, text: impl Into<Vec<u8>>) -> Self {
        self.files.push((name, text.into()));
        self
    }

    /// Runs it in a folder of its own: the line of shell, and what came of it.
    fn run(&self) -> Result<(String, Said), Failed> {
        let fixture = Fixture::new().env("MODE", "right");
        let implementation = format!("{:#}\n", fixture.adapter).into_bytes();
        fs::write(fixture.path("shell.json"), implementation)?;
        for (name, text) in &self.files {
            fs::write(fixture.path(name), text)?;
        }
        let line = self.run.replace("$TRIAL", TRIAL);
        let said = line::run(&line, fixture.folder.path(), &[])?;
        Ok((line, said))
    }
}

fn main() -> ExitCode {
    let tables = [
        ("command_line", command_line::rows()),
        ("file", file::rows()),
        ("implementation", implementation::rows()),
        ("runtime", runtime::rows()),
        ("baseline", baseline::rows()),
        ("report", report::rows()),
        ("walk", walk::rows()),
    ];
    let mut trials: Vec<_> = CONTROLS.iter().map(control).collect();
    let mut names = Vec::new();
    for (table, rows) in tables {
        for row in rows {
            let name = format!("{table}::{}", row.name);
            let mut waiting = WAITING.iter();
            let waiting = waiting.find(|(_, rows)| rows.contains(&name.as_str()));
            let today = waiting.map(|(today, _)| *today);
            names.push(name.clone());
            trials.push(Trial::ignorable_test(name, move || judge(&row, today)));
        }
    }
    trials.push(Trial::test("what_waits_is_a_row", move || {
        waiting_are(&names)
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// What the rows change is right: each of them is wrong for its own reason alone.
const CONTROLS: [(&str, &str); 3] = [
    ("the_implementation", "-i mine.json --exact $TRIAL"),
    (
        "the_baseline",
        "-i mine.json --exact $TRIAL --baseline known.json",
    ),
    ("the_report", "report report.json"),
];

fn control(&(name, arguments): &(&'static str, &'static str)) -> Trial {
    Trial::test(format!("{name}_is_right"), move || {
        let row = Row::new(name, format!("wasi-tcp-conformance {arguments}"), 0, "")
            .with("mine.json", implementation::text(&[]))
            .with("known.json", baseline::text(&[baseline::ENTRY]))
            .with("report.json", report::REPORT);
        let said = row.run()?.1;
        match said.exit {
            Some(0) => Ok(()),
            exit => Err(format!("{}{}exit code: {exit:?}", said.out, said.err).into()),
        }
    })
}

fn waiting_are(names: &[String]) -> Result<(), Failed> {
    let waiting = WAITING.iter().flat_map(|(_, rows)| *rows);
    let is_row = |waiting: &&&str| names.iter().any(|name| name == **waiting);
    let others: Vec<_> = waiting
        .filter(|waiting| !is_row(waiting))
        .copied()
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    Err(format!("these are no rows: {}", others.join(" ")).into())
}

fn judge(row: &Row, today: Option<&str>) -> Result<Completion, Failed> {
    match (check(row), today) {
        (Ok(()), None) => Ok(Completion::Completed),
        (Ok(()), Some(_)) => Err("this holds now: take it out of WAITING".into()),
        (Err(_), Some(today)) => Ok(Completion::ignored_with(format!("waits: {today}"))),
        (Err(problem), None) => Err(problem),
    }
}

fn check(row: &Row) -> Result<(), Failed> {
    let (line, said) = row.run()?;
    let acts = |character: char| character.is_control() && character != '\n';
    let problem = if said.exit != Some(row.exit) {
        format!("the exit code is not {}", row.exit)
    } else if !elision::shows(&format!("error: {}", row.says), &said.err) {
        format!("expected\nerror: {}\n", row.says)
    } else if !said.out.is_empty() {
        format!("standard output is not empty: {}", said.out)
    } else if said.err.contains(acts) {
        format!("the message acts on a terminal: {:?}", said.err)
    } else {
        return Ok(());
    };
    Err(format!(
        "{problem}\n$ {line}\n{}\nexit code: {:?}",
        said.err, said.exit
    )
    .into())
}
