//! The command line: parses, runs, prints. It returns an exit code and never
//! ends the program itself.

use crate::baseline::number;
use crate::console::{hide_broken_pipes, print, print_behind, quote, threads};
use crate::outputs::{
    self, CompareArguments, CompletionsArguments, ExplainArguments, ExportArguments, ManArguments,
    OutputArguments, ReportArguments,
};
use crate::preflight::{self, Manner};
use crate::report::Skipped;
use crate::trial;
use crate::{Error, Implementation, Options, Planned, Suite, WasiVersion, report, run, schema};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use libtest_mimic::{Arguments, FormatSetting};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

mod baselines;

/// What stands for every implementation that is installed.
const ALL: &str = "all";

/// Judges the TCP sockets that a WebAssembly runtime gives to WASI 0.2 guests.
#[derive(Parser)]
#[command(
    name = "wasi-tcp-conformance",
    version,
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Action>,
    #[command(flatten)]
    run: RunArguments,
}

#[derive(Subcommand)]
enum Action {
    /// Run the trials and judge (the default)
    Run(Box<RunArguments>),
    /// Print every trial with its requirements
    List(ListArguments),
    /// Prove that an implementation can be judged, step by step
    Preflight(JudgedArguments),
    /// Print the JSON schema of a format
    Schema(SchemaArguments),
    /// Show a saved report, or write other views of it
    Report(ReportArguments),
    /// Say what changed between saved reports, as after an upgrade
    Compare(CompareArguments),
    /// Explain a trial or a requirement
    Explain(ExplainArguments),
    /// Write components, expectations and a manifest, for a runner of your own
    Export(ExportArguments),
    /// Print completions for a shell
    Completions(CompletionsArguments),
    /// Print the manual's page
    Man(ManArguments),
}

#[derive(Args)]
struct RunArguments {
    #[command(flatten)]
    judged: JudgedArguments,
    /// Fail on deviations too: on every error code but the documented one
    #[arg(long)]
    strict: bool,
    /// Excuse the known failures that this file lists too; with several implementations, say of
    /// which
    #[arg(long = "baseline", value_name = "[NAME=]FILE")]
    baselines: Vec<String>,
    /// Write a baseline that fits this run, with the reasons left to fill in
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    #[command(flatten)]
    libtest: Arguments,
    /// Run the trials whose name contains one of these; without any, all
    #[arg(value_name = "FILTER", index = 2)]
    filters: Vec<String>,
    // Last: its heading would be that of what follows.
    #[command(flatten)]
    outputs: OutputArguments,
}

/// What is judged, and how it is run.
#[derive(Args)]
struct JudgedArguments {
    /// Judge this implementation: wasmtime (the one built in), a NAME or a FILE.json, these with
    /// =PROGRAM if need be, or all that are installed; can be given more than once
    #[arg(
        short,
        long = "implementation",
        value_name = "NAME",
        default_value = "wasmtime"
    )]
    implementations: Vec<String>,
    /// The longest that one trial may take, in seconds; 30 unless said here or by the
    /// implementation
    #[arg(long, value_name = "SECS", value_parser = seconds, allow_negative_numbers = true)]
    timeout: Option<Duration>,
    /// Let the guests import the interfaces at this version
    #[arg(long, value_name = "0.2.N", default_value_t = WasiVersion::REFERENCE)]
    wasi_version: WasiVersion,
}

#[derive(Args)]
struct ListArguments {
    /// As JSON, with what each trial has to observe
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct SchemaArguments {
    /// Which format
    #[arg(value_enum)]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A file of expectations
    Expectations,
    /// A file that describes an implementation
    Implementation,
    /// A file of known failures
    Baseline,
    /// A report
    Report,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|limit| !limit.is_zero())
        .ok_or_else(|| "a time limit is a number of seconds above 0".to_owned())
}

/// Does what the command line says.
///
/// # Errors
/// When nothing could be judged; the error knows its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let program = arguments.first().map_or_else(
        || "wasi-tcp-conformance".into(),
        |it| it.to_string_lossy().into_owned(),
    );
    let parsed = command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are not errors; clap knows where each goes.
            let _ = error.print();
            return Ok(ExitCode::from(if error.use_stderr() { 2 } else { 0 }));
        }
    };
    match cli.command {
        None => judge(cli.run, &program),
        Some(Action::Run(arguments)) => judge(*arguments, &program),
        Some(Action::List(arguments)) => list(&arguments),
        Some(Action::Preflight(arguments)) => preflight(&arguments),
        Some(Action::Schema(arguments)) => print(&match arguments.format {
            Format::Expectations => schema::expectations(),
            Format::Implementation => schema::implementation(),
            Format::Baseline => schema::baseline(),
            Format::Report => schema::report(),
        }),
        Some(Action::Report(arguments)) => outputs::report(&arguments),
        Some(Action::Compare(arguments)) => outputs::compare(&arguments),
        Some(Action::Explain(arguments)) => outputs::explain(&arguments),
        Some(Action::Export(arguments)) => outputs::export(&arguments),
        Some(Action::Completions(arguments)) => outputs::completions(&arguments),
        Some(Action::Man(arguments)) => outputs::man(&arguments),
    }
}

/// The command line's definition.
///
/// libtest-mimic's flags bring a help text of their own, which this undoes.
pub(crate) fn command() -> clap::Command {
    Cli::command()
        .about("Judges the TCP sockets that a WebAssembly runtime gives to WASI 0.2 guests")
        .help_template("{about-with-newline}\n{usage-heading} {usage}\n\n{all-args}{after-help}")
        .after_help(
            "Exit codes: 0 conforms; 1 failures (with --strict: or deviations) or stale known\n\
             failures; 2 bad usage or bad data; 3 nothing could be judged.",
        )
        .override_usage(
            "wasi-tcp-conformance [run] [OPTIONS] [FILTER]...
       \
             wasi-tcp-conformance list [--json]
       \
             wasi-tcp-conformance preflight [-i NAME]...\n       \
             wasi-tcp-conformance schema <FORMAT>
       \
             wasi-tcp-conformance report <REPORT.json> [OPTIONS]
       \
             wasi-tcp-conformance compare <REPORT.json>...
       \
             wasi-tcp-conformance explain <TRIAL|REQUIREMENT>
       \
             wasi-tcp-conformance export <FOLDER>
       \
             wasi-tcp-conformance completions <SHELL>
       \
             wasi-tcp-conformance man [COMMAND]",
        )
        .mut_arg("filter", |it| it.hide(true).index(1))
        .mut_subcommand("run", |run| {
            run.help_template(
                "{usage-heading} {usage}

{all-args}",
            )
            .override_usage("wasi-tcp-conformance run [OPTIONS] [FILTER]...")
            .after_help("")
            .mut_arg("filter", |it| it.hide(true).index(1))
        })
}

fn judge(arguments: RunArguments, program: &str) -> Result<ExitCode, Error> {
    let suite = Suite::embedded()?;
    let trials = trial::all(&suite);
    let filters: Vec<_> = arguments
        .libtest
        .filter
        .iter()
        .chain(&arguments.filters)
        .map(String::as_str)
        .collect();
    let selected = trial::select(&trials, &filters, &arguments.libtest)?;
    let (mut implementations, skipped) =
        implementations(&suite, &arguments.judged.implementations)?;
    let baseline = baselines::read(&arguments, &trials, &mut implementations)?;
    let plan: Vec<_> = (0..implementations.len())
        .flat_map(|implementation| {
            selected.iter().map(move |trial| Planned {
                trial: trial.clone(),
                implementation,
            })
        })
        .collect();

    let list = arguments.libtest.list;
    let options = Options {
        strict: arguments.strict,
        time_limit: arguments.judged.timeout,
        wasi_version: arguments.judged.wasi_version,
        reproduce: reproduce(program, &arguments),
        // Filtered is here, with more than one filter.
        arguments: Arguments {
            filter: None,
            skip: Vec::new(),
            test_threads: arguments.libtest.test_threads.or_else(threads),
            ..arguments.libtest
        },
    };
    let outputs = arguments.outputs.open()?;
    hide_broken_pipes();
    let mut report = run(&suite, implementations, &plan, &options)?;
    if list {
        return Ok(ExitCode::SUCCESS);
    }
    report.skipped = skipped;
    let annotations = outputs.write(&report, options.strict)?;
    if let Some(baseline) = baseline {
        baseline.write(&report)?;
    }
    let summary = match options.arguments.format {
        Some(FormatSetting::Json) => report::terminal::summary(&report, options.strict),
        _ => outputs::summary(&report, options.strict, options.arguments.color),
    };
    print_behind(&(summary + &annotations), options.arguments.format)?;
    Ok(ExitCode::from(report.exit_code(options.strict)))
}

/// The implementations that the command line names, each by a name of its own,
/// and those that are not installed and were not asked for by name.
fn implementations(
    suite: &Suite,
    words: &[String],
) -> Result<(Vec<Implementation>, Vec<Skipped>), Error> {
    let mut implementations = Vec::new();
    let mut skipped = Vec::new();
    let named = |name: &str| words.iter().any(|it| it.split('=').next() == Some(name));
    for word in words {
        if word != ALL {
            implementations.push(Implementation::named(suite, word)?);
            continue;
        }
        for name in Implementation::names() {
            if named(&name) {
                continue;
            }
            match Implementation::named(suite, &name) {
                Ok(it) => implementations.push(it),
                Err(Error::Implementation { problem, mend, .. }) => skipped.push(Skipped {
                    name,
                    reason: format!("{problem}; {mend}"),
                }),
                Err(error) => return Err(error),
            }
        }
    }
    let own: Vec<String> = implementations.iter().map(|it| it.name.clone()).collect();
    for (at, implementation) in implementations.iter_mut().enumerate() {
        if own.iter().filter(|it| **it == own[at]).count() > 1 {
            let version = number(&implementation.version)
                .map_or_else(|| implementation.version.clone(), |it| it.to_string());
            implementation.name = format!("{}@{version}", own[at]);
        }
    }
    // Reports tell them apart by their names.
    for (at, it) in implementations.iter().enumerate() {
        if implementations[..at]
            .iter()
            .any(|other| other.name == it.name)
        {
            return Err(Error::Usage {
                problem: format!("{} is to be judged twice", it.name),
                mend: "name it once; for two builds of one version, describe one of them in a \
                       file with a name of its own"
                    .to_owned(),
            });
        }
    }
    Ok((implementations, skipped))
}

/// Says step by step whether an implementation can be judged.
fn preflight(arguments: &JudgedArguments) -> Result<ExitCode, Error> {
    let suite = Suite::embedded()?;
    let mut worked = true;
    let mut text = String::new();
    let (implementations, skipped) = implementations(&suite, &arguments.implementations)?;
    for implementation in implementations {
        let manner = Manner {
            wasi_version: arguments.wasi_version,
            time_limit: arguments.timeout.unwrap_or(Duration::from_secs(30)),
            threads: threads().unwrap_or(1),
        };
        let preflight = preflight::run(&implementation, &suite.preflight, manner);
        worked &= preflight.endings.is_some();
        text += &report::terminal::preflight(&implementation, &preflight);
    }
    for it in skipped {
        let _ = writeln!(text, "{}\n  skipped: {}", it.name, it.reason);
    }
    print(&text)?;
    Ok(ExitCode::from(if worked { 0 } else { 3 }))
}

fn list(arguments: &ListArguments) -> Result<ExitCode, Error> {
    let suite = Suite::embedded()?;
    let trials = trial::all(&suite);
    if arguments.json {
        let trials: Vec<_> = trials
            .iter()
            .map(|it| {
                serde_json::json!({
                    "trial": it.id.to_string(),
                    "topic": it.id.topic,
                    "case": it.id.case,
                    "family": it.id.family,
                    "environment": it.id.environment,
                    "requirements": it.expectation.cites,
                    "must": it.expectation.must,
                    "should": it.expectation.should,
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&trials).unwrap_or_default();
        return print(&(text + "\n"));
    }
    let width = trials
        .iter()
        .map(|it| it.id.to_string().len())
        .max()
        .unwrap_or_default();
    let mut lines = String::new();
    for it in &trials {
        let cites = it.expectation.cites.join(", ");
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{:width$}  {cites}", it.id.to_string());
    }
    print(&lines)
}

/// The command that repeats a trial, up to the implementation.
fn reproduce(program: &str, arguments: &RunArguments) -> String {
    let mut command = quote(program);
    if arguments.judged.wasi_version != WasiVersion::REFERENCE {
        // Writing to a string cannot fail.
        let _ = write!(command, " --wasi-version {}", arguments.judged.wasi_version);
    }
    command
}
