//! What a child of this program does. Every `main` that judges with this library
//! asks first whether it is such a child.

use crate::adapter::{Embedding, Guest};
use crate::output::note;
use crate::{host, reexec};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use wasi_tcp_conformance_core::{Fault, Policy};

/// Does what this process was started for, if it is such a child; a guest runs
/// on the implementation built in.
///
/// [`Conformance::main`](crate::Conformance::main) calls it. In a `main` of your
/// own, call it first and return what it returns.
#[must_use = "when this process is a child, main must end with the exit code"]
pub fn dispatch() -> Option<ExitCode> {
    #[cfg(feature = "wasmtime")]
    return dispatch_to(Some(&crate::adapter::Wasmtime));
    #[cfg(not(feature = "wasmtime"))]
    dispatch_to(None)
}

/// Does what this process was started for, if it is such a child; a guest runs
/// on this embedding.
pub(crate) fn dispatch_to(embedding: Option<&dyn Embedding>) -> Option<ExitCode> {
    let code = run(embedding, reexec::arguments()?);
    Some(code.unwrap_or_else(|| {
        let mark = reexec::MARK;
        note(&format!(
            "error: {mark} is how this program starts itself, and is not for the command line"
        ));
        ExitCode::from(2)
    }))
}

fn run(
    embedding: Option<&dyn Embedding>,
    mut arguments: impl Iterator<Item = OsString>,
) -> Option<ExitCode> {
    let mut text = || arguments.next()?.into_string().ok();
    match text()?.as_str() {
        "probe" => Some(host::inspect(Fault::named(&text()?)?)),
        "guest" => {
            let policy = Policy::named(&text()?)?;
            let component = PathBuf::from(arguments.next()?);
            let arguments: Vec<_> = arguments
                .map(OsString::into_string)
                .collect::<Result<_, _>>()
                .ok()?;
            let guest = Guest {
                component: &component,
                arguments: &arguments,
                policy,
            };
            Some(embedding?.run(&guest).exit())
        }
        _ => None,
    }
}
