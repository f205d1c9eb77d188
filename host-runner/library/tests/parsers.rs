//! Damaged files are read or refused; nothing panics.

#[path = "../../core/tests/damage/mod.rs"]
mod damage;

use damage::{damaged, inserted};
use proptest::prelude::*;
use proptest::sample::Index;
use std::borrow::Cow;
use std::sync::LazyLock;

use wasi_tcp_conformance::internal::{Files, embedded_files};
use wasi_tcp_conformance::{Implementation, Suite};
use wasi_tcp_conformance_core::parse_baseline;

static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::embedded().expect("the suite is whole"));
static FILES: LazyLock<Files> = LazyLock::new(embedded_files);

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_damaged_baseline_is_read_or_refused(
        at: Index,
        length in 0_usize..40,
        insert in inserted(),
    ) {
        const BASELINE: &str = include_str!("../implementations/wasmtime.json");
        let damaged = damaged(BASELINE.as_bytes(), at, length, &insert);
        let text = String::from_utf8_lossy(&damaged);
        if let Err(error) = parse_baseline("baseline.json", &text, &SUITE.trial_names(), &[&SUITE.generations[0].model]) {
            prop_assert_eq!(error.exit_code(), 2);
        }
    }
}

/// A description of a runtime that is not installed.
const ABSENT: &str = r#"{
  "name": "absent",
  "program": "/no/such/program",
  "wasi": ["0.2.6"],
  "families": ["ipv4"],
  "version": ["{program}", "--version"],
  "prepare": ["{program}", "{component}", "{prepared}"],
  "run": ["{program}", "{prepared}", "{case}", "{family}", "--policy={\"a\": 1}"],
  "policies": { "denied": { "run": ["{program}", "{prepared}", "{case}", "{family}"] } },
  "env": { "A": "{dir}" },
  "timeout-seconds": 1.5,
  "baseline": [
    { "trial": "0.2/unbound::accept::ipv4", "observed": { "$trap": "accept" }, "reason": "r" }
  ]
}"#;

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_damaged_implementation_is_refused(
        at: Index,
        length in 0_usize..40,
        insert in inserted(),
    ) {
        let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        let damaged = damaged(ABSENT.as_bytes(), at, length, &insert);
        std::fs::write(file.path(), damaged).unwrap();
        let words = file.path().display().to_string();
        match Implementation::named(&SUITE, &words) {
            // What is read is not installed.
            Err(error) => prop_assert!(matches!(error.exit_code(), 2 | 3), "{}", error),
            Ok(implementation) => prop_assert!(false, "{}", implementation.version()),
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
    fn a_damaged_suite_is_read_or_refused(
        file: Index,
        at: Index,
        length in 0_usize..40,
        insert in inserted(),
    ) {
        let names: Vec<&String> = FILES.keys().collect();
        let name = *file.get(&names);
        let mut files = FILES.clone();
        let damaged = damaged(&FILES[name], at, length, &insert);
        files.insert(name.clone(), Cow::Owned(damaged));
        if let Err(error) = Suite::load(&files) {
            prop_assert_eq!(error.exit_code(), 2);
            let said = error.to_string();
            prop_assert!(said.contains(".json") || said.contains(".wasm"), "{}", said);
        }
    }
}
