//! Temporary files and folders.

use std::io;
use tempfile::TempDir;
use wasi_tcp_conformance_core::Error;

/// A folder that is removed with what this gives.
///
/// # Errors
/// When there is no room for temporary files.
pub(crate) fn folder() -> Result<TempDir, Error> {
    tempfile::tempdir().map_err(|error| Error::Io {
        action: "create a folder in",
        path: std::env::temp_dir(),
        source: plain(error),
    })
}

/// The answer of the operating system, without the name of a temporary file, which
/// means nothing to a reader.
pub(crate) fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((answer, _)) => io::Error::new(error.kind(), answer.to_owned()),
        None => error,
    }
}
