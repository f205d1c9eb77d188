//! The texts that are computed, and the page that each must be on.

use super::{counts, mutants, settings};
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

/// Computes all of them.
///
/// # Errors
/// When one of them cannot be computed.
pub fn all(workspace: &Path) -> Result<Vec<Block>> {
    let chart = Layers::read(workspace).and_then(|layers| layers.chart());
    Ok(vec![
        block("counts", "README.md", counts::text(workspace))?,
        block("mutants", "README.md", mutants::text(workspace))?,
        block("layers", "docs/design.md", chart)?,
        block("settings", "expectations/README.md", Ok(settings::text()))?,
    ])
}

fn block(name: &'static str, page: &'static str, text: Result<String>) -> Result<Block> {
    let text = text.with_context(|| format!("failed to compute the block {name}"))?;
    Ok(Block { name, page, text })
}
