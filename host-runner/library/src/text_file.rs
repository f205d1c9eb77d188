//! Input files of the user, read with a limit.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use wasi_tcp_conformance_core::Error;
use wasi_tcp_conformance_core::json::{Format, Text};

/// The most that is read of an input file, in bytes: far more than the largest
/// report, and an end for a device that has none.
const LIMIT: u64 = 256 << 20;

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read, or is longer than the limit.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Io {
        action: "read",
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::in_file(
            path.display().to_string(),
            format!("the file is larger than {} MiB", LIMIT >> 20),
            "check that this is the file that you mean",
        ));
    }
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read, is longer than the limit, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Error> {
    let bytes = read_bytes(path)?;
    // What the file holds is the affair of whoever asked.
    let file = path.display().to_string();
    let text = Text::new(&file, &bytes, Format::Report)?;
    // Some editors begin a file with a mark.
    let text = text.text.strip_prefix('\u{feff}').unwrap_or(text.text);
    Ok(text.to_owned())
}
