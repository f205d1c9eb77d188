//! The program's views of a report from the outside: where they are written, and
//! with which code it ends. Files that are no report are refused: `bad_input`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fixture;
mod program;

use expect_test::expect_file;
use program::Said;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use tempfile::TempDir;
use wasi_tcp_conformance::report::Report;
use wasi_tcp_conformance::{Observation, Verdict};
use wasi_tcp_conformance_cli::views;

const VIEWS: [(&str, &str); 6] = [
    ("--json", "report.json"),
    ("--html", "report.html"),
    ("--junit", "junit.xml"),
    ("--markdown", "summary.md"),
    ("--badge", "badge.svg"),
    ("--badge", "badge.json"),
];

fn program(folder: &TempDir, arguments: &[&str]) -> Said {
    program::run_in(folder.path(), arguments)
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

/// A folder with this report in it.
fn saved(name: &str, report: &Report) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    save(&folder, name, report);
    folder
}

fn save(folder: &TempDir, name: &str, report: &Report) {
    std::fs::write(folder.path().join(name), report.to_json()).unwrap();
}

#[cfg(feature = "wasmtime")]
#[test]
fn one_run_writes_every_view_and_its_report_gives_them_again() {
    let folder = tempfile::tempdir().unwrap();
    let flags = VIEWS.iter().flat_map(|(flag, file)| [*flag, *file]);
    let run = [vec!["unbound::accept"], flags.collect()].concat();
    let said = program(&folder, &run);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let first = VIEWS.map(|(_, file)| read(&folder, file));
    assert!(first.iter().all(|text| !text.is_empty()));

    // It would not write over what it reads.
    std::fs::copy(
        folder.path().join("report.json"),
        folder.path().join("saved.json"),
    )
    .unwrap();
    let again = [vec!["report", "saved.json"], run[1..].to_vec()].concat();
    let said = program(&folder, &again);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    for ((_, file), first) in VIEWS.iter().zip(first) {
        assert_eq!(read(&folder, file), first, "{file}");
    }
}

#[test]
fn a_report_ends_as_its_run_did() {
    let mut report = fixture::report().of(&"second<i>".into());
    let folder = saved("r.json", &report);
    let exit = |arguments: &[&str]| program(&folder, arguments).exit;
    assert_eq!(exit(&["report", "r.json"]), Some(0));
    assert_eq!(exit(&["report", "r.json", "--strict"]), Some(1));
    report.records.pop();
    save(&folder, "r.json", &report);
    assert_eq!(exit(&["report", "r.json"]), Some(3), "a trial was lost");
}

/// The observations stay; the expectations and the verdicts are those of this suite.
#[cfg(feature = "wasmtime")]
#[test]
fn a_report_is_judged_anew_by_this_suite() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["--exact", "0.2/unbound::accept::ipv4", "--json", "r.json"];
    assert_eq!(program(&folder, &run).exit, Some(0));
    let mut report = Report::from_json("r.json", &read(&folder, "r.json")).unwrap();
    let (verdict, must) = (report.records[0].verdict, report.records[0].must.clone());
    report.records[0].verdict = Verdict::Fail;
    report.records[0].must = Some(Vec::new());
    save(&folder, "r.json", &report);
    assert_eq!(program(&folder, &["report", "r.json"]).exit, Some(1));
    let anew = ["report", "r.json", "--judge-anew", "--json", "anew.json"];
    let said = program(&folder, &anew);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let anew = Report::from_json("anew.json", &read(&folder, "anew.json")).unwrap();
    assert_eq!(anew.records[0].verdict, verdict);
    assert_eq!(anew.records[0].must, must);
    assert_eq!(anew.records[0].observed, report.records[0].observed);
}

#[test]
fn annotations_come_where_they_are_wanted() {
    let folder = saved("r.json", &fixture::report());
    let plain = program(&folder, &["report", "r.json"]).out;
    let wanted = program(&folder, &["report", "r.json", "--github"]).out;
    let annotations = views::github(&fixture::report(), false);
    assert_eq!(wanted, plain.clone() + &annotations);
    let on_github = |arguments: &[&str]| {
        let mut command = program::command();
        command.current_dir(&folder).env("GITHUB_ACTIONS", "true");
        Said::from(command.args(arguments).output().unwrap()).out
    };
    assert_eq!(on_github(&["report", "r.json"]), wanted);
    assert_eq!(on_github(&["report", "r.json", "--github=never"]), plain);
}

/// GitHub acts on a line that begins with `::`, behind any blanks, and on `##[`
/// anywhere, on both streams.
#[test]
fn nothing_that_a_runtime_says_is_a_command_of_a_workflow() {
    let mut report = fixture::report();
    let said = "::add-mask::injected\n##[error]injected\n";
    report.records[2].stderr = format!("{said}{}::error::injected", "a ".repeat(40)).into();
    let folder = saved("r.json", &report);
    save(
        &folder,
        "old.json",
        &fixture::report().of(&"second<i>".into()),
    );
    for arguments in [
        &["report", "r.json"][..],
        &["compare", "old.json", "r.json"],
        &["explain", "unbound::accept", "--from", "r.json"],
    ] {
        for line in program(&folder, arguments).out.lines() {
            let is_command = line.trim_start().starts_with("::") || line.contains("##[");
            assert!(!is_command, "{arguments:?}: {line}");
        }
    }
}

#[test]
fn colours_are_for_those_who_want_them() {
    let folder = saved("r.json", &fixture::report());
    let plain = program(&folder, &["report", "r.json"]).out;
    assert!(!plain.contains('\u{1b}'), "a pipe is no terminal");
    let always = program(&folder, &["report", "r.json", "--color", "always"]).out;
    let title = "\u{1b}[1m\u{1b}[31mfailures\u{1b}[0m";
    assert!(always.contains(title), "{always:?}");
    assert_eq!(anstream::adapter::strip_str(&always).to_string(), plain);
    // The widespread variables, which a flag outweighs.
    for (variable, flag, is_coloured) in [
        ("CLICOLOR_FORCE", "auto", true),
        ("CLICOLOR_FORCE", "never", false),
        ("NO_COLOR", "auto", false),
        ("NO_COLOR", "always", true),
    ] {
        let mut command = program::command();
        command.current_dir(&folder).env(variable, "1");
        let output = command.args(["report", "r.json", "--color", flag]).output();
        let said = Said::from(output.unwrap());
        let expected = if is_coloured { &always } else { &plain };
        assert_eq!(said.out, *expected, "{variable} --color {flag}");
    }
}

#[test]
fn a_comparison_ends_with_1_on_a_regression() {
    let old = fixture::report();
    let mut new = old.clone();
    new.records[0].verdict = Verdict::Fail;
    new.records[0].observed = Some(Observation::TimedOut {
        step: Some("accept".to_owned()),
    });
    let folder = saved("old.json", &old);
    save(&folder, "new.json", &new);
    for (files, exit) in [
        (&["old.json", "old.json"][..], 0),
        (&["old.json", "new.json"], 1),
        (&["new.json", "old.json"], 0),
        (&["old.json", "new.json", "old.json"], 1),
    ] {
        let said = program(&folder, &[&["compare"], files].concat());
        assert_eq!(said.exit, Some(exit), "{files:?}");
    }
    let markdown = ["--markdown", "changes.md"];
    program(
        &folder,
        &[&["compare", "old.json", "new.json"], &markdown[..]].concat(),
    );
    let changes = read(&folder, "changes.md");
    assert!(changes.contains("<summary>regressed: 1</summary>"));
}

#[test]
fn explanations_say_what_how_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let explain = |name| program(&folder, &["explain", name]).out;
    let trial = explain("closed::after_port_zero::ipv4");
    expect_file!["expected/views/explain_trial.txt"].assert_eq(&trial);
    assert_eq!(explain("0.2/closed::after_port_zero::ipv4"), trial);
    let walk = explain("walk::w00046::ipv4");
    let known = "\nknown        wamr answers \"ok\" to `bind-in-progress finish-bind`: ";
    assert!(walk.contains(known), "{walk}");
    let requirement = explain("unbound.accept");
    expect_file!["expected/views/explain_requirement.txt"].assert_eq(&requirement);
    assert_eq!(explain("0.2/unbound.accept"), requirement);
    let set_up = explain("0.2/limit::code::ipv4@fd-limit");
    let line = "set-up       fd-limit: the process may have 64 descriptors\n";
    assert!(set_up.contains(line), "{set_up}");
}

#[test]
fn an_explanation_shows_what_reports_saw() {
    let mut report = fixture::report().of(&"first".into());
    report.records.truncate(1);
    report.records[0].trial = "0.2/unbound::accept::ipv4".parse().unwrap();
    let folder = saved("r.json", &report);
    let said = program(&folder, &["explain", "unbound::accept", "--from", "r.json"]);
    let seen = "seen         first 1.2.3: pass, \"ok\" [r.json]\n";
    assert!(said.out.contains(seen), "{}", said.out);
}

#[test]
fn what_is_exported_is_what_the_manifest_lists() {
    let folder = tempfile::tempdir().unwrap();
    let said = program(&folder, &["export", "suite"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let root = folder.path().join("suite");
    let manifest: Value = serde_json::from_str(&read(&folder, "suite/manifest.json")).unwrap();
    assert_eq!(manifest["format"], 2);
    let files = manifest["files"].as_object().unwrap();
    for (name, facts) in files {
        let bytes = std::fs::read(root.join(name)).unwrap();
        let digest = hex::encode(Sha256::digest(&bytes));
        assert_eq!(facts["sha256"], digest, "{name}");
        assert_eq!(facts["bytes"], bytes.len(), "{name}");
    }
    let is_file = |entry: &walkdir::DirEntry| entry.file_type().is_file();
    let written = walkdir::WalkDir::new(&root).into_iter();
    let written = written.map(Result::unwrap).filter(is_file).count();
    assert_eq!(
        written,
        files.len() + 1,
        "the manifest does not list itself"
    );
    let said = format!("{written} files written to suite; manifest.json lists them\n");
    assert_eq!(
        program(&folder, &["export", "another"]).out,
        said.replace("suite", "another")
    );
    let listed = program(&folder, &["list", "--json"]).out;
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let trials = manifest["trials"].as_array().unwrap();
    assert_eq!(trials.len(), listed.len());
    for (trial, listed) in trials.iter().zip(&listed) {
        assert_eq!(trial["trial"], listed["trial"]);
        let component = trial["component"].as_str().unwrap();
        assert!(files.contains_key(component), "{trial}");
        let case = match listed["walk"].as_str() {
            Some(calls) => json!(format!("walk={calls}")),
            None => listed["case"].clone(),
        };
        assert_eq!(
            trial["arguments"],
            json!([case, listed["family"]]),
            "{trial}"
        );
    }
    for part in manifest["generations"].as_array().unwrap() {
        let preflight = part["preflight"]["component"].as_str().unwrap();
        assert!(files.contains_key(preflight), "{part}");
    }
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = program(&folder, &["completions", shell]).out;
        assert!(text.contains("compare"), "{shell}");
    }
    let page = program(&folder, &["man"]).out;
    let named = r"wasi\-tcp\-conformance\-compare(1)";
    assert!(page.contains(named), "{page}");
    let page = program(&folder, &["man", "report"]).out;
    assert!(page.contains(r"\fB\-\-html\fR"), "{page}");
}

/// The action gives the program flags that it has.
#[test]
fn the_action_knows_our_flags() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let action = std::fs::read_to_string(root.join("action.yml")).unwrap();
    for (flag, file) in VIEWS {
        let written = format!("{flag} \"$FOLDER/{file}\"");
        assert!(action.contains(&written), "{flag}");
    }
}
