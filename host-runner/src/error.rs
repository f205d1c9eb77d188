//! Everything that can stop a run, and the exit code it stops with.

use std::path::PathBuf;

/// Why no verdict could be given. Every message completes "failed to judge".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A data file says something that it may not say.
    #[error("{file}:{line}: {problem}\n  {mend}")]
    Data {
        /// The file, relative to the suite or as the user named it.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        mend: String,
    },
    /// The command line asks for something that is not there.
    #[error("{problem}\n  {mend}")]
    Usage {
        /// What is wrong.
        problem: String,
        /// What to do about it.
        mend: String,
    },
    /// No trial was selected, so there is nothing to say.
    #[error("nothing to judge: {0}")]
    NothingJudged(String),
    /// The implementation could not be run at all.
    #[error("failed to run {implementation}: {problem}\n  {mend}")]
    Implementation {
        /// The implementation's name.
        implementation: String,
        /// What went wrong.
        problem: String,
        /// What to do about it.
        mend: String,
    },
    /// The operating system refused something.
    #[error("failed to {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl Error {
    /// The exit code that this error ends the program with: 2 for bad usage
    /// and bad data, 3 where nothing could be judged.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Data { .. } | Self::Usage { .. } | Self::Io { .. } => 2,
            Self::NothingJudged(_) | Self::Implementation { .. } => 3,
        }
    }
}
