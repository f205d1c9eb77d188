//! Composes components.

use std::error::Error;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId};
use wasi_tcp_conformance_core::WasiVersion;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What the parts of the delivery by HTTP call between them.
const CONSOLE: &str = "conformance:delivery/console";

/// A guest whose command line and standard output are those of `console`, run by `handler`.
pub(super) fn over_http(
    guest: &[u8],
    handler: &[u8],
    console: &[u8],
    version: WasiVersion,
) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let console = instance(&mut graph, "delivery:console", console)?;
    let guest = instance(&mut graph, "delivery:guest", guest)?;
    let handler = instance(&mut graph, "delivery:handler", handler)?;
    let wasi = |name: &str| format!("wasi:{name}@{version}");
    connect(&mut graph, console, guest, &wasi("cli/environment"))?;
    connect(&mut graph, console, guest, &wasi("cli/stdout"))?;
    connect(&mut graph, console, handler, CONSOLE)?;
    connect(&mut graph, guest, handler, &wasi("cli/run"))?;
    exporting(graph, handler, &wasi("http/incoming-handler"))
}

/// A guest whose command line is that of `environment`.
pub(super) fn with_environment(
    guest: &[u8],
    environment: &[u8],
    version: WasiVersion,
) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let environment = instance(&mut graph, "delivery:environment", environment)?;
    let guest = instance(&mut graph, "delivery:guest", guest)?;
    let name = format!("wasi:cli/environment@{version}");
    connect(&mut graph, environment, guest, &name)?;
    exporting(graph, guest, &format!("wasi:cli/run@{version}"))
}

fn instance(graph: &mut CompositionGraph, name: &str, component: &[u8]) -> Result<NodeId> {
    let package = Package::from_bytes(name, None, component.to_vec(), graph.types_mut())?;
    let package = graph.register_package(package)?;
    Ok(graph.instantiate(package))
}

/// Gives one what another exports.
fn connect(graph: &mut CompositionGraph, from: NodeId, to: NodeId, name: &str) -> Result<()> {
    let export = graph.alias_instance_export(from, name)?;
    Ok(graph.set_instantiation_argument(to, name, export)?)
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
