//! From trials to a report: libtest-mimic runs them, each leaves a record.

use crate::adapter::{Outcome, Request};
use crate::environment::Host;
use crate::report::{ImplementationFacts, Record, Report, SuiteFacts};
use crate::trial::Trial;
use crate::verdict::{Judgement, Verdict, judge};
use crate::{Family, Implementation, Suite};
use libtest_mimic::{Arguments, Completion, Failed};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// What libtest-mimic is told: threads, format, colour.
    pub arguments: Arguments,
    /// Whether deviations are failures.
    pub strict: bool,
    /// The longest that one trial may take.
    pub time_limit: Duration,
    /// The command that repeats a trial, up to the trial's name.
    pub reproduce: String,
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
#[must_use]
pub fn run(
    suite: &Suite,
    implementations: Vec<Implementation>,
    plan: &[Planned<'_>],
    options: &Options,
) -> Report {
    let shared = Arc::new(Shared {
        implementations,
        host: Host::default(),
        records: Mutex::new(vec![None; plan.len()]),
        options: options.clone(),
    });
    // libtest-mimic wants trials that own what they use.
    let trials = plan
        .iter()
        .enumerate()
        .map(|(at, planned)| mimic_trial(at, planned, &shared))
        .collect();
    let _ = libtest_mimic::run(&options.arguments, trials);

    let records = shared
        .records
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Report {
        suite: SuiteFacts {
            version: env!("CARGO_PKG_VERSION").to_owned(),
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
        host: shared.host.facts(),
        planned: plan.len(),
        records: records.iter().flatten().cloned().collect(),
        catalogue: suite.requirements.clone(),
    }
}

/// What all trials of a run have in common.
struct Shared {
    implementations: Vec<Implementation>,
    host: Host,
    records: Mutex<Vec<Option<Record>>>,
    options: Options,
}

fn mimic_trial(at: usize, planned: &Planned<'_>, shared: &Arc<Shared>) -> libtest_mimic::Trial {
    let several = shared.implementations.len() > 1;
    let name = planned.trial.id.to_string();
    let kind = if several {
        shared.implementations[planned.implementation].name.clone()
    } else {
        String::new()
    };
    let shared = Arc::clone(shared);
    let job = Job {
        topic: planned.trial.topic.clone(),
        expectation: planned.trial.expectation.clone(),
        id: planned.trial.id.clone(),
        implementation: planned.implementation,
    };
    libtest_mimic::Trial::ignorable_test(name, move || {
        let record = job.run(&shared);
        let told = tell(&record, shared.options.strict);
        let mut records = shared
            .records
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        records[at] = Some(record);
        told
    })
    .with_kind(kind)
}

/// A planned trial that owns its parts.
struct Job {
    topic: crate::suite::Topic,
    expectation: crate::Expectation,
    id: crate::TrialId,
    implementation: usize,
}

impl Job {
    fn run(&self, shared: &Shared) -> Record {
        let implementation = &shared.implementations[self.implementation];
        if let Err(reason) = self.applicable(&shared.host) {
            let judgement = Judgement {
                verdict: Verdict::NotApplicable,
                reason: Some(reason),
                known: false,
            };
            return self.record(shared, Value::Null, judgement, &Outcome::unobserved(""));
        }
        let outcome = implementation.adapter.observe(&Request {
            topic: &self.topic,
            case: &self.id.case,
            family: self.id.family,
            environment: self.id.environment,
            time_limit: shared.options.time_limit,
        });
        let known = implementation.known_failure(&self.id.to_string());
        let judgement = judge(&self.expectation, &outcome.observation, known);
        let observed = outcome.observation.to_value();
        self.record(shared, observed, judgement, &outcome)
    }

    /// Whether the host has what the trial needs.
    fn applicable(&self, host: &Host) -> Result<(), String> {
        host.environment(self.id.environment)?;
        for family in Family::ALL {
            if family == self.id.family || self.expectation.both_families {
                host.loopback(family)?;
            }
        }
        Ok(())
    }

    fn record(
        &self,
        shared: &Shared,
        observed: Value,
        judgement: Judgement,
        outcome: &Outcome,
    ) -> Record {
        let trial = self.id.to_string();
        Record {
            reproduce: format!("{} '{trial}'", shared.options.reproduce),
            trial,
            implementation: shared.implementations[self.implementation].name.clone(),
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
            noise: outcome.noise.clone(),
            duration_ms: (outcome.duration.as_secs_f64() * 1e6).round() / 1e3,
        }
    }
}

/// What libtest-mimic is told of a record.
fn tell(record: &Record, strict: bool) -> Result<Completion, Failed> {
    if record.is_red(strict) {
        let reason = record
            .reason
            .as_deref()
            .map_or(String::new(), |it| format!(" ({it})"));
        return Err(format!("{}: observed {}{reason}", record.verdict, record.observed).into());
    }
    match (&record.verdict, &record.reason) {
        (Verdict::NotApplicable, reason) => Ok(Completion::ignored_with(
            reason.as_deref().unwrap_or("not applicable"),
        )),
        _ => Ok(Completion::Completed),
    }
}
