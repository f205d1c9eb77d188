//! Blocks of commands, run as a reader would run them.
//!
//! In a block ```` ```console ````, a command begins with `$ `, and what follows is its
//! output: it is run as it stands, and must print that. A line `…` leaves out lines, a
//! `…` in a line a part of it.
//!
//! In a block ```` ```sh ````, each line is a command without output. It must be a
//! command line that the program takes; trials are listed, not run.
//!
//! A block that is marked `ignore`, as in ```` ```sh,ignore ````, is not run, and
//! neither is a command of another program.
//!
//! Each block has a folder of its own, with what the pages take for granted: a
//! runtime `my-runtime` with the file that README.md shows, a program `wasmtime`,
//! guests in other languages where they are built, and the reports `report.json`, `before.json` and `after.json`.

use crate::page::{Block, Page};
use crate::shell::Fixture;
use crate::{elision, fixture, line};
use libtest_mimic::{Completion, Failed, Trial};
use serde_json::json;
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
  walk) exec "$PROGRAM" "$@" --help > /dev/null;;
  *) exec "$PROGRAM" "$@" --list;;
esac
"#;

/// A command, with the output that is shown.
struct Command {
    line: String,
    output: String,
}

/// The tests of a page: its blocks.
pub(super) fn tests(page: &Page) -> Vec<Trial> {
    let blocks = page.blocks().into_iter();
    let test = |block: Block| {
        let parse = match words(&block).next()? {
            "console" => with_output,
            "sh" => without_output,
            _ => return None,
        };
        let name = format!("console::{}:{}", page.name, block.line);
        Some(Trial::ignorable_test(name, move || run(&block, parse)))
    };
    blocks.filter_map(test).collect()
}

/// The words of the fence of a block.
fn words(block: &Block) -> impl Iterator<Item = &str> {
    block.info.split(',').map(str::trim)
}

/// The commands of a block of lines that begin with `$ `, each with the lines that
/// follow.
fn with_output(text: &str) -> Vec<Command> {
    let text = format!("\n{text}");
    let commands = text.split("\n$ ").skip(1);
    let command = |text| {
        let (line, output) = split(text);
        Command { line, output }
    };
    commands.map(command).collect()
}

/// The commands of a block of nothing else.
fn without_output(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut rest = text.to_owned();
    while !rest.is_empty() {
        let (line, others) = split(&rest);
        rest = others;
        commands.push(Command {
            line,
            output: String::new(),
        });
    }
    commands
}

/// The command at the beginning of a text, which may go on over several lines, and
/// the rest.
fn split(text: &str) -> (String, String) {
    let mut command = String::new();
    let mut lines = text.split_inclusive('\n');
    for line in lines.by_ref() {
        command.push_str(line);
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    (command, lines.collect())
}

fn run(block: &Block, parse: fn(&str) -> Vec<Command>) -> Result<Completion, Failed> {
    if words(block).any(|word| word == "ignore") {
        return Ok(Completion::ignored_with("the page says so"));
    }
    let commands = parse(&block.text);
    if commands.is_empty() {
        return Err("there is no command: a line that begins with `$ `".into());
    }
    let is_ours = |command: &Command| program(&command.line) == PROGRAM;
    let (ours, others): (Vec<_>, Vec<_>) = commands.into_iter().partition(is_ours);
    if ours.is_empty() {
        let names: Vec<_> = others.iter().map(|other| program(&other.line)).collect();
        let reason = format!("commands of other programs: {}", names.join(", "));
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
    let my_runtime = MY_RUNTIME.replace("$RUNTIME", &runtime);
    let listing = LISTING.replace("$PROGRAM", program);
    for folder in ["programs", "listing"] {
        fs::create_dir(fixture.path(folder))?;
    }
    for (name, text) in [
        ("programs/my-runtime", &*my_runtime),
        ("my-runtime", &*my_runtime),
        ("wasmtime", WASMTIME),
        ("listing/wasi-tcp-conformance", &listing),
    ] {
        fs::write(fixture.path(name), text)?;
        fs::set_permissions(fixture.path(name), fs::Permissions::from_mode(0o755))?;
    }
    for (folder, name, topics) in [
        ("guest", "fortran", json!({ "unbound": ["local_address"] })),
        (
            "target/guests/python",
            "python",
            json!({ "unbound": ["local_address"] }),
        ),
        (
            "target/guests/rust-std",
            "rust-std",
            json!({ "net": ["bind_ephemeral"] }),
        ),
        (
            "guest-tests/c/components",
            "c",
            json!({ "limit": ["code"], "create": ["family"] }),
        ),
    ] {
        fixture.guest(folder, name, &topics);
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
