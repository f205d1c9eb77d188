//! Runtimes behind a command line. Those that misbehave: `hostile`; those that cannot
//! be judged: `bad_input`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod program;
mod shell;

use serde_json::{Value, json};
use shell::{Fixture, TRIAL};
use std::fs;

#[test]
fn a_trial_that_hangs_harms_no_other() {
    let fixture = Fixture::new().env("MODE", "hang-for-ipv4");
    let said = fixture.run(&[
        "unbound::local_address",
        "--timeout",
        "5",
        "--json",
        "report.json",
    ]);
    assert_eq!(said.exit, Some(1), "{}", said.err);
    let text = fs::read_to_string(fixture.path("report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["planned"], 2);
    for (at, family, verdict) in [(0, "ipv4", "fail"), (1, "ipv6", "pass")] {
        let record = &report["records"][at];
        let trial = format!("0.2/unbound::local_address::{family}");
        assert_eq!(record["trial"], trial);
        assert_eq!(record["verdict"], verdict, "{trial}");
    }
}

/// Longer than any clock runs.
#[test]
fn a_time_limit_may_never_pass() {
    let fixture = Fixture::new().env("MODE", "right");
    let said = fixture.run(&["--exact", TRIAL, "--timeout", "1e19"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
}

#[test]
fn a_policy_without_a_command_is_not_applicable() {
    let said = Fixture::new().run(&["denied::bind"]);
    let reason = "shell provides no policy `denied`";
    assert!(said.out.contains(reason), "{}", said.out);
    assert_eq!(said.exit, Some(3), "nothing was judged: {}", said.out);
}

#[test]
fn a_policy_has_a_command_of_its_own() {
    let run = [
        "sh",
        "-c",
        "MODE=says CODE=error:access-denied; . {dir}/runtime.sh",
        "{component}",
        "{case}",
        "{family}",
    ];
    let fixture = Fixture::new().with("policies", json!({ "denied": { "run": run } }));
    let said = fixture.run(&["denied::create::"]);
    assert_eq!(said.exit, Some(0), "{}", said.out);
}

/// A platform whose guests may not bind has no command for the policy of most trials.
fn without_bind() -> Fixture {
    let run = Fixture::new().adapter["run"].clone();
    let policies = json!({ "no-bind": { "run": run } });
    Fixture::new().without("run").with("policies", policies)
}

#[test]
fn without_a_command_that_allows_tcp_other_policies_are_judged() {
    let fixture = without_bind().env("MODE", "says").env("CODE", "ok");
    let said = fixture.run(&["outbound::connect::", "unbound::start_listen"]);
    let reason = "shell provides no policy `allowed`";
    assert!(said.out.contains(reason), "{}", said.out);
    let judged = "0.2/outbound::connect::ipv4@no-bind";
    let said = fixture.run(&["--exact", judged]);
    assert_eq!(said.exit, Some(0), "{}\n{}", said.out, said.err);
}

#[test]
fn the_preflight_runs_under_a_policy_that_is_there() {
    let said = without_bind().run(&["preflight"]);
    assert_eq!(said.exit, Some(0), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("a socket can be created"), "{}", said.out);
    let denied = without_bind().env("CREATE", "error:access-denied");
    let said = denied.run(&["preflight"]);
    assert_eq!(said.exit, Some(3), "{}", said.out);
    assert!(said.out.contains("allow TCP"), "{}", said.out);
}

/// Where TCP is forbidden whatever the policy, that is what is judged.
#[test]
fn the_preflight_creates_no_socket_where_all_are_denied() {
    let run = Fixture::new().adapter["run"].clone();
    let policies = json!({ "denied": { "run": run } });
    let fixture = Fixture::new().without("run").with("policies", policies);
    let fixture = fixture.env("CREATE", "error:access-denied");
    let fixture = fixture
        .env("MODE", "says")
        .env("CODE", "error:access-denied");
    let said = fixture.run(&["denied::create::"]);
    assert_eq!(said.exit, Some(0), "{}\n{}", said.out, said.err);
}

#[test]
fn walks_need_a_guest_that_may_bind() {
    let said = without_bind().run(&["walk", "--count", "1"]);
    let reason = "shell provides no policy `allowed`";
    assert!(said.err.contains(reason), "{}\n{}", said.out, said.err);
    assert_eq!(said.exit, Some(3), "{}", said.out);
}

/// Who asks for what is ignored asks for the reasons.
#[test]
fn ignored_trials_have_their_reasons_without_a_run() {
    let fixture = Fixture::new().with("families", json!(["ipv4"])).with(
        "run",
        json!(["no-such-program", "{case}", "{family}", "{component}"]),
    );
    let said = fixture.run(&["unbound::local_address", "--ignored"]);
    let reasons = "not applicable\n\n  1 trial    shell claims no ipv6\n";
    assert!(said.out.contains(reasons), "{}", said.out);
    assert_eq!(said.exit, Some(0), "{}", said.err);
}

#[test]
fn a_deviation_is_a_failure_when_strict() {
    let deviates = || {
        Fixture::new()
            .env("MODE", "says")
            .env("CODE", "error:timeout")
    };
    let trial = "0.2/bind::not_bindable::ipv4";
    let entry = json!([{ "trial": trial, "observed": "error:timeout", "reason": "it is so" }]);
    for (fixture, flags, exit, verdict) in [
        (
            deviates(),
            "",
            0,
            "conforms, except for what is listed above",
        ),
        (deviates(), "--strict", 1, "does not conform (strict)"),
        // Somebody gave a reason.
        (
            deviates().with("baseline", entry),
            "--strict",
            0,
            "conforms, except for what is listed above (strict)",
        ),
    ] {
        let flags: Vec<_> = flags.split_whitespace().collect();
        let said = fixture.run(&[&["--exact", trial], &flags[..]].concat());
        let verdict = format!("verdict       {verdict}\n");
        assert!(said.out.ends_with(&verdict), "{}", said.out);
        assert_eq!(said.exit, Some(exit), "{}", said.out);
    }
}

#[test]
fn a_family_that_is_not_claimed_is_not_applicable() {
    let fixture = Fixture::new()
        .env("MODE", "right")
        .with("families", json!(["ipv4"]));
    let said = fixture.run(&["unbound::local_address"]);
    assert!(said.out.contains("shell claims no ipv6"), "{}", said.out);
    assert_eq!(said.exit, Some(0), "{}", said.out);
}

/// The file says 0.2.6.
#[test]
fn a_version_that_is_not_claimed_is_not_applicable() {
    let said = Fixture::new().run(&["link::connection::ipv4@wasi-0.2.7"]);
    assert!(said.out.contains("shell claims WASI 0.2.6"), "{}", said.out);
    assert_eq!(said.exit, Some(3), "nothing was judged: {}", said.out);
}

#[test]
fn a_baseline_excuses_what_it_lists_for_this_version() {
    let entry = |versions: &str| {
        json!([{
            "trial": TRIAL, "observed": { "$silent": { "step": null } },
            "reason": "it says nothing", "versions": versions,
        }])
    };
    for (mode, versions, exit) in [
        ("silence", "<2", 0),
        ("silence", ">=2", 1),
        // A stale known failure.
        ("right", "<2", 1),
    ] {
        let fixture = Fixture::new()
            .env("MODE", mode)
            .with("baseline", entry(versions));
        assert_eq!(fixture.observe(60).1.exit, Some(exit), "{mode} {versions}");
    }
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
    let said = fixture.run(&["unbound::local_address"]);
    assert_eq!(said.exit, Some(0), "{}", said.out);
    let prepared = fs::read_to_string(log).unwrap();
    assert_eq!(prepared.lines().count(), 2, "the preflight and the topic");
}

#[test]
fn a_program_that_is_named_by_its_path_is_found() {
    for (program, words) in [
        ("sh", "shell.json"),
        ("./my-shell", "shell.json"),
        ("no-such-shell", "shell.json=./my-shell"),
        ("no-such-shell", "shell.json=/bin/sh"),
        ("no-such-shell", "./shell.json=sh"),
    ] {
        let fixture = Fixture::new()
            .env("MODE", "right")
            .with("program", json!(program));
        std::os::unix::fs::symlink("/bin/sh", fixture.path("my-shell")).unwrap();
        fs::write(fixture.path("shell.json"), fixture.adapter.to_string()).unwrap();
        let said = program::run_in(fixture.folder.path(), &["--exact", TRIAL, "-i", words]);
        assert_eq!(said.exit, Some(0), "{program} {words}: {}", said.err);
    }
}

#[test]
fn a_preflight_goes_step_by_step() {
    let said = Fixture::new().run(&["preflight"]);
    assert_eq!(
        said.out,
        "shell 1.2.3\n  \
         ok      a guest runs, and its output arrives: exit code 0\n  \
         ok      the arguments arrive: an unknown case is refused, with exit code 1\n  \
         ok      a trap is told from success: exit code 9\n  \
         ok      a trap of the host's too: exit code 8\n  \
         ok      a socket can be created: not denied\n"
    );
    assert_eq!(said.exit, Some(0));
}

#[test]
fn a_preflight_ends_with_the_step_that_fails_and_what_to_do() {
    let said = Fixture::new()
        .env("CREATE", "error:access-denied")
        .run(&["preflight"]);
    let end = "  FAILED  a socket can be created\n          \
               the creation of sockets is denied\n            help: allow TCP in the command\n";
    assert!(said.out.ends_with(end), "{}", said.out);
    assert_eq!(said.exit, Some(3));
}

/// What the implementation within is known to get wrong, as of its version there.
#[test]
fn known_failures_of_what_it_is_made_of_are_known() {
    let trial = "0.2/closed::remote_address::ipv4";
    for (version, observed, exit) in [
        ("49.0.3", "error:connection-refused", 0),
        // The entry is about later versions, and about no other answer.
        ("36.0.9", "error:connection-refused", 1),
        ("49.0.3", "error:unknown", 1),
        // One that is not seen is no news.
        ("49.0.3", "error:invalid-state", 0),
    ] {
        let made_of = json!({ "implementation": "wasmtime-cli", "version": version });
        let fixture = Fixture::new().with("made-of", made_of);
        let fixture = fixture.env("MODE", "says").env("CODE", observed);
        let said = fixture.run(&["--exact", trial]);
        assert_eq!(said.exit, Some(exit), "{version} {observed}\n{}", said.out);
    }
}

/// The runtime passes no arguments: it finds them in the component.
#[test]
fn a_guest_may_have_its_arguments_in_it() {
    let find = "set -- $(tr -c '[:print:]' '\\n' < \"$0\" | grep -A 2 'guest$' | tail -n 2); \
                . {dir}/runtime.sh";
    let fixture = Fixture::new().with("delivery", json!("arguments"));
    let fixture = fixture.with("run", json!(["sh", "-c", find, "{component}"]));
    let fixture = fixture.env("MODE", "hang-for-ipv6");
    let ipv4 = fixture.run(&["--exact", TRIAL]);
    assert_eq!(ipv4.exit, Some(0), "{}{}", ipv4.out, ipv4.err);
    // Another trial has another component.
    let ipv6 = fixture.run(&[
        "--exact",
        "0.2/unbound::local_address::ipv6",
        "--timeout",
        "1",
    ]);
    assert_eq!(ipv6.exit, Some(1), "{}{}", ipv6.out, ipv6.err);
}
