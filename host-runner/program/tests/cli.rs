//! The program from the outside: the embedded wasmtime judged end to end, filters,
//! lists. What is said of bad usage: `bad_input`.
#![cfg(feature = "wasmtime")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod program;

use program::Said;
use serde_json::Value;
use std::path::Path;

fn program(arguments: &[&str]) -> Said {
    program::run_in(Path::new("."), arguments)
}

/// The JSON report of a run, and the run.
fn report(arguments: &[&str]) -> (Value, Said) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let said = program(&[arguments, &["--json", path]].concat());
    let text = std::fs::read_to_string(path).unwrap();
    (serde_json::from_str(&text).expect(&text), said)
}

/// The names of the trials of a report.
fn trials(report: &Value) -> Vec<&str> {
    let records = report["records"].as_array().unwrap();
    let names = records.iter().map(|record| record["trial"].as_str());
    names.collect::<Option<_>>().unwrap()
}

#[test]
fn wasmtime_is_judged_and_its_deviations_are_found() {
    let (report, said) = report(&[]);
    assert_eq!(said.exit, Some(0), "{}", said.out);
    let records = report["records"].as_array().unwrap();
    assert!(records.len() >= 100);
    assert_eq!(report["planned"], records.len());
    for verdict in [
        "pass",
        "fail",
        "deviation",
        "known_failure",
        "stale_known_failure",
        "not_applicable",
        "error",
    ] {
        let of = records.iter().filter(|record| record["verdict"] == verdict);
        assert_eq!(report["summary"][verdict], of.count(), "{verdict}");
    }
    assert_eq!(report["implementations"][0]["name"], "wasmtime");
    if cfg!(target_os = "linux") {
        let of = |name: &str| {
            let mut records = records.iter();
            records.find(|record| record["trial"] == name).unwrap()
        };
        for trial in [
            "0.2/fault::create::ipv4@socket-emfile",
            "0.2/fault::create::ipv6@socket-enfile",
            "0.2/limit::code::ipv4@fd-limit",
        ] {
            assert_eq!(of(trial)["verdict"], "deviation", "{trial}");
            assert_eq!(of(trial)["observed"], "error:unknown", "{trial}");
        }
        assert_eq!(
            of("0.2/fault::create::ipv4@socket-eacces")["observed"],
            "error:access-denied"
        );
    }
    for requirement in report["requirements"].as_array().unwrap() {
        assert!(requirement["trials"].as_u64().unwrap() > 0, "{requirement}");
    }
}

#[test]
fn the_command_that_repeats_a_trial_repeats_it() {
    let (first, _) = report(&["unbound::accept"]);
    let command = first["records"][1]["reproduce"].as_str().unwrap();
    let words = shlex::split(command).unwrap();
    let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let (again, said) = report(&arguments);
    assert_eq!(said.exit, Some(0));
    assert_eq!(trials(&again), trials(&first)[1..2]);
}

/// With what decides about its verdict.
#[test]
fn the_command_that_repeats_a_trial_repeats_its_verdict() {
    let baseline = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    std::fs::write(&baseline, r#"{ "baseline": [] }"#).unwrap();
    let baseline = baseline.path().to_str().unwrap();
    let with = ["--strict", "--timeout", "0.001", "--baseline", baseline];
    let trial = "create::drop_unbound::ipv4";
    let (first, said) = report(&[&[trial][..], &with].concat());
    assert_eq!(said.exit, Some(1), "{}", said.err);
    let words = shlex::split(first["records"][0]["reproduce"].as_str().unwrap()).unwrap();
    for word in with {
        assert!(words.iter().any(|it| it == word), "{word}: {words:?}");
    }
    let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let (again, said) = report(&arguments);
    assert_eq!(said.exit, Some(1), "{}", said.err);
    assert_eq!(
        again["records"][0]["verdict"],
        first["records"][0]["verdict"]
    );
}

#[test]
fn a_command_that_is_taken_as_a_filter_is_named() {
    let said = program(&["--strict", "list", "--list"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let note = "`list` is taken as a filter: a command comes first";
    assert!(said.err.contains(note), "{}", said.err);
}

#[test]
fn filters_select_and_skip() {
    for (arguments, expected) in [
        (
            &[
                "run",
                "unbound::accept",
                "unbound::start_l",
                "--skip",
                "ipv6",
                "--skip",
                "no-bind",
            ][..],
            &[
                "0.2/unbound::start_listen::ipv4",
                "0.2/unbound::accept::ipv4",
            ][..],
        ),
        (
            &["0.2/unbound::accept::ipv4", "--exact"],
            &["0.2/unbound::accept::ipv4"],
        ),
    ] {
        let (report, _) = report(arguments);
        assert_eq!(trials(&report), expected, "{arguments:?}");
    }
}

#[test]
fn parts_are_the_whole() {
    let listed = |partition: &[&str]| {
        let said = program(&[&["unbound", "--list"], partition].concat());
        assert_eq!(said.exit, Some(0), "{}", said.err);
        let trials = said.out.lines().filter(|line| line.ends_with(": test"));
        trials.map(str::to_owned).collect::<Vec<_>>()
    };
    let parts = ["hash:1/3", "hash:2/3", "hash:3/3"].map(|part| listed(&["--partition", part]));
    assert!(parts.iter().all(|part| !part.is_empty()));
    let (mut together, mut whole) = (parts.concat(), listed(&[]));
    together.sort();
    whole.sort();
    assert_eq!(together, whole);
}

/// A flag of libtest that leaves no trial to run.
#[test]
fn what_judges_nothing_ends_with_3() {
    let said = program(&["unbound::accept", "--bench"]);
    assert_eq!(said.exit, Some(3), "{}", said.out);
    assert!(said.out.contains("verdict       unknown: "), "{}", said.out);
}

#[test]
fn more_threads_than_trials_do_no_harm() {
    let said = program(&["unbound::accept", "--test-threads", "1000000"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
}

#[test]
fn the_list_names_every_trial_with_its_requirements() {
    let list = program(&["list"]).out;
    let mut lines = list.lines();
    let line = lines
        .find(|line| line.starts_with("0.2/unbound::accept::ipv6 "))
        .unwrap();
    assert!(line.ends_with(" unbound.accept"), "{line}");
    let json: Value = serde_json::from_str(&program(&["list", "--json"]).out).unwrap();
    assert_eq!(json.as_array().unwrap().len(), list.lines().count());
    let libtest = program(&["--list"]).out;
    let line = "0.2/unbound::accept::ipv6: test\n";
    assert!(libtest.contains(line), "{libtest}");
}

#[test]
fn the_list_takes_filters() {
    assert_eq!(
        program(&["list", "unbound::accept", "limit::code::ipv4@fd"]).out,
        "0.2/limit::code::ipv4@fd-limit     create.limit\n\
         0.2/unbound::accept::ipv4          unbound.accept\n\
         0.2/unbound::accept::ipv6          unbound.accept\n\
         0.2/unbound::accept::ipv4@no-bind  unbound.accept\n\
         0.2/unbound::accept::ipv6@no-bind  unbound.accept\n"
    );
    let json: Value =
        serde_json::from_str(&program(&["list", "--json", "limit::code::ipv4@fd"]).out).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(json[0]["trial"], "0.2/limit::code::ipv4@fd-limit");
    assert_eq!(json[0]["settings"], serde_json::json!(["fd-limit"]));
}

#[test]
fn a_time_limit_ends_a_trial() {
    let said = program(&["create::drop_unbound::ipv4", "--timeout", "0.001"]);
    assert_eq!(said.exit, Some(1));
    assert!(said.out.contains("$timeout"), "{}", said.out);
}

#[test]
fn standard_output_is_for_programs_with_the_json_format() {
    let said = program(&["unbound::accept", "--format", "json"]);
    for line in said.out.lines() {
        serde_json::from_str::<Value>(line).expect(line);
    }
    assert!(said.err.contains("verdict       conforms"), "{}", said.err);
}

/// Reports of defects need the version.
#[test]
fn the_program_tells_its_version() {
    for flag in ["--version", "-V"] {
        let said = program(&[flag]);
        assert_eq!(
            said.out,
            concat!("wasi-tcp-conformance ", env!("CARGO_PKG_VERSION"), "\n"),
            "{flag}: {}",
            said.err
        );
    }
}

#[cfg(unix)]
#[test]
fn of_all_implementations_the_absent_are_skipped() {
    let empty = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = program::command();
        let output = command.args(arguments).env("PATH", empty.path()).output();
        Said::from(output.unwrap())
    };
    let said = run(&["-i", "all", "unbound::accept"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    for (name, says) in [
        ("jco", "node is not installed; to get it: `npm install "),
        ("wasmtime-cli", "wasmtime is not installed; to get it: "),
        ("wasmtime-py", "python3 is not installed; to get it: "),
        ("wamr", "wamr is not installed; to get it: "),
    ] {
        let line = format!("skipped       {name}: {says}");
        assert!(said.out.contains(&line), "{}", said.out);
    }
    let said = run(&["preflight", "-i", "all"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let skipped = "wamr\n  skipped: wamr is not installed; ";
    assert!(said.out.contains(skipped), "{}", said.out);
    for arguments in [&["-i", "jco"][..], &["-i", "all", "-i", "jco"]] {
        let said = run(arguments);
        assert_eq!(said.exit, Some(3), "asked for by name");
        let problem = "error: failed to run jco: node is not installed\n  help: to get it: ";
        assert!(said.err.starts_with(problem), "{}", said.err);
    }
}
