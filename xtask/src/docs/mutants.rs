//! How many wrong, different and hostile runtimes judge the suite, counted in what
//! their tests write and read.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// What the test of mutants writes: a table of mutants, and one of variants.
const MATRIX: &str = "tests/mutants/MATRIX.md";

/// What the test of hostile runtimes reads: a list with an object for each.
const HOSTILE: &str = "tests/hostile.json";

/// One line.
pub(super) fn text(workspace: &Path) -> Result<String> {
    let path = find(workspace, MATRIX)?;
    let matrix = read(&path)?;
    let table = |first| {
        rows(&matrix, first).with_context(|| {
            let path = path.display();
            format!("failed to find a table whose first column is `{first}` in {path}")
        })
    };
    let mutants = table("mutant")?;
    let broken: BTreeSet<_> = mutants
        .iter()
        .filter_map(|cells| cells.get(1))
        .flat_map(|ids| ids.split(", "))
        .collect();
    Ok(format!(
        "{} mutants of {} requirements, {} legal variants, {} hostile runtimes.",
        mutants.len(),
        broken.len(),
        table("legal variant")?.len(),
        hostile(workspace)?
    ))
}

fn hostile(workspace: &Path) -> Result<usize> {
    let path = find(workspace, HOSTILE)?;
    let failed = || format!("failed to read the list in {}", path.display());
    let list: Vec<Value> = serde_json::from_str(&read(&path)?).with_context(failed)?;
    Ok(list.len())
}

/// The one file under `host-runner/` whose path ends so.
fn find(workspace: &Path, end: &str) -> Result<PathBuf> {
    let files = WalkDir::new(workspace.join("host-runner")).into_iter();
    let paths = files.flatten().map(walkdir::DirEntry::into_path);
    let found: Vec<_> = paths.filter(|path| path.ends_with(end)).collect();
    ensure!(
        found.len() == 1,
        "expected one host-runner/**/{end}, found {}",
        found.len()
    );
    Ok(found.into_iter().next().unwrap_or_default())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}

/// The rows of the Markdown table whose first column has this title.
fn rows<'a>(text: &'a str, first: &str) -> Option<Vec<Vec<&'a str>>> {
    let cells = |line: &'a str| {
        let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        Some(inside.split('|').map(str::trim).collect::<Vec<_>>())
    };
    let mut lines = text.lines();
    lines.find(|line| cells(line).is_some_and(|cells| cells[0] == first))?;
    // The line below the titles.
    lines.next()?;
    Some(lines.map_while(cells).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Workspace;

    const TABLES: &str = "# What kills what\n\n\
        | mutant | breaks | trials that see it |\n| --- | --- | ---: |\n\
        | one | a.b, a.c | 4 |\n| two | a.b | 2 |\n\n\
        | legal variant | topics |\n| --- | --- |\n| late | a, b |\n";

    #[test]
    fn rows_and_requirements_are_counted() {
        let workspace = Workspace::new();
        workspace
            .write("host-runner/library/tests/mutants/MATRIX.md", TABLES)
            .write(
                "host-runner/program/tests/hostile.json",
                r#"[{"mode": "hang"}, {"mode": "signal"}]"#,
            );
        assert_eq!(
            text(workspace.path()).unwrap(),
            "2 mutants of 2 requirements, 1 legal variants, 2 hostile runtimes."
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let workspace = Workspace::new();
        let error = || format!("{:#}", text(workspace.path()).unwrap_err());
        assert_eq!(
            error(),
            "expected one host-runner/**/tests/mutants/MATRIX.md, found 0"
        );
        workspace.write(
            "host-runner/tests/mutants/MATRIX.md",
            "| mutant |\n| --- |\n",
        );
        let expected = "failed to find a table whose first column is `legal variant`";
        assert!(error().starts_with(expected), "{}", error());
        workspace.write("host-runner/tests/mutants/MATRIX.md", TABLES);
        assert_eq!(
            error(),
            "expected one host-runner/**/tests/hostile.json, found 0"
        );
    }
}
