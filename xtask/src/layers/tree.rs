//! The modules of a crate, as its files declare them.

use super::code::Code;
use super::{attributes, reader};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use syn::Item;

/// The modules of all targets of a package that make up its library and its
/// programs.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    pub(super) modules: Vec<Module>,
}

pub(super) struct File {
    /// From the workspace, with `/`.
    pub(super) path: String,
    /// The name of the module: `report::html`, and `lib` or `main` for a root.
    pub(super) module: String,
    pub(super) is_root: bool,
}

/// A module, which is a file or stands in one.
pub(super) struct Module {
    pub(super) file: usize,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<(String, usize)>,
    pub(super) code: Code,
}

/// Where a module is read from.
struct Source<'a> {
    file: usize,
    parent: Option<usize>,
    /// The names from below the root.
    names: &'a [String],
    /// Where the files of its children are.
    folder: &'a Path,
}

impl Tree {
    /// Reads the modules of a target, whose root is a file, and gives the root.
    pub(super) fn read(&mut self, workspace: &Path, root: &Path) -> Result<usize> {
        let name = root.file_stem().unwrap_or_default().to_string_lossy();
        let folder = root.parent().unwrap_or(root);
        let file = self.file(workspace, root, &name, true);
        let source = Source {
            file,
            parent: None,
            names: &[],
            folder,
        };
        self.module(workspace, &source, parse(root)?)
    }

    /// The file itself and those around it, from the inside.
    pub(super) fn ancestors(&self, module: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(module), |at| self.modules[*at].parent)
    }

    fn file(&mut self, workspace: &Path, path: &Path, module: &str, is_root: bool) -> usize {
        let inside = path.strip_prefix(workspace).unwrap_or(path);
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let path = parts.join("/");
        // A program may take in files of the library.
        if let Some(known) = self.files.iter().position(|file| file.path == path) {
            return known;
        }
        self.files.push(File {
            path,
            module: module.to_owned(),
            is_root,
        });
        self.files.len() - 1
    }

    fn module(&mut self, workspace: &Path, from: &Source, items: Vec<Item>) -> Result<usize> {
        let at = self.modules.len();
        let (declared, own): (Vec<_>, Vec<_>) = items
            .into_iter()
            .partition(|item| matches!(item, Item::Mod(_)));
        self.modules.push(Module {
            file: from.file,
            parent: from.parent,
            children: Vec::new(),
            code: reader::read(&own),
        });
        for item in declared {
            let Item::Mod(item) = item else { continue };
            if attributes::is_for_tests(&item.attrs) {
                continue;
            }
            let name = item.ident.to_string();
            let name = name.strip_prefix("r#").unwrap_or(&name);
            let mut names = from.names.to_vec();
            names.push(name.to_owned());
            let inside = from.folder.join(name);
            let mut source = Source {
                file: from.file,
                parent: Some(at),
                names: &names,
                folder: &inside,
            };
            let child = if let Some((_, items)) = item.content {
                self.module(workspace, &source, items)?
            } else {
                let elsewhere = attributes::path(&item.attrs);
                let path = find(from.folder, name, elsewhere.as_deref()).with_context(|| {
                    let (file, line) =
                        (&self.files[from.file].path, item.ident.span().start().line);
                    format!("failed to find the file of `mod {name}` at {file}:{line}")
                })?;
                source.file = self.file(workspace, &path, &names.join("::"), false);
                // The children of such a file lie beside it.
                if elsewhere.is_some() {
                    source.folder = path.parent().unwrap_or(source.folder);
                }
                self.module(workspace, &source, parse(&path)?)?
            };
            self.modules[at].children.push((name.to_owned(), child));
        }
        Ok(at)
    }
}

fn find(folder: &Path, name: &str, elsewhere: Option<&str>) -> Result<PathBuf> {
    let candidates = match elsewhere {
        Some(path) => vec![folder.join(path)],
        None => vec![
            folder.join(format!("{name}.rs")),
            folder.join(name).join("mod.rs"),
        ],
    };
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => bail!("it is not in {}", folder.display()),
    }
}

fn parse(path: &Path) -> Result<Vec<Item>> {
    let failed = |what: &str| format!("failed to {what} {}", path.display());
    let text = fs::read_to_string(path).with_context(|| failed("read"))?;
    let file = syn::parse_file(&text)
        .map_err(|error| {
            let line = error.span().start().line;
            anyhow::anyhow!("line {line}: {error}")
        })
        .with_context(|| failed("parse"))?;
    Ok(file.items)
}
