//! From trials to a report: libtest-mimic runs them, each leaves a record.

use crate::adapter::Request;
use crate::environment::Host;
use crate::preflight::Manner;
use crate::progress::Progress;
use crate::protocol::{self, Endings, Transcript};
use crate::report::{ImplementationFacts, Record, Report, SuiteFacts, text};
use crate::trial::Trial;
use crate::verdict::{Judgement, Verdict, judge};
use crate::{
    Environment, Error, Expectation, Family, Implementation, Observation, Suite, Topic, TrialId,
    WasiVersion, console,
};
use libtest_mimic::{Arguments, Completion, Failed};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The least time that a preflight is given: a limit that is too short for the
/// trials is not to look like a runtime that does not start.
const PREFLIGHT: Duration = Duration::from_secs(30);

/// How a run goes about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What libtest-mimic is told: threads, format, colour, whether to list.
    /// Filters are not for here: they are applied to the plan.
    pub arguments: Arguments,
    /// Whether deviations are failures.
    pub strict: bool,
    /// The longest that one trial may take, whatever an adapter says. Without
    /// it, what the adapter says, or 30 s.
    pub time_limit: Option<Duration>,
    /// The version at which the guests import the interfaces, where the trial
    /// does not say.
    pub wasi_version: WasiVersion,
    /// The command that repeats a trial, up to the implementation.
    pub reproduce: String,
}

/// As the command line has it: deviations are allowed, the adapters say how long
/// a trial may take, and the guests import the interfaces at
/// [`WasiVersion::REFERENCE`].
impl Default for Options {
    fn default() -> Self {
        Self {
            arguments: Arguments::default(),
            strict: false,
            time_limit: None,
            wasi_version: WasiVersion::REFERENCE,
            reproduce: env!("CARGO_PKG_NAME").to_owned(),
        }
    }
}

/// A trial of one implementation.
#[derive(Clone)]
pub struct Planned<'a> {
    /// The trial.
    pub trial: Trial<'a>,
    /// The implementation, by its place in the list.
    pub implementation: usize,
}

/// Judges the implementations by the trials.
///
/// The records come in the order of the plan, however the trials were run.
///
/// A whole program that judges the wasmtime built in by one topic:
///
/// ```no_run
/// use std::process::ExitCode;
/// use wasi_tcp_conformance::{
///     Error, Implementation, Options, Planned, Suite, child, report, run, trial,
/// };
///
/// fn main() -> ExitCode {
///     // What is built in runs its guests in children of this program.
///     if let Some(code) = child::dispatch() {
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
///     let wasmtime = Implementation::named(&suite, "wasmtime")?;
///     let plan: Vec<_> = trial::all(&suite)
///         .into_iter()
///         .filter(|it| it.id.topic == "unbound")
///         .map(|trial| Planned { trial, implementation: 0 })
///         .collect();
///     let report = run(&suite, vec![wasmtime], &plan, &Options::default())?;
///     print!("{}", report::terminal::summary(&report, false));
///     Ok(report.exit_code(false))
/// }
/// ```
///
/// As with every test harness, `--ignored` is for what else is not run: here,
/// for the trials that are not applicable. They give their reasons.
///
/// # Errors
/// When an implementation does not pass its preflight, or the arguments leave
/// nobody to run the trials or no place to log them.
pub fn run(
    suite: &Suite,
    implementations: Vec<Implementation>,
    plan: &[Planned<'_>],
    options: &Options,
) -> Result<Report, Error> {
    check(&options.arguments)?;
    let host = Host::default();
    let is_wanted = |it: &&Planned<'_>| {
        let implementation = &implementations[it.implementation];
        !options.arguments.ignored
            || applicable(&it.trial.id, it.trial.expectation, &host, implementation).is_err()
    };
    let plan: Vec<_> = plan.iter().filter(is_wanted).cloned().collect();
    // A list is printed without starting anything, and so are reasons.
    let judged = if options.arguments.list || options.arguments.ignored {
        &[]
    } else {
        implementations.as_slice()
    };
    let endings = judged
        .iter()
        .map(|it| {
            let limit = time_limit(it, options).max(PREFLIGHT);
            it.preflight(
                suite,
                Manner {
                    wasi_version: options.wasi_version,
                    time_limit: limit,
                    threads: options.arguments.test_threads.unwrap_or(usize::MAX),
                },
            )
        })
        .collect::<Result<_, _>>()?;
    let shared = Arc::new(Shared {
        implementations,
        endings,
        host,
        records: Mutex::new(vec![None; plan.len()]),
        progress: Progress::of(plan.len(), options),
        options: options.clone(),
    });
    // libtest-mimic wants trials that own what they use: each topic once.
    let mut topics = HashMap::new();
    let order = if options.arguments.list {
        plan.iter().enumerate().collect()
    } else {
        by_turns(&plan)
    };
    let trials = order
        .into_iter()
        .map(|(at, planned)| {
            let topic = topics
                .entry(std::ptr::from_ref(planned.trial.topic))
                .or_insert_with(|| Arc::new(planned.trial.topic.clone()));
            mimic_trial(at, planned, Arc::clone(topic), &shared)
        })
        .collect();
    // It panics when nobody reads its output any more. Trials that have run by
    // then have left their records; the report tells if others are missing.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        libtest_mimic::run(&options.arguments, trials)
    }));

    let records = shared
        .records
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(Report {
        suite: SuiteFacts {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            wasi_version: options.wasi_version,
            digest: suite.digest.clone(),
        },
        implementations: shared
            .implementations
            .iter()
            .map(|it| ImplementationFacts {
                name: it.name.clone(),
                version: it.version.clone(),
            })
            .collect(),
        skipped: Vec::new(),
        host: shared.host.facts(),
        planned: plan.len(),
        records: records.iter().flatten().cloned().collect(),
        catalogue: suite.requirements.clone(),
    })
}

/// What libtest-mimic would panic at, or wait for for ever.
fn check(arguments: &Arguments) -> Result<(), Error> {
    if let Some(log) = &arguments.logfile {
        console::create(Path::new(log))?;
    }
    if arguments.test_threads == Some(0) {
        return Err(Error::Usage {
            problem: "--test-threads 0 leaves nobody to run the trials".to_owned(),
            mend: "give at least 1".to_owned(),
        });
    }
    Ok(())
}

/// The plan, each trial with its place in it, in the order that keeps the
/// processors busy. One trial of each component comes first, so that components
/// are prepared beside each other; then the implementations take turns, so that
/// while one hangs, the others go on.
fn by_turns<'a>(plan: &'a [Planned<'a>]) -> Vec<(usize, &'a Planned<'a>)> {
    let mut turns = HashMap::new();
    let mut prepared = HashSet::new();
    let mut order: Vec<_> = plan
        .iter()
        .enumerate()
        .map(|(at, planned)| {
            let turn = turns.entry(planned.implementation).or_insert(0_usize);
            *turn += 1;
            let Planned {
                trial,
                implementation,
            } = planned;
            let first = prepared.insert((implementation, &trial.topic.name));
            (!first, *turn, at, planned)
        })
        .collect();
    order.sort_by_key(|(later, turn, ..)| (*later, *turn));
    order
        .into_iter()
        .map(|(.., at, planned)| (at, planned))
        .collect()
}

/// What all trials of a run have in common.
struct Shared {
    implementations: Vec<Implementation>,
    /// How each of them ends.
    endings: Vec<Endings>,
    host: Host,
    records: Mutex<Vec<Option<Record>>>,
    progress: Progress,
    options: Options,
}

fn mimic_trial(
    at: usize,
    planned: &Planned<'_>,
    topic: Arc<Topic>,
    shared: &Arc<Shared>,
) -> libtest_mimic::Trial {
    let several = shared.implementations.len() > 1;
    let name = planned.trial.id.to_string();
    let kind = if several {
        shared.implementations[planned.implementation].name.clone()
    } else {
        String::new()
    };
    let ignored = shared.options.arguments.ignored;
    let shared = Arc::clone(shared);
    let job = Job {
        topic,
        expectation: planned.trial.expectation.clone(),
        id: planned.trial.id.clone(),
        implementation: planned.implementation,
    };
    libtest_mimic::Trial::ignorable_test(name, move || {
        let record = job.run(&shared);
        let told = tell(&record, shared.options.strict);
        shared.progress.ended(told.is_err());
        let mut records = shared
            .records
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        records[at] = Some(record);
        told
    })
    .with_kind(kind)
    .with_ignored_flag(ignored)
}

/// A planned trial that owns its parts.
struct Job {
    topic: Arc<Topic>,
    expectation: Expectation,
    id: TrialId,
    implementation: usize,
}

impl Job {
    fn run(&self, shared: &Shared) -> Record {
        let implementation = &shared.implementations[self.implementation];
        let applicable = applicable(&self.id, &self.expectation, &shared.host, implementation);
        if let Err(reason) = applicable {
            let judgement = Judgement {
                verdict: Verdict::NotApplicable,
                reason: Some(reason),
                known: false,
            };
            return self.record(shared, Value::Null, judgement, None);
        }
        let transcript = implementation.adapter.run(&Request {
            topic: &self.topic,
            case: &self.id.case,
            family: self.id.family,
            environment: self.id.environment,
            wasi_version: match self.id.environment {
                Environment::Wasi(version) => version,
                _ => shared.options.wasi_version,
            },
            time_limit: time_limit(implementation, &shared.options),
            store: &implementation.store,
        });
        let endings = shared.endings[self.implementation];
        let observation = match &transcript {
            Ok(transcript) => protocol::read(&self.id.case, transcript, endings),
            Err(why) => Observation::Unobserved { why: why.clone() },
        };
        let known = implementation.known_failure(&self.id.to_string());
        let judgement = judge(&self.expectation, &observation, known);
        self.record(
            shared,
            observation.to_value(),
            judgement,
            transcript.ok().as_ref(),
        )
    }

    fn record(
        &self,
        shared: &Shared,
        observed: Value,
        judgement: Judgement,
        transcript: Option<&Transcript>,
    ) -> Record {
        let trial = self.id.to_string();
        let implementation = &shared.implementations[self.implementation];
        Record {
            reproduce: reproduce(&shared.options, implementation, &trial),
            trial,
            implementation: implementation.name.clone(),
            topic: self.id.topic.clone(),
            case: self.id.case.clone(),
            family: self.id.family,
            environment: self.id.environment,
            verdict: judgement.verdict,
            observed,
            must: self.expectation.must.clone(),
            should: self.expectation.should.clone(),
            requirements: self.expectation.cites.clone(),
            reason: judgement.reason,
            known: judgement.known,
            noise: transcript.map_or(String::new(), |it| protocol::noise(&it.stderr)),
            duration_ms: transcript
                .map_or(0.0, |it| (it.duration.as_secs_f64() * 1e6).round() / 1e3),
        }
    }
}

/// Whether the host has what a trial needs, and the implementation claims what
/// it is about.
fn applicable(
    id: &TrialId,
    expectation: &Expectation,
    host: &Host,
    implementation: &Implementation,
) -> Result<(), String> {
    let claimed = implementation.adapter.wasi_version();
    if let Environment::Wasi(version) = id.environment
        && version > claimed
    {
        return Err(format!("{} claims WASI {claimed}", implementation.name));
    }
    implementation.adapter.provides(id.environment)?;
    host.environment(id.environment)?;
    for family in Family::ALL {
        if family == id.family || expectation.both_families {
            if !implementation.adapter.families().contains(&family) {
                return Err(format!("{} claims no {family}", implementation.name));
            }
            host.loopback(family)?;
        }
    }
    Ok(())
}

/// The command that repeats a trial.
fn reproduce(options: &Options, implementation: &Implementation, trial: &str) -> String {
    let selector = implementation
        .selector
        .as_deref()
        .map_or_else(String::new, |it| {
            let quoted = shlex::try_quote(it).map_or_else(|_| it.to_owned(), Into::into);
            format!(" -i {quoted}")
        });
    format!("{}{selector} --exact '{trial}'", options.reproduce)
}

/// The longest that a trial may take.
fn time_limit(implementation: &Implementation, options: &Options) -> Duration {
    /// Where neither the command line nor the adapter says.
    const DEFAULT: Duration = Duration::from_secs(30);
    let own = || implementation.adapter.time_limit();
    options.time_limit.or_else(own).unwrap_or(DEFAULT)
}

/// What libtest-mimic is told of a record.
fn tell(record: &Record, strict: bool) -> Result<Completion, Failed> {
    if record.is_red(strict) {
        let observed = text::printable(&record.observed.to_string());
        let reason = record
            .reason
            .as_deref()
            .map_or(String::new(), |it| format!(" ({})", text::printable(it)));
        return Err(format!("{}: observed {observed}{reason}", record.verdict).into());
    }
    match (&record.verdict, &record.reason) {
        (Verdict::NotApplicable, reason) => Ok(Completion::ignored_with(
            reason.as_deref().unwrap_or("not applicable"),
        )),
        _ => Ok(Completion::Completed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_first_and_implementations_take_turns() {
        let suite = Suite::embedded().unwrap();
        let trials = crate::trial::all(&suite);
        let of = |topic: &str| {
            let own = |it: &&Trial<'_>| it.topic.name == topic;
            trials.iter().find(own).unwrap().clone()
        };
        let (one, other) = (of("abi"), of("bind"));
        let plan: Vec<_> = [
            (&one, 0),
            (&one, 0),
            (&one, 0),
            (&other, 0),
            (&one, 1),
            (&one, 1),
        ]
        .map(|(trial, implementation)| Planned {
            trial: trial.clone(),
            implementation,
        })
        .into();
        let order: Vec<_> = by_turns(&plan).iter().map(|(at, _)| *at).collect();
        assert_eq!(order, [0, 4, 3, 1, 5, 2]);
    }
}
