//! Where a report goes: one file a view, from a run or from a saved report.

use crate::report::{self, Comparison, Report};
use crate::{Error, Suite, cli, console};
use clap::Args;
use libtest_mimic::ColorSetting;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The files that a report is written to.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reports")]
#[expect(clippy::doc_markdown, reason = "clap prints these as they are")]
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
    /// Write a badge: an SVG image, or, to a FILE.json, what shields.io reads; can be given more
    /// than once
    #[arg(long, value_name = "FILE")]
    badge: Vec<PathBuf>,
    /// Annotate the run of a GitHub workflow; by itself where GITHUB_ACTIONS is set
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

/// What `report` is asked to do.
#[derive(Args)]
pub(crate) struct ReportArguments {
    /// A report that was written with --json
    #[arg(value_name = "REPORT.json")]
    file: PathBuf,
    /// Take deviations for failures
    #[arg(long)]
    strict: bool,
    /// Colour what is printed
    #[arg(long, value_name = "auto|always|never")]
    color: Option<ColorSetting>,
    #[command(flatten)]
    outputs: OutputArguments,
}

/// What `compare` is asked to do.
#[derive(Args)]
pub(crate) struct CompareArguments {
    /// Reports that were written with --json, from the oldest to the latest
    #[arg(value_name = "REPORT.json", required = true, num_args = 2..)]
    files: Vec<PathBuf>,
    /// Write what changed to this file too, as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// What `explain` is asked to do.
#[derive(Args)]
#[expect(clippy::doc_markdown, reason = "clap prints these as they are")]
pub(crate) struct ExplainArguments {
    /// A trial, a case such as unbound::accept, or the id of a requirement
    name: String,
    /// Say what this saved report saw, too; can be given more than once
    #[arg(long, value_name = "REPORT.json")]
    from: Vec<PathBuf>,
}

/// What `export` is asked to do.
#[derive(Args)]
pub(crate) struct ExportArguments {
    /// The folder to write to; it must be new or empty
    folder: PathBuf,
}

/// What `completions` is asked to do.
#[derive(Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// What `man` is asked to do.
#[derive(Args)]
pub(crate) struct ManArguments {
    /// The page of this command; without it, that of the program
    command: Option<String>,
}

/// Views of a report.
#[derive(Clone, Copy, Debug)]
enum View {
    Json,
    Html,
    Junit,
    Markdown,
    Badge,
    Shields,
}

/// Files that are open, each for its view.
pub(crate) struct Outputs {
    files: Vec<(PathBuf, File, View)>,
    github: bool,
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
            .chain(self.badge.iter().map(|it| (it, badge(it))))
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
            .map(|(path, view)| Ok((path.clone(), console::create(path)?, view)))
            .collect::<Result<_, Error>>()?;
        Ok(Outputs {
            files,
            github: self.github.map_or_else(
                || std::env::var("GITHUB_ACTIONS").is_ok_and(|it| it == "true"),
                |it| it == When::Always,
            ),
        })
    }
}

impl Outputs {
    /// Writes all of them. What is left is to be printed, after everything else.
    pub(crate) fn write(self, report: &Report, strict: bool) -> Result<String, Error> {
        for (path, mut file, view) in self.files {
            let text = match view {
                View::Json => report.to_json(),
                View::Html => report::html(report, strict),
                View::Junit => report::junit(report, strict),
                View::Markdown => report::markdown(report, strict),
                View::Badge => report::badge(report, strict),
                View::Shields => report::shields(report, strict),
            };
            console::write(&path, &mut file, &text)?;
        }
        Ok(if self.github {
            report::github(report, strict)
        } else {
            String::new()
        })
    }
}

/// What a badge's file is to hold.
fn badge(path: &Path) -> View {
    match path.extension() {
        Some(it) if it == "json" => View::Shields,
        _ => View::Badge,
    }
}

/// Shows a saved report, and ends as the run that wrote it did.
pub(crate) fn report(arguments: &ReportArguments) -> Result<ExitCode, Error> {
    let report = read(&arguments.file)?;
    let annotations = arguments.outputs.open()?.write(&report, arguments.strict)?;
    console::print(&(summary(&report, arguments.strict, arguments.color) + &annotations))?;
    Ok(ExitCode::from(report.exit_code(arguments.strict)))
}

/// The summary for standard output, in colours if it is a terminal that wants
/// them, or as the command line says.
pub(crate) fn summary(report: &Report, strict: bool, color: Option<ColorSetting>) -> String {
    let summary = report::terminal::summary(report, strict);
    let coloured = match color {
        Some(ColorSetting::Always) => true,
        Some(ColorSetting::Never) => false,
        Some(ColorSetting::Auto) | None => {
            anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
        }
    };
    if coloured {
        report::paint(&summary, report, strict)
    } else {
        summary
    }
}

/// Says what changed from each report to the next.
pub(crate) fn compare(arguments: &CompareArguments) -> Result<ExitCode, Error> {
    let reports = arguments.files.iter().map(PathBuf::as_path).map(named);
    let reports = reports.collect::<Result<Vec<_>, _>>()?;
    let markdown = arguments.markdown.as_deref();
    let markdown = markdown.map(|it| Ok::<_, Error>((it, console::create(it)?)));
    let markdown = markdown.transpose()?;
    let comparisons: Vec<_> = reports
        .windows(2)
        .map(|it| Comparison::between((&it[0].0, &it[0].1), (&it[1].0, &it[1].1)))
        .collect();
    if let Some((path, mut file)) = markdown {
        let text: Vec<_> = comparisons.iter().map(Comparison::markdown).collect();
        console::write(path, &mut file, &text.join("\n"))?;
    }
    let text: Vec<_> = comparisons.iter().map(Comparison::text).collect();
    console::print(&text.join("\n"))?;
    // A regression weighs more than what is not known.
    let codes = comparisons.iter().map(Comparison::exit_code);
    Ok(ExitCode::from(
        codes.filter(|it| *it > 0).min().unwrap_or(0),
    ))
}

/// Explains a trial or a requirement.
pub(crate) fn explain(arguments: &ExplainArguments) -> Result<ExitCode, Error> {
    let reports = arguments.from.iter().map(PathBuf::as_path).map(named);
    let reports = reports.collect::<Result<Vec<_>, _>>()?;
    let text = crate::explain::explain(&Suite::embedded()?, &arguments.name, &reports)?;
    console::print(&text)
}

/// Writes the suite to a folder.
pub(crate) fn export(arguments: &ExportArguments) -> Result<ExitCode, Error> {
    let count = crate::export::export(&Suite::embedded()?, &arguments.folder)?;
    let folder = arguments.folder.display();
    console::print(&format!(
        "{count} files written to {folder}; manifest.json lists them\n"
    ))
}

/// Prints what a shell needs to complete our command lines.
pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<ExitCode, Error> {
    let mut text = Vec::new();
    let mut command = cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut command, name, &mut text);
    console::print(&String::from_utf8_lossy(&text))
}

/// Prints a page of the manual.
pub(crate) fn man(arguments: &ManArguments) -> Result<ExitCode, Error> {
    let mut command = cli::command();
    command.build();
    if let Some(name) = &arguments.command {
        let found = command.find_subcommand(name);
        command = found.cloned().ok_or_else(|| Error::Usage {
            problem: format!("there is no command `{name}`"),
            mend: "`wasi-tcp-conformance help` lists them".to_owned(),
        })?;
    }
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(command).render(&mut text);
    console::print(&String::from_utf8_lossy(&text))
}

/// A saved report with the name of its file.
fn named(path: &Path) -> Result<(String, Report), Error> {
    Ok((path.display().to_string(), read(path)?))
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
