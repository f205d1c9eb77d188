//! Lines of a terminal: wrapped, indented, styled.

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSplitter};

/// The width of a line, in columns.
pub(super) const COLUMNS: usize = 80;

/// How wide the names of fields are.
const NAME: usize = 13;

/// Text that grows by lines.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line as it is.
    pub(super) fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// A paragraph, wrapped. Its first line has one indentation, the others
    /// another.
    pub(super) fn paragraph(&mut self, first: &str, others: &str, text: &str) {
        let options = Options::new(COLUMNS)
            .initial_indent(first)
            .subsequent_indent(others)
            .word_splitter(WordSplitter::NoHyphenation)
            .break_words(false);
        for line in textwrap::wrap(text, options) {
            self.line(&line);
        }
    }

    /// A field: its name, and its value beside it, wrapped.
    pub(super) fn field(&mut self, indent: usize, name: &str, value: &str) {
        let first = format!("{:indent$}{name:NAME$} ", "");
        let others = " ".repeat(indent + NAME + 1);
        self.paragraph(&first, &others, value);
    }

    /// A field whose value is a command: wrapped, nobody could copy it.
    pub(super) fn command(&mut self, indent: usize, name: &str, value: &str) {
        self.line(&format!("{:indent$}{name:NAME$} {value}", ""));
    }

    /// A title.
    pub(super) fn title(&mut self, text: &str, color: AnsiColor) {
        self.line(&styled(text, color));
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Text in bold and a colour.
pub(super) fn styled(text: &str, color: AnsiColor) -> String {
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

/// The beginning of a text that fits into a number of columns.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
