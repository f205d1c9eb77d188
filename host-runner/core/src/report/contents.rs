//! What a report holds.

use super::host::HostFacts;
use super::record::Record;
use crate::{
    ErrorCodes, Generation, Pattern, Requirement, Tentative, Untrusted, Verdict, WasiVersion,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a run found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Which suite judged.
    pub suite: SuiteFacts,
    /// When the run began, such as `2026-11-25T18:31:00Z`.
    pub started: Untrusted,
    /// What was judged.
    pub implementations: Vec<ImplementationFacts>,
    /// What was not judged, and why.
    pub skipped: Vec<Skipped>,
    /// Where.
    pub host: HostFacts,
    /// How many trials were to be judged. Fewer records mean that some were lost.
    pub planned: usize,
    /// A record for each trial, in the order of the suite.
    pub records: Vec<Record>,
    /// What each generation requires, so that a report explains itself.
    pub generations: Vec<Catalogue>,
    /// What the walks took of the model, for each implementation that was judged by
    /// any.
    #[doc(hidden)]
    pub walks: Vec<WalkCoverage>,
    /// The guests in other languages that trials ran.
    pub guests: Vec<GuestFacts>,
}

/// A guest in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GuestFacts {
    /// Its name, as trials have it.
    pub guest: Untrusted,
    /// The generation of its sockets.
    pub generation: Generation,
    /// What it is written in, such as `C17`.
    pub language: Untrusted,
    /// What it was built with, with versions.
    pub toolchain: Untrusted,
    /// The SHA-256 of its component, in hexadecimal digits.
    pub component: Untrusted,
    /// How many cases of the suite it does not have, because its language cannot express
    /// them or nobody wrote them.
    pub missing: usize,
}

/// What the walks of an implementation took of the model of the socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WalkCoverage {
    /// The name of the implementation.
    pub implementation: Untrusted,
    /// The generation of the model.
    pub generation: Generation,
    /// How often each call was made in each state.
    pub cells: BTreeMap<Untrusted, u64>,
    /// How often each change of the state was taken, 0 for those that were not.
    pub transitions: BTreeMap<Untrusted, u64>,
}

/// Which suite judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SuiteFacts {
    /// The version of this package.
    pub version: Untrusted,
    /// The SHA-256 of the files of the suite, in hexadecimal digits.
    pub digest: Untrusted,
    /// The SHA-256 of its components alone: observations can be judged by the
    /// expectations of another suite if this is the same.
    pub components: Untrusted,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ImplementationFacts {
    /// Its name.
    pub name: Untrusted,
    /// Its version, as it says itself.
    pub version: Untrusted,
}

/// An implementation that was not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Skipped {
    /// Its name.
    pub name: Untrusted,
    /// Why, and how to get it.
    pub reason: Untrusted,
}

/// What a generation requires, and how the guests were built for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Catalogue {
    /// The generation.
    pub generation: Generation,
    /// The version at which the guests imported the interfaces.
    pub wasi_version: WasiVersion,
    /// The error codes of its interface.
    #[doc(hidden)]
    pub error_codes: ErrorCodes,
    /// The requirements.
    pub requirements: Vec<Requirement>,
}

#[doc(hidden)]
impl WalkCoverage {
    /// What was taken of the model of a generation.
    #[must_use]
    pub fn new(
        implementation: Untrusted,
        generation: Generation,
        cells: BTreeMap<Untrusted, u64>,
        transitions: BTreeMap<Untrusted, u64>,
    ) -> Self {
        Self {
            implementation,
            generation,
            cells,
            transitions,
        }
    }
}

#[doc(hidden)]
impl SuiteFacts {
    /// A suite of this version, with these digests.
    pub fn new(
        version: impl Into<Untrusted>,
        digest: impl Into<Untrusted>,
        components: impl Into<Untrusted>,
    ) -> Self {
        Self {
            version: version.into(),
            digest: digest.into(),
            components: components.into(),
        }
    }

    /// The first digits of the digest, which tell suites apart.
    #[must_use]
    pub fn short_digest(&self) -> Untrusted {
        self.digest
            .as_raw()
            .chars()
            .take(12)
            .collect::<String>()
            .into()
    }
}

#[doc(hidden)]
impl ImplementationFacts {
    /// An implementation by its name and version.
    pub fn new(name: impl Into<Untrusted>, version: impl Into<Untrusted>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
        }
    }
}

#[doc(hidden)]
impl GuestFacts {
    /// A guest that lacks so many cases.
    pub fn new(
        (guest, generation): (impl Into<Untrusted>, Generation),
        language: impl Into<Untrusted>,
        toolchain: impl Into<Untrusted>,
        component: impl Into<Untrusted>,
        missing: usize,
    ) -> Self {
        Self {
            guest: guest.into(),
            generation,
            language: language.into(),
            toolchain: toolchain.into(),
            component: component.into(),
            missing,
        }
    }
}

#[doc(hidden)]
impl Skipped {
    /// An implementation that was skipped for a reason.
    pub fn new(name: impl Into<Untrusted>, reason: impl Into<Untrusted>) -> Self {
        Self {
            name: name.into(),
            reason: reason.into(),
        }
    }
}

#[doc(hidden)]
impl Catalogue {
    /// What a generation requires.
    #[must_use]
    pub fn new(
        wasi_version: WasiVersion,
        error_codes: ErrorCodes,
        requirements: Vec<Requirement>,
    ) -> Self {
        Self {
            generation: wasi_version.generation,
            wasi_version,
            error_codes,
            requirements,
        }
    }
}

impl Report {
    /// A report without a trial yet.
    #[doc(hidden)]
    #[must_use]
    pub fn new(suite: SuiteFacts, host: HostFacts, generations: Vec<Catalogue>) -> Self {
        Self {
            suite,
            started: Untrusted::default(),
            implementations: Vec::new(),
            skipped: Vec::new(),
            host,
            planned: 0,
            records: Vec::new(),
            generations,
            walks: Vec::new(),
            guests: Vec::new(),
        }
    }

    /// Every requirement, with its generation.
    pub fn requirements(&self) -> impl Iterator<Item = (Generation, &Requirement)> {
        self.generations.iter().flat_map(|catalogue| {
            let requirements = catalogue.requirements.iter();
            requirements.map(|requirement| (catalogue.generation, requirement))
        })
    }

    /// The requirements that a record cites, with `None` for an id that no
    /// catalogue has.
    pub fn cited<'a>(
        &'a self,
        record: &'a Record,
    ) -> impl Iterator<Item = (&'a Untrusted, Option<&'a Requirement>)> {
        record.requirements.iter().map(|id| {
            let known = self
                .catalogue(record.trial.generation)
                .and_then(|it| it.requirements.iter().find(|it| it.id == *id));
            (id, known)
        })
    }

    /// The tentative requirement that a record breaks by one reading and keeps by
    /// the other.
    pub fn read_otherwise<'a>(
        &'a self,
        record: &'a Record,
    ) -> Option<(&'a Requirement, &'a Tentative)> {
        let codes = &self.catalogue(record.trial.generation)?.error_codes;
        let observed = record.observed.as_ref()?;
        let accepts = |set: &Option<Vec<Pattern>>| {
            let mut set = set.iter().flatten();
            set.any(|pattern| pattern.accepts(observed, codes))
        };
        if record.verdict != Verdict::Deviation
            || accepts(&record.must)
            || !accepts(&record.otherwise)
        {
            return None;
        }
        let mut cited = self
            .cited(record)
            .filter_map(|(_, requirement)| requirement);
        cited.find_map(|requirement| {
            let tentative = requirement.tentative.as_ref()?;
            Some((requirement, tentative))
        })
    }

    /// What a generation requires.
    #[must_use]
    pub fn catalogue(&self, generation: Generation) -> Option<&Catalogue> {
        let mut catalogues = self.generations.iter();
        catalogues.find(|catalogue| catalogue.generation == generation)
    }

    /// The name and the version of an implementation, if the report has it.
    #[doc(hidden)]
    #[must_use]
    pub fn versioned(&self, implementation: &Untrusted) -> Untrusted {
        let mut facts = self.implementations.iter();
        let facts = facts.find(|facts| facts.name == *implementation);
        let (name, version) = (
            implementation.as_raw(),
            facts.map_or("", |facts| facts.version.as_raw()),
        );
        if version.starts_with(name) {
            return version.into();
        }
        format!("{name} {version}").trim_end().into()
    }

    /// The part of the report that is about one implementation.
    #[must_use]
    pub fn of(&self, implementation: &Untrusted) -> Self {
        let facts = self.implementations.iter();
        let records = self.records.iter();
        Self {
            implementations: facts
                .filter(|facts| facts.name == *implementation)
                .cloned()
                .collect(),
            // Each implementation has the same trials.
            planned: self.planned / self.implementations.len().max(1),
            records: records
                .filter(|record| record.implementation == *implementation)
                .cloned()
                .collect(),
            started: self.started.clone(),
            guests: self.guests.clone(),
            ..Self::new(
                self.suite.clone(),
                self.host.clone(),
                self.generations.clone(),
            )
        }
    }
}
