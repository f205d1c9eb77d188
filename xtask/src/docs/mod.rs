//! Numbers, tables and pictures in the documentation, computed from other files.

mod blocks;
mod counts;
mod mutants;
mod settings;

use crate::marks::{self, Mark};
use anyhow::{Context, Result, bail};
pub use blocks::{Block, all};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// What writes the blocks.
const COMMAND: &str = "cargo xtask docs";

/// Pages outside of `docs/`.
const PAGES: [&str; 3] = ["README.md", "CONTRIBUTING.md", "expectations/README.md"];

/// A page whose blocks are out of date.
#[derive(Debug, Eq, PartialEq)]
pub struct Stale {
    /// From the workspace.
    pub page: String,
    /// What it should say.
    pub text: String,
}

/// The pages that are stale.
///
/// # Errors
/// When a mark is missing or unknown; each of them is named.
pub fn stale(workspace: &Path, blocks: &[Block]) -> Result<Vec<Stale>> {
    let mut stale = Vec::new();
    let mut problems = Vec::new();
    let mut found = BTreeSet::new();
    for page in pages(workspace)? {
        let path = workspace.join(&page);
        let old = fs::read_to_string(&path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        let new = marks::rewrite(&old, |mark| {
            let block = find(blocks, mark)?;
            found.extend(block.map(|block| (block.name, page.clone())));
            Ok(block.map(|block| block.text.clone()))
        });
        match new {
            Ok(text) if text == old => {}
            Ok(text) => stale.push(Stale { page, text }),
            Err(error) => problems.push(format!("{page}: {error:#}")),
        }
    }
    for block in blocks {
        let mark = Mark {
            name: block.name,
            command: COMMAND,
        };
        if !found.contains(&(block.name, block.page.to_owned())) {
            problems.push(format!("{}: the mark `{mark}` is missing", block.page));
        }
    }
    if !problems.is_empty() {
        bail!("the marks are wrong:\n  {}", problems.join("\n  "));
    }
    Ok(stale)
}

/// The block of a mark, and none where another command writes.
fn find<'a>(blocks: &'a [Block], mark: Mark) -> Result<Option<&'a Block>> {
    if [marks::RUNTIMES, marks::PLATFORMS, marks::SPEED].contains(&mark) {
        return Ok(None);
    }
    let block = blocks.iter().find(|block| block.name == mark.name);
    match block {
        Some(block) if mark.command == COMMAND => Ok(Some(block)),
        _ => bail!("no command writes the block that `{mark}` begins"),
    }
}

/// The pages, from the workspace; `docs/` with all its folders.
fn pages(workspace: &Path) -> Result<Vec<String>> {
    let mut pages: Vec<_> = PAGES.map(str::to_owned).into();
    pages.retain(|page| workspace.join(page).is_file());
    for entry in WalkDir::new(workspace.join("docs")).sort_by_file_name() {
        let entry = entry.context("failed to list docs")?;
        if entry.path().extension().is_some_and(|end| end == "md") {
            let inside = entry.path().strip_prefix(workspace)?;
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            pages.push(parts.join("/"));
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Workspace;

    const README: &str = "one\n<!-- counts: written by `cargo xtask docs` -->\nold\n\
                          <!-- end of counts -->\ntwo\n";

    fn counts() -> Vec<Block> {
        let (name, page) = ("counts", "README.md");
        let text = "new".to_owned();
        vec![Block { name, page, text }]
    }

    #[test]
    fn blocks_are_replaced_wherever_they_are() {
        let workspace = Workspace::new();
        workspace
            .write("README.md", README)
            .write("docs/a/b.md", &README.replace("old", "\nnew\n"))
            .write("docs/c.md", README)
            .write("docs/d.txt", README);
        let expected = ["README.md", "docs/c.md"].map(|page| Stale {
            page: page.to_owned(),
            text: README.replace("old", "\nnew\n"),
        });
        assert_eq!(stale(workspace.path(), &counts()).unwrap(), expected);
    }

    #[test]
    fn missing_and_unknown_marks_are_named() {
        let workspace = Workspace::new();
        let other = |name| README.replace("counts", name);
        workspace
            .write("README.md", "nothing")
            .write("CONTRIBUTING.md", &other("speed"))
            .write(
                "docs/a.md",
                &other("runtimes").replace("cargo xtask docs", "make"),
            )
            .write("docs/b.md", "<!-- end of counts -->\n")
            .write(
                "docs/c.md",
                &other("speed").replace("cargo xtask docs", "cargo xtask speed"),
            );
        let error = stale(workspace.path(), &counts()).unwrap_err().to_string();
        assert_eq!(
            error,
            "the marks are wrong:\
             \n  CONTRIBUTING.md: no command writes the block that \
             `<!-- speed: written by `cargo xtask docs` -->` begins\
             \n  docs/a.md: no command writes the block that \
             `<!-- runtimes: written by `make` -->` begins\
             \n  docs/b.md: line 1: `<!-- end of counts -->` ends nothing\
             \n  README.md: the mark `<!-- counts: written by `cargo xtask docs` -->` is missing"
        );
    }

    #[test]
    fn every_block_is_computed() {
        let workspace = Workspace::new();
        workspace
            .write(
                "expectations/0.2/requirements.json",
                r#"{"requirements": []}"#,
            )
            .write(
                "host-runner/core/Cargo.toml",
                "[package]\nname = \"core\"\n",
            )
            .write("host-runner/core/src/lib.rs", "")
            .write("host-runner/layers.toml", "[core]\nwords = []\n")
            .write("host-runner/tests/hostile.json", "[]")
            .write(
                "host-runner/tests/mutants/MATRIX.md",
                "| mutant | breaks |\n| --- | --- |\n\n| legal variant |\n| --- |\n",
            );
        let blocks = all(workspace.path()).unwrap();
        let names: Vec<_> = blocks.iter().map(|block| block.name).collect();
        assert_eq!(names, ["counts", "mutants", "layers", "settings"]);
    }
}
