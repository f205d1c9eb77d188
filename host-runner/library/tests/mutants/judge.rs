//! Judges altered hosts by the trials of the suite, and tells what is theirs from
//! what is wasmtime's.

use crate::catalogue::Mutant;
use crate::host::{AlteredHost, UNALTERED};
use libtest_mimic::Arguments;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;
use wasi_tcp_conformance::internal::SuiteGeneration;
use wasi_tcp_conformance::report::Record;
use wasi_tcp_conformance::{
    Generation, Implementation, Observation, Options, Suite, Trial, Verdict, run,
};

/// The generation of the hosts.
pub const GENERATION: Generation = Generation::V0_2;

static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::embedded().expect("the suite is whole"));

/// The part of the suite that is about the hosts.
pub fn part() -> &'static SuiteGeneration {
    let part = SUITE.generation(GENERATION);
    part.expect("the suite has the generation")
}

/// The trials of the hosts that are wanted.
pub fn trials(is_wanted: impl Fn(&Trial) -> bool) -> Vec<Trial> {
    let mut trials = SUITE.trials();
    trials.retain(|trial| trial.name.generation == GENERATION && is_wanted(trial));
    trials
}

/// The longest that a trial may take: longer than on the busiest machine, so that
/// no host is wrong for being slow. Where guests wait in vain, time passes faster:
/// see `clock.rs`.
const LIMIT: Duration = Duration::from_mins(5);

/// Judges a host by trials.
pub fn records(host: AlteredHost, threads: usize, trials: &[Trial]) -> Result<Vec<Record>, String> {
    let log = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let mut options = Options::from_libtest(&Arguments {
        quiet: true,
        ..Arguments::default()
    });
    options.threads = Some(threads);
    options.log = Some(log.path().to_owned());
    options.time_limit = Some(LIMIT);
    options.reproduce = format!("cargo test --test mutants -- {}", host.how);
    Implementation::identify(Box::new(host))
        .and_then(|implementation| run(&SUITE, vec![implementation], trials, &options))
        .map(|report| report.records)
        .map_err(|error| error.to_string())
}

/// What is found of the unaltered host by the trials of a topic. It is judged when
/// that is first asked for.
pub fn control(topic: &str) -> Result<&'static [Record], String> {
    type Found = OnceLock<Result<Vec<Record>, String>>;
    static TOPICS: LazyLock<BTreeMap<&str, Found>> = LazyLock::new(|| {
        let topics = part().topics.iter();
        topics.map(|topic| (&*topic.name, Found::new())).collect()
    });
    let judge = || {
        let trials = trials(|trial| trial.name.topic == topic);
        records(AlteredHost::new(UNALTERED), 2, &trials)
    };
    let found = TOPICS.get(topic).ok_or("there is no such topic")?;
    match found.get_or_init(judge) {
        Ok(records) => Ok(records),
        Err(why) => Err(why.clone()),
    }
}

/// Whether something else was found than of the unaltered host. What is the same
/// is wasmtime's doing, and shows nothing of an alteration.
fn differs(record: &Record) -> Result<bool, String> {
    let mut control = control(&record.trial.topic)?.iter();
    let unaltered = control
        .find(|unaltered| unaltered.trial == record.trial)
        .ok_or("the trial was not judged")?;
    Ok(unaltered.verdict != record.verdict || unaltered.observed != record.observed)
}

/// Whether this record shows that the host is wrong.
///
/// The end of the time limit shows it only of a mutant that is known to hang: any
/// other may have been slow.
pub fn kills(record: &Record, mutant: &Mutant) -> Result<bool, String> {
    let is_out_of_time = matches!(record.observed, Some(Observation::TimedOut { .. }));
    let is_wrong = match record.verdict {
        Verdict::Fail => mutant.hangs || !is_out_of_time,
        Verdict::Deviation => mutant.is_deviation,
        _ => false,
    };
    Ok(is_wrong && differs(record)?)
}

/// What is red of a host that does nothing wrong, in words.
pub fn red(records: &[Record]) -> Result<String, String> {
    let mut text = String::new();
    for record in records {
        if record.is_red(false) && differs(record)? {
            describe(&mut text, record);
        }
    }
    Ok(text)
}

/// Adds a line that says what was found.
pub fn describe(text: &mut String, record: &Record) {
    let observed = record.observed.as_ref();
    let observed = observed.map_or_else(String::new, ToString::to_string);
    let must = serde_json::to_string(&record.must).unwrap_or_default();
    let Record { trial, verdict, .. } = record;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{trial} {verdict}: observed {observed}, must be {must}"
    );
    if let Some(reason) = &record.reason {
        let _ = writeln!(text, "  {reason}");
    }
}
