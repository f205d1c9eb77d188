//! Parsers under fire: whatever comes in, nothing panics, and nothing is taken
//! for a result that is none.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;
use wasi_tcp_conformance::Observation::{Blocked, Seen};
use wasi_tcp_conformance::protocol::{Ending, Endings, Transcript, read};
use wasi_tcp_conformance::report::Report;
use wasi_tcp_conformance::{Files, Pattern, Suite, embedded_files, parse_baseline, trial};

const ENDINGS: Endings = {
    let mut endings = Endings::new(Ending::Exited(0), Ending::Exited(134));
    endings.host_trap = Ending::Exited(1);
    endings
};

const RESULT: &str = r#"{"case":"mine","observed":"ok"}"#;

/// Lines that a guest prints, or that look nearly so.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        RESULT,
        r#"{"case":"other","observed":"ok"}"#,
        r#"{"case":"mine","blocked":"bind","error":"unknown"}"#,
        r#"{"case":"mine","observed":"ok","more":1}"#,
        r#" {"case":"mine","observed":"ok"}"#,
        r#"{"case":"mine","observed"#,
        r#"{"step":"bind"}"#,
        r#"{"panicked":"at src/lib.rs"}"#,
        r#"{"refused":"no such case"}"#,
        r#"{"case":"mine","observed":{"a":[1,null]}}"#,
        "{}",
        "{",
        "",
        "banner",
    ]);
    let deep = (1_usize..5000)
        .prop_map(|depth| format!(r#"{{"case":"mine","observed":{}"#, "[".repeat(depth)));
    prop_oneof![
        6 => known.prop_map(|it| it.as_bytes().to_vec()),
        1 => deep.prop_map(String::into_bytes),
        2 => proptest::collection::vec(any::<u8>(), 0..200),
    ]
}

fn ending() -> impl Strategy<Value = Ending> {
    select(vec![
        Ending::Exited(0),
        Ending::Exited(1),
        Ending::Exited(3),
        Ending::Exited(134),
        Ending::Signaled(11),
        Ending::TimedOut(Duration::from_secs(1)),
    ])
}

/// A text with a piece of it taken out and something put in its place.
fn wounded(bytes: &[u8], at: Index, length: usize, put: &[u8]) -> Vec<u8> {
    let start = if bytes.is_empty() {
        0
    } else {
        at.index(bytes.len())
    };
    let end = (start + length).min(bytes.len());
    [&bytes[..start], put, &bytes[end..]].concat()
}

/// What is put in: bytes that mean something in JSON, or none.
fn put() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        "",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "null",
        "1e999",
        "-1",
        "\\u0000",
        "\"case\":",
        "é",
    ]);
    prop_oneof![
        3 => known.prop_map(|it| it.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
    ]
}

static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::embedded().unwrap());
static FILES: LazyLock<Files> = LazyLock::new(embedded_files);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_result_is_one_line_of_its_case_and_a_good_end(
        lines in proptest::collection::vec(line(), 0..8),
        ending in ending(),
        overflowed: bool,
    ) {
        let mut transcript = Transcript::new(lines.join(&b'\n'), ending);
        transcript.overflowed = overflowed;
        if let Seen(_) | Blocked { .. } = read("mine", &transcript, ENDINGS) {
            prop_assert!(!overflowed);
            prop_assert_eq!(ending, ENDINGS.success);
            let all = String::from_utf8_lossy(&transcript.stdout).into_owned();
            let results = all
                .split('\n')
                .filter(|it| it.starts_with('{'))
                .filter_map(|it| serde_json::from_str::<Value>(it).ok())
                .filter(|it| it["case"] == "mine" && it.get("more").is_none());
            prop_assert_eq!(results.count(), 1, "{}", all);
        }
    }

    #[test]
    fn a_wounded_report_is_read_or_refused(at: Index, length in 0_usize..40, put in put()) {
        const REPORT: &str = include_str!("expected/report.json");
        let wounded = wounded(REPORT.as_bytes(), at, length, &put);
        let text = String::from_utf8_lossy(&wounded);
        if let Err(error) = Report::from_json("report.json", &text) {
            prop_assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn a_wounded_baseline_is_read_or_refused(at: Index, length in 0_usize..40, put in put()) {
        const BASELINE: &str = include_str!("../implementations/wasmtime.json");
        let wounded = wounded(BASELINE.as_bytes(), at, length, &put);
        let text = String::from_utf8_lossy(&wounded);
        if let Err(error) = parse_baseline("baseline.json", &text, &trial::all(&SUITE)) {
            prop_assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn a_pattern_is_read_back_as_it_was(text in r#"[\[\]{}"$:*,a-z0-9 -]{0,40}"#) {
        if let Ok(pattern) = serde_json::from_str::<Pattern>(&text) {
            let again = serde_json::to_string(&pattern).unwrap();
            prop_assert_eq!(serde_json::from_str::<Pattern>(&again).unwrap(), pattern);
        }
    }
}

proptest! {
    // Each loads the whole suite.
    #![proptest_config(ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_wounded_suite_is_read_or_refused(
        file: Index,
        at: Index,
        length in 0_usize..40,
        put in put(),
    ) {
        let names: Vec<String> = FILES.keys().cloned().collect();
        let name = file.get(&names).clone();
        let mut files = FILES.clone();
        let wounded = wounded(&FILES[&name], at, length, &put);
        files.insert(name.clone(), Cow::Owned(wounded));
        if let Err(error) = Suite::load(&files) {
            prop_assert_eq!(error.exit_code(), 2);
            prop_assert!(error.to_string().contains(".json") || error.to_string().contains(".wasm"));
        }
    }
}
