//! What can depart from the default set-up of a trial.

use std::fmt::Write as _;
use wasi_tcp_conformance_core::{FAULTS, Policy};

/// A table with a row for each setting: its name, and what it does.
pub(super) fn text() -> String {
    let policies = Policy::ALL
        .iter()
        .copied()
        .filter(|it| *it != Policy::Allowed);
    let policies = policies.map(|it| (it.name().to_owned(), it.description().to_owned()));
    let faults = FAULTS
        .iter()
        .map(|fault| (fault.name.to_owned(), fault.rule.to_string()));
    let version = (
        "wasi-0.2.N".to_owned(),
        "the component imports the interfaces at this version".to_owned(),
    );
    let rows: Vec<_> = policies.chain(faults).chain([version]).collect();
    table(&rows)
}

fn table(rows: &[(String, String)]) -> String {
    let mut text = String::from("| setting | what it does |\n| --- | --- |\n");
    for (name, what) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{name}` | {} |", what.replace('|', "\\|"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_has_a_row() {
        let row = |name: &str, what: &str| (name.to_owned(), what.to_owned());
        assert_eq!(
            table(&[row("denied", "no TCP"), row("fd-limit", "64 | descriptors")]),
            "| setting | what it does |\n| --- | --- |\n| `denied` | no TCP |\n\
             | `fd-limit` | 64 \\| descriptors |\n"
        );
        for name in ["denied-addresses", "socket-emfile", "wasi-0.2.N"] {
            assert!(text().contains(&format!("| `{name}` | ")), "{name}");
        }
    }
}
