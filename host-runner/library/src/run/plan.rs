//! What a run is about to do: trials of implementations.

use super::options::Options;
use crate::Implementation;
use crate::host;
use crate::preflight::{self, Conditions};
use crate::suite::{Suite, Trial};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use wasi_tcp_conformance_core::protocol::Endings;
use wasi_tcp_conformance_core::{Error, Generation, HostFacts, applicable, is_claimed, needs};

/// The least time that a preflight is given: a limit that is too short for the
/// trials must not look like a runtime that does not start.
const PREFLIGHT: Duration = Duration::from_secs(30);

/// A trial of one implementation, with all that it takes to run it.
#[derive(Clone)]
pub(crate) struct Planned {
    pub(crate) trial: Trial,
    pub(crate) subject: Arc<Subject>,
    /// Why the trial is not applicable, if it is not.
    pub(crate) inapplicable: Option<String>,
}

/// An implementation in a run.
pub(crate) struct Subject {
    pub(crate) implementation: Implementation,
    /// How it ends, by the generation of the guest.
    pub(crate) endings: BTreeMap<Generation, Endings>,
    /// The longest that a trial may take.
    pub(crate) time_limit: Duration,
}

/// A plan, in the order of the implementations and the suite.
pub(crate) struct Plan {
    pub(crate) host: HostFacts,
    pub(crate) subjects: Vec<Arc<Subject>>,
    pub(crate) trials: Vec<Planned>,
}

impl Plan {
    /// Probes the host, proves the adapters, and says which trials are applicable.
    ///
    /// # Errors
    /// When an implementation does not pass its preflight.
    pub(crate) fn make(
        suite: &Suite,
        implementations: Vec<Implementation>,
        trials: &[Trial],
        options: &Options,
    ) -> Result<Self, Error> {
        let mut needed = BTreeSet::new();
        // A list is printed without starting anything; reasons are not.
        let is_needed = options.only_inapplicable() || !options.only_lists();
        for implementation in implementations.iter().filter(|_| is_needed) {
            let (name, claims) = (implementation.name(), implementation.claims());
            for trial in trials {
                if is_claimed(name, claims, &trial.name, &trial.expectation).is_ok() {
                    needed.extend(needs(&trial.name, &trial.expectation));
                }
            }
        }
        let host = host::probe(&needed);
        let subjects = implementations
            .into_iter()
            .map(|implementation| {
                Subject::new(suite, implementation, trials, options).map(Arc::new)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let mut planned = Vec::with_capacity(subjects.len() * trials.len());
        for subject in &subjects {
            for trial in trials {
                let implementation = &subject.implementation;
                let (name, claims) = (implementation.name(), implementation.claims());
                let found = applicable(name, claims, &trial.name, &trial.expectation, &host);
                let found = found.and_then(|()| implementation.hangs_in(trial).map_or(Ok(()), Err));
                let found = found.and_then(|()| has_fault(implementation, trial));
                if found.is_err() || !options.only_inapplicable() {
                    planned.push(Planned {
                        trial: trial.clone(),
                        subject: Arc::clone(subject),
                        inapplicable: found.err(),
                    });
                }
            }
        }
        Ok(Self {
            host,
            subjects,
            trials: planned,
        })
    }
}

/// Whether the fault of a trial can be put around its guest.
fn has_fault(implementation: &Implementation, trial: &Trial) -> Result<(), String> {
    let fault = trial.name.settings.fault;
    let lacking = fault.and_then(|fault| implementation.adapter().lacks(fault));
    lacking.map_or(Ok(()), Err)
}

impl Subject {
    fn new(
        suite: &Suite,
        implementation: Implementation,
        trials: &[Trial],
        options: &Options,
    ) -> Result<Self, Error> {
        /// Where neither the command line nor the adapter says.
        const DEFAULT: Duration = Duration::from_secs(30);
        let own = implementation.adapter().time_limit();
        let time_limit = options.time_limit.or(own).unwrap_or(DEFAULT);
        let mut subject = Self {
            implementation,
            endings: BTreeMap::new(),
            time_limit,
        };
        // Neither a list nor a reason needs the implementation.
        if !options.only_lists() && !options.only_inapplicable() {
            subject.learn_endings(suite, trials, options)?;
        }
        Ok(subject)
    }

    /// Proves the adapter for each generation that trials are about.
    fn learn_endings(
        &mut self,
        suite: &Suite,
        trials: &[Trial],
        options: &Options,
    ) -> Result<(), Error> {
        let claims = self.implementation.claims();
        let asked: BTreeSet<_> = trials.iter().map(|trial| trial.name.generation).collect();
        let is_claimed = |generation: Generation| {
            let mut versions = claims.wasi.iter();
            versions.any(|version| version.generation == generation)
        };
        for part in &suite.generations {
            let generation = part.generation;
            if !asked.contains(&generation) || !is_claimed(generation) {
                continue;
            }
            let version = options.version_of(generation);
            let conditions = Conditions {
                wasi_version: version.unwrap_or(part.data.reference),
                time_limit: self.time_limit.max(PREFLIGHT),
                threads: options.threads(),
            };
            let endings = preflight::learn(&self.implementation, &part.preflight, conditions)?;
            self.endings.insert(generation, endings);
        }
        Ok(())
    }
}
