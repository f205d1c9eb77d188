//! Baselines from files and to files.
#![cfg(unix)]

mod shell;

use serde_json::{Value, json};
use shell::Fixture;
use std::fs;
use std::path::Path;

const TRIAL: &str = "unbound::local_address::ipv4";

/// A runtime that says nothing in the trial.
fn silent() -> Fixture {
    Fixture::new().env("MODE", "silence")
}

fn entry(reason: &str) -> Value {
    json!({ "trial": TRIAL, "observed": "silent", "reason": reason })
}

/// A file of a baseline with these entries.
fn file(fixture: &Fixture, entries: &Value) -> String {
    let path = fixture.path("baseline.json");
    let text = json!({ "baseline": entries });
    fs::write(&path, format!("{text:#}")).unwrap();
    path.display().to_string()
}

fn entries(path: &str) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let file: Value = serde_json::from_str(&text).expect(&text);
    file["baseline"].clone()
}

/// Runs the trial with these arguments too: standard error and the exit code.
fn run(fixture: &Fixture, arguments: &[&str]) -> (String, Option<i32>) {
    let output = fixture.run(&[&["--exact", TRIAL], arguments].concat());
    let text = String::from_utf8(output.stderr).unwrap();
    let folder = format!("{}/", fixture.folder.path().display());
    (text.replace(&folder, ""), output.status.code())
}

#[test]
fn a_baseline_that_was_written_is_green_once_it_says_why() {
    let fixture = silent();
    let path = fixture.path("baseline.json").display().to_string();
    assert_eq!(
        run(&fixture, &["--write-baseline", &path]),
        (
            "known failures in baseline.json: 1, without a reason: 1\n".to_owned(),
            Some(1)
        )
    );
    assert_eq!(entries(&path), json!([entry("")]));
    assert_eq!(
        run(&fixture, &["--baseline", &path]),
        (
            format!(
                "error: baseline.json:3: the known failure `{TRIAL}` has no reason\n  \
                 say in one line why it is so\n"
            ),
            Some(2)
        )
    );
    let path = file(&fixture, &json!([entry("it is shy")]));
    assert_eq!(run(&fixture, &["--baseline", &path]).1, Some(0));
}

#[test]
fn a_baseline_is_written_anew_with_its_reasons() {
    let fixture = silent();
    let other = json!({
        "trial": "unbound::local_address::ipv6", "observed": "timeout", "reason": "it is slow",
    });
    let path = file(&fixture, &json!([entry("it is shy"), other]));
    let (error, exit) = run(&fixture, &["--write-baseline", &path]);
    assert_eq!(
        error,
        "error: baseline.json exists, and is not read as a baseline\n  give it as a baseline too, so that its reasons are kept; \
         or remove it\n"
    );
    assert_eq!(exit, Some(2));
    let both = ["--baseline", &path, "--write-baseline", &path];
    assert_eq!(run(&fixture, &both).1, Some(0));
    // The second was not run, so it may still be so.
    assert_eq!(entries(&path), json!([entry("it is shy"), other]));

    let mended = Fixture::new().env("MODE", "right");
    assert_eq!(run(&mended, &both).1, Some(1), "stale");
    assert_eq!(entries(&path), json!([other]));
}

#[test]
fn what_fails_on_some_runs_may_pass() {
    let mut sometimes = entry("it is moody");
    sometimes["sometimes"] = json!(true);
    for (mode, exit) in [("silence", 0), ("right", 0), ("trap", 1)] {
        let fixture = Fixture::new().env("MODE", mode);
        let path = file(&fixture, &json!([sometimes]));
        let both = ["--baseline", &path, "--write-baseline", &path];
        assert_eq!(run(&fixture, &both).1, Some(exit), "{mode}");
        let kept = entries(&path) == json!([sometimes]);
        assert_eq!(kept, mode != "trap", "{mode}");
    }
}

/// A deviation on one run does not end what fails on others.
#[test]
fn what_fails_on_some_runs_may_deviate() {
    let trial = "unbound::remote_address::ipv4";
    let entry = json!({
        "trial": trial, "observed": "silent", "reason": "it is moody", "sometimes": true,
    });
    let fixture = Fixture::new()
        .env("MODE", "says")
        .env("CODE", "error:timeout");
    let path = file(&fixture, &json!([entry]));
    let output = fixture.run(&[
        "--exact",
        trial,
        "--baseline",
        &path,
        "--write-baseline",
        &path,
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("1 deviation"), "{text}");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(entries(&path), json!([entry]));
}

#[test]
fn an_entry_of_a_file_goes_before_the_adapters_own() {
    let mut own = entry("it was so");
    own["observed"] = json!("timeout");
    let fixture = silent().with("baseline", json!([own]));
    assert_eq!(run(&fixture, &[]).1, Some(1));
    let path = file(&fixture, &json!([entry("it is so")]));
    assert_eq!(run(&fixture, &["--baseline", &path]).1, Some(0));
}

#[test]
fn baselines_that_say_nothing_are_refused() {
    let fixture = silent();
    let unknown = json!({ "trial": "no::such::trial", "observed": "ok", "reason": "it was" });
    for (entries, says) in [
        (
            json!([unknown]),
            "the suite has no trial `no::such::trial`\n",
        ),
        (
            json!([entry("so"), entry("so")]),
            "the trial `unbound::local_address::ipv4` is listed twice\n",
        ),
        (json!([entry(" ")]), "has no reason\n"),
        (json!([{ "trial": TRIAL }]), "missing field `observed`\n"),
        (json!({}), "invalid type: map, expected a sequence\n"),
    ] {
        let path = file(&fixture, &entries);
        let (error, exit) = run(&fixture, &["--baseline", &path]);
        assert!(error.starts_with("error: baseline.json:"), "{error}");
        assert!(error.contains(says), "{error}");
        assert_eq!(exit, Some(2));
    }
    let (error, exit) = run(&fixture, &["--baseline", "no/such/file"]);
    assert!(error.starts_with("error: failed to read no/such/file"));
    assert_eq!(exit, Some(2));
}

#[test]
fn of_several_implementations_a_baseline_names_one() {
    let fixture = silent();
    let path = file(&fixture, &json!([entry("it is shy")]));
    let (error, exit) = run(&fixture, &["-i", "wasmtime", "--baseline", &path]);
    assert_eq!(
        error,
        "error: --baseline baseline.json does not say which implementation it is for\n  \
         write NAME=FILE, with a name of wasmtime, shell\n"
            .replace("baseline.json", &path)
            .replace(&format!("{}/", fixture.folder.path().display()), "")
    );
    assert_eq!(exit, Some(2));
    let named = format!("shell={path}");
    let arguments = ["-i", "wasmtime", "--baseline", &named];
    assert_eq!(run(&fixture, &arguments).1, Some(0));
    let new = fixture.path("new.json").display().to_string();
    let (error, exit) = run(&fixture, &["-i", "wasmtime", "--write-baseline", &new]);
    assert!(
        error.contains("for one implementation at a time"),
        "{error}"
    );
    assert_eq!(exit, Some(2));
    assert!(!Path::new(&new).exists());
}
