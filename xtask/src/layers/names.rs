//! What a path means: the module that declares what it leads to, through
//! imports and re-exports.

use super::code::{Brings, Import};
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// What a path leads to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Target {
    Module(usize),
    /// Something that this module declares.
    Item {
        module: usize,
        is_type: bool,
    },
}

/// What a name in a module stands for.
enum Meaning<'a> {
    Known(Target),
    Import(&'a Import),
}

/// The names of all modules of a package.
pub(super) struct Names<'a> {
    tree: &'a Tree,
    /// By module, then by name; a name can mean a module and a function.
    meanings: Vec<BTreeMap<&'a str, Vec<Meaning<'a>>>>,
    /// The name by which programs know their library, and its root.
    library: Option<(&'a str, usize)>,
}

/// The imports that a search is in the middle of.
type Taken<'a> = Vec<&'a Import>;

/// Follows an import, unless the search came from it.
fn once<'a>(
    import: &'a Import,
    taken: &mut Taken<'a>,
    follow: impl FnOnce(&mut Taken<'a>) -> BTreeSet<Target>,
) -> BTreeSet<Target> {
    if taken.iter().any(|other| std::ptr::eq(*other, import)) {
        return BTreeSet::new();
    }
    taken.push(import);
    let found = follow(taken);
    taken.pop();
    found
}

impl<'a> Names<'a> {
    pub(super) fn of(tree: &'a Tree, library: Option<(&'a str, usize)>) -> Self {
        let mut meanings: Vec<BTreeMap<&str, Vec<Meaning>>> = Vec::new();
        meanings.resize_with(tree.modules.len(), BTreeMap::new);
        for (at, module) in tree.modules.iter().enumerate() {
            let mut mean = |module: usize, name: &'a str, meaning| {
                meanings[module].entry(name).or_default().push(meaning);
            };
            for (name, child) in &module.children {
                mean(at, name, Meaning::Known(Target::Module(*child)));
            }
            let item = |is_type| {
                let module = at;
                Meaning::Known(Target::Item { module, is_type })
            };
            for declared in &module.code.declared {
                mean(at, &declared.name, item(declared.is_type));
            }
            let root = tree.ancestors(at).last().unwrap_or(at);
            for name in &module.code.exported {
                mean(root, name, item(false));
            }
            for import in &module.code.imports {
                if let Brings::Name(name) = &import.brings {
                    mean(at, name, Meaning::Import(import));
                }
            }
        }
        Self {
            tree,
            meanings,
            library,
        }
    }

    /// What a path means in a module; nothing where it leads out of the crate.
    pub(super) fn resolve(&self, module: usize, path: &[String]) -> BTreeSet<Target> {
        self.follow(module, path, &mut Taken::new())
    }

    /// What a macro is that a module calls: those of the modules around it need no
    /// path.
    pub(super) fn resolve_macro(&self, module: usize, path: &[String]) -> BTreeSet<Target> {
        let around = self.tree.ancestors(module);
        let mut meanings = around.map(|module| self.resolve(module, path));
        meanings.find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn follow(&self, module: usize, path: &[String], taken: &mut Taken<'a>) -> BTreeSet<Target> {
        let Some((first, rest)) = path.split_first() else {
            return BTreeSet::new();
        };
        let mut targets = match &**first {
            "crate" => BTreeSet::from([Target::Module(self.root(module))]),
            "self" => BTreeSet::from([Target::Module(module)]),
            "super" => self.parent(module).into_iter().collect(),
            name => self.look_up(module, name, taken),
        };
        if targets.is_empty()
            && let Some((name, root)) = self.library
            && name == first
            && self.root(module) != root
        {
            targets.insert(Target::Module(root));
        }
        for name in rest {
            let inside = targets.iter().flat_map(|target| match *target {
                Target::Module(module) if name == "super" => {
                    self.parent(module).into_iter().collect()
                }
                Target::Module(module) if self.knows(module, name) => {
                    self.look_up(module, name, taken)
                }
                // A macro made it.
                Target::Module(module) => BTreeSet::from([Target::Item {
                    module,
                    is_type: true,
                }]),
                Target::Item { is_type: true, .. } => BTreeSet::from([*target]),
                Target::Item { .. } => BTreeSet::new(),
            });
            targets = inside.collect();
        }
        targets
    }

    fn look_up(&self, module: usize, name: &str, taken: &mut Taken<'a>) -> BTreeSet<Target> {
        let Some(meanings) = self.meanings[module].get(name) else {
            return self.look_through_globs(module, name, taken);
        };
        let mut targets = BTreeSet::new();
        for meaning in meanings {
            match *meaning {
                Meaning::Known(target) => {
                    targets.insert(target);
                }
                Meaning::Import(import) => targets.extend(once(import, taken, |taken| {
                    self.follow(module, &import.path, taken)
                })),
            }
        }
        targets
    }

    fn look_through_globs(
        &self,
        module: usize,
        name: &str,
        taken: &mut Taken<'a>,
    ) -> BTreeSet<Target> {
        let mut targets = BTreeSet::new();
        for import in self.globs(module) {
            targets.extend(once(import, taken, |taken| {
                let inside = self.follow(module, &import.path, taken).into_iter();
                let found = inside.flat_map(|target| match target {
                    Target::Module(inside) => self.look_up(inside, name, taken),
                    // The variants of an enum, which lead no further.
                    Target::Item { .. } => BTreeSet::new(),
                });
                found.collect()
            }));
        }
        targets
    }

    /// Whether a module has this name, or could get it from another.
    fn knows(&self, module: usize, name: &str) -> bool {
        self.meanings[module].contains_key(name) || self.globs(module).next().is_some()
    }

    fn globs(&self, module: usize) -> impl Iterator<Item = &'a Import> {
        let imports = self.tree.modules[module].code.imports.iter();
        imports.filter(|import| matches!(import.brings, Brings::Everything))
    }

    fn root(&self, module: usize) -> usize {
        self.tree.ancestors(module).last().unwrap_or(module)
    }

    fn parent(&self, module: usize) -> Option<Target> {
        self.tree.modules[module].parent.map(Target::Module)
    }
}
