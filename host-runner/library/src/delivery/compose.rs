//! Composes components.

use crate::retarget;
use std::error::Error;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId};
use wasi_tcp_conformance_core::WasiVersion;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What the parts of the delivery by HTTP call between them.
const CONSOLE: &str = "conformance:delivery/console";

/// A guest whose command line and standard output are those of `console`, run by `handler`;
/// both are of this version.
pub(super) fn over_http(
    guest: &[u8],
    names: &Names,
    handler: &[u8],
    console: &[u8],
    version: WasiVersion,
) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let console = instance(&mut graph, "delivery:console", console)?;
    let guest = instance(&mut graph, "delivery:guest", guest)?;
    let handler = instance(&mut graph, "delivery:handler", handler)?;
    let wasi = |name: &str| format!("wasi:{name}@{version}");
    let environment = wasi("cli/environment");
    connect(
        &mut graph,
        (console, &environment),
        (guest, &names.environment),
    )?;
    connect(&mut graph, (console, &names.stdout), (guest, &names.stdout))?;
    connect(&mut graph, (console, CONSOLE), (handler, CONSOLE))?;
    connect(&mut graph, (guest, &names.run), (handler, &wasi("cli/run")))?;
    exporting(graph, handler, &wasi("http/incoming-handler"))
}

/// A guest whose command line is that of `environment`, which is of this version.
pub(super) fn with_environment(
    guest: &[u8],
    names: &Names,
    environment: &[u8],
    version: WasiVersion,
) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let environment = instance(&mut graph, "delivery:environment", environment)?;
    let guest = instance(&mut graph, "delivery:guest", guest)?;
    let name = format!("wasi:cli/environment@{version}");
    connect(
        &mut graph,
        (environment, &name),
        (guest, &names.environment),
    )?;
    exporting(graph, guest, &names.run)
}

/// What a guest imports and exports of a command, each at a version of its own: toolchains
/// mix them.
pub(super) struct Names {
    environment: String,
    stdout: String,
    run: String,
}

impl Names {
    pub(super) fn of(guest: &[u8]) -> Result<Self> {
        let names = retarget::Names::of(guest)?;
        let one = |names: Vec<String>, name: &str| {
            let prefix = format!("{name}@");
            let mut names = names.into_iter();
            let found = names.find(|it| it.starts_with(&prefix));
            found.ok_or_else(|| format!("the guest has no `{name}`"))
        };
        Ok(Self {
            environment: one(names.imports.clone(), "wasi:cli/environment")?,
            stdout: one(names.imports, "wasi:cli/stdout")?,
            run: one(names.exports, "wasi:cli/run")?,
        })
    }

    /// The version at which the guest has its output: a stream belongs to it.
    pub(super) fn version(&self) -> Result<WasiVersion> {
        let version = self.stdout.rsplit('@').next().unwrap_or_default();
        Ok(version.parse()?)
    }
}

fn instance(graph: &mut CompositionGraph, name: &str, component: &[u8]) -> Result<NodeId> {
    let package = Package::from_bytes(name, None, component.to_vec(), graph.types_mut())?;
    let package = graph.register_package(package)?;
    Ok(graph.instantiate(package))
}

/// Gives one what another exports, each with its name for it.
fn connect(graph: &mut CompositionGraph, from: (NodeId, &str), to: (NodeId, &str)) -> Result<()> {
    let export = graph.alias_instance_export(from.0, from.1)?;
    Ok(graph.set_instantiation_argument(to.0, to.1, export)?)
}

/// The component that exports this of an instance, and imports what nobody in it exports.
fn exporting(mut graph: CompositionGraph, instance: NodeId, name: &str) -> Result<Vec<u8>> {
    let export = graph.alias_instance_export(instance, name)?;
    graph.export(export, name)?;
    let options = EncodeOptions {
        // A mistake of the composition would show when the component is run.
        validate: cfg!(debug_assertions),
        ..EncodeOptions::default()
    };
    Ok(graph.encode(options)?)
}
