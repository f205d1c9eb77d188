//! `compare`: shows what changed between saved reports.

use super::report_files::OtherFiles;
use super::saved::Saved;
use crate::views::Comparison;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use wasi_tcp_conformance::Error;
use wasi_tcp_conformance::internal::{PendingFile, print};

#[derive(Args)]
pub(super) struct Arguments {
    /// Reports that were written with --json, from the oldest to the latest
    #[arg(value_name = "REPORT.json", required = true, num_args = 2..)]
    files: Vec<PathBuf>,
    /// Write what changed to this file too, as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let reports = Saved::read_all(&arguments.files)?;
    let others = OtherFiles {
        read: arguments.files.clone(),
        written: Vec::new(),
    };
    if let Some(path) = &arguments.markdown {
        others.check(path)?;
    }
    let markdown = arguments.markdown.as_deref().map(PendingFile::create);
    let markdown = markdown.transpose()?;
    let comparisons: Vec<_> = reports
        .windows(2)
        .map(|pair| {
            let [old, new] = [&pair[0], &pair[1]];
            Comparison::between((&old.file, &old.report), (&new.file, &new.report))
        })
        .collect();
    if let Some(file) = markdown {
        let text: Vec<_> = comparisons.iter().map(Comparison::markdown).collect();
        file.write(&text.join("\n"))?;
    }
    let text: Vec<_> = comparisons.iter().map(Comparison::text).collect();
    print(&text.join("\n"))?;
    // A regression weighs more than what is unknown.
    let codes = comparisons.iter().map(Comparison::exit_code);
    Ok(ExitCode::from(
        codes.filter(|code| *code > 0).min().unwrap_or(0),
    ))
}
