//! Where a report goes: one file a view, from a run or from a saved report.

use crate::report::{self, Report};
use crate::{Error, cli};
use clap::Args;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The files that a report is written to.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reports")]
pub(crate) struct OutputArguments {
    /// Write the report to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write it as one HTML page, for people
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it as JUnit XML, for CI systems
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write it as Markdown, for a job's summary or a comment
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// What `report` is asked to do.
#[derive(Args)]
pub(crate) struct ReportArguments {
    /// A report that was written with --json
    #[arg(value_name = "REPORT.json")]
    file: PathBuf,
    /// Take deviations for failures
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    outputs: OutputArguments,
}

/// Views of a report.
#[derive(Clone, Copy, Debug)]
enum View {
    Json,
    Html,
    Junit,
    Markdown,
}

/// Files that are open, each for its view.
pub(crate) struct Outputs {
    files: Vec<(PathBuf, File, View)>,
}

impl OutputArguments {
    /// Creates the files. This comes before the trials: a mistyped folder must
    /// not cost a run.
    pub(crate) fn open(&self) -> Result<Outputs, Error> {
        let wanted = [
            (&self.json, View::Json),
            (&self.html, View::Html),
            (&self.junit, View::Junit),
            (&self.markdown, View::Markdown),
        ];
        let wanted: Vec<(&PathBuf, View)> = wanted
            .into_iter()
            .filter_map(|(path, view)| Some((path.as_ref()?, view)))
            .collect();
        for (at, (path, _)) in wanted.iter().enumerate() {
            if wanted[..at].iter().any(|(other, _)| other == path) {
                return Err(Error::Usage {
                    problem: format!("{} is named for two views of the report", path.display()),
                    mend: "give each a file of its own".to_owned(),
                });
            }
        }
        let files = wanted
            .into_iter()
            .map(|(path, view)| Ok((path.clone(), cli::create(path)?, view)))
            .collect::<Result<_, Error>>()?;
        Ok(Outputs { files })
    }
}

impl Outputs {
    /// Writes all of them.
    pub(crate) fn write(self, report: &Report, strict: bool) -> Result<(), Error> {
        for (path, mut file, view) in self.files {
            let text = match view {
                View::Json => report.to_json(),
                View::Html => report::html(report, strict),
                View::Junit => report::junit(report, strict),
                View::Markdown => report::markdown(report, strict),
            };
            file.write_all(text.as_bytes())
                .map_err(|source| Error::Io {
                    action: "write the report to",
                    path,
                    source,
                })?;
        }
        Ok(())
    }
}

/// Shows a saved report, and ends as the run that wrote it did.
pub(crate) fn report(arguments: &ReportArguments) -> Result<ExitCode, Error> {
    let report = read(&arguments.file)?;
    arguments.outputs.open()?.write(&report, arguments.strict)?;
    cli::print(&report::terminal::summary(&report, arguments.strict))?;
    Ok(ExitCode::from(report.exit_code(arguments.strict)))
}

/// A saved report.
pub(crate) fn read(path: &Path) -> Result<Report, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    Report::from_json(&path.display().to_string(), &text)
}
