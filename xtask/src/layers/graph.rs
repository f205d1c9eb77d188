//! Which files of a package use which.

use super::code::Brings;
use super::names::{Names, Target};
use super::packages::Package;
use super::tree::{File, Tree};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::path::Path;

/// The files of a package, and who uses whom.
pub(super) struct Graph {
    pub(super) package: Package,
    pub(super) files: Vec<File>,
    /// From a file to another, and the line of the first use.
    pub(super) uses: BTreeMap<(usize, usize), usize>,
}

impl Graph {
    /// Reads the code of a package.
    pub(super) fn of(workspace: &Path, package: Package) -> Result<Self> {
        let mut tree = Tree::default();
        let mut library = None;
        for path in package.roots() {
            let root = tree.read(workspace, &path)?;
            if path.ends_with("lib.rs") {
                library = Some((&*package.library, root));
            }
        }
        if tree.files.is_empty() {
            bail!("{} has neither src/lib.rs nor src/main.rs", package.name);
        }
        let uses = uses(&tree, &Names::of(&tree, library));
        Ok(Self {
            package,
            files: tree.files,
            uses,
        })
    }
}

fn uses(tree: &Tree, names: &Names) -> BTreeMap<(usize, usize), usize> {
    let mut uses = BTreeMap::new();
    for (at, module) in tree.modules.iter().enumerate() {
        let mut add = |to: usize, line: usize| {
            let (from, to) = (module.file, tree.modules[to].file);
            if from != to {
                let first = uses.entry((from, to)).or_insert(line);
                *first = line.min(*first);
            }
        };
        for import in &module.code.imports {
            for target in names.resolve(at, &import.path) {
                let to = match (target, &import.brings) {
                    (Target::Item { module, .. }, _) => module,
                    // What a glob takes by name is seen where it is mentioned.
                    (Target::Module(module), Brings::Everything)
                        if !tree.modules[module].code.declared.is_empty() =>
                    {
                        module
                    }
                    // A module is used where something of it is.
                    (Target::Module(_), _) => continue,
                };
                let mut around = tree.ancestors(to).map(|outer| tree.modules[outer].file);
                let is_below = around.any(|file| file == module.file);
                if !(import.is_reexport && is_below) {
                    add(to, import.line);
                }
            }
        }
        for mention in &module.code.mentions {
            let targets = if mention.is_macro {
                names.resolve_macro(at, &mention.path)
            } else {
                names.resolve(at, &mention.path)
            };
            for target in targets {
                match target {
                    Target::Item { module, .. } => add(module, mention.line),
                    // `#[serde(with = "crate::json")]`.
                    Target::Module(module) if mention.path.len() > 1 => add(module, mention.line),
                    Target::Module(_) => {}
                }
            }
        }
    }
    uses
}
