//! From trials to a report.

mod judge;
mod libtest;
mod listener;
mod options;
mod order;
mod plan;
mod progress;
mod record;
mod select;
mod walk_counts;

pub use judge::{run, run_and_print};
pub(crate) use record::add_walk;
pub(crate) use walk_counts::walk_counts;
pub use options::Options;
pub use select::{Selection, select};
