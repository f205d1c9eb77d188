//! Where a case stands in the guests' sources, which this program carries.

use include_dir::{Dir, include_dir};

static SOURCES: Dir<'_> = include_dir!("$SUITE/guest-tests/src/bin");

/// A function of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Its file, in the repository.
    pub file: String,
    /// Its first line, counted from 1.
    pub line: usize,
    /// Its lines, with the comment above it.
    pub text: Vec<&'static str>,
}

/// The function that observes this case.
#[must_use]
pub fn of(topic: &str, case: &str) -> Option<Excerpt> {
    let name = format!("{topic}.rs");
    let source = SOURCES.get_file(&name)?.contents_utf8()?;
    let lines: Vec<&'static str> = source.lines().collect();
    let observes = |function: &str| {
        let (plain, generic) = (format!("fn {function}("), format!("fn {function}<"));
        lines
            .iter()
            .position(|it| it.starts_with(&plain) || it.starts_with(&generic))
    };
    let at = observes(case).or_else(|| observes(shared(&lines, case)?))?;
    let first = (0..at).rev().find(|&it| !is_heading(lines[it]));
    let first = first.map_or(0, |it| it + 1);
    // The guests are formatted: what begins at the margin ends there.
    let last = (at..lines.len()).find(|&it| lines[it].starts_with('}') || is_whole(lines[it]))?;
    Some(Excerpt {
        file: format!("guest-tests/src/bin/{name}"),
        line: first + 1,
        text: lines[first..=last].to_vec(),
    })
}

/// The function that several cases share: `option_cases!(FUNCTION:` lists them.
fn shared<'a>(lines: &[&'a str], case: &str) -> Option<&'a str> {
    let is_listed = |line: &&str| {
        line.split_once(' ')
            .is_some_and(|(name, _)| name == case && line.ends_with(','))
    };
    let at = lines.iter().position(|it| is_listed(&it.trim_start()))?;
    lines[..at].iter().rev().find_map(|it| {
        it.strip_prefix("option_cases!(")
            .and_then(|it| it.strip_suffix(':'))
    })
}

fn is_heading(line: &str) -> bool {
    line.starts_with("//") && !line.starts_with("//!") || line.starts_with("#[")
}

/// A function on one line.
fn is_whole(line: &str) -> bool {
    line.starts_with("fn ") && line.ends_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Suite;

    #[test]
    fn every_case_is_found() {
        for topic in Suite::embedded().unwrap().topics {
            for it in &topic.expectations {
                let found = of(&topic.name, &it.case);
                let found = found.unwrap_or_else(|| panic!("{}::{}", topic.name, it.case));
                assert!(found.text.len() < 80, "{}::{}", topic.name, it.case);
            }
        }
        assert_eq!(of("unbound", "no_such_case"), None);
        assert_eq!(of("no_such_topic", "accept"), None);
    }
}
