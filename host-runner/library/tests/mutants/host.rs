//! A host that runs one guest, with one thing altered; and its adapter.

use crate::catalogue::hangs;
use crate::clock::HASTE;
use crate::sockets::{Marker, Memory, Sockets};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::Duration;
use tempfile::TempDir;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::protocol::{Ending, Transcript};
use wasi_tcp_conformance::{Claims, Error, Family, Generation, Policy};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, Store};
use wasmtime_wasi::p2::bindings::{self, Command as Program};
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// The first argument of this program as a host.
pub const MARK: &str = "__altered-host";

/// How a host is that has nothing altered: wasmtime, with its known failures
/// repaired, so that every trial can tell an alteration.
pub const UNALTERED: &str = "unaltered";

/// The longest that a trial may take, for guests that wait in vain.
const LIMIT: Duration = Duration::from_secs(30);

/// The exit code of a host that would go on forever.
const HANGS: u8 = 75;

/// What a host does that would go on forever: it says so, and nobody waits.
pub fn hang() -> ! {
    eprintln!("this would go on forever");
    std::process::exit(HANGS.into())
}

/// A host with one thing altered.
#[derive(Clone, Copy)]
pub struct AlteredHost {
    pub how: &'static str,
    in_preflight: bool,
}

impl AlteredHost {
    /// A host that is altered, but not in the preflight.
    pub const fn new(how: &'static str) -> Self {
        Self {
            how,
            in_preflight: false,
        }
    }

    /// A host that is altered in the preflight too.
    pub const fn everywhere(how: &'static str) -> Self {
        Self {
            how,
            in_preflight: true,
        }
    }
}

impl Adapter for AlteredHost {
    fn name(&self) -> &str {
        self.how
    }

    fn version(&self) -> Result<String, Error> {
        Ok("1.0.0".to_owned())
    }

    fn claims(&self) -> Claims {
        let claims = Claims::new([Generation::V0_2.patch(12)]).with_policies(Policy::ALL);
        match self.how {
            "ipv6_is_not_supported" => claims.with_families([Family::Ipv4]),
            "bind_is_always_refused" => claims.with_policies([Policy::NoBind]),
            "guests_have_a_loopback_of_their_own"
            | "an_own_loopback_is_none"
            | "starts_nothing_in_an_own_loopback" => claims.with_own_loopback(),
            _ => claims,
        }
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        if request.topic.name == "preflight" && !self.in_preflight {
            return preflight(request);
        }
        run(self.how, request)
    }
}

/// The preflight of the host without alterations, which all others share.
fn preflight(request: &Request<'_>) -> Result<Transcript, String> {
    type Said = Arc<OnceLock<Result<Transcript, String>>>;
    static SAID: LazyLock<Mutex<HashMap<String, Said>>> = LazyLock::new(Mutex::default);
    let said = {
        let mut all = SAID.lock().map_err(|it| it.to_string())?;
        Arc::clone(
            all.entry(format!("{} {}", request.case, request.family))
                .or_default(),
        )
    };
    said.get_or_init(|| run(UNALTERED, request)).clone()
}

fn run(how: &str, request: &Request<'_>) -> Result<Transcript, String> {
    let is_moved_back = request.wasi_version < request.topic.wasi_version;
    let how = match how {
        "a_version_is_missing" if is_moved_back => "starts_nothing",
        how => how,
    };
    let policy = match (how, request.settings.policy) {
        (
            "policy_is_ignored" | "policy_forbids_binding_only" | "policy_forbids_connecting_only",
            _,
        )
        | ("policy_lets_guests_bind", Policy::NoBind) => Policy::Allowed,
        ("policy_denies_every_address", Policy::OneAddress)
        | ("policy_denies_late" | "policy_asks_each_time", Policy::Denied) => {
            Policy::DeniedAddresses
        }
        (_, policy) => policy,
    };
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command
        .args([MARK, how, policy.name()])
        .arg(compiled(request)?)
        .args([request.case, &request.family.to_string()]);
    let mut transcript = request.run(command)?;
    if transcript.ending == Ending::Exited(HANGS.into()) {
        transcript.ending = Ending::TimedOut(request.time_limit);
    }
    Ok(transcript)
}

/// The compiled component, which all hosts share.
fn compiled(request: &Request<'_>) -> Result<PathBuf, String> {
    type Slot = Arc<OnceLock<Result<PathBuf, String>>>;
    static SLOTS: LazyLock<Mutex<HashMap<String, Slot>>> = LazyLock::new(Mutex::default);
    let name = request.component_name();
    let slot = {
        let mut slots = SLOTS.lock().map_err(|it| it.to_string())?;
        Arc::clone(slots.entry(name.clone()).or_default())
    };
    slot.get_or_init(|| {
        let compile = || {
            let code = engine()?.precompile_component(&request.component()?)?;
            let path = FOLDER.get().ok_or("there is no folder")?.path().join(name);
            std::fs::write(&path, code)?;
            Ok(path)
        };
        compile().map_err(|error: Box<dyn std::error::Error>| error.to_string())
    })
    .clone()
}

/// Where the compiled components are; `main` removes it.
pub static FOLDER: OnceLock<TempDir> = OnceLock::new();

fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    Engine::new(&config)
}

struct State {
    how: String,
    context: WasiCtx,
    table: ResourceTable,
    memory: Memory,
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
    let real = wasmtime_wasi::sockets::WasiSocketsCtxView {
        ctx: state.context.sockets(),
        table: &mut state.table,
    };
    Sockets {
        how: &state.how,
        memory: &mut state.memory,
        real,
    }
}

/// The host itself: runs a guest as the arguments say.
pub fn main(arguments: &[String]) -> ExitCode {
    let [how, policy, compiled, guest @ ..] = arguments else {
        eprintln!("{MARK} is how this program starts itself");
        return ExitCode::from(2);
    };
    let (success, failure, trap) = match &**how {
        "exit_codes_are_others" => (7, 8, 9),
        "traps_end_in_success" => (0, 1, 0),
        _ => (0, 1, 134),
    };
    match &**how {
        "starts_nothing" | "starts_nothing_in_an_own_loopback" => return ExitCode::from(70),
        "starts_slowly" => std::thread::sleep(Duration::from_millis(300)),
        "talks" => {
            println!("A runtime, at your service.\n{{\"level\": \"info\"}}");
            eprintln!("{{\"step\": \"nothing\"}}");
        }
        _ => {}
    }
    if hangs(how) {
        std::thread::spawn(|| {
            std::thread::sleep(LIMIT / HASTE);
            hang()
        });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("tokio starts");
    let run = async {
        match start(how, policy, Path::new(compiled), guest).await {
            Ok(Ok(())) => ExitCode::from(success),
            Ok(Err(())) => ExitCode::from(failure),
            Err(error) => {
                eprintln!("{error:?}");
                ExitCode::from(trap)
            }
        }
    };
    // A guest that never waits uses up the budget that tokio gives to a task: then
    // nothing gets ready any more.
    if how == "guests_have_to_wait" {
        runtime.block_on(run)
    } else {
        runtime.block_on(tokio::task::unconstrained(run))
    }
}

async fn start(
    how: &str,
    policy: &str,
    compiled: &Path,
    guest: &[String],
) -> wasmtime::Result<Result<(), ()>> {
    let engine = engine()?;
    #[expect(unsafe_code, reason = "the file was written by our parent")]
    // SAFETY: the file is what `precompile_component` gave to the process that
    // started this one, in a folder that only its user can write to.
    let component = unsafe { Component::deserialize_file(&engine, compiled) }?;
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    let options = bindings::LinkOptions::default();
    bindings::io::poll::add_to_linker::<_, Marker>(&mut linker, sockets)?;
    bindings::sockets::tcp::add_to_linker::<_, Marker>(&mut linker, sockets)?;
    bindings::sockets::tcp_create_socket::add_to_linker::<_, Marker>(&mut linker, sockets)?;
    bindings::sockets::instance_network::add_to_linker::<_, Marker>(&mut linker, sockets)?;
    bindings::sockets::network::add_to_linker::<_, Marker>(
        &mut linker,
        &(&options).into(),
        sockets,
    )?;
    if hangs(how) {
        bindings::clocks::monotonic_clock::add_to_linker::<_, Marker>(&mut linker, sockets)?;
    }
    let mut context = WasiCtx::builder();
    context
        .inherit_stdout()
        .inherit_stderr()
        .arg("guest")
        .args(guest);
    let policy = Policy::named(policy).unwrap_or(Policy::Allowed);
    context.allow_tcp(policy != Policy::Denied);
    if policy.allows_addresses() {
        context.inherit_network();
    }
    if policy == Policy::OneAddress {
        context.socket_addr_check(|address, _| {
            let ip = address.ip();
            // Connecting binds to the wildcard in passing.
            let is_allowed = ip != Ipv4Addr::new(127, 0, 0, 2);
            Box::pin(async move { is_allowed })
        });
    }
    if how == "policy_forbids_connecting_only" {
        context.socket_addr_check(|_, usage| {
            let connects = matches!(usage, SocketAddrUse::TcpConnect);
            Box::pin(async move { !connects })
        });
    }
    if policy == Policy::NoBind {
        context.inherit_network();
    }
    if how == "policy_forbids_binding_only" || policy == Policy::NoBind {
        let may_listen = policy != Policy::NoBind || how == "policy_lets_wildcards_listen";
        context.socket_addr_check(move |address, usage| {
            // Connecting binds to the wildcard in passing.
            let is_allowed = match usage {
                SocketAddrUse::TcpBind => address.ip().is_unspecified(),
                SocketAddrUse::TcpListen => may_listen,
                _ => true,
            };
            Box::pin(async move { is_allowed })
        });
    }
    let state = State {
        how: how.to_owned(),
        context: context.build(),
        table: ResourceTable::new(),
        memory: Memory::of(policy),
    };
    let mut store = Store::new(&engine, state);
    let program = Program::instantiate_async(&mut store, &component, &linker).await?;
    program.wasi_cli_run().call_run(&mut store).await
}
