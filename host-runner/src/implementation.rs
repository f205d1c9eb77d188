//! What is judged: a runtime with its version, and what is known of it.

use crate::adapter::{Adapter, embedded::Embedded};
use crate::json::Text;
use crate::protocol::Endings;
use crate::trial::{self, Trial};
use crate::{Error, KnownFailure, Suite, WasiVersion, preflight};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::time::Duration;

/// An implementation that is ready to be judged.
pub struct Implementation {
    /// Its name.
    pub name: String,
    /// Its version, as it says itself.
    pub version: String,
    /// How it is run.
    pub adapter: Box<dyn Adapter>,
    /// What it is known to get wrong.
    pub baseline: Vec<KnownFailure>,
}

/// A file of known failures.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'a> {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    #[serde(borrow)]
    baseline: Vec<&'a RawValue>,
}

impl Implementation {
    /// The implementation built in, with its baseline.
    ///
    /// # Errors
    /// When it does not run on this host, or its baseline is wrong.
    pub fn embedded(suite: &Suite) -> Result<Self, Error> {
        let baseline = parse_baseline(
            "host-runner/implementations/wasmtime.json",
            include_str!("../implementations/wasmtime.json"),
            &trial::all(suite),
        )?;
        Self::new(Box::new(Embedded::new()?), baseline)
    }

    /// An implementation behind an adapter, which must be able to tell its
    /// version.
    ///
    /// # Errors
    /// When it can't.
    pub fn new(adapter: Box<dyn Adapter>, baseline: Vec<KnownFailure>) -> Result<Self, Error> {
        Ok(Self {
            name: adapter.name().to_owned(),
            version: adapter.version()?,
            adapter,
            baseline,
        })
    }

    /// Proves that the implementation can be judged, and learns how it ends.
    ///
    /// # Errors
    /// What did not work, and what to do about it.
    pub fn preflight(
        &self,
        suite: &Suite,
        wasi_version: WasiVersion,
        time_limit: Duration,
    ) -> Result<Endings, Error> {
        let adapter = self.adapter.as_ref();
        let preflight = preflight::run(adapter, &suite.preflight, wasi_version, time_limit);
        preflight.endings.ok_or_else(|| {
            let problem = preflight.problem();
            Error::Implementation {
                implementation: self.name.clone(),
                problem: problem.map(|it| it.what.clone()).unwrap_or_default(),
                mend: problem.map(|it| it.hint.clone()).unwrap_or_default(),
            }
        })
    }

    /// The entry of the baseline for a trial.
    #[must_use]
    pub fn known_failure(&self, trial: &str) -> Option<&KnownFailure> {
        self.baseline.iter().find(|it| it.trial == trial)
    }
}

/// Reads known failures; each must name a trial of the suite, once, and say why.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse_baseline(
    file: &str,
    text: &str,
    trials: &[Trial<'_>],
) -> Result<Vec<KnownFailure>, Error> {
    let text = Text { file, text };
    let parts: Parts<'_> = text.parse()?;
    let mut baseline: Vec<KnownFailure> = Vec::with_capacity(parts.baseline.len());
    for part in parts.baseline {
        let known: KnownFailure = text.parse_part(part)?;
        let (problem, mend) = if trials.iter().all(|it| it.id.to_string() != known.trial) {
            (
                format!("the suite has no trial `{}`", known.trial),
                "remove the entry, or name one that `wasi-tcp-conformance list` prints",
            )
        } else if baseline.iter().any(|it| it.trial == known.trial) {
            (
                format!("the trial `{}` is listed twice", known.trial),
                "keep one of them",
            )
        } else if known.reason.trim().is_empty() {
            (
                format!("the known failure `{}` has no reason", known.trial),
                "say in one line why it is so",
            )
        } else {
            baseline.push(known);
            continue;
        };
        return Err(text.mistake(part, problem, mend));
    }
    Ok(baseline)
}
