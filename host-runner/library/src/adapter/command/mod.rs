//! Any runtime that a command line can start, described by a JSON file.

mod file;
mod run;
mod words;

pub use file::AdapterFile;
pub(crate) use file::MadeOf;
pub(crate) use run::{CommandAdapter, Home};
