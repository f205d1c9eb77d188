//! What a person reads in a terminal: pure functions of a report.
//!
//! Titles and the verdict have styles. Whoever prints the text strips them where
//! they are not wanted: text from outside has no escape sequences left.

mod counts;
mod findings;
mod groups;
mod guests;
mod layout;
mod preflight;
mod side_by_side;
mod summary;
mod walks;
mod words;

pub use preflight::preflight;
pub use summary::{not_applicable, summary};
pub use walks::{explored, replayed, walked, walks_interrupted};
pub use words::{EXPLAINED, alternatives, explanation, interrupted, observed};
