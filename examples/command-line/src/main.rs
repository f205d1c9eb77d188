//! A runtime with a command line, as small as it can be.

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// Runs WebAssembly commands
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Compile a component
    Compile {
        /// The component
        component: PathBuf,
        /// Where the compiled code goes
        compiled: PathBuf,
    },
    /// Run what was compiled
    Run(Guest),
}

#[derive(clap::Args)]
struct Guest {
    /// Let the guest have TCP sockets
    #[arg(long)]
    tcp: bool,
    /// Let the guest bind and connect them to every address
    #[arg(long)]
    addresses: bool,
    /// The compiled code
    compiled: PathBuf,
    /// The arguments of the guest
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    let ended = match Cli::parse().action {
        Action::Compile {
            component,
            compiled,
        } => compile(&component, &compiled).map(Ok),
        Action::Run(guest) => run(&guest),
    };
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(())) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:?}");
            // A trap is told from a guest that returns an error.
            ExitCode::from(134)
        }
    }
}

fn compile(component: &Path, compiled: &Path) -> wasmtime::Result<()> {
    let code = Engine::default().precompile_component(&std::fs::read(component)?)?;
    Ok(std::fs::write(compiled, code)?)
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

fn run(guest: &Guest) -> wasmtime::Result<Result<(), ()>> {
    let engine = Engine::default();
    #[expect(unsafe_code, reason = "who names the file vouches for it")]
    // SAFETY: as the help says, the file is what `compile` wrote.
    let component = unsafe { Component::deserialize_file(&engine, &guest.compiled) }?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    let mut context = WasiCtx::builder();
    context
        .inherit_stdio()
        .arg(guest.compiled.to_string_lossy())
        .args(&guest.arguments)
        .allow_tcp(guest.tcp);
    if guest.addresses {
        context.inherit_network();
    }
    let state = State {
        context: context.build(),
        table: ResourceTable::new(),
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
