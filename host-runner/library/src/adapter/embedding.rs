//! Runtimes that are libraries, run in a child of this program.

use super::interface::{Adapter, Request};
use crate::reexec;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use wasi_tcp_conformance_core::protocol::Transcript;
use wasi_tcp_conformance_core::{Claims, Error, Policy};

/// A runtime that is a library: it runs a guest in the process that calls it.
///
/// That process is a child of the program that judges, the same binary executed
/// again, so that a guest that traps, hangs or exhausts its descriptors harms
/// nothing else. [`Conformance::embedding`](crate::Conformance::embedding) sees
/// to it.
pub trait Embedding: Send + Sync {
    /// The name of the implementation, as reports and baselines know it.
    fn name(&self) -> &str;

    /// The version of the implementation, as reports and the `versions` of
    /// baselines know it.
    fn version(&self) -> String;

    /// What the implementation claims to have. Trials about anything else are
    /// not applicable.
    fn claims(&self) -> Claims;

    /// The longest that a trial may take; 30 s by default.
    fn time_limit(&self) -> Option<Duration> {
        None
    }

    /// Compiles a component, once a run. The result is the content of the file
    /// that [`run`](Self::run) gets; by default, the component itself.
    ///
    /// # Errors
    /// Why it cannot be compiled.
    fn compile(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        Ok(component.to_vec())
    }

    /// Instantiates a guest and calls its export `wasi:cli/run`, whose `run`
    /// takes nothing. What the guest prints must go to the standard output of
    /// this process, at once.
    fn run(&self, guest: &Guest<'_>) -> End;
}

/// A guest that is to be run, once.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Guest<'a> {
    /// The file that [`Embedding::compile`] made of the component. This program
    /// wrote it, to a folder that only its user can write to.
    pub component: &'a Path,
    /// The arguments that the guest gets, the name of the program among them.
    pub arguments: &'a [String],
    /// What it may do: one of the policies that the implementation claims.
    pub policy: Policy,
}

/// How a guest came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other end")]
pub enum End {
    /// `run` returned this.
    Returned(Result<(), ()>),
    /// It trapped, which the runtime describes like this.
    Trapped(String),
    /// It was not run, because of this.
    NotStarted(String),
}

impl End {
    /// The exit codes of a child after each, none of which a panic has. That of
    /// a trap is the one that the command line of wasmtime has.
    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Returned(Ok(())) => 0,
            Self::Returned(Err(())) => 1,
            Self::NotStarted(why) => {
                eprintln!("failed to start the guest: {why}");
                70
            }
            Self::Trapped(how) => {
                eprintln!("the guest trapped: {how}");
                134
            }
        })
    }
}

/// The adapter of an embedding.
pub(crate) struct InChildren(pub Arc<dyn Embedding>);

impl Adapter for InChildren {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn claims(&self) -> Claims {
        self.0.claims()
    }

    fn version(&self) -> Result<String, Error> {
        Ok(self.0.version())
    }

    fn time_limit(&self) -> Option<Duration> {
        self.0.time_limit()
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        const FILE: &str = "compiled";
        let folder = request.prepared(|folder| {
            let code = self.0.compile(&request.component()?).map_err(|error| {
                format!("failed to compile {}: {error}", request.component_name())
            })?;
            let path = folder.join(FILE);
            std::fs::write(&path, code)
                .map_err(|error| format!("failed to write {}: {error}", path.display()))
        })?;
        let command = reexec::guest(
            request.settings.policy.name(),
            &folder.join(FILE),
            &["guest", request.case, &request.family.to_string()],
        )
        .map_err(|error| format!("failed to find this program: {error}"))?;
        request.run(command)
    }
}
