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
    let inner = error.get_ref().and_then(|error| error.source());
    let inner = inner.and_then(|error| error.downcast_ref::<io::Error>());
    match inner.and_then(io::Error::raw_os_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error,
    }
}
