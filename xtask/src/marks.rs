//! Text that a command writes, between two marks in a file:
//!
//! ```text
//! <!-- NAME: written by `COMMAND` -->
//!
//! the text
//!
//! <!-- end of NAME -->
//! ```

use anyhow::{Result, bail, ensure};
use std::fmt::Write as _;

/// What begins a text that is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Mark<'a> {
    /// What the text is.
    pub name: &'a str,
    /// What writes it.
    pub command: &'a str,
}

/// The tables of what runtimes do.
pub const RUNTIMES: Mark<'_> = Mark {
    name: "runtimes",
    command: ".ci/runtimes --write",
};

/// The tables of what platforms do.
pub const PLATFORMS: Mark<'_> = Mark {
    name: "platforms",
    command: ".ci/runtimes --write",
};

/// The tables of how long things take.
pub const SPEED: Mark<'_> = Mark {
    name: "speed",
    command: "cargo xtask speed",
};

impl std::fmt::Display for Mark<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<!-- {}: written by `{}` -->", self.name, self.command)
    }
}

impl<'a> Mark<'a> {
    /// The mark that a line is.
    fn of(line: &'a str) -> Option<Self> {
        let inside = line.strip_prefix("<!-- ")?.strip_suffix("` -->")?;
        let (name, command) = inside.split_once(": written by `")?;
        Some(Self { name, command })
    }
}

/// The name in a mark that ends a text.
fn end(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- end of ")?.strip_suffix(" -->")
}

/// The text with what stands between marks replaced, where `content` has something
/// else for them.
///
/// # Errors
/// When a mark has no other, or `content` refuses one.
pub fn rewrite(
    text: &str,
    mut content: impl FnMut(Mark) -> Result<Option<String>>,
) -> Result<String> {
    let mut new = String::new();
    let mut open: Option<(Mark, bool)> = None;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let bare = line.trim_end();
        if let Some(mark) = Mark::of(bare) {
            if let Some((outer, _)) = open {
                bail!("line {number}: `{mark}` stands before the end of `{outer}`");
            }
            let content = content(mark)?;
            open = Some((mark, content.is_some()));
            new += line;
            if let Some(content) = content {
                // Writing to a string cannot fail.
                let _ = write!(new, "\n{}\n\n", content.trim_end());
            }
        } else if let Some(name) = end(bare) {
            let begun = open.is_some_and(|(mark, _)| mark.name == name);
            ensure!(begun, "line {number}: `{bare}` ends nothing");
            open = None;
            new += line;
        } else if !open.is_some_and(|(_, is_replaced)| is_replaced) {
            new += line;
        }
    }
    match open {
        None => Ok(new),
        Some((mark, _)) => bail!("`{mark}` lacks `<!-- end of {} -->`", mark.name),
    }
}

/// The text with what stands between these marks replaced.
///
/// # Errors
/// When the marks are not there.
pub fn replace(text: &str, wanted: Mark, content: &str) -> Result<String> {
    let mut is_there = false;
    let new = rewrite(text, |mark| {
        let is_wanted = mark == wanted;
        is_there |= is_wanted;
        Ok(is_wanted.then(|| content.to_owned()))
    })?;
    ensure!(is_there, "the mark `{wanted}` is missing");
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\n<!-- runtimes: written by `.ci/runtimes --write` -->\nold\n\
                        <!-- end of runtimes -->\nb\n";

    #[test]
    fn only_what_is_marked_is_replaced() {
        let new = replace(TEXT, RUNTIMES, "new\n").unwrap();
        assert_eq!(new, TEXT.replace("old\n", "\nnew\n\n"));
        assert_eq!(replace(&new, RUNTIMES, "new").unwrap(), new);
    }

    #[test]
    fn what_others_write_stays() {
        let text = TEXT.to_owned()
            + "<!-- speed: written by `cargo xtask speed` -->\n\
                                      1\n<!-- end of speed -->";
        let new = replace(&text, RUNTIMES, "old").unwrap();
        assert_eq!(new, text.replace("old\n", "\nold\n\n"));
    }

    #[test]
    fn a_mark_that_lacks_another_is_refused() {
        let begin = "<!-- a: written by `b` -->\n";
        for (text, expected) in [
            (
                String::new(),
                "the mark `<!-- speed: written by `cargo xtask speed` -->` is missing",
            ),
            (
                begin.to_owned(),
                "`<!-- a: written by `b` -->` lacks `<!-- end of a -->`",
            ),
            (
                format!("{begin}<!-- end of b -->\n"),
                "line 2: `<!-- end of b -->` ends nothing",
            ),
            (
                "\n<!-- end of a -->".to_owned(),
                "line 2: `<!-- end of a -->` ends nothing",
            ),
            (
                begin.repeat(2),
                "line 2: `<!-- a: written by `b` -->` stands before the end of \
                 `<!-- a: written by `b` -->`",
            ),
        ] {
            let error = replace(&text, SPEED, "new").unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
