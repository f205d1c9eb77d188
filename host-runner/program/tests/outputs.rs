//! The program's views of a report from the outside: where they are written,
//! what is said of files that are none, and with which code it ends.

mod fixture;

use expect_test::expect_file;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use wasi_tcp_conformance::report::Report;
use wasi_tcp_conformance::{Verdict, report};

const VIEWS: [(&str, &str); 6] = [
    ("--json", "report.json"),
    ("--html", "report.html"),
    ("--junit", "junit.xml"),
    ("--markdown", "summary.md"),
    ("--badge", "badge.svg"),
    ("--badge", "badge.json"),
];

/// Runs the program in a folder, in which nothing says how to colour.
fn program(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wasi-tcp-conformance"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

/// A folder with this report in it.
fn saved(name: &str, report: &Report) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), report.to_json()).unwrap();
    folder
}

#[test]
fn one_run_writes_every_view_and_its_report_gives_them_again() {
    let folder = tempfile::tempdir().unwrap();
    let flags = VIEWS.iter().flat_map(|(flag, file)| [*flag, *file]);
    let run = [vec!["unbound::accept"], flags.collect()].concat();
    let output = program(&folder, &run);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let first: Vec<_> = VIEWS.iter().map(|it| read(&folder, it.1)).collect();
    assert!(first.iter().all(|it| !it.is_empty()));

    let again = [vec!["report", "report.json"], run[1..].to_vec()].concat();
    let output = program(&folder, &again);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    for ((_, file), first) in VIEWS.iter().zip(first) {
        assert_eq!(read(&folder, file), first, "{file}");
    }
}

#[test]
fn a_report_ends_as_its_run_did() {
    let mut report = fixture::report().of("second<i>");
    let folder = saved("r.json", &report);
    let code = |arguments: &[&str]| program(&folder, arguments).status.code();
    assert_eq!(code(&["report", "r.json"]), Some(0));
    assert_eq!(code(&["report", "r.json", "--strict"]), Some(1));
    report.records.pop();
    std::fs::write(folder.path().join("r.json"), report.to_json()).unwrap();
    assert_eq!(code(&["report", "r.json"]), Some(3), "a trial was lost");
}

#[test]
fn a_mistyped_folder_costs_no_run() {
    let folder = tempfile::tempdir().unwrap();
    for (flag, _) in VIEWS {
        let output = program(&folder, &["unbound::accept", flag, "no/such/folder/file"]);
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(err(&output).contains("failed to create no/such/folder/file"));
        assert_eq!(out(&output), "", "{flag}: nothing was run");
    }
    let output = program(&folder, &["--json", "same", "--html", "same"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("same is named for two views"));
}

#[test]
fn what_is_no_report_is_refused_with_file_and_reason() {
    let report = fixture::report().to_json();
    let folder = tempfile::tempdir().unwrap();
    for (text, says) in [
        ("", "bad.json:1: EOF"),
        ("[]", "bad.json:1: invalid type"),
        (
            "{}",
            "this is no report of this version: its format is null",
        ),
        (
            r#"{"format": 1}"#,
            "this is no report of this version: missing field",
        ),
        (
            &report.replace("\"planned\"", "\"later\": 1, \"planned\""),
            "it was written by 0.0.0 and this is",
        ),
        (&report.replace("\"deviation\"", "\"poem\""), "unknown"),
        (
            &report.replace("\"error:*\"", "\"error:none\""),
            "no error code",
        ),
    ] {
        std::fs::write(folder.path().join("bad.json"), text).unwrap();
        for command in ["report", "compare"] {
            let names: &[&str] = &["bad.json", "bad.json"];
            let names = if command == "report" {
                &names[..1]
            } else {
                names
            };
            let output = program(&folder, &[&[command], names].concat());
            assert_eq!(output.status.code(), Some(2), "{says}: {}", err(&output));
            assert!(err(&output).contains(says), "{says}: {}", err(&output));
        }
    }
    let output = program(&folder, &["report", "no-such.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("failed to read no-such.json"));
}

#[test]
fn annotations_come_where_they_are_wanted() {
    let folder = saved("r.json", &fixture::report());
    let plain = out(&program(&folder, &["report", "r.json"]));
    assert!(!plain.lines().any(|it| it.trim_start().starts_with("::")));
    let wanted = out(&program(&folder, &["report", "r.json", "--github"]));
    assert_eq!(
        wanted,
        plain.clone() + &report::github(&fixture::report(), false)
    );
    let on_github = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_wasi-tcp-conformance"))
            .current_dir(&folder)
            .args(arguments)
            .env("GITHUB_ACTIONS", "true")
            .output()
            .unwrap()
    };
    assert_eq!(out(&on_github(&["report", "r.json"])), wanted);
    assert_eq!(
        out(&on_github(&["report", "r.json", "--github=never"])),
        plain
    );
}

#[test]
fn colours_are_for_those_who_want_them() {
    let folder = saved("r.json", &fixture::report());
    let plain = out(&program(&folder, &["report", "r.json"]));
    assert!(!plain.contains('\u{1b}'), "a pipe is no terminal");
    let always = out(&program(
        &folder,
        &["report", "r.json", "--color", "always"],
    ));
    assert!(always.contains("\u{1b}[31mfailures:\u{1b}[0m"));
    let stripped = anstream::adapter::strip_str(&always).to_string();
    assert_eq!(stripped, plain);
}

#[test]
fn a_comparison_ends_with_one_on_a_regression() {
    let old = fixture::report();
    let mut new = old.clone();
    new.records[0].verdict = Verdict::Fail;
    new.records[0].observed = "timeout@accept".into();
    let folder = saved("old.json", &old);
    std::fs::write(folder.path().join("new.json"), new.to_json()).unwrap();
    for (files, code) in [
        (&["old.json", "old.json"][..], 0),
        (&["old.json", "new.json"], 1),
        (&["new.json", "old.json"], 0),
        (&["old.json", "new.json", "old.json"], 1),
    ] {
        let output = program(&folder, &[&["compare"], files].concat());
        assert_eq!(output.status.code(), Some(code), "{files:?}");
    }
    let alone = program(&folder, &["compare", "old.json"]);
    assert_eq!(alone.status.code(), Some(2));
    program(
        &folder,
        &[
            "compare",
            "old.json",
            "new.json",
            "--markdown",
            "changes.md",
        ],
    );
    assert!(read(&folder, "changes.md").contains("<summary>regressed: 1</summary>"));
}

#[test]
fn explanations_say_what_how_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let explain = |name| program(&folder, &["explain", name]);
    let trial = out(&explain("closed::after_port_zero::ipv4"));
    expect_file!["expected/views/explain_trial.txt"].assert_eq(&trial);
    let requirement = out(&explain("unbound.accept"));
    expect_file!["expected/views/explain_requirement.txt"].assert_eq(&requirement);
    let unknown = explain("unbound::acc");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(err(&unknown).contains("perhaps one of these: unbound::accept"));
    let preflight = explain("preflight::hello");
    assert_eq!(preflight.status.code(), Some(2), "it is no topic");
}

#[test]
fn what_is_exported_is_what_the_manifest_lists() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(&folder, &["export", "suite"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let root = folder.path().join("suite");
    let manifest: Value = serde_json::from_str(&read(&folder, "suite/manifest.json")).unwrap();
    let files = manifest["files"].as_object().unwrap();
    for (name, facts) in files {
        let bytes = std::fs::read(root.join(name)).unwrap();
        assert_eq!(
            facts["sha256"],
            hex::encode(Sha256::digest(&bytes)),
            "{name}"
        );
    }
    let count = walkdir::WalkDir::new(&root)
        .into_iter()
        .filter(|it| it.as_ref().unwrap().file_type().is_file())
        .count();
    assert_eq!(count, files.len() + 1, "the manifest does not list itself");
    let listed: Value = serde_json::from_str(&out(&program(&folder, &["list", "--json"]))).unwrap();
    let trials = manifest["trials"].as_array().unwrap();
    assert_eq!(trials.len(), listed.as_array().unwrap().len());
    for it in trials {
        assert!(
            files.contains_key(it["component"].as_str().unwrap()),
            "{it}"
        );
    }
    let again = program(&folder, &["export", "suite"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("suite is not empty"));
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = out(&program(&folder, &["completions", shell]));
        assert!(text.contains("compare"), "{shell}");
    }
    let page = out(&program(&folder, &["man"]));
    assert!(
        page.contains(r"wasi\-tcp\-conformance\-compare(1)"),
        "{page}"
    );
    let page = out(&program(&folder, &["man", "report"]));
    assert!(page.contains(r"\fB\-\-html\fR"), "{page}");
    assert_eq!(program(&folder, &["man", "poems"]).status.code(), Some(2));
}

/// The action gives the program flags that it has.
#[test]
fn the_action_knows_our_flags() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let action = std::fs::read_to_string(root.join("action.yml")).unwrap();
    for (flag, file) in VIEWS {
        assert!(
            action.contains(&format!("{flag} \"$FOLDER/{file}\"")),
            "{flag}"
        );
    }
}
