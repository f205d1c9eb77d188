//! The texts that are computed, and the page that each must be on.

use super::{counts, faults, mutants};
use crate::layers::Layers;
use anyhow::{Context, Result};
use std::path::Path;

/// A text between marks.
#[derive(Debug)]
pub struct Block {
    /// The name in the marks.
    pub name: &'static str,
    /// Where it must be; others may have it too.
    pub page: &'static str,
    /// What is between the marks.
    pub text: String,
}

/// Computes all of them. The rows of `settings` are what the runner can put around
/// a runtime, and what it then does; without any, there is no such block.
///
/// # Errors
/// When one of them can't be computed.
pub fn all(workspace: &Path, settings: &[(&str, &str)]) -> Result<Vec<Block>> {
    let chart = Layers::read(workspace).and_then(|layers| layers.chart());
    let mut blocks = vec![
        block("counts", "README.md", counts::text(workspace))?,
        block("mutants", "README.md", mutants::text(workspace))?,
        block("layers", "docs/design.md", chart)?,
    ];
    if !settings.is_empty() {
        let table = faults::text(settings);
        blocks.push(block("faults", "expectations/README.md", Ok(table))?);
    }
    Ok(blocks)
}

fn block(name: &'static str, page: &'static str, text: Result<String>) -> Result<Block> {
    let text = text.with_context(|| format!("failed to compute the block {name}"))?;
    Ok(Block { name, page, text })
}
