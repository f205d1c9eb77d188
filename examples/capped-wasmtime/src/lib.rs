//! A platform that runs guests on wasmtime and lets each have a few sockets.
//!
//! wasmtime-wasi has no such cap: this crate puts it in front of the three
//! functions that make sockets or end them. That is the code that an upgrade of
//! wasmtime can break without a word, and that the test target judges.

use std::path::Path;
use wasmtime::component::{Component, Linker, Resource, ResourceTable, ResourceType};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, Store, StoreContextMut};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddressFamily};
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket::Host as _;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, SocketResult, TcpSocket, add_to_linker_async,
};
use wasmtime_wasi::sockets::WasiSocketsCtxView;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// How many sockets a guest may have open, those that it accepted included.
pub const OPEN_SOCKETS: usize = 32;

/// What a guest may do with the network.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Whether it may have TCP sockets at all.
    pub tcp: bool,
    /// Whether it may bind and connect them.
    pub addresses: bool,
}

/// A guest, its sockets, and what it may do.
struct State {
    context: WasiCtx,
    table: ResourceTable,
    open: usize,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.table,
        }
    }
}

impl State {
    fn sockets(&mut self) -> WasiSocketsCtxView<'_> {
        WasiSocketsCtxView {
            ctx: self.context.sockets(),
            table: &mut self.table,
        }
    }

    /// Counts a socket that was made.
    fn count<T>(&mut self, made: SocketResult<T>) -> wasmtime::Result<(Result<T, ErrorCode>,)> {
        match made {
            Ok(made) => {
                self.open += 1;
                Ok((Ok(made),))
            }
            Err(error) => Ok((Err(error.downcast()?),)),
        }
    }
}

/// Compiles a component.
///
/// # Errors
/// When it is none.
pub fn compile(component: &[u8]) -> wasmtime::Result<Vec<u8>> {
    engine()?.precompile_component(component)
}

/// Runs a command that [`compile`] compiled, and gives what it returned.
///
/// # Errors
/// When it traps.
///
/// # Safety
/// The file must be what [`compile`] gave: it holds machine code.
#[expect(unsafe_code, reason = "that is how wasmtime loads compiled code")]
pub unsafe fn run(
    compiled: &Path,
    arguments: &[String],
    policy: Policy,
) -> wasmtime::Result<Result<(), ()>> {
    let engine = engine()?;
    // SAFETY: the caller knows.
    let component = unsafe { Component::deserialize_file(&engine, compiled) }?;
    let mut linker = Linker::new(&engine);
    add_to_linker_async(&mut linker)?;
    cap_sockets(&mut linker)?;
    let mut context = WasiCtx::builder();
    context
        .inherit_stdout()
        .inherit_stderr()
        .args(arguments)
        .allow_tcp(policy.tcp);
    if policy.addresses {
        context.inherit_network();
    }
    let state = State {
        context: context.build(),
        table: ResourceTable::new(),
        open: 0,
    };
    let mut store = Store::new(&engine, state);
    // A thread beside this one looks at the sockets, whatever the guest does.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let command = Command::instantiate_async(&mut store, &component, &linker).await?;
        command.wasi_cli_run().call_run(&mut store).await
    })
}

fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    Engine::new(&config)
}

type Socket = Resource<TcpSocket>;
type Accepted = (Socket, Resource<DynInputStream>, Resource<DynOutputStream>);

/// Puts the cap in front of what makes sockets. The names are those that
/// wasmtime-wasi 48 defines.
fn cap_sockets(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    linker
        .instance("wasi:sockets/tcp-create-socket@0.2.12")?
        .func_wrap(
            "create-tcp-socket",
            |mut store: StoreContextMut<'_, State>, (family,): (IpAddressFamily,)| {
                let state = store.data_mut();
                if state.open >= OPEN_SOCKETS {
                    return Ok((Err::<Socket, _>(ErrorCode::NewSocketLimit),));
                }
                let made = state.sockets().create_tcp_socket(family);
                state.count(made)
            },
        )?;
    let mut tcp = linker.instance("wasi:sockets/tcp@0.2.12")?;
    tcp.func_wrap(
        "[method]tcp-socket.accept",
        |mut store: StoreContextMut<'_, State>, (this,): (Socket,)| {
            let state = store.data_mut();
            let this = this.rep();
            // A socket that does not listen gets its own error, also at the cap.
            if state.open >= OPEN_SOCKETS
                && state.sockets().is_listening(Resource::new_borrow(this))?
            {
                return Ok((Err::<Accepted, _>(ErrorCode::NewSocketLimit),));
            }
            let made = state.sockets().accept(Resource::new_borrow(this));
            state.count(made)
        },
    )?;
    tcp.resource(
        "tcp-socket",
        ResourceType::host::<TcpSocket>(),
        |mut store, this| {
            let state = store.data_mut();
            state.open -= 1;
            HostTcpSocket::drop(&mut state.sockets(), Resource::new_own(this))
        },
    )
}
