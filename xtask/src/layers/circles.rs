//! Circles among the modules of a package.
//!
//! They are looked for in each folder, among its own file and what is in it, where
//! a folder inside counts as one. That finds every circle of files, in the
//! innermost folder that has all of it, and those that only folders make.

use super::graph::Graph;
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// One use of a module by another, by the numbers of the files.
#[derive(Clone, Copy)]
struct Use {
    from: usize,
    to: usize,
    line: usize,
}

/// Each circle as a text, with a line of code for each use in it.
pub(super) fn find(graph: &Graph) -> Vec<String> {
    let mut circles = Vec::new();
    for folder in folders(graph) {
        let uses = uses_in(&folder, graph);
        for circle in components(&uses) {
            circles.push(describe(&circle, &uses, graph));
        }
    }
    circles
}

/// The modules that have others in them, and the package itself, without a name.
fn folders(graph: &Graph) -> BTreeSet<String> {
    let mut folders = BTreeSet::from([String::new()]);
    for file in &graph.files {
        let ends = file.module.match_indices("::");
        folders.extend(ends.map(|(end, _)| file.module[..end].to_owned()));
    }
    folders
}

/// What in a folder uses what in it, and the first use.
fn uses_in(folder: &str, graph: &Graph) -> BTreeMap<(String, String), Use> {
    let mut uses = BTreeMap::new();
    for ((from, to), line) in &graph.uses {
        let part = |file: usize| part_of(folder, &graph.files[file].module);
        if let (Some(user), Some(used)) = (part(*from), part(*to))
            && user != used
        {
            let (from, to, line) = (*from, *to, *line);
            let pair = (user.to_owned(), used.to_owned());
            uses.entry(pair).or_insert(Use { from, to, line });
        }
    }
    uses
}

/// The part of a folder that a module is in; the folder's own file is a part.
fn part_of<'a>(folder: &str, module: &'a str) -> Option<&'a str> {
    if folder == module {
        return Some(module);
    }
    let start = if folder.is_empty() {
        0
    } else {
        module
            .strip_prefix(folder)
            .filter(|rest| rest.starts_with("::"))?;
        folder.len() + 2
    };
    let end = module[start..].find("::").map(|end| start + end);
    Some(&module[..end.unwrap_or(module.len())])
}

/// The parts that reach each other.
fn components(uses: &BTreeMap<(String, String), Use>) -> Vec<BTreeSet<String>> {
    let mut graph = DiGraph::new();
    let mut nodes = BTreeMap::new();
    for (user, used) in uses.keys() {
        let mut node = |part| *nodes.entry(part).or_insert_with(|| graph.add_node(part));
        let (from, to) = (node(user), node(used));
        graph.add_edge(from, to, ());
    }
    let components = tarjan_scc(&graph).into_iter();
    let circles = components.filter(|component| component.len() > 1);
    let named = circles.map(|circle| {
        let parts = circle.into_iter().map(|node| graph[node].clone());
        parts.collect()
    });
    named.collect()
}

fn describe(
    circle: &BTreeSet<String>,
    uses: &BTreeMap<(String, String), Use>,
    graph: &Graph,
) -> String {
    let names: Vec<_> = circle.iter().map(|name| &**name).collect();
    let mut text = format!(
        "{} modules of {} use each other in a circle: {}",
        names.len(),
        graph.package.name,
        names.join(", ")
    );
    for ((user, used), first) in uses {
        if circle.contains(user) && circle.contains(used) {
            let (from, to) = (&graph.files[first.from].path, &graph.files[first.to].path);
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  {from}:{} uses {to}", first.line);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_is_directly_in_a_folder() {
        for (folder, module, expected) in [
            ("", "lib", Some("lib")),
            ("", "a::b", Some("a")),
            ("a", "a", Some("a")),
            ("a", "a::b", Some("a::b")),
            ("a", "a::b::c", Some("a::b")),
            ("a", "ab::c", None),
            ("a::b", "a", None),
        ] {
            assert_eq!(part_of(folder, module), expected, "{folder} {module}");
        }
    }
}
