//! The tables of what runtimes and platforms do, in the pages that they are on.

use crate::marks::{self, Mark};
use crate::runtimes::Report;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

/// Writes the tables of runtimes, in README.md and docs/runtimes.md, or only checks them. Gives
/// what was done, line by line.
///
/// # Errors
/// When a page lacks the table, or a check finds something else there.
pub fn of_runtimes(workspace: &Path, report: &Report, check: bool) -> Result<Vec<String>> {
    let pages = [
        ("README.md", report.by_group()?),
        ("docs/runtimes.md", report.by_requirement()?),
    ];
    let tables = pages.iter();
    let tables = tables.map(|(page, table)| write(workspace, page, marks::RUNTIMES, table, check));
    tables.collect()
}

/// The same for the tables of platforms, in docs/runtimes.md.
///
/// # Errors
/// When the page lacks the tables, or a check finds something else there.
pub fn of_platforms(workspace: &Path, report: &Report, check: bool) -> Result<Vec<String>> {
    let tables = format!("{}\n{}", report.summary()?, report.by_requirement()?);
    let written = write(
        workspace,
        "docs/runtimes.md",
        marks::PLATFORMS,
        &tables,
        check,
    )?;
    Ok(vec![written])
}

fn write(workspace: &Path, page: &str, mark: Mark, table: &str, check: bool) -> Result<String> {
    let path = workspace.join(page);
    let old = fs::read_to_string(&path).with_context(|| format!("failed to read {page}"))?;
    let new = marks::replace(&old, mark, table).with_context(|| page.to_owned())?;
    if new == old {
        Ok(format!("{page} says what the {} do", mark.name))
    } else if check {
        bail!(
            "{page} does not say what the {} do: run `{}`",
            mark.name,
            mark.command
        )
    } else {
        fs::write(&path, new).with_context(|| format!("failed to write {page}"))?;
        Ok(format!("{page} is written"))
    }
}
