//! What a suite holds.

use super::walk::TrialWalk;
use crate::delivery::Parts;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wasi_tcp_conformance_core::report::{Catalogue, GuestFacts, SuiteFacts};
use wasi_tcp_conformance_core::walk::{Coverage, Model, Walk, expected_answers, replay};
use wasi_tcp_conformance_core::{
    ErrorCodes, Expectation, Generation, GenerationData, GuestName, Judgement, KnownFailure,
    Observation, Requirement, TrialName, WasiVersion, judge,
};

/// Everything that is needed to judge.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suite {
    /// What belongs to each generation of WASI, the oldest first.
    #[doc(hidden)]
    pub generations: Vec<SuiteGeneration>,
    /// A SHA-256 that depends on every byte of the files of the suite, in
    /// hexadecimal digits.
    pub digest: String,
    /// A SHA-256 that depends on every byte of its components.
    pub components: String,
}

/// The part of a suite that is about one generation of WASI.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SuiteGeneration {
    /// The generation.
    pub generation: Generation,
    /// Its versions and error codes.
    pub data: GenerationData,
    /// The topics, by name.
    pub topics: Vec<Arc<Topic>>,
    /// The guest that proves an adapter; it has no expectations.
    pub preflight: Arc<Topic>,
    /// The catalogue.
    pub requirements: Vec<Requirement>,
    /// What a socket may answer in each state.
    #[doc(hidden)]
    pub model: Arc<Model>,
    /// What guests are composed with where no command line starts them.
    pub(super) delivery: Option<Arc<Parts>>,
    /// Topics of their own that guests in other languages have, without components.
    pub(super) own_topics: BTreeMap<GuestName, Vec<Arc<Topic>>>,
    /// The guests in other languages that were added.
    pub(super) guests: Vec<Guest>,
}

/// A guest in another language.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    pub(super) name: GuestName,
    pub(super) facts: GuestFacts,
    /// The topics that it has, with the cases that it has.
    pub(super) topics: Vec<Arc<Topic>>,
}

/// A guest component and its expectations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Topic {
    /// The stem that ties the files together.
    pub name: String,
    /// The guest, if it is not the one built in.
    pub guest: Option<GuestName>,
    /// The version at which the component imports the interfaces.
    pub wasi_version: WasiVersion,
    /// The bytes of the component, which topics may share.
    pub component: Arc<Cow<'static, [u8]>>,
    /// What it is composed with where no command line starts it.
    pub(crate) delivery: Option<Arc<Parts>>,
    /// What its cases must observe.
    #[doc(hidden)]
    pub expectations: Vec<Arc<Expectation>>,
    /// The walks among them, by their names.
    #[doc(hidden)]
    pub walks: BTreeMap<String, TrialWalk>,
    /// Where its cases are in the sources of the guests.
    #[doc(hidden)]
    pub places: BTreeMap<String, Place>,
}

/// A place in the sources of the guests.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// The file, from the root of the repository.
    pub file: String,
    /// The first line, counted from 1.
    pub first: usize,
    /// The last line.
    pub last: usize,
}

/// A trial: one case, one family, one set-up. It is cheap to clone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trial {
    /// Its name.
    pub name: TrialName,
    /// The component that it runs.
    pub topic: Arc<Topic>,
    /// What it must observe.
    #[doc(hidden)]
    pub expectation: Arc<Expectation>,
    /// The walk that it is, if it is one.
    #[doc(hidden)]
    pub walk: Option<TrialWalk>,
    codes: Arc<ErrorCodes>,
}

impl Topic {
    /// A name for the component: of the topic, or of the guest that has all topics in one,
    /// which may have the name of a topic.
    #[must_use]
    pub fn component_name(&self) -> String {
        match self.guest {
            Some(guest) => format!("guest-{guest}"),
            None => self.name.clone(),
        }
    }
}

impl Trial {
    /// The case, as the guest is told and says itself: a guest in another language has the
    /// cases of all topics.
    #[doc(hidden)]
    #[must_use]
    pub fn guest_case(&self) -> String {
        self.told(self.expectation.guest_case())
    }

    /// What the guest is told: the case, and the calls of a walk.
    #[doc(hidden)]
    #[must_use]
    pub fn argument(&self) -> String {
        self.told(&self.expectation.argument())
    }

    fn told(&self, case: &str) -> String {
        match self.topic.guest {
            Some(_) => format!("{}::{case}", self.topic.name),
            None => case.to_owned(),
        }
    }

    /// Judges an observation.
    ///
    /// `known` is the entry of a baseline for this trial, if there is one.
    ///
    /// ```
    /// use wasi_tcp_conformance::{Observation, Suite, Verdict};
    ///
    /// # fn main() -> Result<(), wasi_tcp_conformance::Error> {
    /// let suite = Suite::embedded()?;
    /// let trial = suite.trial("0.2/unbound::local_address::ipv4").unwrap();
    ///
    /// let documented = Observation::Seen("error:invalid-state".into());
    /// assert_eq!(trial.judge(&documented, None).verdict, Verdict::Pass);
    /// let trap = Observation::Trapped { step: "local-address".into() };
    /// assert_eq!(trial.judge(&trap, None).verdict, Verdict::Fail);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn judge(&self, observation: &Observation, known: Option<&KnownFailure>) -> Judgement {
        judge(&self.expectation, &self.codes, observation, known)
    }

    /// What a walk takes of the model, if the trial is one and a socket answers as it usually
    /// does.
    #[doc(hidden)]
    #[must_use]
    pub fn taken(&self) -> Option<Coverage> {
        let TrialWalk { walk, model } = self.walk.as_ref()?;
        let family = self.name.family;
        let replayed = replay(model, family, walk, &expected_answers(family, walk));
        replayed.ok().map(|it| it.coverage)
    }

    /// The same guest with another walk, which is judged in the same way.
    #[doc(hidden)]
    #[must_use]
    pub fn with_walk(&self, case: &str, walk: &Walk) -> Option<Self> {
        let model = &self.walk.as_ref()?.model;
        let mut trial = self.clone();
        case.clone_into(&mut trial.name.case);
        let mut expectation = Expectation::clone(&self.expectation);
        expectation.walk = Some(walk.to_string());
        trial.expectation = Arc::new(expectation);
        trial.walk = Some(TrialWalk::new(walk.clone(), model));
        Some(trial)
    }
}

impl Suite {
    /// Every trial, in the order of generations, topics and expectations.
    #[must_use]
    pub fn trials(&self) -> Vec<Trial> {
        let generations = self.generations.iter();
        generations
            .flat_map(|part| part.trials(part.here()))
            .collect()
    }

    /// The same, with those of guests that are not at hand.
    #[doc(hidden)]
    #[must_use]
    pub fn known_trials(&self) -> Vec<Trial> {
        let own = self
            .generations
            .iter()
            .flat_map(|part| part.trials(part.own_topics.values().flatten()));
        // What can be run comes last, and counts.
        own.chain(self.trials()).collect()
    }

    /// The names of all trials, and of those that guests have which are not at hand.
    #[must_use]
    pub fn trial_names(&self) -> BTreeSet<TrialName> {
        let trials = self.known_trials().into_iter();
        trials.map(|trial| trial.name).collect()
    }

    /// The guests in other languages that it has.
    #[doc(hidden)]
    #[must_use]
    pub fn guests(&self) -> Vec<GuestFacts> {
        let guests = self.generations.iter().flat_map(|part| &part.guests);
        guests.map(|guest| guest.facts.clone()).collect()
    }

    /// The trial of this name.
    #[must_use]
    pub fn trial(&self, name: &str) -> Option<Trial> {
        let name: TrialName = name.parse().ok()?;
        self.trials().into_iter().find(|trial| trial.name == name)
    }

    /// The part that is about a generation.
    #[doc(hidden)]
    #[must_use]
    pub fn generation(&self, generation: Generation) -> Option<&SuiteGeneration> {
        let mut generations = self.generations.iter();
        generations.find(|part| part.generation == generation)
    }

    /// The models of all generations.
    pub(crate) fn models(&self) -> Vec<&Model> {
        let generations = self.generations.iter();
        generations.map(|part| &*part.model).collect()
    }

    /// What reports say of this suite.
    #[doc(hidden)]
    #[must_use]
    pub fn facts(&self) -> SuiteFacts {
        let (digest, components) = (self.digest.as_str(), self.components.as_str());
        SuiteFacts::new(env!("CARGO_PKG_VERSION"), digest, components)
    }
}

impl SuiteGeneration {
    /// The requirement with this id.
    #[must_use]
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|it| it.id == *id)
    }

    /// The topic of this name.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.iter().find(|topic| topic.name == name)
    }

    /// What reports say of this generation, whose guests imported the
    /// interfaces at `wasi_version`.
    #[must_use]
    pub fn catalogue(&self, wasi_version: WasiVersion) -> Catalogue {
        let requirements = self.requirements.iter();
        let requirements = requirements.filter(|it| self.is_asked(it)).cloned();
        Catalogue::new(
            wasi_version,
            self.data.error_codes.clone(),
            requirements.collect(),
        )
    }

    /// Whether a requirement is about what is here: some are about guests alone that need
    /// not be at hand.
    fn is_asked(&self, requirement: &Requirement) -> bool {
        let cites = |topic: &Topic| {
            let cited = topic.expectations.iter().flat_map(|it| &it.cites);
            cited.into_iter().any(|id| requirement.id == **id)
        };
        let is_of_guests = self.own_topics.values().flatten().any(|it| cites(it));
        !is_of_guests || self.here().any(|it| cites(it))
    }

    /// The topics that can be run.
    fn here(&self) -> impl Iterator<Item = &Arc<Topic>> {
        let guests = self.guests.iter().flat_map(|guest| &guest.topics);
        self.topics.iter().chain(guests)
    }

    fn trials<'a>(&self, topics: impl Iterator<Item = &'a Arc<Topic>>) -> Vec<Trial> {
        let codes = Arc::new(self.data.error_codes.clone());
        let mut trials = Vec::new();
        for topic in topics {
            for expectation in &topic.expectations {
                let mut settings = expectation.settings;
                settings.guest = topic.guest;
                for family in &expectation.families {
                    trials.push(Trial {
                        name: TrialName::new(
                            self.generation,
                            &topic.name,
                            &expectation.case,
                            *family,
                            settings,
                        ),
                        topic: Arc::clone(topic),
                        expectation: Arc::clone(expectation),
                        walk: topic.walks.get(&expectation.case).cloned(),
                        codes: Arc::clone(&codes),
                    });
                }
            }
        }
        trials
    }
}
