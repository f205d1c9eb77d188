//! What the program and the test targets have in common with each other.

use crate::Error;
use std::io::{self, Write};
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
