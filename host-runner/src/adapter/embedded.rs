//! The implementation built in: wasmtime and wasmtime-wasi, embedded.
//!
//! It runs like every other implementation, in a process of its own: a child
//! of this same binary. Components are compiled once a run; the children load
//! the compiled code.

use super::{Adapter, Request};
use crate::child::Policy;
use crate::protocol::Transcript;
use crate::{Environment, Error, WasiVersion, child};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tempfile::TempDir;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// The exit code after `run` returned an error.
const RUN_FAILED: u8 = 1;
/// The exit code when the component could not be instantiated.
const NOT_INSTANTIATED: u8 = 70;
/// The exit code after a trap, the same that the command line of wasmtime has.
const TRAPPED: u8 = 134;

/// The embedded wasmtime.
pub struct Embedded {
    engine: Engine,
    folder: TempDir,
    compiled: Mutex<HashMap<String, Slot>>,
}

/// Where a component's compiled code is, once somebody needed it.
type Slot = Arc<OnceLock<Result<PathBuf, String>>>;

impl Embedded {
    /// The implementation's name.
    pub const NAME: &str = "wasmtime";

    /// # Errors
    /// When the engine does not support this host, or there is no room for
    /// temporary files.
    pub fn new() -> Result<Self, Error> {
        let failed = |problem: String| Error::Implementation {
            implementation: Self::NAME.to_owned(),
            problem,
            mend: "the built-in wasmtime needs a host that Cranelift supports, and a \
                   temporary folder"
                .to_owned(),
        };
        Ok(Self {
            engine: engine().map_err(|error| failed(format!("{error:#}")))?,
            folder: tempfile::tempdir().map_err(|error| failed(error.to_string()))?,
            compiled: Mutex::default(),
        })
    }

    /// Compiles a component, unless that was done before.
    fn compile(&self, request: &Request<'_>) -> Result<PathBuf, String> {
        let name = request.component_name();
        let slot = {
            let mut slots = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(name.clone()).or_default())
        };
        slot.get_or_init(|| {
            let code = self
                .engine
                .precompile_component(&request.component()?)
                .map_err(|error| format!("failed to compile {name}: {error:#}"))?;
            let path = self.folder.path().join(format!("{name}.cwasm"));
            fs::write(&path, code)
                .map_err(|error| format!("failed to write {}: {error}", path.display()))?;
            Ok(path)
        })
        .clone()
    }
}

impl Adapter for Embedded {
    fn name(&self) -> &str {
        Self::NAME
    }

    /// The version of the interfaces that wasmtime-wasi 48 is generated from.
    fn wasi_version(&self) -> WasiVersion {
        WasiVersion::LAST
    }

    fn version(&self) -> Result<String, Error> {
        Ok(wasmtime_environ::VERSION.to_owned())
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        let command = child::command(&child::Request::Embedded {
            compiled: self.compile(request)?,
            policy: match request.environment {
                Environment::Denied => Policy::NoTcp,
                Environment::DeniedAddresses => Policy::NoAddresses,
                _ => Policy::Network,
            },
            arguments: vec![request.case.to_owned(), request.family.to_string()],
        })
        .map_err(|error| format!("failed to find this program: {error}"))?;
        request.run(command)
    }
}

/// Compiling takes most of a run's time, and the guests hardly any.
fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    Engine::new(&config)
}

/// The child's part: runs one guest.
pub(crate) fn run(compiled: &Path, policy: Policy, arguments: &[String]) -> ExitCode {
    // Not the current thread alone: a guest that polls without ever waiting
    // would keep the runtime from looking at its sockets.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("failed to start the asynchronous runtime: {error}");
            return ExitCode::from(NOT_INSTANTIATED);
        }
    };
    runtime.block_on(async {
        let (mut store, command) = match instantiate(compiled, policy, arguments).await {
            Ok(instance) => instance,
            Err(error) => {
                eprintln!("failed to instantiate the component: {error:?}");
                return ExitCode::from(NOT_INSTANTIATED);
            }
        };
        match command.wasi_cli_run().call_run(&mut store).await {
            Ok(Ok(())) => ExitCode::SUCCESS,
            Ok(Err(())) => ExitCode::from(RUN_FAILED),
            Err(error) => {
                eprintln!("the guest trapped: {error:?}");
                ExitCode::from(TRAPPED)
            }
        }
    })
}

struct State {
    context: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.table,
        }
    }
}

async fn instantiate(
    compiled: &Path,
    policy: Policy,
    arguments: &[String],
) -> wasmtime::Result<(Store<State>, Command)> {
    let engine = engine()?;
    #[expect(unsafe_code, reason = "the file was written by our parent")]
    // SAFETY: the file is what `precompile_component` gave to the process that
    // started this one, in a folder that only its user can write to.
    let component = unsafe { Component::deserialize_file(&engine, compiled) }?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;

    let mut context = WasiCtx::builder();
    context
        .inherit_stdout()
        .inherit_stderr()
        .arg("guest")
        .args(arguments);
    context.allow_tcp(policy != Policy::NoTcp);
    if policy == Policy::Network {
        context.inherit_network();
    }
    let state = State {
        context: context.build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let command = Command::instantiate_async(&mut store, &component, &linker).await?;
    Ok((store, command))
}
