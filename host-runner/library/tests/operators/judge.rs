//! Judges hosts by single trials, and tells what is theirs from what is wasmtime's.

use crate::host::{Host, HostAdapter, LIMIT, endings, in_this_process};
use libtest_mimic::Arguments;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use wasi_tcp_conformance::internal::SuiteGeneration;
use wasi_tcp_conformance::{
    Generation, Implementation, Observation, Options, Suite, Trial, TrialName, Verdict, protocol,
    run,
};

/// The generation of the hosts.
pub const GENERATION: Generation = Generation::V0_2;

#[expect(clippy::expect_used, reason = "nothing is judged without a suite")]
static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::embedded().expect("the suite is whole"));

/// The part of the suite that is about the hosts.
#[expect(clippy::expect_used, reason = "nothing is judged without it")]
pub fn part() -> &'static SuiteGeneration {
    let part = SUITE.generation(GENERATION);
    part.expect("the suite has the generation")
}

/// Every trial that judges.
pub static TRIALS: LazyLock<Vec<Trial>> = LazyLock::new(|| {
    let mut trials = SUITE.trials();
    trials.retain(|trial| trial.name.generation == GENERATION && trial.expectation.must.is_some());
    trials
});

/// What a trial found.
#[derive(Clone, Debug)]
pub struct Found {
    pub verdict: Verdict,
    pub observed: Option<Observation>,
    /// The requirements that are broken: those that the trial cites, or the one that an
    /// answer of a walk contradicts.
    pub requirements: Vec<String>,
}

impl Found {
    pub fn is_out_of_time(&self) -> bool {
        matches!(self.observed, Some(Observation::TimedOut { .. }))
    }
}

/// Whether a trial needs no process of its own.
pub fn is_fast(trial: &Trial) -> bool {
    let settings = &trial.name.settings;
    settings.fault.is_none()
        && settings.version.is_none()
        && trial.expectation.listener.is_none()
        && trial.topic.name != "no_network"
}

/// Judges a host by a trial.
pub fn judge(host: Host, trial: &Trial) -> Result<Found, String> {
    if !is_fast(trial) {
        return judge_in_a_process(host, trial);
    }
    let transcript = in_this_process(
        host,
        &trial.topic,
        &trial.expectation.argument(),
        trial.name.family,
        trial.name.settings.policy,
    )?;
    let observed = protocol::read(trial.expectation.guest_case(), &transcript, endings());
    let cites = trial.expectation.cites.clone();
    let (observed, requirements) = match &trial.walk {
        Some(walk) => {
            let walked = walk.interpret(trial.name.family, observed);
            let contradicted = walked.contradiction.map(|it| vec![it.requirement]);
            (walked.observation, contradicted.unwrap_or(cites))
        }
        None => (observed, cites),
    };
    Ok(Found {
        verdict: trial.judge(&observed, None).verdict,
        observed: Some(observed),
        requirements,
    })
}

fn judge_in_a_process(host: Host, trial: &Trial) -> Result<Found, String> {
    let log = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let mut options = Options::from_libtest(&Arguments {
        quiet: true,
        ..Arguments::default()
    });
    options.threads = Some(1);
    options.log = Some(log.path().to_owned());
    options.time_limit = Some(LIMIT);
    let trials = std::slice::from_ref(trial);
    let report = Implementation::identify(Box::new(HostAdapter::new(host)))
        .and_then(|implementation| run(&SUITE, vec![implementation], trials, &options))
        .map_err(|error| error.to_string())?;
    let record = report
        .records
        .into_iter()
        .next()
        .ok_or("nothing was judged")?;
    Ok(Found {
        verdict: record.verdict,
        observed: record.observed,
        requirements: record
            .requirements
            .iter()
            .map(|id| id.as_raw().to_owned())
            .collect(),
    })
}

/// What is found of the host without a mutant by a trial. It is judged when that is first
/// asked for.
pub fn control(trial: &Trial) -> Result<Found, String> {
    type Slot = Arc<std::sync::OnceLock<Result<Found, String>>>;
    static FOUND: LazyLock<Mutex<HashMap<TrialName, Slot>>> = LazyLock::new(Mutex::default);
    let slot = {
        let mut found = FOUND.lock().map_err(|error| error.to_string())?;
        Arc::clone(found.entry(trial.name.clone()).or_default())
    };
    slot.get_or_init(|| judge(Host::UNALTERED, trial)).clone()
}

/// What a trial makes of a host: nothing, a deviation, or a failure. What is the same
/// without the mutant shows nothing of it, and what is not seen twice may be chance.
pub fn kills(host: Host, trial: &Trial) -> Result<Option<Found>, String> {
    let found = judge(host, trial)?;
    if !is_wrong(&found) {
        return Ok(None);
    }
    let control = control(trial)?;
    // Where the host without a mutant is wrong too, nothing is learned.
    if control.verdict == Verdict::Fail
        || (control.verdict, &control.observed) == (found.verdict, &found.observed)
    {
        return Ok(None);
    }
    let again = judge(host, trial)?;
    if (again.verdict, &again.observed) != (found.verdict, &found.observed) {
        return Ok(None);
    }
    // On a machine that is busy just now, a guest may be late whatever the host.
    let control = judge(Host::UNALTERED, trial)?;
    Ok((control.verdict != Verdict::Fail).then_some(found))
}

pub fn is_wrong(found: &Found) -> bool {
    matches!(found.verdict, Verdict::Fail | Verdict::Deviation)
}
