//! Runtimes behind a command line: well-behaved, hostile, absent, misdescribed.
#![cfg(unix)]

mod shell;

use serde_json::{Value, json};
use shell::Fixture;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// What is observed of `unbound::local_address::ipv4`, and the exit code.
fn observe(fixture: &Fixture) -> (Value, Option<i32>) {
    let report = fixture.path("report.json");
    let json = report.display().to_string();
    let trial = "unbound::local_address::ipv4";
    let output = fixture.run(&["--exact", trial, "--timeout", "1", "--json", &json]);
    let text = fs::read_to_string(&report).unwrap();
    let report: Value = serde_json::from_str(&text).expect(&text);
    assert_eq!(report["planned"], 1);
    assert_eq!(report["implementations"][0]["version"], "shell 1.2.3");
    (
        report["records"][0]["observed"].clone(),
        output.status.code(),
    )
}

/// The processes that the runtime left, which must be gone.
fn assert_gone(pids: &Path) {
    let Ok(text) = fs::read_to_string(pids) else {
        return;
    };
    let running = |pid: &str| {
        fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
    };
    let start = Instant::now();
    while text.split_whitespace().any(running) {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{text} is still running"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn every_hostile_runtime_is_placed_right() {
    let garbled = |why: &str| json!(format!("garbled:{why}"));
    let runtimes = [
        ("right", json!("error:invalid-state"), 0),
        ("hang-at-start", json!("timeout"), 1),
        ("hang-in-the-middle", json!("timeout@call"), 1),
        ("ignores-sigterm", json!("timeout@call"), 1),
        ("leaves-a-child", json!("error:invalid-state"), 0),
        ("hangs-with-a-child", json!("timeout@call"), 1),
        ("signal", json!("crash:signal 11@call"), 1),
        ("silence", json!("silent"), 1),
        (
            "prints-without-end",
            garbled("the runtime printed more than the suite reads"),
            1,
        ),
        ("binary", json!("silent"), 1),
        ("half-a-line", json!("silent@call"), 1),
        (
            "other-case",
            garbled("a result for the case `remote_address` came"),
            1,
        ),
        ("two-results", garbled("two results came"), 1),
        ("result-then-trap", json!("trap:after the result"), 1),
        ("result-then-signal", json!("crash:signal 6@call"), 1),
        ("trap", json!("trap:call"), 1),
        ("host-trap", json!("trap:call"), 1),
        ("other-exit-code", json!("crash:exit code 3@call"), 1),
        ("does-not-start", json!("not-started:exit code 3"), 1),
        ("deletes-its-folder", json!("error:invalid-state"), 0),
    ];
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let says = format!("{} hostile runtimes", runtimes.len() - 1);
    assert!(readme.contains(&says), "the README has to say: {says}");
    for (mode, observed, exit) in runtimes {
        let fixture = Fixture::new().env("MODE", mode);
        let start = Instant::now();
        assert_eq!(observe(&fixture), (observed, Some(exit)), "{mode}");
        assert!(start.elapsed() < Duration::from_secs(20), "{mode}");
        assert_gone(&fixture.path("pids"));
    }
}

#[test]
fn a_trial_that_hangs_harms_no_other() {
    let fixture = Fixture::new().env("MODE", "hang-for-ipv4");
    let path = fixture.path("report.json").display().to_string();
    let filter = "unbound::local_address";
    let output = fixture.run(&[filter, "--timeout", "1", "--json", &path]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let seen = |at: usize| {
        let record = &report["records"][at];
        (record["trial"].clone(), record["verdict"].clone())
    };
    assert_eq!(report["planned"], 2);
    assert_eq!(
        seen(0),
        (json!("unbound::local_address::ipv4"), json!("fail"))
    );
    assert_eq!(
        seen(1),
        (json!("unbound::local_address::ipv6"), json!("pass"))
    );
}

#[test]
fn what_the_adapter_has_no_command_for_is_not_applicable() {
    let output = Fixture::new().run(&["denied::bind"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("the adapter of shell has no command for denied"),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(3), "nothing was judged: {text}");
}

#[test]
fn a_family_that_is_not_claimed_is_not_applicable() {
    let fixture = Fixture::new()
        .env("MODE", "right")
        .with("families", json!(["ipv4"]));
    let output = fixture.run(&["unbound::local_address"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("shell claims no ipv6"), "{text}");
    assert_eq!(output.status.code(), Some(0), "{text}");
}

#[test]
fn a_baseline_excuses_what_it_lists_for_this_version() {
    let entry = |versions: &str| {
        json!([{
            "trial": "unbound::local_address::ipv4", "observed": "silent",
            "reason": "it says nothing", "versions": versions,
        }])
    };
    let silent = || Fixture::new().env("MODE", "silence");
    assert_eq!(observe(&silent().with("baseline", entry("<2"))).1, Some(0));
    assert_eq!(observe(&silent().with("baseline", entry(">=2"))).1, Some(1));
    let right = Fixture::new()
        .env("MODE", "right")
        .with("baseline", entry("<2"));
    assert_eq!(observe(&right).1, Some(1), "a stale known failure");
}

#[test]
fn components_are_prepared_once() {
    let fixture = Fixture::new().env("MODE", "right");
    let log = fixture.path("log").display().to_string();
    let prepare = format!("cp \"$0\" \"$1\"; echo prepared >> '{log}'");
    let fixture = fixture
        .with(
            "prepare",
            json!(["sh", "-c", prepare, "{component}", "{prepared}"]),
        )
        .with(
            "run",
            json!(["sh", "{dir}/runtime.sh", "{case}", "{family}", "{prepared}"]),
        );
    let output = fixture.run(&[
        "--exact",
        "unbound::local_address::ipv4",
        "unbound::local_address::ipv6",
    ]);
    assert_eq!(output.status.code(), Some(0));
    let prepared = fs::read_to_string(log).unwrap();
    assert_eq!(prepared.lines().count(), 2, "the preflight and the topic");
}

#[test]
fn a_program_that_is_named_by_its_path_is_found() {
    let run = |program: &str, words: &str| {
        let fixture = Fixture::new()
            .env("MODE", "right")
            .with("program", json!(program));
        std::os::unix::fs::symlink("/bin/sh", fixture.path("my-shell")).unwrap();
        fs::write(fixture.path("shell.json"), fixture.adapter.to_string()).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_wasi-tcp-conformance"))
            .args(["--exact", "unbound::local_address::ipv4", "-i", words])
            .current_dir(fixture.folder.path())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    for (program, words) in [
        ("sh", "shell.json"),
        ("./my-shell", "shell.json"),
        ("no-such-shell", "shell.json=./my-shell"),
        ("no-such-shell", "shell.json=/bin/sh"),
        ("no-such-shell", "./shell.json=sh"),
    ] {
        let (exit, text) = run(program, words);
        assert_eq!(exit, Some(0), "{program} {words}: {text}");
    }
}

/// Standard error of a run that can't judge, and its exit code.
fn refusal(fixture: &Fixture) -> (String, Option<i32>) {
    let output = fixture.run(&["unbound::local_address"]);
    let text = String::from_utf8(output.stderr).unwrap();
    let folder = format!("{}/", fixture.folder.path().display());
    (text.replace(&folder, ""), output.status.code())
}

#[test]
fn what_can_not_be_judged_is_said_before_anything_is() {
    let cases = [
        (
            Fixture::new()
                .with("version", json!(["no-such-runtime"]))
                .with("install", json!("ask around")),
            "failed to run shell: no-such-runtime is not installed\n  to get it: ask around\n",
        ),
        (
            Fixture::new().env("CREATE", "error:access-denied"),
            "failed to run shell: creation is denied\n  allow TCP in the command\n",
        ),
        (
            Fixture::new().with(
                "run",
                json!(["sh", "-c", "exit 0", "{case}", "{family}", "{component}"]),
            ),
            "failed to run shell: the runtime ended without a result, before the guest printed \
             anything (exit code 0)\n  check the command: it has to start the component, to pass \
             {case} and {family} on, and to leave standard output alone\n",
        ),
        (
            Fixture::new().with(
                "run",
                json!([
                    "sh",
                    "-c",
                    "sh {dir}/runtime.sh \"$@\" || true",
                    "-",
                    "{case}",
                    "{family}",
                    "{component}"
                ]),
            ),
            "failed to run shell: after a trap the runtime ends with exit code 0, as after \
             success\n  let the command pass the runtime's exit code on\n",
        ),
    ];
    for (fixture, says) in cases {
        let (error, exit) = refusal(&fixture);
        assert_eq!(error, format!("error: {says}"));
        assert_eq!(exit, Some(3));
    }
}

#[test]
fn files_that_describe_nothing_are_refused() {
    let cases = [
        (
            Fixture::new().with("runs", json!([])),
            "unknown field `runs`",
        ),
        (
            Fixture::new().with(
                "run",
                json!(["sh", "{kase}", "{case}", "{family}", "{component}"]),
            ),
            "`run` has the placeholder {kase}\n  there are {program} {component} {prepared} {case} \
             {family} {dir}\n",
        ),
        (
            Fixture::new().with("run", json!(["sh", "{case}", "{component}"])),
            "`run` does not run a case\n  it has to name {component} or {prepared}, and {case} and \
             {family} behind it\n",
        ),
        (
            Fixture::new().with("version", json!([])),
            "`version` is empty\n  give the program and its arguments\n",
        ),
        (
            Fixture::new().with("families", json!([])),
            "`families` names no family\n  name ipv4 or ipv6, or leave it out for both\n",
        ),
        (
            Fixture::new().with("timeout-seconds", json!(0)),
            "`timeout-seconds` is no time\n  give a number above 0\n",
        ),
    ];
    for (fixture, says) in cases {
        let (error, exit) = refusal(&fixture);
        assert!(error.starts_with("error: shell.json:1: "), "{error}");
        assert!(error.contains(says), "{error}");
        assert_eq!(exit, Some(2));
    }
}

#[test]
fn a_preflight_goes_step_by_step() {
    let output = Fixture::new().run(&["preflight"]);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "shell shell 1.2.3\n  \
         ok      a guest runs, and its output arrives: exit code 0\n  \
         ok      the arguments arrive: an unknown case is refused, with exit code 1\n  \
         ok      a trap is told from success: exit code 9\n  \
         ok      a trap of the host's too: exit code 8\n  \
         ok      a socket can be created: not denied\n"
    );
    assert_eq!(output.status.code(), Some(0));
}
