//! What a run found. Every view is a pure function of a [`Report`].

mod contents;
mod counts;
mod fit;
mod guests;
mod host;
mod json;
mod outcome;
mod record;

#[doc(hidden)]
pub use contents::WalkCoverage;
pub use contents::{Catalogue, GuestFacts, ImplementationFacts, Report, Skipped, SuiteFacts};
pub use counts::{Counts, Coverage};
#[doc(hidden)]
pub use guests::GuestDifference;
pub use host::HostFacts;
pub use json::FORMAT;
#[doc(hidden)]
pub use json::ReportFile;
pub use outcome::Outcome;
pub use record::Record;
#[doc(hidden)]
pub use record::WalkAnswers;
