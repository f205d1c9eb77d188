//! Baselines from files and to files. Files that say nothing are refused:
//! `bad_input`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod program;
mod shell;

use serde_json::{Value, json};
use shell::{Fixture, TRIAL};
use std::fs;

/// A baseline in the folder of a fixture.
const FILE: &str = "baseline.json";

/// A runtime that says nothing in the trial.
fn silent() -> Fixture {
    Fixture::new().env("MODE", "silence")
}

fn entry(reason: &str) -> Value {
    json!({ "trial": TRIAL, "observed": { "$silent": { "step": null } }, "reason": reason })
}

/// Writes a baseline with these entries.
fn write(fixture: &Fixture, entries: &Value) {
    let text = json!({ "baseline": entries });
    fs::write(fixture.path(FILE), format!("{text:#}")).unwrap();
}

fn entries(fixture: &Fixture) -> Value {
    let text = fs::read_to_string(fixture.path(FILE)).unwrap();
    let file: Value = serde_json::from_str(&text).expect(&text);
    file["baseline"].clone()
}

/// Runs the trial with these arguments too: standard error and the exit code.
fn run(fixture: &Fixture, arguments: &[&str]) -> (String, Option<i32>) {
    let said = fixture.run(&[&["--exact", TRIAL], arguments].concat());
    (said.err, said.exit)
}

#[test]
fn a_baseline_that_was_written_is_green_once_it_says_why() {
    let fixture = silent();
    assert_eq!(
        run(&fixture, &["--write-baseline", FILE]),
        (
            "known failures in baseline.json: 1, without a reason: 1\n".to_owned(),
            Some(1)
        )
    );
    assert_eq!(entries(&fixture), json!([entry("")]));
    assert_eq!(run(&fixture, &["--baseline", FILE]).1, Some(2));
    write(&fixture, &json!([entry("it is shy")]));
    assert_eq!(run(&fixture, &["--baseline", FILE]).1, Some(0));
}

/// So that the command line of a project need not change after the first run.
#[test]
fn a_baseline_that_is_read_and_written_need_not_exist() {
    let fixture = silent();
    let both = ["--baseline", FILE, "--write-baseline", FILE];
    assert_eq!(run(&fixture, &both).1, Some(1));
    assert_eq!(entries(&fixture), json!([entry("")]));
}

#[test]
fn a_baseline_that_is_written_again_keeps_its_reasons() {
    let fixture = silent();
    let other = json!({
        "trial": "0.2/unbound::local_address::ipv6",
        "observed": { "$timeout": { "step": "call" } },
        "reason": "it is slow",
    });
    write(&fixture, &json!([entry("it is shy"), other]));
    let both = ["--baseline", FILE, "--write-baseline", FILE];
    assert_eq!(run(&fixture, &both).1, Some(0));
    // The second was not run, so it may still be so.
    assert_eq!(entries(&fixture), json!([entry("it is shy"), other]));

    let fixture = fixture.env("MODE", "right");
    assert_eq!(run(&fixture, &both).1, Some(1), "stale");
    assert_eq!(entries(&fixture), json!([other]));
}

#[test]
fn a_baseline_that_is_written_again_keeps_its_walks() {
    let fixture = silent();
    let walks = json!([{
        "cell": "* drop", "answer": "error:*", "calls": ["s0=create(a)", "s0.drop"],
        "reason": "it clings", "versions": "<2",
    }]);
    let text = json!({ "baseline": [], "walks": walks }).to_string();
    fs::write(fixture.path(FILE), text).unwrap();
    let both = ["--baseline", FILE, "--write-baseline", FILE];
    assert_eq!(run(&fixture, &both).1, Some(1));
    let text = fs::read_to_string(fixture.path(FILE)).unwrap();
    let written: Value = serde_json::from_str(&text).expect(&text);
    assert_eq!(written["walks"], walks);
    assert_eq!(written["baseline"].as_array().unwrap().len(), 1);
}

#[test]
fn what_fails_on_some_runs_may_pass() {
    let mut sometimes = entry("it is moody");
    sometimes["sometimes"] = json!(true);
    for (mode, exit) in [("silence", 0), ("right", 0), ("trap", 1)] {
        let fixture = Fixture::new().env("MODE", mode);
        write(&fixture, &json!([sometimes]));
        let both = ["--baseline", FILE, "--write-baseline", FILE];
        assert_eq!(run(&fixture, &both).1, Some(exit), "{mode}");
        let is_kept = entries(&fixture) == json!([sometimes]);
        assert_eq!(is_kept, mode != "trap", "{mode}");
    }
}

/// A deviation on one run does not end what fails on others.
#[test]
fn what_fails_on_some_runs_may_deviate() {
    let trial = "0.2/bind::not_bindable::ipv4";
    let mut entry = entry("it is moody");
    entry["trial"] = json!(trial);
    entry["sometimes"] = json!(true);
    let fixture = Fixture::new()
        .env("MODE", "says")
        .env("CODE", "error:timeout");
    write(&fixture, &json!([entry]));
    let said = fixture.run(&[
        "--exact",
        trial,
        "--baseline",
        FILE,
        "--write-baseline",
        FILE,
    ]);
    assert!(
        said.out.contains("1 judged: 0 pass, 1 deviation"),
        "{}",
        said.out
    );
    assert_eq!(said.exit, Some(0));
    assert_eq!(entries(&fixture), json!([entry]));
}

#[test]
fn an_entry_of_a_file_goes_before_that_of_the_adapter() {
    let mut own = entry("it was so");
    own["observed"] = json!({ "$timeout": { "step": null } });
    let fixture = silent().with("baseline", json!([own]));
    assert_eq!(run(&fixture, &[]).1, Some(1));
    write(&fixture, &json!([entry("it is so")]));
    assert_eq!(run(&fixture, &["--baseline", FILE]).1, Some(0));
}

/// What its own file lists need not be listed twice, and would go stale in one place.
#[test]
fn a_baseline_that_is_written_lists_what_the_adapter_does_not() {
    let own = entry("it was born so");
    let fixture = silent().with("baseline", json!([own]));
    assert_eq!(run(&fixture, &["--write-baseline", FILE]).1, Some(0));
    assert_eq!(entries(&fixture), json!([]));

    // It is seen to be so, and otherwise than its own file says.
    let mut own = own;
    own["observed"] = json!({ "$timeout": { "step": null } });
    let fixture = silent().with("baseline", json!([own]));
    assert_eq!(run(&fixture, &["--write-baseline", FILE]).1, Some(1));
    assert_eq!(entries(&fixture), json!([entry("")]));
    // What the file already lists is kept with its reason.
    write(&fixture, &json!([entry("it is shy")]));
    let both = ["--baseline", FILE, "--write-baseline", FILE];
    assert_eq!(run(&fixture, &both).1, Some(0));
    assert_eq!(entries(&fixture), json!([entry("it is shy")]));
}

#[cfg(feature = "wasmtime")]
#[test]
fn of_several_implementations_a_baseline_names_one() {
    let fixture = silent();
    write(&fixture, &json!([entry("it is shy")]));
    let arguments = ["-i", "wasmtime", "--baseline", "shell=baseline.json"];
    assert_eq!(run(&fixture, &arguments).1, Some(0));
}
