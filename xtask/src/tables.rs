//! The tables of what runtimes and platforms do, in the pages that they are on.

use crate::docs::trials_of_suite;
use crate::marks::{self, Mark};
use crate::runtimes::Report;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

/// What is done with a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// It is written.
    Write,
    /// It must say what the report says.
    Check,
    /// The report is of a sample of the trials, so that only the implementations, their versions
    /// and the number of trials can be compared.
    CheckSample,
}

/// The tables of runtimes, in README.md and docs/runtimes.md. Gives what was done, line by line.
///
/// # Errors
/// When a page lacks the table, or a check finds something else there.
pub fn of_runtimes(workspace: &Path, report: &Report, how: How) -> Result<Vec<String>> {
    let pages = [
        ("README.md", report.by_group()?),
        ("docs/runtimes.md", report.by_requirement()?),
    ];
    let tables = pages
        .iter()
        .map(|(page, table)| table_of(workspace, page, marks::RUNTIMES, report, table, how));
    tables.collect()
}

/// The tables of platforms, in docs/runtimes.md. Gives what was done, line by line.
///
/// # Errors
/// When the page lacks the tables, or a check finds something else there.
pub fn of_platforms(workspace: &Path, report: &Report, how: How) -> Result<Vec<String>> {
    let tables = format!("{}\n{}", report.summary()?, report.by_requirement()?);
    let page = "docs/runtimes.md";
    table_of(workspace, page, marks::PLATFORMS, report, &tables, how).map(|line| vec![line])
}

fn table_of(
    workspace: &Path,
    page: &str,
    mark: Mark,
    report: &Report,
    table: &str,
    how: How,
) -> Result<String> {
    let path = workspace.join(page);
    let old = fs::read_to_string(&path).with_context(|| format!("failed to read {page}"))?;
    if how == How::CheckSample {
        let there = marks::content(&old, mark).with_context(|| page.to_owned())?;
        report
            .fits_summary(&there, trials_of_suite(workspace)?)
            .with_context(|| format!("{page} is out of date: run `{}`", mark.command))?;
        return Ok(format!("{page} has the {} of the sample", mark.name));
    }
    let new = marks::replace(&old, mark, table).with_context(|| page.to_owned())?;
    if new == old {
        Ok(format!("{page} says what the {} do", mark.name))
    } else if how == How::Check {
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
