//! Servers that misbehave, each placed right, as hostile commands are. The test is its own
//! server: see `server.rs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../program/mod.rs"]
mod program;
mod server;
mod spin;

use libtest_mimic::{Arguments, Failed, Trial};
use program::Said;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};
use tempfile::TempDir;

/// The trial for which a server does what its mode says.
const TRIAL: &str = "0.2/unbound::local_address::ipv4";

/// The time limit of what hangs, in seconds, and of everything else: no verdict
/// depends on how busy the machine is.
const LIMITS: (u32, u32) = (3, 60);

/// The longest that a run may take that nothing hangs in.
const PATIENCE: Duration = Duration::from_secs(50);

/// What is required, the mode of the server, and what is observed.
const TRIALS: &[(&str, &str, &str)] = &[
    (
        "a_server_that_behaves_passes",
        "right",
        r#""error:invalid-state""#,
    ),
    (
        "a_server_may_close_each_connection",
        "closes-each-connection",
        r#""error:invalid-state""#,
    ),
    (
        "a_server_may_need_a_while",
        "not-ready-at-first",
        r#""error:invalid-state""#,
    ),
    (
        "a_server_may_print",
        "prints-without-end",
        r#""error:invalid-state""#,
    ),
    (
        "a_child_that_is_left_is_ended",
        "leaves-a-child",
        r#""error:invalid-state""#,
    ),
    (
        "a_port_that_was_taken_is_given_up",
        "port-is-taken",
        r#""error:invalid-state""#,
    ),
    (
        "an_answer_for_another_case_is_garbled",
        "other-case",
        r#"{"$garbled": "a result for the case `remote_address` came"}"#,
    ),
    (
        "a_body_that_ends_with_the_connection_passes",
        "http-1.0",
        r#""error:invalid-state""#,
    ),
    (
        "an_answer_that_was_not_asked_for_is_none",
        "answers-unasked",
        r#"{"$trap": "call"}"#,
    ),
    (
        "two_results_are_garbled",
        "two-results",
        r#"{"$garbled": "two results came"}"#,
    ),
    (
        "a_body_of_a_hundred_megabytes_is_cut",
        "hundred-megabytes",
        r#"{"$garbled": "the runtime printed more than the suite reads"}"#,
    ),
    ("no_last_line_is_a_trap", "trap", r#"{"$trap": "call"}"#),
    (
        "a_result_without_a_last_line_does_not_stand",
        "result-without-end",
        r#"{"$trap": "after the result"}"#,
    ),
    (
        "a_connection_that_is_closed_early_is_a_trap",
        "closes-early",
        r#"{"$trap": "call"}"#,
    ),
    (
        "a_result_that_a_body_breaks_off_after_does_not_stand",
        "closes-after-the-result",
        r#"{"$trap": "after the result"}"#,
    ),
    (
        "a_body_that_is_shorter_than_said_does_not_stand",
        "length-is-a-lie",
        r#"{"$trap": "after the result"}"#,
    ),
    (
        "chunks_that_are_none_are_no_start",
        "garbage-in-the-body",
        r#"{"$not-started": "a broken-off response with status 200"}"#,
    ),
    (
        "a_head_that_drips_is_a_timeout",
        "slow-head",
        r#"{"$timeout": {"step": null}}"#,
    ),
    (
        "a_server_that_answers_nobody_after_the_result_is_a_timeout",
        "deaf-after-the-result",
        r#"{"$timeout": {"step": "call"}}"#,
    ),
    (
        "a_connection_that_is_kept_is_a_timeout",
        "keeps-the-connection",
        r#"{"$timeout": {"step": "call"}}"#,
    ),
    (
        "a_body_that_drips_is_a_timeout",
        "drips",
        r#"{"$timeout": {"step": "call"}}"#,
    ),
    (
        "a_server_that_answers_nobody_any_more_is_a_timeout",
        "dies-for-everybody",
        r#"{"$timeout": {"step": "call"}}"#,
    ),
    (
        "an_empty_body_is_no_start",
        "empty",
        r#"{"$not-started": "a broken-off response with status 200"}"#,
    ),
    (
        "no_answer_is_no_start",
        "closes-without-an-answer",
        r#"{"$not-started": "no response"}"#,
    ),
    (
        "garbage_is_no_answer",
        "garbage",
        r#"{"$not-started": "no response"}"#,
    ),
    (
        "a_head_without_end_is_no_answer",
        "endless-head",
        r#"{"$not-started": "no response"}"#,
    ),
    (
        "an_error_is_no_start_whatever_its_page_says",
        "fails-at-the-case",
        r#"{"$not-started": "a whole response with status 500"}"#,
    ),
    (
        "a_redirection_is_not_followed",
        "redirects",
        r#"{"$not-started": "a whole response with status 302"}"#,
    ),
    (
        "a_server_that_dies_is_a_crash",
        "dies",
        r#"{"$crash": {"how": "exit code 9", "step": "call"}}"#,
    ),
    (
        "a_server_that_dies_after_the_result_is_a_crash",
        "dies-after-the-result",
        r#"{"$crash": {"how": "exit code 9", "step": "call"}}"#,
    ),
    #[cfg(unix)]
    (
        "a_server_that_a_signal_ends_is_a_crash",
        "dies-by-a-signal",
        r#"{"$crash": {"how": "signal 6", "step": "call"}}"#,
    ),
];

/// What is required, the mode of the server, and a trial with a fault: it meets what the
/// server does for a guest, and not the server, which has to listen and accept before.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "a_fault_begins_when_the_server_listens",
        "binds",
        "0.2/fault::create::ipv4@socket-emfile",
    ),
    (
        "a_fault_does_not_meet_the_listener_of_the_server",
        "accepts",
        "0.2/fault_accept::code::ipv4@accept-emfile",
    ),
    (
        "a_limit_begins_when_the_server_listens",
        "fills",
        "0.2/limit::code::ipv4@fd-limit",
    ),
];

/// What is required, the mode of the server, and what is said before any trial; the time
/// limit of the preflight cannot be less than 30 s, so not many may take all of it.
const PREFLIGHTS: &[(&str, &str, &[&str])] = &[
    (
        "a_server_that_ends_is_told_with_what_it_said",
        "ends-at-once",
        &[
            "exit code 7",
            "no licence",
            "help: check the command: it has to start the component",
        ],
    ),
    (
        "a_server_that_is_never_ready_is_told",
        "never-listens",
        &[
            "no server that is ready within 30 s",
            "the server was not ready",
            "help: check the command: it has to serve {component} at port {port} of 127.0.0.1",
        ],
    ),
    (
        "a_server_without_our_page_is_told",
        "not-found",
        &[
            "one that answers with status 404",
            "no such page",
            "help: the server has nothing at the path `/`",
        ],
    ),
    (
        "a_server_that_fails_is_told",
        "fails",
        &[
            "one that answers with status 500",
            "out of order",
            "help: the server cannot run the component",
        ],
    ),
    (
        "a_body_that_breaks_off_is_told",
        "never-ends-well",
        &[
            "a broken-off response with status 200",
            "help: the body of the response has to be what the guest prints",
        ],
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let Some(run) = spin::run(&arguments) {
        return ended(run);
    }
    if arguments.get(1).is_some_and(|it| it == "version") {
        println!("server 1.2.3");
        return ExitCode::SUCCESS;
    }
    if let [_, serve, mode, port, ..] = arguments.as_slice()
        && serve == "serve"
    {
        let served = port.parse().map_err(std::io::Error::other);
        let served = served.and_then(|port| server::serve(mode, port));
        return ended(served);
    }
    let trials = TRIALS.iter().flat_map(|(name, mode, observed)| {
        let own = Trial::test(*name, || judge(mode, observed, "trial"));
        let kept = Trial::test(format!("kept::{name}"), || {
            judge(mode, observed, "component")
        });
        [own, kept]
    });
    let preflights = PREFLIGHTS
        .iter()
        .map(|(name, mode, said)| Trial::test(*name, || refuse(mode, said)));
    let faults = FAULTS.iter().map(|(name, mode, trial)| {
        Trial::test(*name, || meet(mode, trial)).with_ignored_flag(!cfg!(target_os = "linux"))
    });
    let others = [
        Trial::test("spin::the_description_drives_a_stand_in", spin::is_driven),
        Trial::test(
            "spin::a_description_admits_that_it_was_not_run",
            spin::admits,
        ),
        Trial::test("kept::a_server_that_ends_is_replaced", replace),
    ];
    let tests = trials.chain(preflights).chain(faults).chain(others);
    let tests = tests.collect();
    let mut arguments = Arguments::from_args();
    // Most of them wait.
    arguments.test_threads = arguments.test_threads.or(Some(12));
    libtest_mimic::run(&arguments, tests).exit_code()
}

/// How a server ends by itself.
fn ended(served: std::io::Result<()>) -> ExitCode {
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The description of a server of this mode, in a folder of its own.
fn describe(mode: &str, server_for: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let description = json!({
        "name": "server",
        "program": env::current_exe().unwrap(),
        "wasi": ["0.2.6"],
        "delivery": "http",
        "server-for": server_for,
        "version": ["{program}", "version"],
        "run": ["{program}", "serve", mode, "{port}", "{component}"],
        "env": {
            "PIDS": folder.path().join("pids"),
            "FIRST": folder.path().join("first"),
        },
    });
    let path = folder.path().join("server.json");
    fs::write(path, description.to_string()).unwrap();
    folder
}

/// Judges the trial, and compares what is observed.
fn judge(mode: &str, observed: &str, server_for: &str) -> Result<(), Failed> {
    let expected: Value = serde_json::from_str(observed).unwrap();
    let folder = describe(mode, server_for);
    let start = Instant::now();
    let hangs = expected.get("$timeout").is_some();
    let limit = if hangs { LIMITS.0 } else { LIMITS.1 };
    let said = run(
        &folder,
        &[
            "--exact",
            TRIAL,
            "--timeout",
            &limit.to_string(),
            "--json",
            "report.json",
        ],
    );
    let elapsed = start.elapsed();
    let text = fs::read_to_string(folder.path().join("report.json"));
    let text = text.map_err(|error| format!("{error}\n{}{}", said.out, said.err))?;
    let report: Value = serde_json::from_str(&text).unwrap();
    let observed = &report["records"][0]["observed"];
    let exit = i32::from(!expected.is_string());
    let problem = if *observed != expected {
        format!("expected {expected}, observed {observed}")
    } else if said.exit != Some(exit) {
        format!("expected exit code {exit}, not {:?}", said.exit)
    } else if elapsed > PATIENCE {
        format!("it took {elapsed:?}")
    } else if let Some(pids) =
        program::left_behind(&folder.path().join("pids"), Duration::from_secs(20))
    {
        format!("these are still running: {pids}")
    } else {
        return Ok(());
    };
    Err(format!("{problem}\n{}{}", said.out, said.err).into())
}

/// Judges a trial under a fault, which is met.
fn meet(mode: &str, trial: &str) -> Result<(), Failed> {
    let folder = describe(mode, "component");
    let said = run(&folder, &["--exact", trial, "--json", "report.json"]);
    let text = fs::read_to_string(folder.path().join("report.json"));
    let text = text.map_err(|error| format!("{error}\n{}{}", said.out, said.err))?;
    let report: Value = serde_json::from_str(&text).unwrap();
    let observed = &report["records"][0]["observed"];
    if observed == "error:new-socket-limit" && said.exit == Some(0) {
        return Ok(());
    }
    Err(format!("observed {observed}\n{}{}", said.out, said.err).into())
}

/// A server that answers several trials, and ends in one for no fault of the guest.
fn replace() -> Result<(), Failed> {
    let folder = describe("ends-at-the-second-case", "component");
    let said = run(
        &folder,
        &[
            "--test-threads",
            "1",
            "--exact",
            TRIAL,
            "0.2/unbound::local_address::ipv6",
        ],
    );
    if said.exit == Some(0) && said.out.contains("2 judged: 2 pass") {
        return Ok(());
    }
    Err(format!("{:?}\n{}{}", said.exit, said.out, said.err).into())
}

/// A server that cannot be judged is told of before any trial.
fn refuse(mode: &str, expected: &[&str]) -> Result<(), Failed> {
    let said = run(
        &describe(mode, "trial"),
        &["--exact", TRIAL, "--timeout", "1"],
    );
    let missing = expected
        .iter()
        .find(|text| !squeezed(&said.err).contains(**text));
    match missing {
        _ if said.exit != Some(3) => Err(format!("exit code {:?}\n{}", said.exit, said.err).into()),
        _ if said.err.contains('\u{1b}') => {
            Err(format!("it is not escaped: {:?}", said.err).into())
        }
        Some(text) => Err(format!("it does not say {text:?}:\n{}", said.err).into()),
        None => Ok(()),
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> Said {
    let implementation = ["-i", "server.json"];
    program::run_in(folder.path(), &[arguments, &implementation].concat())
}

/// The text without line breaks.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
