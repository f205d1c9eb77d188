//! The implementation built in: wasmtime and wasmtime-wasi, embedded.

use super::embedding::{Embedding, End, Guest};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use wasi_tcp_conformance_core::{Claims, Generation, Policy};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// The embedded wasmtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wasmtime;

impl Wasmtime {
    /// The implementation's name.
    pub const NAME: &str = "wasmtime";
}

impl Embedding for Wasmtime {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn version(&self) -> String {
        wasmtime_environ::VERSION.to_owned()
    }

    /// wasmtime-wasi 48 is generated from the interfaces at 0.2.12.
    fn claims(&self) -> Claims {
        Claims::new([Generation::V0_2.patch(12)]).with_policies([
            Policy::Allowed,
            Policy::Denied,
            Policy::DeniedAddresses,
            Policy::OneAddress,
            Policy::NoBind,
        ])
    }

    fn compile(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        engine()
            .and_then(|engine| engine.precompile_component(component))
            .map_err(|error| format!("{error:#}"))
    }

    fn run(&self, guest: &Guest<'_>) -> End {
        // Not the current thread alone: a guest that polls without ever waiting
        // would keep the runtime from looking at its sockets.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return End::NotStarted(error.to_string()),
        };
        runtime.block_on(async {
            let (mut store, command) = match instantiate(guest).await {
                Ok(instance) => instance,
                Err(error) => return End::NotStarted(format!("{error:?}")),
            };
            match command.wasi_cli_run().call_run(&mut store).await {
                Ok(returned) => End::Returned(returned),
                Err(error) => End::Trapped(format!("{error:?}")),
            }
        })
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

/// Whether [`Policy::OneAddress`] allows this: connecting binds to the wildcard in
/// passing.
fn is_allowed(address: IpAddr) -> bool {
    address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST || address.is_unspecified()
}

/// Whether [`Policy::NoBind`] allows this. Connecting asks for the wildcard and port 0 in
/// passing, and nothing tells that from a guest that binds to them; but it does not listen.
fn allows_without_bind(address: SocketAddr, purpose: SocketAddrUse) -> bool {
    let is_in_passing = address.ip().is_unspecified() && address.port() == 0;
    match purpose {
        SocketAddrUse::TcpBind => is_in_passing,
        SocketAddrUse::TcpListen => false,
        _ => true,
    }
}

async fn instantiate(guest: &Guest<'_>) -> wasmtime::Result<(Store<State>, Command)> {
    let engine = engine()?;
    #[expect(unsafe_code, reason = "the file was written by our parent")]
    // SAFETY: the file is what `compile` gave to the process that started this
    // one, in a folder that only its user can write to.
    let component = unsafe { Component::deserialize_file(&engine, guest.component) }?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;

    let mut context = WasiCtx::builder();
    context
        .inherit_stdout()
        .inherit_stderr()
        .args(guest.arguments)
        .allow_tcp(guest.policy != Policy::Denied);
    match guest.policy {
        Policy::Allowed | Policy::OwnLimit => {
            context.inherit_network();
        }
        Policy::OneAddress => {
            context.socket_addr_check(|address, _| {
                let is_allowed = is_allowed(address.ip());
                Box::pin(async move { is_allowed })
            });
        }
        Policy::NoBind => {
            context.socket_addr_check(|address, purpose| {
                let is_allowed = allows_without_bind(address, purpose);
                Box::pin(async move { is_allowed })
            });
        }
        _ => {}
    }
    let state = State {
        context: context.build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let command = Command::instantiate_async(&mut store, &component, &linker).await?;
    Ok((store, command))
}
