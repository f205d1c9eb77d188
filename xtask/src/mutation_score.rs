//! Judges every mutant by operator, and every legal variant: the suite of the library does
//! it, in a test target of its own.

use anyhow::{Context, Result, ensure};
use clap::Args;
use std::path::Path;
use std::process::Command;

/// What there is to say of a run.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
#[non_exhaustive]
pub struct MutationScore {
    /// How many mutants are judged at a time
    #[arg(long)]
    pub threads: Option<usize>,
    /// How many walks are made up for a mutant that lives, or for a legal variant
    #[arg(long)]
    pub walks: Option<usize>,
    /// Judge those again that are known
    #[arg(long)]
    pub again: bool,
    /// Judge those again that are known to live
    #[arg(long, conflicts_with = "again")]
    pub survivors: bool,
    /// Ask only the trials of the topics that are about the method, and walks
    #[arg(long)]
    pub quick: bool,
    /// Judge those again, or those variants, whose name contains this; mutants: several times
    #[arg(long, value_name = "NAME", conflicts_with_all = ["again", "survivors"])]
    pub only: Vec<String>,
    /// Judge the legal variants instead
    #[arg(long, conflicts_with_all = ["again", "survivors", "threads", "quick"])]
    pub variants: bool,
}

impl MutationScore {
    /// What the test target is told.
    fn flags(&self) -> Vec<String> {
        let task = if self.variants {
            "--variants"
        } else {
            "--score"
        };
        let mut flags = vec![task.to_owned()];
        flags.extend(self.threads.map(|count| format!("--threads={count}")));
        flags.extend(self.walks.map(|count| format!("--walks={count}")));
        flags.extend(self.only.iter().map(|name| format!("--only={name}")));
        flags.extend(self.again.then(|| "--again".to_owned()));
        flags.extend(self.quick.then(|| "--quick".to_owned()));
        flags.extend(self.survivors.then(|| "--survivors".to_owned()));
        flags
    }
}

/// Runs it. A run that is interrupted goes on where it was.
///
/// # Errors
/// When it cannot be built, or something is red.
pub fn run(workspace: &Path, options: &MutationScore) -> Result<()> {
    let done = Command::new(env!("CARGO"))
        .args(["test", "--release", "--locked"])
        .args([
            "--package",
            "wasi-tcp-conformance",
            "--features",
            "wasmtime",
        ])
        .args(["--test", "operators", "--"])
        .args(options.flags())
        .current_dir(workspace)
        .status()
        .context("failed to run cargo")?;
    ensure!(done.success(), "the score is not what it should be");
    Ok(())
}
