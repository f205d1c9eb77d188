//! `cargo xtask`: what contributors run.

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use xtask::guests;

const MEND: &str = "run `cargo xtask build-guests` and commit what it writes";

#[derive(Parser)]
#[command(about = "What contributors run")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the guests into guest-tests/components
    BuildGuests {
        /// Write nothing, and fail if that would change something
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let Task::BuildGuests { check } = Cli::parse().task;
    match build_guests(check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn build_guests(check: bool) -> Result<()> {
    let guests = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("failed to find the workspace")?
        .join("guest-tests");
    let folder = guests.join("components");
    let components = guests::build(&guests)?;
    let manifest = guests::describe(&guests, &components)?;
    if !check {
        guests::write(&folder, &components, &manifest)?;
        println!(
            "{} components are in guest-tests/components",
            components.len()
        );
        return Ok(());
    }
    let differences = guests::differences(&folder, &manifest)
        .with_context(|| format!("failed to compare the components; {MEND}"))?;
    if differences.is_empty() {
        println!("{} components are what their sources say", components.len());
        return Ok(());
    }
    bail!(
        "the components are not what their sources say:\n  {}\n  {MEND}",
        differences.join("\n  ")
    )
}
