//! Runtimes that are libraries, run in a child of this program.

use super::{Adapter, Request};
use crate::protocol::Transcript;
use crate::{Environment, Error, Family, WasiVersion, child};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// A runtime that is a library: it runs a guest in the process that calls it.
///
/// That process is a child of the program that judges, the same binary started
/// anew, so that a guest that traps, hangs or exhausts its descriptors harms
/// nobody else. [`Conformance::embedding`](crate::Conformance::embedding) sees
/// to it.
pub trait Embedding: Send + Sync {
    /// The name of the implementation, as reports and baselines know it.
    fn name(&self) -> &str;

    /// The version of the implementation, as reports and the `versions` of
    /// baselines know it.
    fn version(&self) -> String;

    /// The last version of WASI 0.2 that the implementation claims to have.
    /// Trials of later versions are not applicable.
    fn wasi_version(&self) -> WasiVersion;

    /// The address families that the implementation claims to have. Trials that
    /// need another are not applicable.
    fn families(&self) -> &[Family] {
        &Family::ALL
    }

    /// The policies that the implementation can run a guest under. Trials that
    /// need another are not applicable.
    fn networks(&self) -> &[Network] {
        &Network::ALL
    }

    /// The longest that a trial may take; 30 s unless said.
    fn time_limit(&self) -> Option<Duration> {
        None
    }

    /// Compiles a component, once a run. What it gives is the file that
    /// [`run`](Self::run) gets; unless said, that is the component itself.
    ///
    /// # Errors
    /// Why it can't be compiled.
    fn compile(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        Ok(component.to_vec())
    }

    /// Instantiates a guest and calls its export `wasi:cli/run`, whose `run`
    /// takes nothing. What the guest prints has to go to the standard output of
    /// this process, at once.
    fn run(&self, guest: &Guest<'_>) -> End;
}

/// A guest that is to be run, once.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Guest<'a> {
    /// The file that [`Embedding::compile`] made of the component. It was
    /// written by this program, to a folder that only its user can write to.
    pub component: &'a Path,
    /// The arguments that the guest gets, the name of the program among them.
    pub arguments: &'a [String],
    /// Which network it gets.
    pub network: Network,
}

/// What an implementation's own policy lets a guest do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "who runs a guest must heed each")]
pub enum Network {
    /// TCP, to and from every address.
    Allowed,
    /// TCP, to no address: sockets can be created, and neither bound nor
    /// connected.
    NoAddresses,
    /// No TCP: sockets can't be created.
    Denied,
}

impl Network {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::NoAddresses, Self::Denied];

    fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NoAddresses => "no-addresses",
            Self::Denied => "denied",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What an environment asks of the policy.
    fn in_environment(environment: Environment) -> Self {
        match environment {
            Environment::Denied => Self::Denied,
            Environment::DeniedAddresses => Self::NoAddresses,
            _ => Self::Allowed,
        }
    }
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

/// The adapter of what is embedded.
pub(crate) struct InChildren(pub Arc<dyn Embedding>);

impl Adapter for InChildren {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn wasi_version(&self) -> WasiVersion {
        self.0.wasi_version()
    }

    fn version(&self) -> Result<String, Error> {
        Ok(self.0.version())
    }

    fn families(&self) -> &[Family] {
        self.0.families()
    }

    fn time_limit(&self) -> Option<Duration> {
        self.0.time_limit()
    }

    fn provides(&self, environment: Environment) -> Result<(), String> {
        let network = Network::in_environment(environment);
        if self.0.networks().contains(&network) {
            return Ok(());
        }
        Err(format!(
            "{} has no policy for the environment {environment}",
            self.0.name()
        ))
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        let compiled = request.prepared(|folder| {
            let code = self.0.compile(&request.component()?).map_err(|error| {
                format!("failed to compile {}: {error}", request.component_name())
            })?;
            let path = folder.join("compiled");
            std::fs::write(&path, code)
                .map_err(|error| format!("failed to write {}: {error}", path.display()))
        })?;
        let command = child::guest(
            Network::in_environment(request.environment).name(),
            &compiled.join("compiled"),
            &["guest", request.case, &request.family.to_string()],
        )
        .map_err(|error| format!("failed to find this program: {error}"))?;
        request.run(command)
    }
}
