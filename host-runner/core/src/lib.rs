//! The data of wasi-tcp-conformance, and the judgement: no file, no process, no
//! clock.
//!
//! **Internal.** Depend on `wasi-tcp-conformance`, which exports what a runtime
//! or a runner of your own needs. This crate makes no promises of its own.
//!
//! From the bottom to the top:
//!
//! - [`Untrusted`] text, [`Error`]s, [`json`] that is read strictly;
//! - [`Generation`]s, [`Family`]s, [`Policy`]s and [`Fault`]s, the [`Settings`] that
//!   they make, and the [`TrialName`]s;
//! - an [`Observation`] and the [`Pattern`]s that accept it;
//! - [`Requirement`]s, [`Expectation`]s, [`KnownFailure`]s and [`Claims`];
//! - [`judge`], which makes a [`Verdict`] of an observation;
//! - [`protocol`], which makes an observation of what a guest printed;
//! - the [`report`].

mod claims;
mod error;
mod expectation;
mod family;
mod fault;
mod generation;
pub mod json;
mod judge;
mod known_failure;
mod need;
mod observation;
mod pattern;
mod policy;
pub mod protocol;
pub mod report;
mod requirement;
mod settings;
mod trial;
mod untrusted;
mod verdict;
mod wasi;

pub use claims::{Claims, applicable, is_claimed, needs};
pub use error::{Error, Problem};
pub use expectation::{
    Expectation, ExpectationFile, Inapplicable, Known, parse as parse_expectations,
};
pub use family::Family;
pub use fault::{Call, Errno, FAULTS, Fault, Rule};
pub use generation::{ErrorCodes, GenerationData};
pub use judge::{Judgement, judge};
pub use known_failure::{
    BaselineFile, KnownFailure, parse_baseline, parse_entries, version_number,
};
pub use need::Need;
pub use observation::Observation;
pub use pattern::Pattern;
pub use policy::Policy;
pub use report::HostFacts;
pub use requirement::{Requirement, Source, parse as parse_requirements};
pub use settings::Settings;
pub use trial::TrialName;
pub use untrusted::{Untrusted, shorten, without_commands};
pub use verdict::Verdict;
pub use wasi::{Generation, WasiVersion};
