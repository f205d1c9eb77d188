//! Runs walks of one implementation.

use crate::Implementation;
use crate::interrupt;
use crate::run::{Options, Plan, Subject, observe};
use crate::suite::{Suite, Trial, Walked};
use std::sync::Arc;
use wasi_tcp_conformance_core::protocol::stderr_tail;
use wasi_tcp_conformance_core::walk::{Model, Walk};
use wasi_tcp_conformance_core::{
    Error, Family, Generation, KnownWalk, Observation, Problem, Settings, Untrusted,
};

/// An implementation that is ready to be walked through.
pub(super) struct Walker {
    pub(super) subject: Arc<Subject>,
    pub(super) generation: Generation,
    pub(super) model: Arc<Model>,
    /// A trial that is a walk, in each family; or why there is none.
    trials: Vec<(Family, Result<Trial, String>)>,
    options: Options,
}

/// What came of a walk.
#[derive(Debug)]
pub(super) struct Went {
    pub(super) walked: Walked,
    pub(super) stderr: Untrusted,
}

impl Walker {
    /// Proves that each of these implementations can be run.
    pub(super) fn all(
        suite: &Suite,
        implementations: Vec<Implementation>,
        options: &Options,
    ) -> Result<Vec<Self>, Error> {
        options.check()?;
        let walks = suite
            .trials()
            .into_iter()
            .filter(|trial| trial.walk.is_some() && trial.name.settings == Settings::default());
        // One in each family: all else of a walk is in its calls.
        let mut trials: Vec<Trial> = Vec::new();
        for trial in walks {
            let is_same = |it: &Trial| {
                it.name.generation == trial.name.generation && it.name.family == trial.name.family
            };
            if !trials.iter().any(is_same) {
                trials.push(trial);
            }
        }
        let plan = Plan::make(suite, implementations, &trials, options);
        if interrupt::is_requested() {
            let problem = Problem::new("it was interrupted before a walk began", "run it again");
            return Err(Error::NothingJudged(problem));
        }
        let plan = plan?;
        plan.subjects
            .iter()
            .map(|subject| {
                let planned = plan.trials.iter();
                let own = planned.filter(|it| Arc::ptr_eq(&it.subject, subject));
                let trials: Vec<_> = own
                    .map(|it| {
                        let trial = it.inapplicable.clone().map_or(Ok(it.trial.clone()), Err);
                        (it.trial.name.family, trial)
                    })
                    .collect();
                let first = trials.iter().find_map(|(_, trial)| trial.as_ref().ok());
                let first = first.and_then(|it| Some((it.name.generation, it.walk.as_ref()?)));
                let (generation, walk) = first.ok_or_else(|| {
                    let why = trials.iter().find_map(|(_, it)| it.as_ref().err());
                    nothing(why.map_or("the suite has no walk", String::as_str))
                })?;
                let model = Arc::clone(&walk.model);
                Ok(Self {
                    subject: Arc::clone(subject),
                    generation,
                    model,
                    trials,
                    options: options.clone(),
                })
            })
            .collect()
    }

    /// Why a walk is excused, if the implementation is known to be wrong there.
    pub(super) fn excuse(&self, walked: &Walked) -> Option<&KnownWalk> {
        let (contradiction, answer) = (walked.contradiction.as_ref()?, walked.answer()?);
        let implementation = self.implementation();
        implementation.known_walk(&self.model, contradiction, answer)
    }

    pub(super) fn implementation(&self) -> &Implementation {
        &self.subject.implementation
    }

    /// How many walks run at a time.
    pub(super) fn threads(&self) -> usize {
        self.options.threads()
    }

    /// The families of walks, without those that are not applicable.
    ///
    /// # Errors
    /// When the one that is asked for is not.
    pub(super) fn families(&self, asked: Option<Family>) -> Result<Vec<Family>, Error> {
        let asked = |family: &Family| asked.is_none_or(|asked| asked == *family);
        let (mut families, mut why) = (Vec::new(), None);
        for (family, trial) in self.trials.iter().filter(|(family, _)| asked(family)) {
            match trial {
                Ok(_) => families.push(*family),
                Err(reason) => why = Some(reason.as_str()),
            }
        }
        if families.is_empty() {
            return Err(nothing(
                why.unwrap_or("the suite has no walk of the family"),
            ));
        }
        Ok(families)
    }

    /// Runs a walk. There is nothing to say of one that was interrupted.
    pub(super) fn walk(&self, family: Family, walk: &Walk) -> Option<Went> {
        if interrupt::is_requested() {
            return None;
        }
        let mut trials = self.trials.iter().filter(|(of, _)| *of == family);
        let trial = trials.find_map(|(_, trial)| trial.as_ref().ok())?;
        let trial = trial.with_walk("walk", walk)?;
        let (observation, transcript) = observe(&trial, &self.subject, &self.options);
        if interrupt::is_requested() && matches!(observation, Observation::Unobserved { .. }) {
            return None;
        }
        let walked = trial.walk.as_ref()?.interpret(family, observation);
        let stderr = transcript.map(|it| stderr_tail(&it.stderr));
        Some(Went {
            walked,
            stderr: stderr.unwrap_or_default().into(),
        })
    }
}

fn nothing(why: &str) -> Error {
    let help = "name another implementation, or the other --family";
    Error::NothingJudged(Problem::new(why, help))
}
