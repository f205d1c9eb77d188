//! An implementation that is ready to be judged.

use crate::adapter::Adapter;
use crate::cache::Cache;
use crate::suite::Trial;
use wasi_tcp_conformance_core::walk::{Contradiction, Model, Steering};
use wasi_tcp_conformance_core::{Claims, Error, KnownFailure, KnownWalk, Observation, TrialName};

/// An implementation that is ready to be judged. It is made whole, and then only
/// read.
#[non_exhaustive]
pub struct Implementation {
    name: String,
    version: String,
    claims: Claims,
    adapter: Box<dyn Adapter>,
    baseline: Vec<KnownFailure>,
    /// Where what was added to the baseline ends, and what its own file lists begins.
    added: usize,
    walks: Vec<KnownWalk>,
    /// How many of the known walks were added to what its own file lists.
    added_walks: usize,
    /// What is known of the implementation that it is made of.
    inner: Option<Inner>,
    selector: Option<String>,
    /// What its file says of itself.
    note: Option<String>,
    cache: Cache,
}

/// What is known of an implementation that another is made of.
pub(crate) struct Inner {
    pub(crate) baseline: Vec<KnownFailure>,
    pub(crate) walks: Vec<KnownWalk>,
    /// Its version, where that is not the version of the other.
    pub(crate) version: Option<String>,
}

impl Implementation {
    /// The implementation behind an adapter, which is asked for its version: that
    /// may start a process.
    ///
    /// # Errors
    /// When the implementation cannot tell its version, or there is no room for
    /// temporary files.
    pub fn identify(adapter: Box<dyn Adapter>) -> Result<Self, Error> {
        Ok(Self {
            name: adapter.name().to_owned(),
            version: adapter.version()?,
            claims: adapter.claims(),
            adapter,
            baseline: Vec::new(),
            added: 0,
            walks: Vec::new(),
            added_walks: 0,
            inner: None,
            selector: None,
            note: None,
            cache: Cache::new()?,
        })
    }

    /// The same by another name, where two have the same.
    pub(crate) fn with_name(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// The same with these known failures too. Where the baseline has one of the
    /// same trial, the one that is added counts.
    #[must_use]
    pub fn with_known_failures(mut self, known: Vec<KnownFailure>) -> Self {
        self.added += known.len();
        self.baseline.splice(0..0, known);
        self
    }

    /// The same with these known failures too, which its own file lists.
    pub(crate) fn with_own_known_failures(mut self, known: Vec<KnownFailure>) -> Self {
        self.baseline.extend(known);
        self
    }

    /// The same with these known walks too. Where two excuse an answer, the one that is
    /// added counts.
    #[doc(hidden)]
    #[must_use]
    pub fn with_known_walks(mut self, known: Vec<KnownWalk>) -> Self {
        self.added_walks += known.len();
        self.walks.splice(0..0, known);
        self
    }

    /// The same with these known walks too, which its own file lists.
    pub(crate) fn with_own_known_walks(mut self, known: Vec<KnownWalk>) -> Self {
        self.walks.extend(known);
        self
    }

    /// The same, made of another.
    pub(crate) fn made_of(self, inner: Inner) -> Self {
        Self {
            inner: Some(inner),
            ..self
        }
    }

    /// The same, which the command line calls so.
    pub(crate) fn selected_by(self, words: &str) -> Self {
        Self {
            selector: Some(words.to_owned()),
            ..self
        }
    }

    /// The same, with what its file says of itself.
    pub(crate) fn with_note(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }

    /// The same with a cache that other processes share.
    pub(crate) fn with_cache(self, cache: Cache) -> Self {
        Self { cache, ..self }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version, as it says itself.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What it claims to have.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What it is known to get wrong.
    #[must_use]
    pub fn baseline(&self) -> &[KnownFailure] {
        &self.baseline
    }

    /// The part of the baseline that was added to what its own file lists.
    pub(crate) fn added_known_failures(&self) -> &[KnownFailure] {
        &self.baseline[..self.added]
    }

    /// The entry of the baseline for a trial.
    #[must_use]
    pub fn known_failure(&self, trial: &TrialName) -> Option<&KnownFailure> {
        self.baseline
            .iter()
            .find(|known| known.trial == *trial && known.is_about(&self.version))
    }

    /// The entry for a trial of the implementation that it is made of, if that lists what was
    /// observed, or fails on some runs only: the fault is the same then, and if not, it is no
    /// news that another is not seen.
    pub(crate) fn known_of_inner(
        &self,
        trial: &TrialName,
        observation: &Observation,
    ) -> Option<&KnownFailure> {
        let inner = self.inner.as_ref()?;
        let mut baseline = inner.baseline.iter();
        baseline.find(|known| {
            let is_its = known.trial == *trial && known.is_about(inner.version(&self.version));
            is_its && (known.sometimes || known.observed == *observation)
        })
    }

    /// What it is known to answer to walks otherwise than the model allows.
    pub(crate) fn known_walks(&self) -> impl Iterator<Item = &KnownWalk> {
        let walks = self.walks.iter();
        let own = walks.filter(|known| known.is_about(&self.version));
        let inner = self.inner.iter().flat_map(|inner| {
            let walks = inner.walks.iter();
            walks.filter(|known| known.is_about(inner.version(&self.version)))
        });
        own.chain(inner)
    }

    /// The part of the known walks that was added to what its own file lists.
    pub(crate) fn added_known_walks(&self) -> &[KnownWalk] {
        &self.walks[..self.added_walks]
    }

    /// The entry that lists a contradiction.
    pub(crate) fn known_walk(
        &self,
        model: &Model,
        contradiction: &Contradiction,
        answer: &Observation,
    ) -> Option<&KnownWalk> {
        let mut known = self.known_walks();
        known.find(|it| it.excuses(model, contradiction, answer))
    }

    /// Why a trial that is a walk is not applicable: a call of it is known to hang. Which
    /// calls it makes follows from what a socket usually answers.
    pub(crate) fn hangs_in(&self, trial: &Trial) -> Option<String> {
        let mut hanging = self.known_walks().filter(|known| known.hangs).peekable();
        hanging.peek()?;
        let taken = trial.taken()?;
        let known = hanging.find(|known| known.is_among(&taken))?;
        Some(format!(
            "the walk makes a call that is known to hang: {}",
            known.reason
        ))
    }

    /// What walks keep away from, beside these cells.
    pub(crate) fn steering(&self, avoid: &[String]) -> Steering {
        let known = self.known_walks().flat_map(KnownWalk::avoided);
        Steering {
            avoid: known.chain(avoid).cloned().collect(),
        }
    }

    /// How it is run.
    pub(crate) fn adapter(&self) -> &dyn Adapter {
        &*self.adapter
    }

    /// What the command line calls it, unless it is the one built in.
    pub(crate) fn selector(&self) -> Option<&str> {
        self.selector.as_deref()
    }

    /// What its file says of itself, for whoever cannot judge with it.
    pub(crate) fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// What was made of the components for it.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }
}

impl Inner {
    /// Its version; `outer` is that of the implementation that is made of it.
    fn version<'a>(&'a self, outer: &'a str) -> &'a str {
        self.version.as_deref().unwrap_or(outer)
    }
}
