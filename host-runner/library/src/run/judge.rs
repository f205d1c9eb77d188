//! Judges implementations by trials.

use super::libtest;
use super::options::Options;
use super::plan::Plan;
use super::walk_counts::walk_counts;
use crate::suite::{Suite, Trial};
use crate::{Implementation, interrupt};
use std::collections::BTreeSet;
use std::time::SystemTime;
use wasi_tcp_conformance_core::report::{ImplementationFacts, Report};
use wasi_tcp_conformance_core::{Error, Problem};

/// Judges each of these implementations by each of these trials.
///
/// The records come in the order of implementations and trials, in whatever order
/// they were run.
///
/// A whole program that judges one implementation by one topic:
///
/// ```no_run
/// use std::process::ExitCode;
/// use wasi_tcp_conformance::{Error, Implementation, Options, Suite, dispatch, run, summary};
///
/// fn main() -> ExitCode {
///     // An embedded runtime runs its guests in children of this program.
///     if let Some(code) = dispatch() {
///         return code;
///     }
///     match judge() {
///         Ok(code) => code.into(),
///         Err(error) => {
///             eprintln!("error: {error}");
///             error.exit_code().into()
///         }
///     }
/// }
///
/// fn judge() -> Result<u8, Error> {
///     let suite = Suite::embedded()?;
///     let wasmtime = Implementation::named(&suite, "wasmtime-cli")?;
///     let mut trials = suite.trials();
///     trials.retain(|trial| trial.name.topic == "unbound");
///     let report = run(&suite, vec![wasmtime], &trials, &Options::default())?;
///     print!("{}", summary(&report, false));
///     Ok(report.exit_code(false))
/// }
/// ```
///
/// # Errors
/// When an implementation does not pass its preflight, the options cannot be
/// followed, or the trials cannot be printed.
pub fn run(
    suite: &Suite,
    implementations: Vec<Implementation>,
    trials: &[Trial],
    options: &Options,
) -> Result<Report, Error> {
    let (report, printed) = run_and_print(suite, implementations, trials, options)?;
    printed.map(|()| report)
}

/// The same, for those who have a use for the report although its trials could not
/// be printed.
///
/// # Errors
/// As [`run`], except for that: it is in the second part.
pub fn run_and_print(
    suite: &Suite,
    implementations: Vec<Implementation>,
    trials: &[Trial],
    options: &Options,
) -> Result<(Report, Result<(), Error>), Error> {
    options.check()?;
    let started = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let plan = Plan::make(suite, implementations, trials, options);
    if interrupt::is_requested() {
        let problem = Problem::new("the run was interrupted before a trial ran", "run it again");
        return Err(Error::NothingJudged(problem));
    }
    let plan = plan?;
    let (records, printed) = libtest::run(&plan, options);
    let generations = suite.generations.iter().map(|part| {
        let version = options.version_of(part.generation);
        part.catalogue(version.unwrap_or(part.data.reference))
    });
    let mut report = Report::new(suite.facts(), plan.host, generations.collect());
    report.started = started.into();
    let facts = plan.subjects.iter().map(|subject| &subject.implementation);
    report.implementations = facts
        .map(|it| ImplementationFacts::new(it.name(), it.version()))
        .collect();
    report.planned = plan.trials.len();
    report.records = records;
    let guests: BTreeSet<_> = trials
        .iter()
        .filter_map(|trial| trial.name.settings.guest)
        .collect();
    report.guests = suite.guests();
    report
        .guests
        .retain(|it| guests.iter().any(|guest| it.guest == *guest.as_str()));
    report.walks = walk_counts(suite, trials, &report);
    Ok((report, printed))
}
