//! Where the code breaks the order of layers, and where the order lists other modules
//! than there are.

use super::graph::Graph;
use super::order::{Layer, Order, PATH, is_inside, layer_of, name};
use std::collections::BTreeMap;

/// What differs between the order and the code.
pub(super) fn find(order: &Order, graphs: &[Graph]) -> Vec<String> {
    let mut problems = Vec::new();
    for (package, _) in &order.0 {
        if graphs.iter().all(|graph| graph.package.name != *package) {
            problems.push(format!(
                "{PATH} lists {package}, but there is no such package"
            ));
        }
    }
    for graph in graphs {
        let layers = order.of(&graph.package.name);
        if layers.is_empty() {
            problems.push(format!("{PATH} lists no layers for {}", graph.package.name));
            continue;
        }
        problems.extend(mislisted(layers, graph));
        problems.extend(upward(layers, graph));
    }
    problems
}

/// Modules listed nowhere or twice, and names of no module.
fn mislisted(layers: &[Layer], graph: &Graph) -> Vec<String> {
    let package = &graph.package.name;
    let mut problems = Vec::new();
    let mut listed: BTreeMap<&str, &str> = BTreeMap::new();
    for layer in layers {
        for module in &layer.modules {
            if let Some(other) = listed.insert(module, &layer.name) {
                problems.push(format!(
                    "{PATH} lists `{module}` of {package} twice, in `{other}` and in `{}`",
                    layer.name
                ));
            }
            if graph
                .files
                .iter()
                .all(|file| !is_inside(&file.module, module))
            {
                problems.push(format!(
                    "{PATH} lists `{module}` in `{}`, but {package} has no such module",
                    layer.name
                ));
            }
        }
    }
    for file in &graph.files {
        if layer_of(layers, file).is_none() {
            problems.push(format!(
                "{PATH} does not list `{}` of {package} ({})",
                file.module, file.path
            ));
        }
    }
    problems
}

/// Uses that lead upwards.
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
