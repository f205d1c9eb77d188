//! Does a WebAssembly runtime give guests the TCP sockets that WASI promises?
//!
//! Guests *observe*, expectations *judge*, this runner *compares*. The parts,
//! in the order that a run goes through them:
//!
//! 1. [`Suite`]: components, expectations and requirements, all checked;
//! 2. [`Implementation`]: what is judged, behind an [`adapter::Adapter`], which
//!    [`preflight`] proves to work;
//! 3. [`trial`]: one case, one family, one environment;
//! 4. [`run()`]: the adapter observes, [`judge`] judges, a record is kept;
//! 5. [`report`]: what a run found; all views are pure functions of it.

pub mod adapter;
pub mod baseline;
pub mod child;
pub mod cli;
pub mod environment;
mod error;
mod expectation;
mod explain;
mod export;
mod family;
mod guest_source;
mod harness;
mod implementation;
mod json;
mod observation;
mod outputs;
pub mod pattern;
pub mod preflight;
pub mod process;
mod progress;
pub mod protocol;
pub mod report;
mod requirement;
mod run;
pub mod schema;
mod suite;
pub mod trial;
mod verdict;
mod wasi;

pub use baseline::{KnownFailure, parse_baseline};
pub use environment::Environment;
pub use error::Error;
pub use expectation::{Expectation, ExpectationFile, Inapplicable};
pub use explain::explain;
pub use export::export;
pub use family::Family;
pub use harness::Conformance;
pub use implementation::Implementation;
pub use observation::Observation;
pub use pattern::Pattern;
pub use requirement::{Requirement, Source};
pub use run::{Options, Planned, run};
pub use suite::{Files, Suite, Topic, embedded_files};
pub use trial::TrialId;
pub use verdict::{Judgement, Verdict, judge};
pub use wasi::{WasiVersion, retarget};
