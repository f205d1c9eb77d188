//! Runs trials by libtest-mimic, whose flags and output are those of `cargo test`.

use super::options::Options;
use super::plan::{Plan, Planned};
use super::progress::Progress;
use super::{order, record};
use crate::interrupt;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::any::Any;
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Once, PoisonError};
use wasi_tcp_conformance_core::report::Record;
use wasi_tcp_conformance_core::{Error, Verdict, without_commands};

/// Where output goes that nobody reads any more.
const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// What all trials of a run have in common.
struct Shared {
    records: Mutex<Vec<Option<Record>>>,
    progress: Progress,
    options: Options,
}

impl Shared {
    fn records(&self) -> std::sync::MutexGuard<'_, Vec<Option<Record>>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the trials of a plan. The records come in the order of the plan, in
/// whatever order the trials were run. The error is why they could not be printed;
/// that nobody read them to the end is none.
pub(super) fn run(plan: &Plan, options: &Options) -> (Vec<Record>, Result<(), Error>) {
    let shared = Arc::new(Shared {
        records: Mutex::new(vec![None; plan.trials.len()]),
        progress: Progress::new(plan.trials.len(), options),
        options: options.clone(),
    });
    let order = if options.only_lists() {
        (0..plan.trials.len()).collect()
    } else {
        order::by_turns(plan.trials.iter().map(|planned| {
            let topic = &planned.trial.topic;
            (
                Arc::as_ptr(&planned.subject),
                (topic.wasi_version, topic.component_name()),
            )
        }))
    };
    hide_failed_writes();
    let arguments = options.arguments(order.len());
    let printed = run_in_order(plan, &order, &arguments, &shared);
    if printed.is_err() && !options.only_lists() {
        // The report is wanted all the same.
        let recorded: Vec<bool> = shared.records().iter().map(Option::is_some).collect();
        let is_left = |at: &usize| !recorded[*at];
        let left: Vec<_> = order.into_iter().filter(is_left).collect();
        let arguments = Arguments {
            logfile: Some(NOWHERE.to_owned()),
            ..arguments
        };
        // Nothing is printed, so nothing can fail.
        let _ = run_in_order(plan, &left, &arguments, &shared);
    }
    let printed = match printed {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(Error::Io {
            action: "write to",
            path: options
                .log
                .clone()
                .unwrap_or_else(|| "standard output".into()),
            source,
        }),
        _ => Ok(()),
    };
    let records = shared.records();
    (records.iter().flatten().cloned().collect(), printed)
}

/// Lets libtest-mimic run the trials. It panics when it cannot print.
fn run_in_order(
    plan: &Plan,
    order: &[usize],
    arguments: &Arguments,
    shared: &Arc<Shared>,
) -> io::Result<()> {
    let several = plan.subjects.len() > 1;
    let trials = order
        .iter()
        .map(|&at| test(at, plan.trials[at].clone(), several, shared))
        .collect();
    catch_unwind(AssertUnwindSafe(|| {
        let _ = libtest_mimic::run(arguments, trials);
        io::stdout().flush()
    }))
    .unwrap_or_else(|panic| Err(failed_write(&*panic)))
}

/// The answer of the operating system, which a panic of libtest-mimic shows as
/// `Os { code: 28, … }`.
fn failed_write(panic: &(dyn Any + Send)) -> io::Error {
    let message = panic.downcast_ref::<String>().map_or("", String::as_str);
    let code = message.split_once("code: ").and_then(|(_, rest)| {
        let digits = rest.split(|it: char| !it.is_ascii_digit());
        digits.into_iter().next()?.parse().ok()
    });
    match code {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::other(message.to_owned()),
    }
}

fn test(at: usize, planned: Planned, several: bool, shared: &Arc<Shared>) -> Trial {
    let name = planned.trial.name.to_string();
    let kind = if several {
        planned.subject.implementation.name().to_owned()
    } else {
        String::new()
    };
    let is_ignored = shared.options.only_inapplicable();
    let shared = Arc::clone(shared);
    let run = move || {
        let record = (!interrupt::is_requested()).then(|| record::run(&planned, &shared.options));
        // What was ended with the run says nothing.
        let record = record.filter(|it| !is_cut_short(it));
        let Some(record) = record else {
            return Ok(Completion::ignored_with("interrupted"));
        };
        let completion = completion(&record, shared.options.strict);
        shared.progress.ended(completion.is_err());
        shared.records()[at] = Some(record);
        completion
    };
    Trial::ignorable_test(name, run)
        .with_kind(kind)
        .with_ignored_flag(is_ignored)
}

/// Whether the trial of a record was ended because the run was.
fn is_cut_short(record: &Record) -> bool {
    interrupt::is_requested() && record.verdict == Verdict::Error
}

/// What libtest-mimic is told of a record.
fn completion(record: &Record, strict: bool) -> Result<Completion, Failed> {
    let reason = record.reason.as_ref();
    if record.is_red(strict) {
        let observed = record.observed.as_ref();
        let observed = observed.map_or_else(String::new, |it| format!(": observed {it}"));
        let reason = reason.map_or_else(String::new, |it| format!(" ({it})"));
        let message = format!("{}{observed}{reason}", record.verdict);
        return Err(without_commands(&message).into());
    }
    if record.verdict == Verdict::NotApplicable {
        let reason = reason.map_or_else(|| "not applicable".to_owned(), ToString::to_string);
        return Ok(Completion::ignored_with(reason));
    }
    Ok(Completion::Completed)
}

/// Hides the panics of libtest-mimic that say that it cannot print. What follows
/// says it better, or need not say it.
fn hide_failed_writes() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let mut file = panic
                .location()
                .map_or("", std::panic::Location::file)
                .split(['/', '\\']);
            if !file.any(|part| part.starts_with("libtest-mimic")) {
                report(panic);
            }
        }));
    });
}
