//! Text that comes from a runtime, made fit to be shown.

use super::{Record, Report};
use crate::{Pattern, Verdict};
use serde_json::Value;

/// Text with nothing in it that a terminal, a browser or a reader's eye would
/// act on: no control characters, no change of the writing direction, nothing
/// that XML does not know.
pub(crate) fn printable(text: &str) -> String {
    let shown = |it| if is_harmless(it) { it } else { '\u{fffd}' };
    text.chars().map(shown).collect()
}

fn is_harmless(it: char) -> bool {
    !it.is_control()
        && !matches!(it,
            '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{fffe}'..='\u{ffff}')
}

/// At most `width` characters of a text, and what is missing.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width).collect();
    format!("{kept}… (the whole is in the JSON report)")
}

/// A value as JSON, on one line.
pub(crate) fn value(value: &Value, width: usize) -> String {
    shorten(&printable(&value.to_string()), width)
}

/// A set of patterns, in words.
pub(crate) fn alternatives(patterns: &[Pattern]) -> String {
    let words: Vec<_> = patterns
        .iter()
        .map(|pattern| printable(&serde_json::to_string(pattern).unwrap_or_default()))
        .collect();
    words.join(" or ")
}

/// What a record's observation was measured by, in words.
pub(crate) fn expected(record: &Record) -> String {
    let set = match record.verdict {
        Verdict::Deviation => record.should.as_ref(),
        _ => record.must.as_ref(),
    };
    set.map_or_else(|| "recorded, not judged".to_owned(), |it| alternatives(it))
}

/// The name and the version of an implementation, where the report has it.
pub(crate) fn versioned(report: &Report, implementation: &str) -> String {
    let facts = report
        .implementations
        .iter()
        .find(|it| it.name == implementation);
    let version = facts.map_or("", |it| it.version.as_str());
    if version.starts_with(implementation) {
        return printable(version);
    }
    printable(format!("{implementation} {version}").trim_end())
}

/// The implementations that were not judged, and why.
pub(crate) fn skipped(report: &Report) -> Vec<(String, String)> {
    let skipped = report.skipped.iter();
    skipped
        .map(|it| (printable(&it.name), printable(&it.reason)))
        .collect()
}

/// How long a trial took.
pub(crate) fn seconds(record: &Record) -> f64 {
    record.duration_ms.max(0.0) / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_is_left() {
        assert_eq!(
            printable("a\u{1b}[31m\u{7f}\u{9b}\u{202e}b\u{ffff}\n\tü✓"),
            "a\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}b\u{fffd}\u{fffd}\u{fffd}ü✓"
        );
    }

    #[test]
    fn long_text_says_that_it_was_cut() {
        assert_eq!(shorten("üü", 2), "üü");
        assert_eq!(shorten("üüü", 2), "üü… (the whole is in the JSON report)");
    }
}
