//! What is judged: a runtime with its version, and what is known of it.

mod contents;
mod selector;
mod shipped;

pub use contents::Implementation;
pub use selector::select;
pub(crate) use selector::{Selector, known_of_shipped};
pub use shipped::{ShippedKnown, shipped_known};
