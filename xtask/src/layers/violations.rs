//! Where the code does not keep to the order of layers, and where they do not name
//! the same modules.

use super::graph::Graph;
use super::order::{Layer, Order, PATH, is_inside, layer_of, name};
use std::collections::BTreeMap;

/// What differs between the order and the code.
pub(super) fn find(order: &Order, graphs: &[Graph]) -> Vec<String> {
    let mut problems = Vec::new();
    for (package, _) in &order.0 {
        if graphs.iter().all(|graph| graph.package.name != *package) {
            problems.push(format!("{PATH}: there is no package {package}"));
        }
    }
    for graph in graphs {
        let layers = order.of(&graph.package.name);
        if layers.is_empty() {
            problems.push(format!("{PATH} has no layers of {}", graph.package.name));
            continue;
        }
        problems.extend(strangers(layers, graph));
        problems.extend(upward(layers, graph));
    }
    problems
}

/// Modules that are in no layer or in two, and names that are no module.
fn strangers(layers: &[Layer], graph: &Graph) -> Vec<String> {
    let package = &graph.package.name;
    let mut problems = Vec::new();
    let mut listed: BTreeMap<&str, &str> = BTreeMap::new();
    for layer in layers {
        for module in &layer.modules {
            if let Some(other) = listed.insert(module, &layer.name) {
                problems.push(format!(
                    "{PATH}: {package} has `{module}` in `{other}` and in `{}`",
                    layer.name
                ));
            }
            if graph
                .files
                .iter()
                .all(|file| !is_inside(&file.module, module))
            {
                problems.push(format!(
                    "{PATH}: {package} has no module `{module}`, which is in `{}`",
                    layer.name
                ));
            }
        }
    }
    for file in &graph.files {
        if layer_of(layers, file).is_none() {
            problems.push(format!(
                "{PATH}: the module `{}` of {package} is in no layer ({})",
                file.module, file.path
            ));
        }
    }
    problems
}

/// Uses that lead up.
fn upward(layers: &[Layer], graph: &Graph) -> Vec<String> {
    let layer = |file: usize| layer_of(layers, &graph.files[file]);
    let mut problems = Vec::new();
    for ((from, to), line) in &graph.uses {
        if let (Some(lower), Some(upper)) = (layer(*from), layer(*to))
            && lower < upper
        {
            let (from, to) = (&graph.files[*from], &graph.files[*to]);
            problems.push(format!(
                "{}:{line}: `{}` of the layer `{}` uses `{}` of `{}`, which is above it",
                from.path,
                from.module,
                name(layers, lower),
                to.module,
                name(layers, upper),
            ));
        }
    }
    problems
}
