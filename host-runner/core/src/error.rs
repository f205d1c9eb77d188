//! What can stop a run: what is wrong, what to do about it, and the exit code.

use crate::untrusted::escape_lines;
use std::fmt;
use std::path::PathBuf;

/// Something that is wrong, and what to do about it.
///
/// Messages may quote a runtime or a file. [`Display`](fmt::Display) shows
/// nothing that a terminal would act on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct Problem {
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    /// A problem and its remedy.
    pub fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = escape_lines(&self.what);
        write!(f, "{what}\n  help: {}", escape_lines(&self.help))
    }
}

/// Why no verdict could be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A data file says something that it must not say.
    #[error("{}:{line}: {problem}", escape_lines(file))]
    Data {
        /// The file, relative to the suite or as the user named it.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        problem: Problem,
    },
    /// The command line asks for something that does not exist.
    #[error("{0}")]
    Usage(Problem),
    /// No trial was selected, so there is nothing to say.
    #[error("nothing to judge: {0}")]
    NothingJudged(Problem),
    /// The implementation could not be run at all.
    #[error("failed to run {}: {problem}", escape_lines(implementation))]
    Implementation {
        /// The name of the implementation.
        implementation: String,
        /// What went wrong.
        problem: Problem,
    },
    /// The operating system refused something.
    #[error("failed to {action} {}: {source}", escape_lines(&path.display().to_string()))]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The answer of the operating system.
        source: std::io::Error,
    },
}

impl Error {
    /// A mistake in the use of a command.
    pub fn usage(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage(Problem::new(what, help))
    }

    /// A mistake in a file as a whole.
    #[doc(hidden)]
    pub fn in_file(
        file: impl Into<String>,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::Data {
            file: file.into(),
            line: 1,
            problem: Problem::new(what, help),
        }
    }

    /// The exit code that this error ends the program with: 2 for bad usage
    /// and bad data, 3 if nothing could be judged.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Data { .. } | Self::Usage(_) | Self::Io { .. } => 2,
            Self::NothingJudged(_) | Self::Implementation { .. } => 3,
        }
    }
}
