//! `report`: shows a saved report, or writes other views of it.

use super::colors::set_colors;
use super::report_files::{OtherFiles, ReportFiles};
use super::saved::Saved;
use clap::Args;
use libtest_mimic::ColorSetting;
use std::path::PathBuf;
use std::process::ExitCode;
use wasi_tcp_conformance::internal::{judge_anew, print, print_commands};
use wasi_tcp_conformance::{Error, Suite, summary};

#[derive(Args)]
pub(super) struct Arguments {
    /// A report that was written with --json
    #[arg(value_name = "REPORT.json")]
    file: PathBuf,
    /// Take deviations for failures
    #[arg(long)]
    strict: bool,
    /// Judge its observations by the expectations of this program; the components must be the same
    #[arg(long)]
    judge_anew: bool,
    /// Colour what is printed
    #[arg(long, value_name = "auto|always|never")]
    color: Option<ColorSetting>,
    #[command(flatten)]
    files: ReportFiles,
}

/// Shows the report, and ends as the run that wrote it did.
pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let mut saved = Saved::read(&arguments.file)?;
    if arguments.judge_anew {
        saved.report = judge_anew(&Suite::embedded()?, &saved.file, &saved.report)?;
    }
    let others = OtherFiles {
        read: vec![arguments.file.clone()],
        written: Vec::new(),
    };
    let files = arguments.files.create(&others)?;
    let annotations = files.write(&saved.report, arguments.strict)?;
    set_colors(arguments.color);
    print(&summary(&saved.report, arguments.strict))?;
    print_commands(&annotations)?;
    Ok(ExitCode::from(saved.report.exit_code(arguments.strict)))
}
