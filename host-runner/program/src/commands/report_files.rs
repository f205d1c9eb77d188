//! The files that a report is written to, one a view.

use crate::views;
use clap::Args;
use std::path::{Path, PathBuf};
use wasi_tcp_conformance::Error;
use wasi_tcp_conformance::internal::{PendingFile, identity};
use wasi_tcp_conformance::report::Report;

/// The files that a report is written to.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reports")]
#[expect(clippy::doc_markdown, reason = "clap prints these as they are")]
pub(super) struct ReportFiles {
    /// Write the report to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write it as one HTML page, for people
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it as JUnit XML, for CI systems
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write it as Markdown, for the summary of a job or a comment
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write the requirements by guest as Markdown, and where guests differ
    #[arg(long, value_name = "FILE")]
    by_guest: Option<PathBuf>,
    /// Write a badge: an SVG image, or, to a FILE.json, what shields.io reads; can be given more
    /// than once
    #[arg(long, value_name = "FILE")]
    badge: Vec<PathBuf>,
    /// Annotate the run of a GitHub workflow; the default where GITHUB_ACTIONS is set
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true,
          default_missing_value = "always")]
    github: Option<When>,
}

/// Whether to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum When {
    Always,
    Never,
}

/// A view of a report: makes its text, strictly or not.
type View = fn(&Report, bool) -> String;

/// Files that are about to be written, each with its view.
pub(super) struct PendingViews {
    files: Vec<(PendingFile, View)>,
    github: bool,
}

/// What a command reads and writes besides the files of the report.
#[derive(Default)]
pub(super) struct OtherFiles {
    pub(super) read: Vec<PathBuf>,
    pub(super) written: Vec<PathBuf>,
}

impl OtherFiles {
    /// Whether a file of the report would be written over one of these.
    ///
    /// # Errors
    /// If it would.
    pub(super) fn check(&self, path: &Path) -> Result<(), Error> {
        let is_among = |files: &[PathBuf]| files.iter().any(|it| identity(it) == identity(path));
        if is_among(&self.read) {
            return Err(Error::usage(
                format!("{} is read, and would be written over", path.display()),
                "give the report another file",
            ));
        }
        if is_among(&self.written) {
            return Err(Error::usage(
                format!("{} is named for two files", path.display()),
                "give each a file of its own",
            ));
        }
        Ok(())
    }
}

impl ReportFiles {
    /// Prepares the files. This comes before the trials: a mistyped folder must
    /// not cost a run.
    pub(super) fn create(&self, others: &OtherFiles) -> Result<PendingViews, Error> {
        let json: View = |report, _| report.to_json();
        let views: [(&Option<PathBuf>, View); 5] = [
            (&self.json, json),
            (&self.html, views::html),
            (&self.junit, views::junit),
            (&self.markdown, views::markdown),
            (&self.by_guest, views::by_guest),
        ];
        let named: Vec<(&PathBuf, View)> = views
            .into_iter()
            .filter_map(|(path, view)| Some((path.as_ref()?, view)))
            .chain(self.badge.iter().map(|path| (path, badge(path))))
            .collect();
        for (at, (path, _)) in named.iter().enumerate() {
            let is_same = |(other, _): &(&PathBuf, View)| identity(other) == identity(path);
            if named[..at].iter().any(is_same) {
                return Err(Error::usage(
                    format!("{} is named for two views of the report", path.display()),
                    "give each a file of its own",
                ));
            }
            others.check(path)?;
        }
        let files = named
            .into_iter()
            .map(|(path, view)| Ok((PendingFile::create(path)?, view)))
            .collect::<Result<_, Error>>()?;
        let is_workflow = || std::env::var("GITHUB_ACTIONS").is_ok_and(|it| it == "true");
        Ok(PendingViews {
            files,
            github: self
                .github
                .map_or_else(is_workflow, |when| when == When::Always),
        })
    }
}

impl PendingViews {
    /// Writes all of them. Returns what is to be printed after everything else.
    pub(super) fn write(self, report: &Report, strict: bool) -> Result<String, Error> {
        for (file, view) in self.files {
            file.write(&view(report, strict))?;
        }
        Ok(if self.github {
            views::github(report, strict)
        } else {
            String::new()
        })
    }
}

/// What the file of a badge holds.
fn badge(path: &Path) -> View {
    match path.extension() {
        Some(extension) if extension == "json" => views::shields,
        _ => views::badge,
    }
}
