//! Runtimes that misbehave, each placed right.

use crate::program::Said;
use crate::shell::{Fixture, TRIAL};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// A test a row.
macro_rules! hostile {
    ($(($name:ident, $mode:literal, $observed:literal, $exit:literal),)*) => {
        $(
            #[test]
            fn $name() {
                judge($mode, $observed, $exit);
            }
        )*
    };
}

// The requirement, what the runtime does (`MODE` in shell/mod.rs), what is observed, and the exit
// code. One row a line: they are counted.
hostile! {
    (a_hang_before_the_first_step_is_a_timeout, "hang-at-start", r#"{"$timeout":{"step":null}}"#, 1),
    (a_hang_at_a_step_is_a_timeout_there, "hang-in-the-middle", r#"{"$timeout":{"step":"call"}}"#, 1),
    (who_ignores_signals_is_ended, "ignores-sigterm", r#"{"$timeout":{"step":"call"}}"#, 1),
    (a_child_that_is_left_is_ended, "leaves-a-child", r#""error:invalid-state""#, 0),
    (a_child_of_a_hang_is_ended, "hangs-with-a-child", r#"{"$timeout":{"step":"call"}}"#, 1),
    (a_signal_is_a_crash, "signal", r#"{"$crash":{"how":"signal 11","step":"call"}}"#, 1),
    (silence_is_no_success, "silence", r#"{"$silent":{"step":null}}"#, 1),
    (output_without_end_is_cut, "prints-without-end", r#"{"$garbled":"the runtime printed more than the suite reads"}"#, 1),
    (bytes_at_random_are_no_result, "binary", r#"{"$silent":{"step":null}}"#, 1),
    (half_a_line_is_no_result, "half-a-line", r#"{"$silent":{"step":"call"}}"#, 1),
    (the_result_of_another_case_does_not_count, "other-case", r#"{"$garbled":"a result for the case `remote_address` came"}"#, 1),
    (two_results_are_none, "two-results", r#"{"$garbled":"two results came"}"#, 1),
    (a_result_before_a_trap_does_not_count, "result-then-trap", r#"{"$trap":"after the result"}"#, 1),
    (a_result_before_a_signal_does_not_count, "result-then-signal", r#"{"$crash":{"how":"signal 6","step":"call"}}"#, 1),
    (a_trap_is_a_failure, "trap", r#"{"$trap":"call"}"#, 1),
    (a_trap_of_the_host_is_one_too, "host-trap", r#"{"$trap":"call"}"#, 1),
    (an_unknown_exit_code_is_a_crash, "other-exit-code", r#"{"$crash":{"how":"exit code 3","step":"call"}}"#, 1),
    (an_end_before_anything_is_no_crash, "does-not-start", r#"{"$not-started":"exit code 3"}"#, 1),
    (a_folder_that_is_deleted_harms_nobody, "deletes-its-folder", r#""error:invalid-state""#, 0),
}

/// What the rows are compared with: a runtime that behaves.
#[test]
fn a_runtime_that_behaves_passes() {
    judge("right", r#""error:invalid-state""#, 0);
}

/// Judges a runtime that does this, by one trial.
fn judge(mode: &str, observed: &str, exit: i32) {
    let fixture = Fixture::new().env("MODE", mode);
    let start = Instant::now();
    let (seen, said) = observe(&fixture);
    let expected: Value = serde_json::from_str(observed).unwrap();
    assert_eq!(seen, expected);
    assert_eq!(said.exit, Some(exit), "{}", said.out);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_gone(&fixture.path("pids"));
}

/// What is observed of the trial, and what the program said.
pub fn observe(fixture: &Fixture) -> (Value, Said) {
    let said = fixture.run(&["--exact", TRIAL, "--timeout", "1", "--json", "report.json"]);
    let text = fs::read_to_string(fixture.path("report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).expect(&text);
    assert_eq!(report["planned"], 1);
    assert_eq!(report["implementations"][0]["version"], "shell 1.2.3");
    (report["records"][0]["observed"].clone(), said)
}

/// The processes that the runtime left, which must be gone.
fn assert_gone(pids: &Path) {
    let Ok(text) = fs::read_to_string(pids) else {
        return;
    };
    let is_running = |pid: &str| {
        fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
    };
    let start = Instant::now();
    while text.split_whitespace().any(is_running) {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{text} is still running"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}
