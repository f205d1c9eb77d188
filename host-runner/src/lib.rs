//! Does a WebAssembly runtime give guests the TCP sockets that WASI promises?
//!
//! Guests *observe*, expectations *judge*, this runner *compares*.
//!
//! **To have every trial as a test of your runtime**, give a [`Conformance`] what
//! runs a guest: an [`Embedding`](adapter::Embedding), a file, or an
//! [`Adapter`](adapter::Adapter).
//!
//! **To judge in a way of your own**, take the parts, in the order that a run goes
//! through them:
//!
//! 1. [`Suite`]: components, expectations and requirements, all checked;
//! 2. [`Implementation`]: what is judged, behind an adapter;
//! 3. [`trial`]: one case, one family, one environment;
//! 4. [`run()`]: proves that the adapter works, lets it observe, [`judge`]s, and
//!    keeps a record;
//! 5. [`report`]: what a run found; all views are pure functions of it.
//!
//! ```
//! use wasi_tcp_conformance::{Suite, trial};
//!
//! # fn main() -> Result<(), wasi_tcp_conformance::Error> {
//! let suite = Suite::embedded()?;
//! let names: Vec<_> = trial::all(&suite).iter().map(|it| it.id.to_string()).collect();
//! assert!(names.contains(&"limit::code::ipv4@fd-limit".to_owned()));
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! Both are there unless said otherwise, and a test target of a runtime needs
//! neither.
//!
//! - `wasmtime`: the implementation built in, `adapter::Wasmtime`;
//! - `cli`: the program, and the views of a report for people and machines.

#![cfg_attr(
    not(feature = "cli"),
    allow(dead_code, reason = "some helpers are for views that are not there")
)]

pub mod adapter;
mod baseline;
pub mod child;
#[cfg(feature = "cli")]
pub mod cli;
mod console;
mod environment;
mod error;
mod expectation;
#[cfg(feature = "cli")]
mod explain;
#[cfg(feature = "cli")]
mod export;
mod family;
#[cfg(feature = "cli")]
mod guest_source;
mod harness;
mod implementation;
mod json;
mod observation;
#[cfg(feature = "cli")]
mod outputs;
mod pattern;
mod preflight;
mod process;
mod progress;
pub mod protocol;
pub mod report;
mod requirement;
mod run;
#[cfg(feature = "cli")]
pub mod schema;
mod suite;
pub mod trial;
mod verdict;
mod wasi;

pub use baseline::{KnownFailure, parse_baseline};
pub use environment::{Environment, Errno, FD_LIMIT, HostFacts, Probe};
pub use error::Error;
pub use expectation::{Expectation, Inapplicable};
pub use family::Family;
pub use harness::Conformance;
pub use implementation::Implementation;
/// What [`Options`] tell the harness that runs the trials.
pub use libtest_mimic::Arguments;
pub use observation::Observation;
pub use pattern::Pattern;
pub use requirement::{Requirement, Source};
pub use run::{Options, Planned, run};
pub use suite::{Files, Suite, Topic, embedded_files};
pub use trial::TrialId;
pub use verdict::{Judgement, Verdict, judge};
pub use wasi::{WasiVersion, retarget};
