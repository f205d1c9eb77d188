//! Whatever a runtime prints and however it ends, it is read without a panic, and
//! nothing is taken for a result that is none.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use std::time::Duration;
use wasi_tcp_conformance_core::Observation::{Blocked, Seen, Trapped};
use wasi_tcp_conformance_core::protocol::{Ending, Endings, Transcript, read};

const ENDINGS: Endings = {
    let mut endings = Endings::new(Ending::Exited(0), Ending::Exited(134));
    endings.host_trap = Ending::Exited(1);
    endings
};

/// Lines that a guest prints, or that look nearly so.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        r#"{"case":"mine","observed":"ok"}"#,
        r#"{"case":"other","observed":"ok"}"#,
        r#"{"case":"mine","blocked":"bind","error":"unknown"}"#,
        r#"{"case":"mine","observed":"ok","more":1}"#,
        r#" {"case":"mine","observed":"ok"}"#,
        r#"{"case":"mine","observed"#,
        r#"{"case":"mine","observed":"trap:bind"}"#,
        r#"{"case":"mine","observed":{"$trap":"bind"}}"#,
        r#"{"case":"mine","observed":[{"a":{"$trap":"bind"}}]}"#,
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
        6 => known.prop_map(|line| line.as_bytes().to_vec()),
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

/// How many lines look like a result of the case.
fn results(stdout: &[u8]) -> usize {
    let text = String::from_utf8_lossy(stdout);
    text.split('\n')
        .filter(|line| line.starts_with('{'))
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["case"] == "mine" && line.get("more").is_none())
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_result_is_one_line_of_its_case_and_a_good_end(
        lines in proptest::collection::vec(line(), 0..8),
        ending in ending(),
        overflowed: bool,
    ) {
        let mut transcript = Transcript::new(lines.join(&b'\n'), ending);
        transcript.overflowed = overflowed;
        let observation = read("mine", &transcript, ENDINGS);
        if let Seen(_) | Blocked { .. } = observation {
            prop_assert!(!overflowed);
            prop_assert_eq!(ending, ENDINGS.success);
            prop_assert_eq!(results(&transcript.stdout), 1);
        }
        if let Trapped { .. } = observation {
            prop_assert!([ENDINGS.trap, ENDINGS.host_trap].contains(&ending));
        }
        // A report holds it.
        let json = serde_json::to_string(&observation).unwrap();
        prop_assert_eq!(serde_json::from_str(&json).ok(), Some(observation), "{}", json);
    }
}
