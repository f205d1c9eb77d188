//! What the program and the test targets have in common with each other.

use crate::Error;
use libtest_mimic::FormatSetting;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Keeps quiet about output that nobody reads any more: that is no mistake of
/// ours, and libtest-mimic panics at it.
pub(crate) fn hide_broken_pipes() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or_default();
        if !message.contains("BrokenPipe") {
            report(panic);
        }
    }));
}

/// Prints to standard output. Nobody reading it to its end is no error.
pub(crate) fn print(text: &str) -> Result<ExitCode, Error> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(Error::Io {
            action: "write to",
            path: "standard output".into(),
            source,
        }),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Prints what stands behind the trials: where machines read standard output,
/// to standard error.
pub(crate) fn print_behind(text: &str, format: Option<FormatSetting>) -> Result<(), Error> {
    if format == Some(FormatSetting::Json) {
        eprint!("{text}");
        return Ok(());
    }
    print(text).map(drop)
}

/// Creates a file to write to.
pub(crate) fn create(path: &Path) -> Result<File, Error> {
    File::create(path).map_err(|source| Error::Io {
        action: "create",
        path: path.to_owned(),
        source,
    })
}

/// Writes a report, or a view of it, to a file that was created for it.
pub(crate) fn write(path: &Path, file: &mut File, text: &str) -> Result<(), Error> {
    file.write_all(text.as_bytes()).map_err(|source| Error::Io {
        action: "write the report to",
        path: path.to_owned(),
        source,
    })
}

/// Two trials for each processor: many of them wait, for a timer or a peer.
pub(crate) fn threads() -> Option<usize> {
    std::thread::available_parallelism()
        .ok()
        .map(|it| it.get() * 2)
}

/// A program's name as a shell takes it.
pub(crate) fn quote(program: &str) -> String {
    shlex::try_quote(program).map_or_else(|_| program.to_owned(), Into::into)
}
