//! Text from outside: from a runtime, from a file, from a saved report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Text that the suite did not write. It can only be printed escaped.
///
/// [`Display`](fmt::Display) replaces what a terminal, a browser or a reader's
/// eye would act on: control characters, changes of the writing direction, and
/// what XML lacks. Markup is escaped by the view that knows the format.
///
/// ```
/// use wasi_tcp_conformance_core::Untrusted;
///
/// let said = Untrusted::from("a\u{1b}[31mb");
/// assert_eq!(said.to_string(), "a\u{fffd}[31mb");
/// assert_eq!(said.as_raw(), "a\u{1b}[31mb");
/// ```
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// The text as it came, to be compared or stored.
    #[must_use]
    pub fn as_raw(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its lines. Printed as one, a text of several lines shows a replacement
    /// character for each end of a line.
    pub fn lines(&self) -> impl Iterator<Item = Self> {
        self.0.lines().map(Self::from)
    }

    /// At most `width` characters of it, escaped, and a note that it was cut.
    #[must_use]
    pub fn shortened(&self, width: usize) -> String {
        shorten(&self.to_string(), width)
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&escape(&self.0))
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq<str> for Untrusted {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Untrusted {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// The text with a replacement character for everything that acts.
pub(crate) fn escape(text: &str) -> String {
    let shown = |it| if is_harmless(it) { it } else { '\u{fffd}' };
    text.chars().map(shown).collect()
}

/// The same for a message of several lines, whose ends of lines are kept.
pub(crate) fn escape_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(escape).collect();
    lines.join("\n")
}

/// The text without what the runner of a GitHub workflow would take for a command
/// in the log of a job: `::` at the beginning of a line, and `##[` anywhere.
#[must_use]
pub fn without_commands(text: &str) -> String {
    let line = |line: &str| {
        let start = line.len() - line.trim_start().len();
        let (blank, rest) = line.split_at(start);
        let rest = rest.replace("##[", "## [");
        match rest.strip_prefix("::") {
            Some(rest) => format!("{blank}: :{rest}"),
            None => format!("{blank}{rest}"),
        }
    };
    let lines: Vec<_> = text.split('\n').map(line).collect();
    lines.join("\n")
}

/// At most `width` characters of a text, and a note if it was cut.
#[must_use]
pub fn shorten(text: &str, width: usize) -> String {
    let mut kept = text.char_indices().skip(width);
    match kept.next() {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… (the whole is in the JSON report)", &text[..end]),
    }
}

fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{fffe}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_is_printed() {
        assert_eq!(
            Untrusted::from("a\u{1b}[31m\u{7f}\u{9b}\u{202e}b\u{ffff}\n\tü✓").to_string(),
            "a\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}b\u{fffd}\u{fffd}\u{fffd}ü✓"
        );
        assert_eq!(escape_lines("a\u{7}\nb"), "a\u{fffd}\nb");
    }

    #[test]
    fn text_that_was_cut_says_so() {
        assert_eq!(shorten("üü", 2), "üü");
        assert_eq!(shorten("üüü", 2), "üü… (the whole is in the JSON report)");
    }

    #[test]
    fn no_line_is_a_command_of_a_workflow() {
        assert_eq!(
            without_commands("::error::a\n  ::b\nc ##[group]\n0.2/a::b"),
            ": :error::a\n  : :b\nc ## [group]\n0.2/a::b"
        );
    }

    #[test]
    fn padding_counts_what_is_printed() {
        assert_eq!(format!("{:4}|", Untrusted::from("ab")), "ab  |");
    }
}
