//! `walk` from the outside: what is found, kept and repeated. The runtimes answer
//! `"ok"` to every call, or less.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod line;
mod program;
mod shell;

use program::Said;
use serde_json::{Value, json};
use shell::Fixture;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

fn fixture(mode: &str) -> Fixture {
    Fixture::new().env("MODE", mode)
}

fn walk(fixture: &Fixture, arguments: &[&str]) -> Said {
    fixture.run(&[&["walk"][..], arguments].concat())
}

/// The walks of a file.
fn walks(fixture: &Fixture, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture.path(name)).unwrap();
    let file: Value = serde_json::from_str(&text).expect(&text);
    file["walks"].as_array().unwrap().clone()
}

/// The command that repeats what was found.
fn repeats(said: &Said) -> Vec<Vec<String>> {
    let commands = said.out.lines().filter_map(|line| {
        let command = line.trim().strip_prefix("repeat with")?;
        shlex::split(command)
    });
    commands.map(|words| words[1..].to_vec()).collect()
}

fn run(fixture: &Fixture, words: &[String]) -> Said {
    program::run_in(fixture.folder.path(), words)
}

#[test]
fn a_contradiction_is_shrunk_kept_and_repeated() {
    let fixture = fixture("ok");
    let said = walk(&fixture, &["--seed", "1", "--output", "found.json"]);
    assert_eq!(said.exit, Some(1), "{}", said.err);
    let found = walks(&fixture, "found.json");
    assert_eq!(found.len(), 1);
    let calls = found[0]["calls"].as_array().unwrap();
    assert!(
        calls.len() <= 3,
        "a socket, its state, and what is asked of it: {calls:?}"
    );
    assert_eq!(found[0]["answer"], "ok");
    assert_eq!(found[0]["version"], "shell 1.2.3");
    assert!(
        said.out.contains("repeats       3 of 3 times"),
        "{}",
        said.out
    );

    let command = &repeats(&said)[0];
    assert_eq!(command[..3], ["walk", "-i", "shell.json"]);
    let again = run(&fixture, command);
    assert_eq!(again.exit, Some(1), "{}", again.err);
    for part in [
        calls.last().unwrap().as_str().unwrap(),
        found[0]["requirement"].as_str().unwrap(),
    ] {
        assert!(again.out.contains(part), "{part}: {}", again.out);
    }
}

#[test]
fn without_a_file_the_seed_repeats_it() {
    let fixture = fixture("ok");
    let said = walk(&fixture, &["--calls", "20", "--family", "ipv6"]);
    assert_eq!(said.exit, Some(1), "{}", said.err);
    assert!(
        said.err.starts_with("the first walk has the seed "),
        "{}",
        said.err
    );
    let command = &repeats(&said)[0];
    let again = run(&fixture, command);
    assert_eq!(again.exit, Some(1), "{}", again.err);
    assert_eq!(again.err, "");
    let shown = |said: &Said| {
        let mut lines = said.out.lines();
        let lines = lines
            .by_ref()
            .take_while(|line| !line.starts_with("    others"));
        lines
            .filter(|line| line.contains('→'))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&again), shown(&said));
}

#[test]
fn a_walk_that_goes_as_modeled_is_no_regression() {
    let fixture = fixture("ok");
    let file = json!({ "generation": "0.2", "walks": [{ "calls": ["s0=create(a)"] }] });
    fs::create_dir(fixture.path("kept")).unwrap();
    fs::write(fixture.path("kept/a.json"), file.to_string()).unwrap();
    fs::write(fixture.path("kept/notes.txt"), "these are ours").unwrap();
    let said = walk(&fixture, &["--replay", "kept"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let expected = "kept/a.json (ipv4): as modeled\nkept/a.json (ipv6): as modeled\n";
    assert_eq!(said.out, expected);
}

#[test]
fn with_keep_going_every_kind_is_found() {
    let fixture = fixture("ok");
    let said = walk(
        &fixture,
        &[
            "--seed",
            "1",
            "--count",
            "30",
            "--keep-going",
            "--output",
            "found.json",
        ],
    );
    assert_eq!(said.exit, Some(1), "{}", said.err);
    assert!(
        said.out.contains("walks         30 walks, seeds 1 to 30"),
        "{}",
        said.out
    );
    let found = walks(&fixture, "found.json");
    assert!(found.len() > 1);
    let kind = |it: &Value| (it["cell"].to_string(), it["requirement"].to_string());
    let mut kinds: Vec<_> = found.iter().map(kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), found.len(), "each is another");
    // Each is repeated alone.
    let command = &repeats(&said)[1];
    assert_eq!(command.last().unwrap(), "found.json#2");
    let again = run(&fixture, command);
    assert_eq!(again.exit, Some(1), "{}", again.err);
    assert_eq!(
        again.out.matches("contradicted").count(),
        1,
        "{}",
        again.out
    );
}

#[test]
fn a_walk_that_gets_no_answers_is_found() {
    for (mode, observed) in [
        ("trap", json!({ "$trap": "call" })),
        ("silence", json!({ "$silent": { "step": null } })),
        (
            "other-exit-code",
            json!({ "$crash": { "how": "exit code 3", "step": "call" } }),
        ),
    ] {
        let fixture = fixture(mode);
        let said = walk(
            &fixture,
            &["--seed", "1", "--count", "3", "--output", "found.json"],
        );
        assert_eq!(said.exit, Some(1), "{mode}: {}{}", said.out, said.err);
        let found = walks(&fixture, "found.json");
        assert_eq!(found[0]["answer"], observed, "{mode}");
        assert_eq!(found[0]["calls"].as_array().unwrap().len(), 1, "{mode}");
    }
}

/// Shrinking a walk that hangs waits for its time limit again and again.
#[test]
fn a_walk_that_hangs_is_found() {
    let fixture = fixture("hang-in-the-middle");
    let said = walk(
        &fixture,
        &[
            "--seed",
            "1",
            "--count",
            "1",
            "--calls",
            "2",
            "--timeout",
            "1",
            "--output",
            "found.json",
        ],
    );
    assert_eq!(said.exit, Some(1), "{}{}", said.out, said.err);
    let found = walks(&fixture, "found.json");
    assert!(found[0]["answer"].get("$timeout").is_some(), "{}", found[0]);
    assert_eq!(found[0]["calls"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_seen_once_is_told_as_that() {
    let fixture = fixture("ok-but-once");
    let arguments = ["--seed", "1", "--count", "1", "--calls", "1"];
    let said = walk(&fixture, &arguments);
    assert_eq!(said.exit, Some(1), "{}", said.err);
    let once = "repeats       seen once, not repeated in 3 runs";
    assert!(said.out.contains(once), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "{}", said.out);
    // Now it behaves.
    let said = walk(&fixture, &arguments);
    assert_eq!(said.exit, Some(0), "{}", said.out);
    assert!(
        said.out.ends_with("verdict       as modeled\n"),
        "{}",
        said.out
    );
}

#[test]
fn without_a_walk_nothing_is_known() {
    let said = walk(&fixture("ok"), &["--seed", "1", "--for", "1ns"]);
    assert_eq!(said.exit, Some(3), "{}", said.err);
    assert!(said.out.contains("walks         0 walks"), "{}", said.out);
}

#[test]
fn coverage_is_what_was_taken() {
    let said = walk(
        &fixture("ok"),
        &["--seed", "1", "--count", "1", "--calls", "1", "--coverage"],
    );
    assert_eq!(said.exit, Some(0), "{}", said.err);
    assert!(said.out.starts_with("cells\n\n"), "{}", said.out);
    assert!(
        said.out.contains("       0  bound start-listen\n"),
        "{}",
        said.out
    );
    assert!(said.out.contains("\ntransitions\n\n"), "{}", said.out);
}

/// What an implementation is known to get wrong ends no walk, as long as it is so.
#[test]
fn known_walks_are_excused_and_stale_ones_are_not() {
    let entry = |cell: &str, answer: &str| {
        json!([{
            "cell": cell, "answer": answer, "reason": "so",
            "calls": ["s0=create(a)", "s0.local-address"],
        }])
    };
    let kept = json!({ "generation": "0.2", "walks": [
        { "calls": ["s0=create(a)", "s0.local-address"], "family": "ipv4" }
    ] });
    let known = fixture("ok").with("walks", entry("unbound local-address", "ok"));
    fs::write(known.path("kept.json"), kept.to_string()).unwrap();
    let said = walk(&known, &["--replay", "kept.json"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    assert_eq!(said.out, "kept.json (ipv4): contradicted, as known: so\n");
    let arguments = ["--seed", "1", "--count", "1", "--calls", "1"];
    assert_eq!(walk(&known, &arguments).exit, Some(0));

    let stale = fixture("ok").with("walks", entry("unbound local-address", "error:unknown"));
    let said = walk(&stale, &arguments);
    assert_eq!(said.exit, Some(1), "{}", said.err);
    assert!(said.out.starts_with("stale known walk\n"), "{}", said.out);
    assert!(
        said.out.ends_with("verdict       1 stale known walk\n"),
        "{}",
        said.out
    );
    let other = fixture("ok").with("walks", entry("bound local-address", "ok"));
    assert_eq!(
        walk(&other, &arguments).exit,
        Some(1),
        "it is about another cell"
    );
}

#[test]
fn an_exploration_that_is_interrupted_writes_what_it_has() {
    let fixture = fixture("ok-for-ipv4");
    fs::write(fixture.path("shell.json"), fixture.adapter.to_string()).unwrap();
    let child = program::command()
        .args([
            "walk",
            "-i",
            "shell.json",
            "--seed",
            "0",
            "--count",
            "9",
            "--calls",
            "1",
        ])
        .args(["--test-threads", "1", "--output", "found.json"])
        .current_dir(fixture.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let pids = || fs::read_to_string(fixture.path("pids")).unwrap_or_default();
    while !pids().ends_with('\n') {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "the walk does not begin"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    line::run(
        &format!("kill -TERM {}", child.id()),
        fixture.folder.path(),
        &[],
    )
    .unwrap();
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!(said.exit, Some(3), "{}", said.err);
    assert!(
        said.err.ends_with("\ninterrupted: 1 of 9 walks\n"),
        "{}",
        said.err
    );
    assert!(said.out.contains("walks         1 walk"), "{}", said.out);
    assert!(!fixture.path("found.json").exists(), "nothing was found");
}
