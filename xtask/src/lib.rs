//! What contributors run, as a library, so that tests can ask the same.

pub mod docs;
#[cfg(test)]
mod fixture;
pub mod guests;
pub mod idle_server;
pub mod languages;
pub mod layers;
pub mod load;
pub mod manifest;
pub mod marks;
pub mod mutation_score;
pub mod package;
mod paths;
mod places;
pub mod runtimes;
pub mod speed;
pub mod tables;
mod toolchain;
pub mod walks;
