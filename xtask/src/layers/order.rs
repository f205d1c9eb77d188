//! The order of layers, as `host-runner/layers.toml` gives it: a table for each
//! package, in it the layers from bottom to top, in each the modules.

use super::tree::File;
use anyhow::{Context, Result};
use std::path::Path;
use toml_edit::{DocumentMut, Item};

/// Where the order is.
pub(super) const PATH: &str = "host-runner/layers.toml";

/// What is above all layers: the root of a library or a program.
const ROOT: &str = "root";

/// A part of a package: it uses itself, and what is below it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Layer {
    pub(super) name: String,
    /// Each with all modules that are inside.
    pub(super) modules: Vec<String>,
}

/// The layers of each package, from bottom to top.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Order(pub(super) Vec<(String, Vec<Layer>)>);

impl Order {
    pub(super) fn read(workspace: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(workspace.join(PATH))
            .with_context(|| format!("failed to read {PATH}"))?;
        Self::parse(&text).with_context(|| format!("failed to parse {PATH}"))
    }

    fn parse(text: &str) -> Result<Self> {
        let document: DocumentMut = text.parse()?;
        let mut packages = Vec::new();
        for (package, layers) in document.iter() {
            let wrong = || format!("`{package}` must be a table of layers");
            let layers = layers.as_table_like().with_context(wrong)?;
            let layers = layers.iter().map(|(name, modules)| {
                let modules = strings(modules)
                    .with_context(|| format!("`{package}.{name}` must be a list of modules"))?;
                let name = name.to_owned();
                Ok(Layer { name, modules })
            });
            packages.push((package.to_owned(), layers.collect::<Result<_>>()?));
        }
        Ok(Self(packages))
    }

    pub(super) fn of(&self, package: &str) -> &[Layer] {
        let mut packages = self.0.iter();
        packages
            .find(|(name, _)| name == package)
            .map_or(&[], |(_, layers)| layers)
    }
}

fn strings(item: &Item) -> Option<Vec<String>> {
    let texts = item.as_array()?.iter();
    texts.map(|text| Some(text.as_str()?.to_owned())).collect()
}

/// The layer of a module: that of the longest name in which it is. None where it
/// is in no layer.
pub(super) fn layer_of(layers: &[Layer], file: &File) -> Option<usize> {
    let listed = layers.iter().enumerate().flat_map(|(at, layer)| {
        let names = layer.modules.iter();
        names.map(move |name| (name, at))
    });
    let around = listed.filter(|(name, _)| is_inside(&file.module, name));
    let layer = around.max_by_key(|(name, _)| name.len()).map(|(_, at)| at);
    // A root only declares and starts, so it need not be listed.
    layer.or(file.is_root.then_some(layers.len()))
}

/// The name of a layer.
pub(super) fn name(layers: &[Layer], at: usize) -> &str {
    layers.get(at).map_or(ROOT, |layer| &layer.name)
}

/// Whether a module is another or in it.
pub(super) fn is_inside(module: &str, outer: &str) -> bool {
    let rest = module.strip_prefix(outer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_keep_the_order_of_the_file() {
        let order = Order::parse("[b]\nz = [\"c\"]\na = [\"d\", \"e::f\"]\n[a]\n").unwrap();
        let layer = |name: &str, modules: &[&str]| Layer {
            name: name.to_owned(),
            modules: modules.iter().map(|&module| module.to_owned()).collect(),
        };
        let layers = vec![layer("z", &["c"]), layer("a", &["d", "e::f"])];
        let packages = [("b".to_owned(), layers), ("a".to_owned(), vec![])];
        assert_eq!(order.0, packages);
    }

    #[test]
    fn what_is_no_order_is_refused() {
        for (text, expected) in [
            ("a = 1", "`a` must be a table of layers"),
            ("[a]\nb = 1", "`a.b` must be a list of modules"),
            ("[a]\nb = [1]", "`a.b` must be a list of modules"),
        ] {
            assert_eq!(Order::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn the_longest_name_decides() {
        let order = Order::parse("[p]\nlow = [\"a::b\"]\nhigh = [\"a\"]").unwrap();
        let layer = |module: &str, is_root| {
            let file = File {
                path: String::new(),
                module: module.to_owned(),
                is_root,
            };
            layer_of(order.of("p"), &file)
        };
        assert_eq!(layer("a::b::c", false), Some(0));
        assert_eq!(layer("a::bc", false), Some(1));
        assert_eq!(layer("ab", false), None);
        assert_eq!(layer("lib", true), Some(2));
    }
}
