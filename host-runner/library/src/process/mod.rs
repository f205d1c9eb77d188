//! Runs one process to its end: bounded in time and output, and nothing of it
//! is left behind.
//!
//! The process leads a group of its own. Once it has ended, or its time is up,
//! the whole group is killed. When no member is left, the pipes are read for the
//! last time. What a process has written is in the pipe before the process can
//! end, so this read misses nothing, however late the system lets us do it. Time
//! never decides that output is complete: if the end of the group can't be seen,
//! or its output can't be read, there is an error and no transcript.

#[cfg(unix)]
mod members;
mod output;
mod run;
mod server;
#[cfg(all(test, unix))]
mod tests;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use members::members;
pub(crate) use output::OUTPUT_LIMIT;
pub(crate) use run::run;
pub(crate) use server::{Life, Remains, Server};
