//! The data of wasi-tcp-conformance, and the judgement: no file, no process, no
//! clock.
//!
//! **Internal.** Depend on `wasi-tcp-conformance`, which exports what a runtime
//! or a runner of your own needs. Only that is documented here, and stays as it is.
//!
//! From the bottom to the top:
//!
//! - [`Untrusted`] text, [`Error`]s, JSON that is read strictly;
//! - [`Generation`]s, [`Family`]s, [`Policy`]s and faults, the [`Settings`] that
//!   they make, and the [`TrialName`]s;
//! - an [`Observation`] and the [`Pattern`]s that accept it;
//! - [`Requirement`]s, [`Expectation`]s, [`KnownFailure`]s and [`Claims`];
//! - a [`Judgement`], which makes a [`Verdict`] of an observation;
//! - [`protocol`], which makes an observation of what a guest printed;
//! - the [`report`].

mod baseline;
mod claims;
mod error;
mod expectation;
mod family;
mod fault;
mod generation;
mod guest;
#[doc(hidden)]
pub mod json;
mod judge;
mod known_failure;
mod known_walk;
mod need;
mod observation;
mod os;
mod pattern;
mod policy;
pub mod protocol;
pub mod report;
mod requirement;
mod settings;
mod trial;
mod untrusted;
mod verdict;
#[doc(hidden)]
pub mod walk;
mod walk_file;
mod wasi;

// What the library exports.
pub use claims::Claims;
pub use error::{Error, Problem};
pub use family::Family;
pub use fault::Fault;
pub use guest::GuestName;
pub use judge::Judgement;
pub use known_failure::KnownFailure;
pub use observation::Observation;
pub use pattern::Pattern;
pub use policy::Policy;
pub use requirement::{Requirement, Source, Tentative};
pub use settings::Settings;
pub use trial::TrialName;
pub use untrusted::Untrusted;
pub use verdict::Verdict;
pub use wasi::{Generation, WasiVersion};

// What the library and the program use themselves.
#[doc(hidden)]
pub use baseline::{Baseline, BaselineFile, parse_baseline};
#[doc(hidden)]
pub use claims::{applicable, is_claimed, needs};
#[doc(hidden)]
pub use expectation::{
    Expectation, ExpectationFile, Hosts, Inapplicable, Known, Listener, parse as parse_expectations,
};
#[doc(hidden)]
pub use fault::{Call, Errno, FAULTS, Rule};
#[doc(hidden)]
pub use generation::{ErrorCodes, GenerationData};
#[doc(hidden)]
pub use judge::judge;
#[doc(hidden)]
pub use known_failure::{parse_entries, version_number};
#[doc(hidden)]
pub use known_walk::{KnownWalk, parse_known_walks};
#[doc(hidden)]
pub use need::Need;
#[doc(hidden)]
pub use os::Os;
#[doc(hidden)]
pub use report::HostFacts;
#[doc(hidden)]
pub use requirement::parse as parse_requirements;
#[doc(hidden)]
pub use untrusted::{shorten, without_commands};
#[doc(hidden)]
pub use walk_file::{KeptWalk, WalkFile, parse_walks, write_walks};
