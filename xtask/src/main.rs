//! `cargo xtask`: what contributors run.

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xtask::layers::Layers;
use xtask::{
    docs, guests, idle_server, languages, load, marks, mutation_score, package, runtimes, speed,
    tables, walks,
};

const HELP: &str = "run `cargo xtask build-guests` and commit what it writes";

#[derive(Parser)]
#[command(about = "What contributors run")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the guests into guest-tests/components, or those of another language
    BuildGuests {
        /// The language, a folder of guest-tests such as python; built into target/guests unless
        /// its component is committed
        #[arg(long, value_name = "LANGUAGE")]
        guest: Option<String>,
        /// Write nothing, and fail if that would change something
        #[arg(long)]
        check: bool,
    },
    /// Generate the binding of C into a folder, for the build of the guest in C
    CBinding {
        /// The folder
        out: PathBuf,
    },
    /// Write the tables of what runtimes do into README.md and docs/runtimes.md
    Runtimes {
        /// The report of a run that judged them
        report: PathBuf,
        /// Write the tables of platforms instead, all of them into docs/runtimes.md
        #[arg(long)]
        platforms: bool,
        /// Write nothing, and fail if that would change something
        #[arg(long)]
        check: bool,
    },
    /// Serve HTTP as a runtime that does nothing, for `speed`
    #[command(hide = true)]
    IdleServer {
        /// Where to listen at 127.0.0.1
        port: u16,
        /// What a runtime would run, which this one does not look at
        component: PathBuf,
    },
    /// Check that modules form no circle, and use only their own layer and those below
    Layers {
        /// Print every module with what it uses
        #[arg(long)]
        print: bool,
    },
    /// Write the numbers, tables and pictures of the documentation
    Docs {
        /// Write nothing, and fail if that would change something
        #[arg(long)]
        check: bool,
    },
    /// Pick the walks of the suite anew, after a change of the model or of how walks are made
    Walks {
        /// The seeds to take; without any, those that it takes to reach everything
        seeds: Vec<u64>,
    },
    /// Judge every mutant by operator, and write what kills it; takes an hour or two
    MutationScore(mutation_score::MutationScore),
    /// Make the package that is published, with the suite's data inside
    Package,
    /// Judge runtimes on a busy machine: nothing may differ from an idle one. Before a release
    UnderLoad(load::Load),
    /// Measure whole processes with hyperfine, and write the ratios into docs/speed.md
    Speed,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::BuildGuests { guest, check } => match guest {
            Some(guest) => build_guest(&guest, check),
            None => build_guests(check),
        },
        Task::CBinding { out } => write_c_binding(&out),
        Task::IdleServer { port, component: _ } => idle_server::serve(port),
        Task::Runtimes {
            report,
            platforms,
            check,
        } => write_tables(&report, platforms, check),
        Task::Layers { print } => check_layers(print),
        Task::Docs { check } => write_docs(check),
        Task::Walks { seeds } => write_walks(&seeds),
        Task::MutationScore(options) => judge_mutants(&options),
        Task::Package => make_package(),
        Task::UnderLoad(load) => under_load(&load),
        Task::Speed => write_speed(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn workspace() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("failed to find the workspace")
}

fn write_walks(seeds: &[u64]) -> Result<()> {
    let expectations = workspace()?.join("expectations");
    let generation = "0.2";
    let text = walks::text(&expectations, generation, seeds)?;
    let path = expectations.join(generation).join("walk.json");
    std::fs::write(&path, &text).with_context(|| format!("failed to write {}", path.display()))?;
    println!("{} lines are in {}", text.lines().count(), path.display());
    Ok(())
}

fn build_guests(check: bool) -> Result<()> {
    let guests = workspace()?.join("guest-tests");
    for generation in guests::generations(&guests)? {
        let name = format!("guest-tests/components/{generation}");
        let folder = guests.join("components").join(&generation);
        let components = guests::build(&guests, &generation)?;
        let count = components.len();
        let manifest = guests::describe(&guests, &generation, &components)?;
        if !check {
            guests::write(&folder, &components, &manifest)?;
            println!("{count} components are in {name}");
            continue;
        }
        let differences = guests::differences(&folder, &manifest)
            .with_context(|| format!("failed to compare the components; {HELP}"))?;
        if !differences.is_empty() {
            let lines = differences.join("\n  ");
            bail!("{name} is not what its sources say:\n  {lines}\n  {HELP}");
        }
        println!("{count} components in {name} are what their sources say");
    }
    Ok(())
}

fn build_guest(language: &str, check: bool) -> Result<()> {
    let folder = languages::build(workspace()?, language, check)?;
    if check {
        println!("the guest in {folder} is what its sources say");
    } else {
        println!("the guest is in {folder}");
    }
    Ok(())
}

fn write_c_binding(out: &Path) -> Result<()> {
    languages::c_binding(&workspace()?.join("guest-tests/0.2/wit"), out)
}

fn write_tables(report: &Path, platforms: bool, check: bool) -> Result<()> {
    let said = || format!("failed to read {}", report.display());
    let report = std::fs::read_to_string(report).with_context(said)?;
    let report = runtimes::Report::read(&report)?;
    let workspace = workspace()?;
    let written = if platforms {
        tables::of_platforms(workspace, &report, check)
    } else {
        tables::of_runtimes(workspace, &report, check)
    };
    for line in written? {
        println!("{line}");
    }
    Ok(())
}

fn check_layers(print: bool) -> Result<()> {
    let layers = Layers::read(workspace()?)?;
    if print {
        print!("{}", layers.text());
    }
    let problems = layers.problems();
    if !problems.is_empty() {
        bail!("the layers are wrong:\n\n{}", problems.join("\n\n"));
    }
    println!("{} modules keep to their layers", layers.count());
    Ok(())
}

fn write_docs(check: bool) -> Result<()> {
    let blocks = docs::all(workspace()?)?;
    let stale = docs::stale(workspace()?, &blocks)?;
    let names: Vec<_> = stale.iter().map(|stale| &*stale.page).collect();
    if stale.is_empty() {
        println!("the documentation is up to date");
    } else if check {
        bail!(
            "these pages are stale:\n  {}\n  run `cargo xtask docs`",
            names.join("\n  ")
        );
    }
    for stale in &stale {
        let written = std::fs::write(workspace()?.join(&stale.page), &stale.text);
        written.with_context(|| format!("failed to write {}", stale.page))?;
        println!("wrote {}", stale.page);
    }
    Ok(())
}

fn under_load(load: &load::Load) -> Result<()> {
    load::run(workspace()?, load)
}

fn judge_mutants(options: &mutation_score::MutationScore) -> Result<()> {
    mutation_score::run(workspace()?, options)
}

fn make_package() -> Result<()> {
    let folder = package::package(workspace()?)?;
    println!("`cargo publish` works in {}", folder.display());
    Ok(())
}

fn write_speed() -> Result<()> {
    let path = workspace()?.join("docs/speed.md");
    let old = std::fs::read_to_string(&path).context("failed to read docs/speed.md")?;
    let tables = speed::measure(workspace()?)?;
    let new = marks::replace(&old, marks::SPEED, &tables)?;
    std::fs::write(&path, new).context("failed to write docs/speed.md")?;
    println!("docs/speed.md is written");
    Ok(())
}
