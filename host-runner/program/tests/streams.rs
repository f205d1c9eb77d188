//! Output that nobody reads to its end, disks that are full, and runs that are
//! ended: no panic, and no report is lost.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod line;
mod program;
mod shell;

use program::Said;
use serde_json::Value;
use shell::Fixture;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const FILTER: &str = "unbound::local_address";

/// A line for a disk that has no room.
const FULL: &str = "No space left on device (os error 28)";

/// A runtime that behaves, by two names.
fn fixture() -> Fixture {
    let fixture = Fixture::new()
        .env("MODE", "right")
        .with("name", "other".into());
    fs::write(fixture.path("other.json"), fixture.adapter.to_string()).unwrap();
    let fixture = fixture.with("name", "shell".into());
    fs::write(fixture.path("shell.json"), fixture.adapter.to_string()).unwrap();
    fixture
}

/// The report that was written to a folder.
fn report(fixture: &Fixture) -> Value {
    let text = fs::read_to_string(fixture.path("report.json")).unwrap();
    serde_json::from_str(&text).expect(&text)
}

/// The verdicts of a report that has a record for each trial.
fn whole(fixture: &Fixture) -> Vec<String> {
    let report = report(fixture);
    let verdicts = verdicts(&report);
    assert_eq!(report["planned"], verdicts.len());
    verdicts
}

fn verdicts(report: &Value) -> Vec<String> {
    let records = report["records"].as_array().unwrap();
    let verdict = |record: &Value| record["verdict"].as_str().unwrap().to_owned();
    records.iter().map(verdict).collect()
}

/// Runs the program in a folder. Nobody has ever read what it prints.
fn run_unread(fixture: &Fixture, arguments: &[&str]) -> Said {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = program::command();
    let output = command
        .args(arguments)
        .current_dir(fixture.folder.path())
        .stdout(writer)
        .stderr(Stdio::piped())
        .output();
    output.unwrap().into()
}

fn run(fixture: &Fixture, line: &str) -> Said {
    line::run(line, fixture.folder.path(), &[]).unwrap()
}

#[test]
fn a_reader_that_goes_away_loses_no_record() {
    for flags in [
        &[][..],
        &["--test-threads", "1"],
        &["--quiet"],
        &["--format", "terse"],
        &["--format", "json"],
        &["-i", "other.json"],
    ] {
        let fixture = fixture();
        let run = ["-i", "shell.json", FILTER, "--json", "report.json"];
        let said = run_unread(&fixture, &[&run, flags].concat());
        assert_eq!(said.exit, Some(0), "{flags:?}: {}", said.err);
        let several = if flags.contains(&"other.json") { 2 } else { 1 };
        assert_eq!(whole(&fixture), vec!["pass"; 2 * several], "{flags:?}");
        // With the JSON format, the summary is for people, on standard error.
        let is_for_programs = flags.contains(&"json");
        assert_eq!(
            said.err.is_empty(),
            !is_for_programs,
            "{flags:?}: {}",
            said.err
        );
    }
}

#[test]
fn a_reader_of_the_first_line_loses_no_record() {
    let fixture = fixture();
    let line = format!(
        "wasi-tcp-conformance -i shell.json {FILTER} --test-threads 1 --json report.json | head -n 1"
    );
    let said = run(&fixture, &line);
    assert_eq!(said.err, "");
    assert_eq!(whole(&fixture), ["pass", "pass"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error_of_any_command() {
    let fixture = fixture();
    for arguments in [
        &["list"][..],
        &["--list"],
        &["--help"],
        &["explain", "unbound::accept"],
        &["schema", "report"],
        &["preflight", "-i", "shell.json"],
        &["completions", "bash"],
        &["man"],
    ] {
        let said = run_unread(&fixture, arguments);
        assert_eq!(said.err, "", "{arguments:?}");
        assert_eq!(said.exit, Some(0), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_on_a_full_disk_is_an_error_and_loses_no_record() {
    let fixture = fixture();
    for flags in ["", "--test-threads 1", "--quiet"] {
        let said = run(
            &fixture,
            &format!(
                "wasi-tcp-conformance -i shell.json {FILTER} {flags} --json report.json > /dev/full"
            ),
        );
        let expected = format!("error: failed to write to standard output: {FULL}\n");
        assert_eq!(said.err, expected, "{flags}");
        assert_eq!(said.exit, Some(2), "{flags}");
        assert_eq!(whole(&fixture), ["pass", "pass"], "{flags}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_on_a_full_disk_is_an_error_of_every_command() {
    let fixture = fixture();
    for arguments in [
        "list",
        "explain unbound::accept",
        "schema report",
        "preflight -i shell.json",
        "completions bash",
        "man",
        "export suite",
    ] {
        let said = run(
            &fixture,
            &format!("wasi-tcp-conformance {arguments} > /dev/full"),
        );
        let expected = format!("error: failed to write to standard output: {FULL}\n");
        assert_eq!(said.err, expected, "{arguments}");
        assert_eq!(said.exit, Some(2), "{arguments}");
    }
}

/// What libtest-mimic and clap print.
#[cfg(target_os = "linux")]
#[test]
fn what_a_library_prints_to_a_full_disk_is_an_error_too() {
    let fixture = fixture();
    for arguments in [
        "-i shell.json unbound::local_address --list > /dev/full",
        "-i shell.json unbound::local_address --format json > /dev/full",
        "-i shell.json unbound::local_address --logfile /dev/full > log",
        "--help > /dev/full",
    ] {
        let said = run(&fixture, &format!("wasi-tcp-conformance {arguments}"));
        assert!(said.err.contains(FULL), "{arguments}: {}", said.err);
        assert_eq!(said.exit, Some(2), "{arguments}");
    }
}

/// There is nobody left to tell, but the exit code is what it was.
#[cfg(target_os = "linux")]
#[test]
fn standard_error_on_a_full_disk_does_not_change_the_exit_code() {
    let fixture = fixture();
    for (arguments, exit) in [
        ("no::such::trial", 3),
        ("-i no-such.json", 2),
        ("-i shell.json unbound::local_address --format json", 2),
    ] {
        let said = run(
            &fixture,
            &format!("wasi-tcp-conformance {arguments} 2> /dev/full"),
        );
        assert_eq!(said.exit, Some(exit), "{arguments}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_view_on_a_full_disk_is_an_error() {
    let fixture = fixture();
    for flag in ["--json", "--html", "--junit", "--markdown", "--badge"] {
        let said = run(
            &fixture,
            &format!("wasi-tcp-conformance -i shell.json {FILTER} {flag} /dev/full"),
        );
        let expected = format!("error: failed to write /dev/full: {FULL}\n");
        assert_eq!(said.err, expected, "{flag}");
        assert_eq!(said.exit, Some(2), "{flag}");
    }
}

/// Shell that lets a program write files of 128 KiB and no more, as if the disk had
/// no more room. Components are smaller, and the report of many trials is larger.
const LITTLE_ROOM: &str = "trap '' XFSZ; ulimit -f 256";

#[test]
fn a_report_that_cannot_be_written_leaves_the_one_before() {
    let fixture = fixture();
    let line = "wasi-tcp-conformance -i shell.json ipv4 --json large.json > log";
    assert_eq!(run(&fixture, line).exit, Some(1));
    for (name, arguments) in [
        ("report.json", "-i shell.json ipv4 --json report.json"),
        ("page.html", "report large.json --html page.html"),
    ] {
        fs::write(fixture.path(name), "before").unwrap();
        let before = files(&fixture);
        let line = format!("{LITTLE_ROOM}; exec wasi-tcp-conformance {arguments} > log");
        let said = run(&fixture, &line);
        let expected = format!("error: failed to write {name}: File too large (os error 27)");
        assert!(said.err.starts_with(&expected), "{}", said.err);
        assert_eq!(said.exit, Some(2));
        assert_eq!(fs::read_to_string(fixture.path(name)).unwrap(), "before");
        assert_eq!(files(&fixture), before, "nothing is left behind");
    }
}

/// The files of the folder.
fn files(fixture: &Fixture) -> Vec<String> {
    let entries = fs::read_dir(fixture.folder.path()).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let names = entries.map(|entry| name(entry).into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
}

#[test]
fn a_run_that_is_killed_leaves_the_report_before() {
    let fixture = hanging();
    let mut child = start(&fixture, program::command());
    child.kill().unwrap();
    child.wait().unwrap();
    let report = fs::read_to_string(fixture.path("report.json")).unwrap();
    assert_eq!(report, "before");
    // The runtime had nobody left to end it.
    run(&fixture, "kill $(cat pids)");
}

#[test]
fn a_run_that_is_interrupted_writes_what_it_has() {
    is_written_after(program::command(), |id| format!("kill -TERM {id}"));
}

/// Ctrl+C, which whoever runs the tests may ignore.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_of_the_terminal_is_an_interruption() {
    let heeds = program::command_by("exec env --default-signal=INT \"$0\" \"$@\"");
    is_written_after(heeds, |id| format!("kill -INT {id}"));
}

/// Started by `nohup`, or in the background by `sh`.
#[test]
#[cfg(target_os = "linux")]
fn a_run_that_ignores_signals_heeds_the_others() {
    let ignores = program::command_by("trap '' INT HUP; exec \"$0\" \"$@\"");
    is_written_after(ignores, |id| {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let mask = status.lines().find_map(|it| it.strip_prefix("SigIgn:"));
        let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
        assert_eq!(mask & 0b11, 0b11, "SIGHUP and SIGINT are still ignored");
        format!("kill -HUP {id}; kill -INT {id}; kill -TERM {id}")
    });
}

/// `timeout` sends its signal to the process and to its group.
#[test]
fn signals_at_the_same_time_are_one_interruption() {
    let kills = |id| format!("kill -TERM {id} && ").repeat(20) + "true";
    is_written_after(program::command(), kills);
}

fn is_written_after(command: Command, interruption: impl Fn(u32) -> String) {
    let fixture = hanging();
    let before = files(&fixture);
    let child = start(&fixture, command);
    let start = Instant::now();
    run(&fixture, &interruption(child.id()));
    let said = Said::from(child.wait_with_output().unwrap());
    assert!(
        start.elapsed() < Duration::from_secs(50),
        "the trial sleeps 60 s"
    );
    assert_eq!(said.exit, Some(3), "{}", said.err);
    let ends = "\ninterrupted: 1 of 2 judged\n";
    assert!(said.err.ends_with(ends), "{}", said.err);
    let report = report(&fixture);
    assert_eq!(report["planned"], 2);
    assert_eq!(verdicts(&report), ["pass"]);
    let after = files(&fixture);
    let new: Vec<_> = after.iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(new, ["pids"], "nothing is left behind");
}

/// A runtime whose second trial does not end, beside a report.
fn hanging() -> Fixture {
    let fixture = Fixture::new().env("MODE", "hang-for-ipv6");
    fs::write(fixture.path("shell.json"), fixture.adapter.to_string()).unwrap();
    fs::write(fixture.path("report.json"), "before").unwrap();
    fixture
}

/// Starts a run, and waits until its second trial has begun.
fn start(fixture: &Fixture, mut command: Command) -> Child {
    let child = command
        .args(["-i", "shell.json", FILTER, "--json", "report.json"])
        .args(["--test-threads", "1"])
        .current_dir(fixture.folder.path())
        .env("TMPDIR", fixture.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let pids = || fs::read_to_string(fixture.path("pids")).unwrap_or_default();
    while !pids().ends_with('\n') {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "the trial does not begin"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}
