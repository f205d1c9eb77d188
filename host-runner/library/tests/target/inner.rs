//! What is known of the implementation that another is made of.

use super::{KNOWN, ended, says, target_with, test};
use libtest_mimic::Trial;

/// A failure that wasmtime has since version 48.
const NEWER: &str = "0.2/outbound_refused::closes::ipv4";

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test(
            "what_is_known_of_the_runtime_within_counts",
            "made-of",
            &["--exact", KNOWN],
            0,
            &["1 passed; 0 failed", "known failures\n"],
        ),
        test(
            "a_deviation_of_the_runtime_within_is_listed",
            "made-of",
            &["--exact", "0.2/closed::remote_address::ipv4"],
            0,
            &["1 passed; 0 failed"],
        ),
        test(
            "another_version_within_has_faults_of_its_own",
            "made-of-another-version",
            &["--exact", NEWER],
            1,
            &["0 passed; 1 failed"],
        ),
        refused(
            "the_implementation_within_is_shipped",
            "made-of-nothing",
            "`made_of`: no implementation `wasmtime-c1i` is shipped",
        ),
        refused(
            "the_version_within_is_whole",
            "made-of-no-version",
            "`made_of`: the version `48`: ",
        ),
    ]
}

/// The target must end as bad usage does, and say so.
fn refused(name: &str, how: &'static str, words: &'static str) -> Trial {
    Trial::test(name, move || {
        let output = target_with(how, &["--exact", KNOWN]).output()?;
        ended(&output, 2)?;
        says(&output.stderr, words)
    })
}
