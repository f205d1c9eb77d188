//! `run`: runs the trials and judges.

use super::baselines;
use super::colors::set_colors;
use super::judged;
use super::report_files::ReportFiles;
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use wasi_tcp_conformance::internal::{
    INTERRUPTED, Selection, interrupted, is_interrupted, not_applicable, print_after, quote,
    select_implementations, select_trials, watch_interrupts,
};
use wasi_tcp_conformance::{Error, Options, Problem, Suite, run as judge, summary};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    judged: judged::Arguments,
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
    libtest: libtest_mimic::Arguments,
    /// Run the trials whose name contains one of these; without any, all
    #[arg(value_name = "FILTER", index = 2)]
    filters: Vec<String>,
    // Last: its heading would be that of what follows.
    #[command(flatten)]
    files: ReportFiles,
}

/// Runs the trials. `commands` are the names of all commands, one of which may
/// have been mistyped as a filter.
pub(super) fn run(
    arguments: &Arguments,
    program: &str,
    commands: &[&str],
) -> Result<ExitCode, Error> {
    let suite = Suite::embedded()?;
    arguments.judged.check(&suite)?;
    let libtest = &arguments.libtest;
    let selection = Selection {
        filters: libtest
            .filter
            .iter()
            .chain(&arguments.filters)
            .cloned()
            .collect(),
        skip: libtest.skip.clone(),
        exact: libtest.exact,
    };
    let trials = select_trials(&suite.trials(), &selection)
        .map_err(|error| with_command(error, &selection.filters, commands))?;
    let (implementations, skipped) =
        select_implementations(&suite, &arguments.judged.implementations)?;
    let (implementations, baseline) = baselines::apply(
        &suite,
        implementations,
        &arguments.baselines,
        arguments.write_baseline.as_deref(),
    )?;

    let mut options = Options::from_libtest(libtest);
    options.strict = arguments.strict;
    options.time_limit = arguments.judged.timeout;
    options.wasi_version = arguments.judged.wasi_version;
    options.reproduce = reproduce(program, arguments);
    let files = arguments.files.create()?;
    set_colors(libtest.color);
    watch_interrupts();
    let mut report = judge(&suite, implementations, &trials, &options)?;
    if libtest.list {
        return Ok(ExitCode::SUCCESS);
    }
    report.skipped = skipped;
    let annotations = files.write(&report, options.strict)?;
    if let Some(baseline) = baseline {
        eprintln!("{}", baseline.write(&report)?);
    }
    if libtest.ignored {
        // Asked for the reasons, and nothing else.
        print_after(&not_applicable(&report), options.is_for_programs())?;
        return Ok(ExitCode::SUCCESS);
    }
    let summary = summary(&report, options.strict);
    print_after(&(summary + &annotations), options.is_for_programs())?;
    if is_interrupted() {
        eprintln!("{}", interrupted(&report));
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(ExitCode::from(report.exit_code(options.strict)))
}

/// The error that a filter matches nothing, which may be a mistyped command.
fn with_command(error: Error, filters: &[String], names: &[&str]) -> Error {
    let (Error::NothingJudged(problem), [filter]) = (&error, filters) else {
        return error;
    };
    let near = |name: &&&str| strsim::jaro_winkler(name, filter) > 0.8;
    let Some(command) = names.iter().find(near) else {
        return error;
    };
    let help = format!("did you mean the command `{command}`? {}", problem.help);
    Error::NothingJudged(Problem::new(problem.what.clone(), help))
}

/// The command that repeats a trial, up to the implementation.
fn reproduce(program: &str, arguments: &Arguments) -> String {
    let mut command = quote(program);
    if let Some(version) = arguments.judged.wasi_version {
        // Writing to a string cannot fail.
        let _ = write!(command, " --wasi-version {version}");
    }
    command
}
