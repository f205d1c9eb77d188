//! What a suite holds.

use super::walk::TrialWalk;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wasi_tcp_conformance_core::report::{Catalogue, SuiteFacts};
use wasi_tcp_conformance_core::walk::{Model, Walk};
use wasi_tcp_conformance_core::{
    ErrorCodes, Expectation, Generation, GenerationData, Judgement, KnownFailure, Observation,
    Requirement, TrialName, WasiVersion, judge,
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
}

/// A guest component and its expectations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Topic {
    /// The stem that ties the files together.
    pub name: String,
    /// The version at which the component imports the interfaces.
    pub wasi_version: WasiVersion,
    /// The bytes of the component.
    pub component: Cow<'static, [u8]>,
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

impl Trial {
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
        self.generations
            .iter()
            .flat_map(SuiteGeneration::trials)
            .collect()
    }

    /// The names of all trials.
    #[must_use]
    pub fn trial_names(&self) -> BTreeSet<TrialName> {
        self.trials().into_iter().map(|trial| trial.name).collect()
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
        Catalogue::new(
            wasi_version,
            self.data.error_codes.clone(),
            self.requirements.clone(),
        )
    }

    fn trials(&self) -> Vec<Trial> {
        let codes = Arc::new(self.data.error_codes.clone());
        let mut trials = Vec::new();
        for topic in &self.topics {
            for expectation in &topic.expectations {
                for family in &expectation.families {
                    trials.push(Trial {
                        name: TrialName::new(
                            self.generation,
                            &topic.name,
                            &expectation.case,
                            *family,
                            expectation.settings,
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
