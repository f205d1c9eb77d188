//! `run`: runs the trials and judges.

use super::baselines;
use super::colors::set_colors;
use super::guests;
use super::judged;
use super::report_files::{OtherFiles, ReportFiles};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasi_tcp_conformance::internal::{
    INTERRUPTED, Partition, Selection, interrupted, is_interrupted, not_applicable, note,
    note_commands, print_after, print_commands, quote, run_and_print, select_implementations,
    select_trials, watch_interrupts,
};
use wasi_tcp_conformance::{Error, Options, Problem, summary};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    judged: judged::Arguments,
    #[command(flatten)]
    guests: guests::Arguments,
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
    /// Run one part of these trials: hash:1/4 is the first of four, the same on every machine
    #[arg(long, value_name = "hash:M/N")]
    partition: Option<Partition>,
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
    let suite = arguments.guests.suite()?;
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
        partition: arguments.partition,
    };
    let trials = select_trials(&suite.trials(), &selection)
        .map_err(|error| with_command(error, &selection.filters, commands))?;
    for filter in &selection.filters {
        if commands.contains(&filter.as_str()) {
            note(&format!(
                "`{filter}` is taken as a filter: a command comes first"
            ));
        }
    }
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
    let files = arguments.files.create(&arguments.other_files())?;
    set_colors(libtest.color);
    watch_interrupts();
    let (mut report, printed) = run_and_print(&suite, implementations, &trials, &options)?;
    if libtest.list {
        return printed.map(|()| ExitCode::SUCCESS);
    }
    report.skipped = skipped;
    let annotations = files.write(&report, options.strict)?;
    if let Some(baseline) = baseline {
        note(&baseline.write(&report)?);
    }
    printed?;
    if libtest.ignored {
        // Asked for the reasons, and nothing else.
        print_after(&not_applicable(&report), options.is_for_programs())?;
        return Ok(ExitCode::SUCCESS);
    }
    let summary = summary(&report, options.strict);
    print_after(&summary, options.is_for_programs())?;
    if options.is_for_programs() {
        note_commands(&annotations);
    } else {
        print_commands(&annotations)?;
    }
    if is_interrupted() {
        note(&interrupted(&report));
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(ExitCode::from(report.exit_code(options.strict)))
}

impl Arguments {
    /// The files that the run reads and writes, but for those of the report.
    fn other_files(&self) -> OtherFiles {
        let implementations = self.judged.implementations.iter();
        let described = implementations.map(|words| words.split('=').next().unwrap_or(words));
        let described = described.filter(|name| is_json(name)).map(PathBuf::from);
        let written = self.libtest.logfile.iter().map(PathBuf::from);
        OtherFiles {
            read: described.chain(self.guests.read()).collect(),
            written: written.chain(self.write_baseline.clone()).collect(),
        }
    }
}

fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == "json")
}

/// The error that a filter matches nothing, which may be a command that was mistyped
/// or does not come first.
fn with_command(error: Error, filters: &[String], names: &[&str]) -> Error {
    let (Error::NothingJudged(problem), Some(filter)) = (&error, filters.first()) else {
        return error;
    };
    let help = if names.contains(&filter.as_str()) {
        format!("a command comes first: `wasi-tcp-conformance {filter} …`")
    } else {
        let near = |name: &&&str| strsim::jaro_winkler(name, filter) > 0.8;
        match names.iter().find(near) {
            Some(command) => format!("did you mean the command `{command}`? {}", problem.help),
            None => return error,
        }
    };
    Error::NothingJudged(Problem::new(problem.what.clone(), help))
}

/// The command that repeats a trial and its verdict, up to the implementation.
fn reproduce(program: &str, arguments: &Arguments) -> String {
    let mut command = quote(program);
    let mut add = |words: &str| {
        if !words.is_empty() {
            command.push(' ');
            command.push_str(words);
        }
    };
    if let Some(version) = arguments.judged.wasi_version {
        add(&format!("--wasi-version {version}"));
    }
    if let Some(limit) = arguments.judged.timeout {
        add(&format!("--timeout {}", limit.as_secs_f64()));
    }
    add(arguments.guests.words().trim_start());
    if arguments.strict {
        add("--strict");
    }
    for words in &arguments.baselines {
        add(&format!("--baseline {}", quote(words)));
    }
    command
}
