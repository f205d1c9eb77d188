//! How big the suite is, counted in its expectations.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Files of a generation that are no topic.
const NO_TOPICS: [&str; 4] = ["generation", "model", "requirements", "schema"];

/// One generation of WASI.
#[derive(Debug, Default, Eq, PartialEq)]
struct Counts {
    generation: String,
    requirements: usize,
    topics: usize,
    cases: usize,
    trials: usize,
}

/// A line for each generation that `expectations/` has.
pub(super) fn text(workspace: &Path) -> Result<String> {
    let lines = generations(&workspace.join("expectations"))?
        .iter()
        .map(|folder| Ok(line(&count(folder)?)))
        .collect::<Result<Vec<_>>>()?;
    ensure!(!lines.is_empty(), "expectations/ has no requirements.json");
    Ok(lines.join("\n\n"))
}

fn line(counts: &Counts) -> String {
    format!(
        "WASI {}: {} requirements, {} topics, {} cases, {} trials.",
        counts.generation, counts.requirements, counts.topics, counts.cases, counts.trials
    )
}

fn generations(expectations: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = entries(expectations)?;
    folders.retain(|folder| folder.join("requirements.json").is_file());
    Ok(folders)
}

fn count(folder: &Path) -> Result<Counts> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut counts = Counts {
        generation: name.into_owned(),
        ..Counts::default()
    };
    let mut requirements = list(&folder.join("requirements.json"), "requirements")?;
    // Those of bindings are asked of guests in other languages, whose topics do not count either.
    let is_of_binding = |id: &str| id.starts_with("binding.");
    requirements.retain(|it| !it["id"].as_str().is_some_and(is_of_binding));
    counts.requirements = requirements.len();
    for path in entries(folder)? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_json = path.extension().is_some_and(|end| end == "json");
        if !is_json || NO_TOPICS.contains(&&*name) {
            continue;
        }
        let expectations = list(&path, "expectations")?;
        let cases: BTreeSet<_> = expectations
            .iter()
            .filter_map(|expectation| expectation["case"].as_str())
            .collect();
        counts.topics += 1;
        counts.cases += cases.len();
        counts.trials += expectations.iter().map(trials).sum::<usize>();
    }
    Ok(counts)
}

/// A trial is an expectation for one family, under one policy.
fn trials(expectation: &Value) -> usize {
    let length = |field: &str| expectation[field].as_array().map(Vec::len);
    length("families").unwrap_or(2) * (1 + length("also-under").unwrap_or(0))
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("failed to list {}", folder.display());
    let entries = fs::read_dir(folder).with_context(failed)?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<Result<Vec<_>>>().with_context(failed)?;
    paths.sort();
    Ok(paths)
}

fn list(path: &Path, field: &str) -> Result<Vec<Value>> {
    let path_shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("failed to read {path_shown}"))?;
    let mut value: Value =
        serde_json::from_str(&text).with_context(|| format!("failed to parse {path_shown}"))?;
    match value[field].take() {
        Value::Array(list) => Ok(list),
        _ => anyhow::bail!("{path_shown} has no list `{field}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Workspace;

    #[test]
    fn each_generation_is_counted() {
        let workspace = Workspace::new();
        workspace
            .write("expectations/README.md", "")
            .write("expectations/0.2/generation.json", "{}")
            .write(
                "expectations/0.2/requirements.json",
                r#"{"requirements": [{}, {}, {"id": "binding.with"}]}"#,
            )
            .write(
                "expectations/0.2/one.json",
                r#"{"expectations": [
                    {"case": "a"},
                    {"case": "a", "environment": "denied", "families": ["ipv4"]},
                    {"case": "b", "families": ["ipv6"]}
                ]}"#,
            )
            .write(
                "expectations/0.2/two.json",
                r#"{"expectations": [{"case": "a", "also-under": ["no-bind"]}]}"#,
            )
            .write(
                "expectations/0.3/requirements.json",
                r#"{"requirements": []}"#,
            );
        assert_eq!(
            text(workspace.path()).unwrap(),
            "WASI 0.2: 2 requirements, 2 topics, 3 cases, 8 trials.\n\n\
             WASI 0.3: 0 requirements, 0 topics, 0 cases, 0 trials."
        );
    }

    #[test]
    fn what_cannot_be_counted_is_named() {
        let workspace = Workspace::new();
        workspace.write("expectations/README.md", "");
        let error = || format!("{:#}", text(workspace.path()).unwrap_err());
        assert_eq!(error(), "expectations/ has no requirements.json");
        workspace
            .write(
                "expectations/0.2/requirements.json",
                r#"{"requirements": []}"#,
            )
            .write("expectations/0.2/one.json", "{}");
        assert!(
            error().ends_with("one.json has no list `expectations`"),
            "{}",
            error()
        );
    }
}
