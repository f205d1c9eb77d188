//! Does a WebAssembly runtime give guests the TCP sockets that WASI promises?
//!
//! Guests *observe*, expectations *judge*, the runner *compares*.
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
//! 3. [`Trial`]: one case, one family, one set-up;
//! 4. [`run()`]: proves that the adapter works, observes, judges, and records;
//! 5. [`report`]: what a run found.
//!
//! ```
//! use wasi_tcp_conformance::Suite;
//!
//! # fn main() -> Result<(), wasi_tcp_conformance::Error> {
//! let suite = Suite::embedded()?;
//! assert!(suite.trial("0.2/limit::code::ipv4@fd-limit").is_some());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `wasmtime`: the implementation built in, `adapter::Wasmtime`. A test target of
//!   a runtime does not need it, and it is off by default.

pub mod adapter;
mod baseline;
mod cache;
mod conformance;
mod delivery;
mod dispatch;
mod explore;
mod fault;
mod host;
mod implementation;
mod interrupt;
mod judge_anew;
mod output;
mod preflight;
mod process;
mod reexec;
mod retarget;
mod run;
mod suite;
mod temporary;
mod terminal;
mod text_file;

pub use conformance::Conformance;
pub use dispatch::dispatch;
pub use implementation::Implementation;
pub use run::{Options, run};
pub use suite::{Suite, Topic, Trial};
pub use terminal::summary;
pub use wasi_tcp_conformance_core::{
    Claims, Error, Family, Fault, Generation, Judgement, KnownFailure, Observation, Pattern,
    Policy, Problem, Requirement, Settings, Source, Tentative, TrialName, Untrusted, Verdict,
    WasiVersion, protocol, report,
};

/// What the program of the suite is made of. No part of the interface: it may
/// change in every version.
#[doc(hidden)]
pub mod internal {
    pub use crate::adapter::command::AdapterFile;
    pub use crate::baseline::{NewBaseline, read_baseline};
    pub use crate::explore::{
        Exploration, Explored, Found, Limit, Outcome as WalkOutcome, Replay, Replayed, explore,
        replay,
    };
    pub use crate::implementation::{
        ShippedKnown, select as select_implementations, shipped_known,
    };
    pub use crate::interrupt::{
        EXIT_CODE as INTERRUPTED, is_requested as is_interrupted, watch as watch_interrupts,
    };
    pub use crate::judge_anew::judge_anew;
    pub use crate::output::{
        PendingFile, identity, note, note_commands, print, print_after, print_commands, quote,
    };
    pub use crate::preflight::{Conditions, run as run_preflight};
    pub use crate::retarget::retarget;
    pub use crate::run::{Partition, Selection, run_and_print, select as select_trials};
    pub use crate::suite::{Files, Place, SuiteGeneration, embedded_files};
    pub use crate::terminal::{
        EXPLAINED, alternatives, explanation, explored, interrupted, not_applicable, observed,
        preflight, replayed, walked, walks_interrupted,
    };
    pub use crate::text_file::read as read_text;
}
