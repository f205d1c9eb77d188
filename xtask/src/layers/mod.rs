//! Checks which modules of the packages under `host-runner/` use which: there must be
//! no circle, and a module may use its own layer and those below.
//!
//! A file is a module here, with the modules that stand in it. It uses another
//! where it names something that the other declares, whatever re-exports it goes
//! through. So a child that takes something of its parent uses the parent; a parent
//! that declares a child, or re-exports what is in it, does not use the child. To
//! those outside, a folder is one module with all that is in it.
//! Code for tests may use everything.
//!
//! Two kinds of use stay unseen: a method called on a value whose type is not named,
//! and a path in a template or in the settings of a macro.

mod attributes;
mod circles;
mod code;
mod graph;
mod names;
mod order;
mod packages;
mod picture;
mod reader;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;
mod variables;
mod violations;

use anyhow::Result;
use graph::Graph;
use order::Order;
use std::path::Path;

/// The packages of a workspace, and the order that they must keep to.
pub struct Layers {
    graphs: Vec<Graph>,
    order: Result<Order>,
}

impl Layers {
    /// Reads the code, and the order.
    ///
    /// # Errors
    /// When there is no package, or its code can't be parsed.
    pub fn read(workspace: &Path) -> Result<Self> {
        let packages = packages::find(workspace)?.into_iter();
        let graphs = packages.map(|package| Graph::of(workspace, package));
        Ok(Self {
            graphs: graphs.collect::<Result<_>>()?,
            order: Order::read(workspace),
        })
    }

    /// How many modules there are.
    pub fn count(&self) -> usize {
        self.graphs.iter().map(|graph| graph.files.len()).sum()
    }

    /// Circles, uses that lead upwards, and modules that the order does not list.
    pub fn problems(&self) -> Vec<String> {
        let mut problems: Vec<_> = self.graphs.iter().flat_map(circles::find).collect();
        match &self.order {
            Ok(order) => problems.extend(violations::find(order, &self.graphs)),
            Err(error) => problems.push(format!("{error:#}")),
        }
        problems
    }

    /// Every module with what it uses.
    pub fn text(&self) -> String {
        let none = Order::default();
        picture::text(self.order.as_ref().unwrap_or(&none), &self.graphs)
    }

    /// A chart of the layers, in Markdown.
    ///
    /// # Errors
    /// When there is no order.
    pub fn chart(&self) -> Result<String> {
        match &self.order {
            Ok(order) => Ok(picture::mermaid(order, &self.graphs)),
            Err(error) => anyhow::bail!("{error:#}"),
        }
    }
}
