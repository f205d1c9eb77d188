//! Blocks of commands, ```` ```console ````, run as a reader would run them.
//!
//! A command that shows output is run as it stands, and must print that: a line `…`
//! leaves out lines, a `…` in a line a part of it. One that shows none must be a
//! command line that the program takes; trials are listed then, not run. A block
//! marked `console,ignore` is not run, and neither is a command of another program.
//!
//! Each block has a folder of its own, with what the pages take for granted: a
//! runtime `my-runtime` with the file that README.md shows, a program `wasmtime`,
//! and the reports `report.json`, `before.json` and `after.json`.

use crate::page::{Block, Page};
use crate::shell::Fixture;
use crate::{elision, fixture, line};
use libtest_mimic::{Completion, Failed, Trial};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What is run: the one program of which the pages promise something.
const PROGRAM: &str = "wasi-tcp-conformance";

/// A runtime that refuses everything that is not part of the preflight.
const MY_RUNTIME: &str = r#"#!/bin/sh
[ "$1" = --version ] && echo my-runtime 1.2.3 && exit
while [ $# -gt 2 ]; do shift; done
MODE=says . "$RUNTIME"
"#;

/// A runtime of which nothing but the version is wanted.
const WASMTIME: &str = "#!/bin/sh\necho wasmtime 49.0.3\n";

/// The program, which lists trials where it would run them.
const LISTING: &str = r#"#!/bin/sh
case "$1" in
  list|preflight|schema|report|compare|explain|export|completions|man|help) exec "$PROGRAM" "$@";;
  *) exec "$PROGRAM" "$@" --list;;
esac
"#;

/// A command, with the output that is shown.
#[derive(Debug, Default, PartialEq)]
struct Command {
    line: String,
    output: String,
}

/// The tests of a page: its blocks.
pub(super) fn tests(page: &Page) -> Vec<Trial> {
    let blocks = page.blocks().into_iter();
    let blocks = blocks.filter(|block| words(block).next() == Some("console"));
    let test = |block: Block| {
        let name = format!("console::{}:{}", page.name, block.line);
        Trial::ignorable_test(name, move || run(&block))
    };
    blocks.map(test).collect()
}

fn words(block: &Block) -> impl Iterator<Item = &str> {
    block.info.split(',').map(str::trim)
}

fn run(block: &Block) -> Result<Completion, Failed> {
    if words(block).any(|word| word == "ignore") {
        return Ok(Completion::ignored_with("the page says so"));
    }
    let (ours, others): (Vec<_>, Vec<_>) = commands(&block.text)?
        .into_iter()
        .partition(|command| program(&command.line) == PROGRAM);
    if ours.is_empty() {
        let names: Vec<_> = others.iter().map(|other| program(&other.line)).collect();
        let reason = format!("of other programs: {}", names.join(", "));
        return Ok(Completion::ignored_with(reason));
    }
    let fixture = Fixture::new();
    furnish(&fixture)?;
    for command in ours {
        check(&fixture, &command)?;
    }
    Ok(Completion::Completed)
}

/// Puts what the pages take for granted into the folder.
fn furnish(fixture: &Fixture) -> Result<(), Failed> {
    let program = env!("CARGO_BIN_EXE_wasi-tcp-conformance");
    let runtime = fixture.path("runtime.sh").display().to_string();
    let listing = LISTING.replace("$PROGRAM", program);
    for folder in ["programs", "listing"] {
        fs::create_dir(fixture.path(folder))?;
    }
    for (name, text) in [
        (
            "programs/my-runtime",
            &*MY_RUNTIME.replace("$RUNTIME", &runtime),
        ),
        ("wasmtime", WASMTIME),
        ("listing/wasi-tcp-conformance", &listing),
    ] {
        fs::write(fixture.path(name), text)?;
        fs::set_permissions(fixture.path(name), fs::Permissions::from_mode(0o755))?;
    }
    let report = fixture::report().to_json();
    for name in ["report.json", "before.json", "after.json"] {
        fs::write(fixture.path(name), &report)?;
    }
    let blocks = Page::read("README.md")?.blocks();
    let mut files = blocks.iter().filter(|block| block.info == "json");
    let file = files.find(|block| block.text.contains(r#""name": "my-runtime""#));
    let file = file.ok_or("README.md shows no file of my-runtime")?;
    fs::write(fixture.path("my-runtime.json"), &file.text)?;
    Ok(())
}

/// The commands of a block, each with the lines after it.
fn commands(text: &str) -> Result<Vec<Command>, Failed> {
    let mut commands: Vec<Command> = Vec::new();
    let mut is_continued = false;
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("$ ") {
            commands.push(Command::default());
            is_continued = true;
            append(&mut commands, line, &mut is_continued)?;
        } else {
            append(&mut commands, line, &mut is_continued)?;
        }
    }
    Ok(commands)
}

/// Adds a line to the last command: to the command itself while that goes on.
fn append(commands: &mut [Command], line: &str, is_continued: &mut bool) -> Result<(), Failed> {
    let command = commands.last_mut().ok_or("the first line is no command")?;
    let text = if *is_continued {
        &mut command.line
    } else {
        &mut command.output
    };
    text.push_str(line);
    text.push('\n');
    *is_continued = *is_continued && line.ends_with('\\');
    Ok(())
}

/// The program that a command runs, behind variables that it sets.
fn program(line: &str) -> &str {
    let mut words = line.split_whitespace();
    words.find(|word| !word.contains('=')).unwrap_or_default()
}

fn check(fixture: &Fixture, command: &Command) -> Result<(), Failed> {
    let (programs, listing) = (fixture.path("programs"), fixture.path("listing"));
    let has_output = !command.output.is_empty();
    let folders: &[&Path] = if has_output {
        &[&programs]
    } else {
        &[&listing, &programs]
    };
    let said = line::run(
        &format!("exec 2>&1\n{}", command.line),
        fixture.folder.path(),
        folders,
    )?;
    let ran = format!("$ {}{}", command.line, middle_cut(&said.out));
    // 1 is what a run ends with that found something.
    if !matches!(said.exit, Some(0 | 1)) {
        return Err(format!("{ran}exit code: {:?}", said.exit).into());
    }
    if has_output && !elision::shows(&command.output, &said.out) {
        return Err(format!("{ran}\nbut the page shows\n{}", command.output).into());
    }
    Ok(())
}

/// The text without the middle, where it is long.
fn middle_cut(text: &str) -> String {
    const LINES: usize = 20;
    let lines: Vec<_> = text.lines().collect();
    if lines.len() <= 2 * LINES {
        return text.to_owned();
    }
    let (start, end) = (&lines[..LINES], &lines[lines.len() - LINES..]);
    let left_out = format!("… {} lines …", lines.len() - 2 * LINES);
    [start, &[&left_out], end].concat().join("\n") + "\n"
}
