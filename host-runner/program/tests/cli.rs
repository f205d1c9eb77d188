//! The program from the outside: the embedded wasmtime judged end to end, and
//! what is said of bad usage.

use serde_json::Value;
use std::process::{Command, Output};

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wasi-tcp-conformance"))
        .args(arguments)
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The JSON report of a run, and the run.
fn report(arguments: &[&str]) -> (Value, Output) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let output = program(&[arguments, &["--json", path]].concat());
    let text = std::fs::read_to_string(path).unwrap();
    (serde_json::from_str(&text).expect(&text), output)
}

#[test]
fn wasmtime_is_judged_and_its_deviations_are_found() {
    let (report, output) = report(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let records = report["records"].as_array().unwrap();
    assert!(records.len() >= 100);
    assert_eq!(report["planned"], records.len());
    let count = |verdict: &str| records.iter().filter(|it| it["verdict"] == verdict).count();
    for verdict in [
        "pass",
        "fail",
        "deviation",
        "known_failure",
        "not_applicable",
        "error",
    ] {
        assert_eq!(report["summary"][verdict], count(verdict), "{verdict}");
    }
    assert_eq!(report["implementations"][0]["name"], "wasmtime");
    if cfg!(target_os = "linux") {
        let of = |name: &str| records.iter().find(|it| it["trial"] == name).unwrap();
        for trial in [
            "fault::create::ipv4@errno-emfile",
            "fault::create::ipv6@errno-enfile",
            "limit::code::ipv4@fd-limit",
        ] {
            assert_eq!(of(trial)["verdict"], "deviation", "{trial}");
            assert_eq!(of(trial)["observed"], "error:unknown", "{trial}");
        }
        assert_eq!(
            of("fault::create::ipv4@errno-eacces")["observed"],
            "error:access-denied"
        );
    }
    for requirement in report["requirements"].as_array().unwrap() {
        assert!(requirement["trials"].as_u64().unwrap() > 0, "{requirement}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn strict_fails_on_deviations() {
    let output = program(&["--strict", "limit::code"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("verdict       does not conform (strict)"));
    assert_eq!(program(&["limit::code"]).status.code(), Some(0));
}

#[test]
fn the_command_that_repeats_a_trial_repeats_it() {
    let (first, _) = report(&["unbound::accept"]);
    let command = first["records"][1]["reproduce"].as_str().unwrap();
    let words = shlex::split(command).unwrap();
    let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let (again, output) = report(&arguments);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(again["planned"], 1);
    assert_eq!(again["records"][0]["trial"], first["records"][1]["trial"]);
}

#[test]
fn filters_select_and_skip() {
    let names = |arguments: &[&str]| {
        let (report, _) = report(arguments);
        let records = report["records"].as_array().unwrap().clone();
        records
            .iter()
            .map(|it| it["trial"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&[
            "run",
            "unbound::accept",
            "unbound::start_listen",
            "--skip",
            "ipv6"
        ]),
        ["unbound::start_listen::ipv4", "unbound::accept::ipv4"]
    );
    assert_eq!(
        names(&["unbound::accept::ipv4", "--exact"]),
        ["unbound::accept::ipv4"]
    );
}

#[test]
fn what_matches_nothing_judges_nothing() {
    for arguments in [
        &["no::such::trial"][..],
        &["unbound", "no::such::trial"],
        &["unbound::accept", "--exact"],
        &["unbound::accept", "--skip", "unbound"],
        &["unbound::accept", "--ignored"],
        &["unbound::accept", "--bench"],
    ] {
        let output = program(arguments);
        assert_eq!(
            output.status.code(),
            Some(3),
            "{arguments:?}: {}",
            out(&output)
        );
    }
    let output = program(&["no::such::trial"]);
    assert_eq!(
        err(&output),
        "error: nothing to judge: no trial matches the filter `no::such::trial`; \
         `wasi-tcp-conformance list` prints them\n"
    );
}

#[test]
fn bad_usage_is_one_clear_message() {
    for (arguments, says) in [
        (
            &["--no-such-flag"][..],
            "unexpected argument '--no-such-flag'",
        ),
        (
            &["--timeout", "0"],
            "a time limit is a number of seconds above 0",
        ),
        (
            &["--timeout", "-1"],
            "a time limit is a number of seconds above 0",
        ),
        (
            &["--timeout", "soon"],
            "a time limit is a number of seconds above 0",
        ),
        (
            &["--json", "no/such/folder/r.json"],
            "failed to create no/such/folder/r.json",
        ),
        (
            &["--logfile", "no/such/folder/log"],
            "failed to create no/such/folder/log",
        ),
        (&["--test-threads", "0"], "--test-threads"),
        (
            &["-i", "wasmtime", "-i", "wasmtime"],
            "wasmtime@48.0.8 is to be judged twice\n  name it once; for two builds",
        ),
        (&["schema", "poems"], "invalid value 'poems'"),
    ] {
        let output = program(arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            err(&output)
        );
        assert!(
            err(&output).contains(says),
            "{arguments:?}: {}",
            err(&output)
        );
    }
}

#[test]
fn the_list_names_every_trial_with_its_requirements() {
    let list = out(&program(&["list"]));
    let line = list
        .lines()
        .find(|it| it.starts_with("unbound::accept::ipv6 "))
        .unwrap();
    assert!(line.ends_with(" unbound.accept"), "{line}");
    let json: Value = serde_json::from_str(&out(&program(&["list", "--json"]))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), list.lines().count());
    let libtest = out(&program(&["--list"]));
    assert!(libtest.contains("unbound::accept::ipv6: test"), "{libtest}");
}

#[test]
fn a_time_limit_ends_a_trial() {
    let output = program(&["create::drop_unbound::ipv4", "--timeout", "0.001"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("timeout"), "{}", out(&output));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    for (arguments, exit) in [(&["list"][..], 0), (&["unbound::accept"], 3)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wasi-tcp-conformance"))
            .args(arguments)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(err(&output), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}");
    }
}

#[test]
fn standard_output_is_for_machines_with_the_json_format() {
    let output = program(&["unbound::accept", "--format", "json"]);
    for line in out(&output).lines() {
        serde_json::from_str::<Value>(line).expect(line);
    }
    assert!(
        err(&output).contains("verdict       conforms"),
        "{}",
        err(&output)
    );
}

#[cfg(unix)]
#[test]
fn of_all_implementations_the_absent_are_skipped() {
    let empty = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_wasi-tcp-conformance"))
            .args(arguments)
            .env("PATH", empty.path())
            .output()
            .unwrap()
    };
    let output = run(&["-i", "all", "unbound::accept"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    for (name, says) in [
        ("jco", "node is not installed; to get it: `npm install "),
        ("wasmtime-cli", "wasmtime is not installed; to get it: "),
        ("wasmtime-py", "python3 is not installed; to get it: "),
        ("wamr", "wamr is not installed; to get it: "),
    ] {
        let line = format!("skipped       {name}: {says}");
        assert!(out(&output).contains(&line), "{}", out(&output));
    }
    let output = run(&["preflight", "-i", "all"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let skipped = "wamr\n  skipped: wamr is not installed; ";
    assert!(out(&output).contains(skipped), "{}", out(&output));
    for arguments in [&["-i", "jco"][..], &["-i", "all", "-i", "jco"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(3), "asked for by name");
        assert!(err(&output).starts_with("error: failed to run jco: node is not installed\n"));
    }
}
