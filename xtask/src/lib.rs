//! What contributors run, as a library, so that tests can ask the same.

pub mod guests;
pub mod manifest;
mod places;
pub mod runtimes;
mod toolchain;
