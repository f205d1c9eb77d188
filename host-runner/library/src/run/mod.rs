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

pub use judge::{run, run_and_print};
pub use options::Options;
pub use select::{Selection, select};
