//! From trials to a report.

mod judge;
mod libtest;
mod listener;
mod options;
mod order;
mod partition;
mod plan;
mod progress;
mod record;
mod select;
mod walk_counts;

pub use judge::{run, run_and_print};
pub use options::Options;
pub use partition::Partition;
pub(crate) use plan::{Plan, Subject};
pub(crate) use record::{add_walk, observe};
pub use select::{Selection, select};
pub(crate) use walk_counts::walk_counts;
