//! A host that runs one guest with a mutant, in this process or in one of its own.
//!
//! Thousands of walks on hundreds of mutants want no process each. A trial that needs a
//! fault of the system gets one.

use crate::catalogue;
use crate::clock::HASTE;
use crate::mutant::Mutant;
use crate::operated::{self, Operated};
use crate::sockets::{Marker, Memory, Sockets};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::protocol::{Ending, Endings, Transcript};
use wasi_tcp_conformance::{Claims, Error, Family, Generation, Policy, Topic};
use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, Store};
use wasmtime_wasi::p2::bindings::{self, Command as Program};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// The first argument of this program as a host.
pub const MARK: &str = "__operated-host";

/// How a host is that has no mutant.
pub const UNALTERED: &str = "unaltered";

/// How long a guest may take. Time passes faster for it, so it has given up before.
pub const LIMIT: Duration = Duration::from_secs(120 / HASTE as u64);

const SUCCESS: i32 = 0;
const FAILURE: i32 = 1;
const TRAP: i32 = 134;

/// How a host ends.
pub fn endings() -> Endings {
    Endings::new(Ending::Exited(SUCCESS), Ending::Exited(TRAP))
}

/// What a host of another kind does that would go on forever.
pub fn hang() -> ! {
    panic!("this would go on forever")
}

/// A host: a mutant, a legal variant, or the one without either.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// How the sockets below the mutant are: see `altered/`.
    pub how: &'static str,
    pub mutant: Option<Mutant>,
}

impl Host {
    pub const UNALTERED: Self = Self {
        how: UNALTERED,
        mutant: None,
    };

    pub const fn of(mutant: Mutant) -> Self {
        Self {
            how: UNALTERED,
            mutant: Some(mutant),
        }
    }

    fn name(&self) -> String {
        match self.mutant {
            Some(mutant) => mutant.to_string(),
            None => self.how.to_owned(),
        }
    }
}

/// A host behind an adapter, for trials that need a process of their own.
pub struct HostAdapter {
    host: Host,
    name: String,
}

impl HostAdapter {
    pub fn new(host: Host) -> Self {
        let name = host.name();
        Self { host, name }
    }
}

impl Adapter for HostAdapter {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> Result<String, Error> {
        Ok("1.0.0".to_owned())
    }

    fn claims(&self) -> Claims {
        Claims::new([Generation::V0_2.patch(12)]).with_policies(Policy::ALL)
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        if request.topic.name == "preflight" {
            return preflight(request);
        }
        in_a_process(self.host, request)
    }
}

/// The preflight of the host without a mutant, which all others share.
fn preflight(request: &Request<'_>) -> Result<Transcript, String> {
    type Said = Arc<OnceLock<Result<Transcript, String>>>;
    static SAID: LazyLock<Mutex<HashMap<String, Said>>> = LazyLock::new(Mutex::default);
    let said = {
        let mut all = SAID.lock().map_err(|it| it.to_string())?;
        let name = format!("{} {}", request.case, request.family);
        Arc::clone(all.entry(name).or_default())
    };
    said.get_or_init(|| in_a_process(Host::UNALTERED, request))
        .clone()
}

fn in_a_process(host: Host, request: &Request<'_>) -> Result<Transcript, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let name = request.component_name();
    let file = compiled_file(&name, || {
        request.component().map(std::borrow::Cow::into_owned)
    })?;
    let mut command = Command::new(program);
    command
        .args([MARK, host.how, &host.name(), request.settings.policy.name()])
        .arg(file)
        .args([request.case, &request.family.to_string()]);
    request.run(command)
}

/// Where the compiled components are; `main` removes it.
pub static FOLDER: OnceLock<TempDir> = OnceLock::new();

/// A compiled component in a file, which all processes share.
fn compiled_file(
    name: &str,
    bytes: impl FnOnce() -> Result<Vec<u8>, String>,
) -> Result<PathBuf, String> {
    type Slot = Arc<OnceLock<Result<PathBuf, String>>>;
    static SLOTS: LazyLock<Mutex<HashMap<String, Slot>>> = LazyLock::new(Mutex::default);
    let slot = {
        let mut slots = SLOTS.lock().map_err(|it| it.to_string())?;
        Arc::clone(slots.entry(name.to_owned()).or_default())
    };
    slot.get_or_init(|| {
        let code = ENGINE.precompile_component(&bytes()?);
        let code = code.map_err(|error| error.to_string())?;
        let path = FOLDER.get().ok_or("there is no folder")?.path().join(name);
        std::fs::write(&path, code).map_err(|error| error.to_string())?;
        Ok(path)
    })
    .clone()
}

#[expect(clippy::expect_used, reason = "nothing is judged without an engine")]
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    Engine::new(&config).expect("wasmtime runs here")
});

#[expect(clippy::expect_used, reason = "nothing is judged without a linker")]
static LINKER: LazyLock<Linker<State>> =
    LazyLock::new(|| linker().expect("the interfaces fit together"));

fn linker() -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::<State>::new(&ENGINE);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    let options = bindings::LinkOptions::default();
    bindings::io::poll::add_to_linker::<_, operated::Marker>(&mut linker, operated)?;
    bindings::sockets::tcp::add_to_linker::<_, operated::Marker>(&mut linker, operated)?;
    bindings::sockets::tcp_create_socket::add_to_linker::<_, operated::Marker>(
        &mut linker,
        operated,
    )?;
    bindings::sockets::instance_network::add_to_linker::<_, Marker>(&mut linker, sockets)?;
    bindings::sockets::network::add_to_linker::<_, Marker>(
        &mut linker,
        &(&options).into(),
        sockets,
    )?;
    bindings::clocks::monotonic_clock::add_to_linker::<_, Marker>(&mut linker, sockets)?;
    Ok(linker)
}

struct State {
    host: Host,
    context: WasiCtx,
    table: ResourceTable,
    sockets: Memory,
    memory: operated::Memory,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.table,
        }
    }
}

fn sockets(state: &mut State) -> Sockets<'_> {
    Sockets {
        how: state.host.how,
        memory: &mut state.sockets,
        real: wasmtime_wasi::sockets::WasiSocketsCtxView {
            ctx: state.context.sockets(),
            table: &mut state.table,
        },
    }
}

fn operated(state: &mut State) -> Operated<'_> {
    Operated {
        mutant: state.host.mutant,
        memory: &mut state.memory,
        inner: Sockets {
            how: state.host.how,
            memory: &mut state.sockets,
            real: wasmtime_wasi::sockets::WasiSocketsCtxView {
                ctx: state.context.sockets(),
                table: &mut state.table,
            },
        },
    }
}

/// Runs a guest in this process.
pub fn in_this_process(
    host: Host,
    topic: &Topic,
    case: &str,
    family: Family,
    policy: Policy,
) -> Result<Transcript, String> {
    thread_local! {
        static RUNTIME: Runtime = runtime();
    }
    let component = linked(topic)?;
    let output = MemoryOutputPipe::new(1 << 20);
    let errors = MemoryOutputPipe::new(1 << 20);
    let mut context = WasiCtx::builder();
    context.stdout(output.clone()).stderr(errors.clone());
    let guest = [case.to_owned(), family.to_string()];
    let run = || {
        RUNTIME.with(|runtime| {
            let run = start(host, policy, &component, context, &guest);
            let run = async { tokio::time::timeout(LIMIT, run).await };
            runtime.block_on(tokio::task::unconstrained(run))
        })
    };
    let done = std::panic::catch_unwind(AssertUnwindSafe(run))
        .map_err(|_| "the host panicked".to_owned())?;
    let ending = match done {
        Err(_) => Ending::TimedOut(LIMIT),
        Ok(Ok(Ok(()))) => Ending::Exited(SUCCESS),
        Ok(Ok(Err(()))) => Ending::Exited(FAILURE),
        Ok(Err(_)) => Ending::Exited(TRAP),
    };
    let mut transcript = Transcript::new(output.contents(), ending);
    transcript.stderr = errors.contents().into();
    Ok(transcript)
}

/// A component that is ready to start.
fn linked(topic: &Topic) -> Result<InstancePre<State>, String> {
    type Slot = Arc<OnceLock<Result<InstancePre<State>, String>>>;
    static SLOTS: LazyLock<Mutex<HashMap<String, Slot>>> = LazyLock::new(Mutex::default);
    let slot = {
        let mut slots = SLOTS.lock().map_err(|it| it.to_string())?;
        Arc::clone(slots.entry(topic.name.clone()).or_default())
    };
    slot.get_or_init(|| {
        Component::new(&ENGINE, &**topic.component)
            .and_then(|component| LINKER.instantiate_pre(&component))
            .map_err(|error| error.to_string())
    })
    .clone()
}

#[expect(clippy::expect_used, reason = "nothing is judged without a runtime")]
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("tokio starts")
}

async fn start(
    host: Host,
    policy: Policy,
    component: &InstancePre<State>,
    mut context: wasmtime_wasi::WasiCtxBuilder,
    guest: &[String],
) -> wasmtime::Result<Result<(), ()>> {
    context.arg("guest").args(guest);
    context.allow_tcp(policy != Policy::Denied);
    if policy.allows_addresses() {
        context.inherit_network();
    }
    if policy == Policy::NoBind {
        context.inherit_network();
        context.socket_addr_check(|address, usage| {
            // Connecting binds to the wildcard in passing.
            let binds = matches!(usage, wasmtime_wasi::sockets::SocketAddrUse::TcpBind);
            let in_passing = address.ip().is_unspecified() && address.port() == 0;
            Box::pin(async move { !binds || in_passing })
        });
    }
    if policy == Policy::OneAddress {
        context.socket_addr_check(|address, _| {
            // Connecting binds to the wildcard in passing.
            let is_allowed = address.ip() != Ipv4Addr::new(127, 0, 0, 2);
            Box::pin(async move { is_allowed })
        });
    }
    let state = State {
        host,
        context: context.build(),
        table: ResourceTable::new(),
        sockets: Memory::of(policy),
        memory: operated::Memory::default(),
    };
    let mut store = Store::new(&ENGINE, state);
    let instance = component.instantiate_async(&mut store).await?;
    let program = Program::new(&mut store, &instance)?;
    program.wasi_cli_run().call_run(&mut store).await
}

/// The host itself: runs a guest as the arguments say.
pub fn main(arguments: &[String]) -> ExitCode {
    let [how, name, policy, compiled, guest @ ..] = arguments else {
        eprintln!("{MARK} is how this program starts itself");
        return ExitCode::from(2);
    };
    let host = Host {
        how: crate::variants::how(how),
        mutant: catalogue::named(name)
            .copied()
            .or_else(|| crate::variants::named(name).and_then(|it| it.host.mutant)),
    };
    #[expect(unsafe_code, reason = "the file was written by our parent")]
    // SAFETY: the file is what `precompile_component` gave to the process that
    // started this one, in a folder that only its user can write to.
    let component = unsafe { Component::deserialize_file(&ENGINE, compiled) };
    let run = component.and_then(|component| LINKER.instantiate_pre(&component));
    let mut context = WasiCtx::builder();
    context.inherit_stdout().inherit_stderr();
    let policy = Policy::named(policy).unwrap_or(Policy::Allowed);
    let done = run.and_then(|component| {
        runtime().block_on(tokio::task::unconstrained(start(
            host, policy, &component, context, guest,
        )))
    });
    let code = match done {
        Ok(Ok(())) => SUCCESS,
        Ok(Err(())) => FAILURE,
        Err(error) => {
            eprintln!("{error:?}");
            TRAP
        }
    };
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
