//! Runs one trial, and records what it found.

use super::listener::OutsideListener;
use super::options::Options;
use super::plan::{Planned, Subject};
use crate::Implementation;
use crate::adapter::Request;
use crate::output::quote;
use crate::suite::{Trial, Walked};
use std::time::Duration;
use wasi_tcp_conformance_core::protocol::{self, Transcript, stderr_tail};
use wasi_tcp_conformance_core::report::Record;
use wasi_tcp_conformance_core::{
    Judgement, KnownFailure, Observation, TrialName, Untrusted, Verdict,
};

/// Runs a trial, and records what it found.
pub(super) fn run(planned: &Planned, options: &Options) -> Record {
    let Planned { trial, subject, .. } = planned;
    let implementation = &subject.implementation;
    if let Some(reason) = &planned.inapplicable {
        let judgement = Judgement::because(Verdict::NotApplicable, reason.as_str());
        return record(trial, implementation, judgement, None, options);
    }
    let (observation, transcript) = observe(trial, subject, options);
    let walked = trial.walk.as_ref();
    let walked = walked.map(|it| it.interpret(trial.name.family, observation.clone()));
    let listed = walked
        .as_ref()
        .and_then(|it| known(trial, implementation, it));
    let observation = match &walked {
        Some(walked) => walked.observation.clone(),
        None => observation,
    };
    let known = listed
        .as_ref()
        .or_else(|| implementation.known_failure(&trial.name))
        .or_else(|| inherited(implementation, &trial.name, &observation))
        .or_else(|| implementation.known_of_inner(&trial.name, &observation));
    let judgement = trial.judge(&observation, known);
    let seen = Seen {
        observation,
        known: known.cloned(),
        transcript,
    };
    let mut record = record(trial, implementation, judgement, Some(seen), options);
    if let Some(walked) = walked {
        add_walk(&mut record, walked);
    }
    record
}

/// Runs a trial, and says what was observed.
pub(crate) fn observe(
    trial: &Trial,
    subject: &Subject,
    options: &Options,
) -> (Observation, Option<Transcript>) {
    let transcript = start(trial, subject, options);
    let observation = match (&transcript, subject.endings.get(&trial.name.generation)) {
        (Ok(transcript), Some(endings)) => {
            protocol::read(&trial.guest_case(), transcript, *endings)
        }
        (Err(why), _) => Observation::Unobserved { why: why.clone() },
        (_, None) => Observation::Unobserved {
            why: format!("there was no preflight for WASI {}", trial.name.generation),
        },
    };
    (observation, transcript.ok())
}

/// The entry of a baseline that a known walk stands for: the contradiction that it lists
/// is excused in whatever trial it is met.
fn known(trial: &Trial, implementation: &Implementation, walked: &Walked) -> Option<KnownFailure> {
    let model = &trial.walk.as_ref()?.model;
    let (contradiction, answer) = (walked.contradiction.as_ref()?, walked.answer()?);
    let entry = implementation.known_walk(model, contradiction, answer)?;
    let mut known = KnownFailure::new(
        trial.name.clone(),
        walked.observation.clone(),
        entry.reason.clone(),
    );
    known.link.clone_from(&entry.link);
    known.versions.clone_from(&entry.versions);
    Some(known)
}

/// The entry of the guest that is built in, where a guest in another language observes what
/// it lists: both show the same fault.
fn inherited<'a>(
    implementation: &'a Implementation,
    trial: &TrialName,
    observation: &Observation,
) -> Option<&'a KnownFailure> {
    trial.settings.guest?;
    let built_in = trial.with_built_in_guest();
    let known = implementation.known_failure(&built_in);
    known
        .filter(|known| known.observed == *observation)
        .or_else(|| implementation.known_of_inner(&built_in, observation))
}

/// What there is to say of a walk beside its verdict.
pub(crate) fn add_walk(record: &mut Record, walked: Walked) {
    if let Some(contradiction) = walked.contradiction {
        // A walk cites whatever it may meet. What it met is this.
        record.requirements = vec![Untrusted::from(contradiction.requirement)];
    }
    record.walk = walked.answers;
}

/// What there is to record of a trial that was run.
struct Seen {
    observation: Observation,
    known: Option<KnownFailure>,
    transcript: Option<Transcript>,
}

fn start(trial: &Trial, subject: &Subject, options: &Options) -> Result<Transcript, String> {
    // It listens until the guest has ended.
    let (family, policy) = (trial.name.family, trial.name.settings.policy);
    let listener = trial.expectation.listener;
    let listener = listener.map(|it| OutsideListener::start(it, family, policy));
    let listener = listener.transpose()?;
    let TrialName {
        family,
        settings,
        generation,
        ..
    } = &trial.name;
    let case = match &listener {
        Some(listener) => format!("{}={}", trial.argument(), listener.port()),
        None => trial.argument(),
    };
    let version = settings.version.or(options.version_of(*generation));
    let implementation = &subject.implementation;
    let transcript = implementation.adapter().run(&Request {
        topic: &trial.topic,
        case: &case,
        family: *family,
        settings: *settings,
        wasi_version: version.unwrap_or(trial.topic.wasi_version),
        time_limit: subject.time_limit,
        cache: implementation.cache(),
    })?;
    listener.map_or(Ok(()), |it| it.check())?;
    Ok(transcript)
}

fn record(
    trial: &Trial,
    implementation: &Implementation,
    judgement: Judgement,
    seen: Option<Seen>,
    options: &Options,
) -> Record {
    let (observed, known, transcript) = match seen {
        Some(seen) => (Some(seen.observation), seen.known, seen.transcript),
        None => (None, None, None),
    };
    let stderr = transcript.as_ref().map(|it| stderr_tail(&it.stderr));
    let duration = transcript.map_or(Duration::ZERO, |it| it.duration);
    let expectation = &trial.expectation;
    let mut record = Record::new(trial.name.clone(), implementation.name(), judgement);
    record.observed = observed;
    record.must.clone_from(&expectation.must);
    record.should.clone_from(&expectation.should);
    record.otherwise.clone_from(&expectation.otherwise);
    record.requirements = expectation
        .cites
        .iter()
        .map(|it| it.as_str().into())
        .collect();
    record.known = known;
    record.stderr = stderr.unwrap_or_default().into();
    record.reproduce = reproduce(options, implementation, &trial.name).into();
    record.duration_ms = (duration.as_secs_f64() * 1e6).round() / 1e3;
    record
}

/// The command that repeats a trial.
fn reproduce(options: &Options, implementation: &Implementation, trial: &TrialName) -> String {
    let selector = implementation
        .selector()
        .map_or_else(String::new, |it| format!(" -i {}", quote(it)));
    format!("{}{selector} --exact '{trial}'", options.reproduce)
}
