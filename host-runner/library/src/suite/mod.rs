//! The suite: components, expectations and requirements, all of it checked.

mod contents;
mod embedded;
mod guests;
mod load;
mod manifest;
mod walk;

pub use contents::{Place, Suite, SuiteGeneration, Topic, Trial};
pub use embedded::{Files, embedded_files};
pub use walk::{Walked, walk_coverage};
