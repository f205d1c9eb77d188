//! Text that is written by a command, between two marks in a file.

use anyhow::{Context, Result};

/// The text with what stands between the marks replaced.
///
/// # Errors
/// When the marks are not there.
pub fn replace(text: &str, name: &str, command: &str, table: &str) -> Result<String> {
    let begin = format!("<!-- {name}: written by `{command}` -->\n");
    let end = format!("<!-- end of {name} -->\n");
    let parts = text.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts.with_context(|| format!("failed to find {begin} and {end}"))?;
    Ok(format!("{before}{begin}\n{table}\n{end}{after}"))
}
