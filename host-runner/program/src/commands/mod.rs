//! The command line: one file a command, its arguments beside it.

mod baselines;
mod colors;
mod compare;
mod completions;
mod explain;
mod export;
mod guest_source;
mod guests;
mod judged;
mod list;
mod man;
mod preflight;
mod report;
mod report_files;
mod run;
mod saved;
mod schema;
mod walk;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use wasi_tcp_conformance::Error;

/// Judges the TCP sockets that a WebAssembly runtime gives to WASI guests.
#[derive(Parser)]
#[command(
    name = "wasi-tcp-conformance",
    version,
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Arguments,
}

#[derive(Subcommand)]
enum Command {
    /// Run the trials and judge (the default)
    Run(Box<run::Arguments>),
    /// Print the trials with their requirements
    List(list::Arguments),
    /// Prove that an implementation can be judged, step by step
    Preflight(judged::Arguments),
    /// Explore with walks that are made up, until one contradicts the model
    Walk(walk::Arguments),
    /// Print the JSON schema of a format
    Schema(schema::Arguments),
    /// Show a saved report, or write other views of it
    Report(report::Arguments),
    /// Show what changed between saved reports, as after an upgrade
    Compare(compare::Arguments),
    /// Explain a trial or a requirement
    Explain(explain::Arguments),
    /// Write components, expectations and a manifest, for a runner of your own
    Export(export::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Print the page of the manual
    Man(man::Arguments),
}

/// The names of the commands.
const NAMES: [&str; 11] = [
    "run",
    "list",
    "preflight",
    "walk",
    "schema",
    "report",
    "compare",
    "explain",
    "export",
    "completions",
    "man",
];

/// How each command is used.
const USAGE: [&str; 11] = [
    "[run] [OPTIONS] [FILTER]...",
    "list [--json] [FILTER]...",
    "preflight [-i NAME]...",
    "walk [OPTIONS] [-i NAME]...",
    "schema <FORMAT>",
    "report <REPORT.json> [OPTIONS]",
    "compare <REPORT.json>...",
    "explain <TRIAL|REQUIREMENT>",
    "export <FOLDER>",
    "completions <SHELL>",
    "man [COMMAND]",
];

/// Does what the command line says.
///
/// # Errors
/// When nothing could be judged; the error knows its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let program = arguments.first().map_or_else(
        || "wasi-tcp-conformance".into(),
        |program| program.to_string_lossy().into_owned(),
    );
    let parsed = definition()
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are not errors; clap knows where each goes.
            let printed = error.print();
            if error.use_stderr() {
                return Ok(ExitCode::from(2));
            }
            return match printed {
                Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(Error::Io {
                    action: "write to",
                    path: "standard output".into(),
                    source,
                }),
                _ => Ok(ExitCode::SUCCESS),
            };
        }
    };
    match cli.command {
        None => run::run(&cli.run, &program, &NAMES),
        Some(Command::Run(arguments)) => run::run(&arguments, &program, &NAMES),
        Some(Command::List(arguments)) => list::run(&arguments),
        Some(Command::Preflight(arguments)) => preflight::run(&arguments),
        Some(Command::Walk(arguments)) => walk::run(&arguments, &program),
        Some(Command::Schema(arguments)) => schema::run(&arguments),
        Some(Command::Report(arguments)) => report::run(&arguments),
        Some(Command::Compare(arguments)) => compare::run(&arguments),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Export(arguments)) => export::run(&arguments),
        Some(Command::Completions(arguments)) => completions::run(&arguments, definition()),
        Some(Command::Man(arguments)) => man::run(&arguments, definition()),
    }
}

/// The definition of the command line.
///
/// The flags of libtest-mimic bring a help text of their own, which this undoes.
fn definition() -> clap::Command {
    let usage = USAGE.map(|usage| format!("wasi-tcp-conformance {usage}"));
    Cli::command()
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(false)
        .about("Judges the TCP sockets that a WebAssembly runtime gives to WASI guests")
        .help_template("{about-with-newline}\n{usage-heading} {usage}\n\n{all-args}{after-help}")
        .after_help(
            "Exit codes: 0 conforms; 1 failures (with --strict: or deviations) or stale known\n\
             failures; 2 bad usage or bad data; 3 nothing could be judged.",
        )
        .override_usage(usage.join("\n       "))
        .mut_arg("filter", |filter| filter.hide(true).index(1))
        .mut_subcommand("run", |run| {
            run.help_template("{usage-heading} {usage}\n\n{all-args}")
                .override_usage(format!(
                    "wasi-tcp-conformance {}",
                    USAGE[0].replace("[run]", "run")
                ))
                .after_help("")
                .mut_arg("filter", |filter| filter.hide(true).index(1))
        })
}
