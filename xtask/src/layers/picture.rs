//! Layers and who uses whom, for the eye: as text with every module, and as a
//! chart of layers in Mermaid.

use super::graph::Graph;
use super::order::{self, Layer, Order};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What one part uses of another: both are numbers of layers, or of packages.
type Edges = BTreeSet<(usize, usize)>;

/// Every module with what it uses, the upper ones first.
pub(super) fn text(order: &Order, graphs: &[Graph]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    for graph in upper_first(order, graphs) {
        let layers = order.of(&graph.package.name);
        let _ = writeln!(text, "{}", graph.package.name);
        let mut by_layer: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, file) in graph.files.iter().enumerate() {
            let layer = order::layer_of(layers, file);
            by_layer.entry(layer).or_default().push(at);
        }
        for (layer, mut files) in by_layer.into_iter().rev() {
            let name = layer.map_or("in no layer", |at| order::name(layers, at));
            let _ = writeln!(text, "  {name}");
            files.sort_by_key(|file| &graph.files[*file].module);
            for file in files {
                let own = graph.uses.keys().filter(|(from, _)| *from == file);
                let used: Vec<_> = own.map(|(_, to)| &*graph.files[*to].module).collect();
                let _ = write!(text, "    {}", graph.files[file].module);
                if !used.is_empty() {
                    let _ = write!(text, ": {}", used.join(", "));
                }
                text.push('\n');
            }
        }
    }
    text
}

/// The layers of each package. Arrows that follow from others are left out.
pub(super) fn mermaid(order: &Order, graphs: &[Graph]) -> String {
    let graphs = upper_first(order, graphs);
    let mut text = String::from("```mermaid\nflowchart TB\n");
    for (at, graph) in graphs.iter().enumerate() {
        let layers = order.of(&graph.package.name);
        let _ = writeln!(text, "  subgraph p{at}[\"{}\"]", graph.package.name);
        for (number, layer) in layers.iter().enumerate().rev() {
            let modules = layer.modules.join(", ");
            let _ = writeln!(
                text,
                "    p{at}l{number}[\"<b>{}</b><br>{modules}\"]",
                layer.name
            );
        }
        let (down, up) = layer_edges(layers, graph);
        for (from, to) in reduced(&down) {
            let _ = writeln!(text, "    p{at}l{from} --> p{at}l{to}");
        }
        for (from, to) in up {
            let _ = writeln!(text, "    p{at}l{from} -. wrong .-> p{at}l{to}");
        }
        text += "  end\n";
    }
    for (from, to) in reduced(&package_edges(&graphs)) {
        let _ = writeln!(text, "  p{from} --> p{to}");
    }
    text += "```\n";
    text
}

/// The packages against the order of the file, which begins at the bottom.
fn upper_first<'a>(order: &Order, graphs: &'a [Graph]) -> Vec<&'a Graph> {
    let mut graphs: Vec<_> = graphs.iter().collect();
    let place = |graph: &&Graph| {
        let mut packages = order.0.iter();
        packages.position(|(name, _)| *name == graph.package.name)
    };
    graphs.sort_by_key(|graph| std::cmp::Reverse(place(graph)));
    graphs
}

/// What leads from a layer to another: down, and up.
fn layer_edges(layers: &[Layer], graph: &Graph) -> (Edges, Edges) {
    let layer = |file: usize| {
        let layer = order::layer_of(layers, &graph.files[file]);
        layer.filter(|layer| *layer < layers.len())
    };
    let edges = graph
        .uses
        .keys()
        .filter_map(|(from, to)| Some((layer(*from)?, layer(*to)?)));
    edges
        .filter(|(from, to)| from != to)
        .partition(|(from, to)| from > to)
}

fn package_edges(graphs: &[&Graph]) -> Edges {
    let mut edges = Edges::new();
    for (from, graph) in graphs.iter().enumerate() {
        for (to, other) in graphs.iter().enumerate() {
            if graph.package.dependencies.contains(&other.package.name) {
                edges.insert((from, to));
            }
        }
    }
    edges
}

/// The edges without those that others imply. There must be no circle in them.
fn reduced(edges: &Edges) -> Edges {
    let next = |from: usize| {
        let own = edges.iter().filter(move |edge| edge.0 == from);
        own.map(|edge| edge.1)
    };
    let reaches = |from: usize, to: usize| {
        let mut left = vec![from];
        let mut seen = BTreeSet::new();
        while let Some(at) = left.pop() {
            if at == to {
                return true;
            }
            if seen.insert(at) {
                left.extend(next(at));
            }
        }
        false
    };
    let is_implied = |from: usize, to: usize| {
        let mut others = next(from).filter(|other| *other != to);
        others.any(|other| reaches(other, to))
    };
    let needed = edges.iter().filter(|(from, to)| !is_implied(*from, *to));
    needed.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_imply_is_left_out() {
        let edges = Edges::from([(3, 2), (2, 1), (1, 0), (3, 1), (3, 0), (4, 0)]);
        assert_eq!(
            reduced(&edges),
            Edges::from([(3, 2), (2, 1), (1, 0), (4, 0)])
        );
    }
}
