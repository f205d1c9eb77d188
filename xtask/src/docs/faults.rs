//! What the runner can put around a runtime.

use std::fmt::Write as _;

/// A table with a row for each setting: its name, and what is done.
pub(super) fn text(rows: &[(&str, &str)]) -> String {
    let mut text = String::from("| environment | what is done |\n| --- | --- |\n");
    for (name, done) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{name}` | {} |", done.replace('|', "\\|"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_has_a_row() {
        let rows = [("default", "nothing"), ("fd-limit", "64 | descriptors")];
        assert_eq!(
            text(&rows),
            "| environment | what is done |\n| --- | --- |\n| `default` | nothing |\n\
             | `fd-limit` | 64 \\| descriptors |\n"
        );
    }
}
