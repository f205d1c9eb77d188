//! What is not applicable is ignored, with its reason. `--ignored` shows only
//! this; cargo-nextest lists it by that flag, and skips it.

use super::{ended, target_with, test};
use libtest_mimic::{Failed, Trial};

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test(
            "what_is_not_applicable_is_listed_as_ignored",
            "ipv4",
            &[
                "0.2/bind::in_use",
                "--list",
                "--format",
                "terse",
                "--ignored",
            ],
            0,
            &["0.2/bind::in_use::ipv6: test\n"],
        ),
        Trial::test("what_is_applicable_is_not", what_is_applicable),
        test(
            "what_is_ignored_says_why_and_is_no_error",
            "ipv4",
            &["0.2/bind::in_use", "--ignored"],
            0,
            &["running 1 test\n", "1 ignored", "ipv4-only claims no ipv6"],
        ),
        test(
            "where_nothing_is_ignored_nothing_is_run",
            "ipv4",
            &["0.2/bind::in_use::ipv4", "--ignored"],
            0,
            &["running 0 tests"],
        ),
        test(
            "what_is_not_applicable_alone_is_no_error",
            "ipv4",
            &["--exact", "0.2/bind::in_use::ipv6"],
            0,
            &["1 ignored", "1 not applicable"],
        ),
        test(
            "a_policy_that_is_not_claimed_is_not_asked_for",
            "ipv4",
            &["--exact", "0.2/denied::bind::ipv4@denied-addresses"],
            0,
            &[
                "1 ignored",
                "ipv4-only provides no policy `denied-addresses`",
            ],
        ),
        test(
            "where_nothing_is_applicable_nothing_is_known",
            "ipv4",
            &["0.2/bind::in_use::ipv6"],
            3,
            &["verdict       unknown: no trial was applicable"],
        ),
    ]
}

fn what_is_applicable() -> Result<(), Failed> {
    let arguments = [
        "0.2/bind::in_use::ipv4",
        "--list",
        "--format",
        "terse",
        "--ignored",
    ];
    let output = target_with("ipv4", &arguments).output()?;
    ended(&output, 0)?;
    if output.stdout.is_empty() {
        Ok(())
    } else {
        Err(format!("{output:?}").into())
    }
}
