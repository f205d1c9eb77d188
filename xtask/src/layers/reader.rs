//! Reads the code of a module.

use super::code::{Brings, Code, Declared, Import, Mention};
use super::variables::Variables;
use super::{attributes, tokens};
use proc_macro2::Ident;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{Item, Meta, UseTree, Visibility};

/// Reads the items of a module, without the modules inside.
pub(super) fn read(items: &[Item]) -> Code {
    let mut reader = Reader::default();
    for item in items {
        reader.visit_item(item);
    }
    reader.code
}

#[derive(Default)]
struct Reader {
    code: Code,
    /// The variables of the function that is read, which hide what is imported.
    variables: BTreeSet<String>,
}

impl Reader {
    fn declare(&mut self, name: &Ident, is_type: bool) {
        let name = tokens::text(name);
        self.code.declared.push(Declared { name, is_type });
    }

    fn mention<'a>(&mut self, path: impl IntoIterator<Item = &'a Ident>, is_macro: bool) {
        let path: Vec<_> = path.into_iter().collect();
        let Some(first) = path.first() else { return };
        let line = tokens::line(first.span());
        let path: Vec<_> = path.into_iter().map(tokens::text).collect();
        if !is_macro && path.len() == 1 && self.variables.contains(&path[0]) {
            return;
        }
        self.code.mentions.push(Mention {
            path,
            is_macro,
            line,
        });
    }

    /// Reads one function or constant, whose variables are its own.
    fn with_variables(&mut self, variables: Variables, read: impl FnOnce(&mut Self)) {
        let outer = self.variables.clone();
        self.variables.extend(variables.0);
        read(self);
        self.variables = outer;
    }

    fn import(&mut self, tree: &UseTree, before: &[String], is_reexport: bool) {
        let mut path = before.to_vec();
        let mut add = |path: Vec<String>, brings, span| {
            let line = tokens::line(span);
            self.code.imports.push(Import {
                path,
                brings,
                is_reexport,
                line,
            });
        };
        match tree {
            UseTree::Path(tree) => {
                path.push(tokens::text(&tree.ident));
                self.import(&tree.tree, &path, is_reexport);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, &path, is_reexport);
                }
            }
            UseTree::Name(tree) => {
                if tree.ident != "self" {
                    path.push(tokens::text(&tree.ident));
                }
                let name = path.last().cloned().unwrap_or_default();
                add(path, Brings::Name(name), tree.ident.span());
            }
            UseTree::Rename(tree) => {
                if tree.ident != "self" {
                    path.push(tokens::text(&tree.ident));
                }
                let brings = if tree.rename == "_" {
                    Brings::Nothing
                } else {
                    Brings::Name(tokens::text(&tree.rename))
                };
                add(path, brings, tree.ident.span());
            }
            UseTree::Glob(tree) => add(path, Brings::Everything, tree.star_token.span),
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if attributes::is_for_tests(attributes::of_item(item)) {
            return;
        }
        match item {
            Item::Const(item) => self.declare(&item.ident, false),
            Item::Enum(item) => self.declare(&item.ident, true),
            Item::Fn(item) => self.declare(&item.sig.ident, false),
            Item::Static(item) => self.declare(&item.ident, false),
            Item::Struct(item) => self.declare(&item.ident, true),
            Item::Trait(item) => self.declare(&item.ident, true),
            Item::Type(item) => self.declare(&item.ident, true),
            Item::Union(item) => self.declare(&item.ident, true),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        if !attributes::is_for_tests(attributes::of_impl_item(item)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        if !attributes::is_for_tests(attributes::of_trait_item(item)) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if !attributes::is_for_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        if !attributes::is_for_tests(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_field_value(&mut self, value: &'ast syn::FieldValue) {
        if !attributes::is_for_tests(&value.attrs) {
            visit::visit_field_value(self, value);
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !attributes::is_for_tests(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if !attributes::is_for_tests(&local.attrs) {
            visit::visit_local(self, local);
        }
    }

    fn visit_stmt_macro(&mut self, statement: &'ast syn::StmtMacro) {
        if !attributes::is_for_tests(&statement.attrs) {
            visit::visit_stmt_macro(self, statement);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // What begins with `::` is another crate.
        if item.leading_colon.is_none() {
            let is_reexport = !matches!(item.vis, Visibility::Inherited);
            self.import(&item.tree, &[], is_reexport);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let variables = Variables::of(|variables| variables.visit_item_fn(function));
        self.with_variables(variables, |reader| visit::visit_item_fn(reader, function));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        let variables = Variables::of(|variables| variables.visit_impl_item_fn(function));
        self.with_variables(variables, |reader| {
            visit::visit_impl_item_fn(reader, function);
        });
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        let variables = Variables::of(|variables| variables.visit_trait_item_fn(function));
        self.with_variables(variables, |reader| {
            visit::visit_trait_item_fn(reader, function);
        });
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let variables = Variables::of(|variables| variables.visit_item_const(item));
        self.with_variables(variables, |reader| visit::visit_item_const(reader, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let variables = Variables::of(|variables| variables.visit_item_static(item));
        self.with_variables(variables, |reader| visit::visit_item_static(reader, item));
    }

    /// `pub(in path)` only says who may use this.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.mention(path.segments.iter().map(|segment| &segment.ident), false);
        }
        visit::visit_path(self, path);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        // A constant or a variant, which looks like a variable.
        self.mention([&pattern.ident], false);
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let Some(name) = &item.ident else {
            return visit::visit_item_macro(self, item);
        };
        self.declare(name, false);
        if attributes::has(&item.attrs, "macro_export") {
            self.code.exported.push(tokens::text(name));
        }
        // A single identifier may be a part of what the macro makes.
        let mut found = |path: &[Ident]| {
            if path.len() > 1 {
                self.mention(path, false);
            }
        };
        tokens::in_macro(&item.mac.tokens, &mut found);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.leading_colon.is_none() {
            let names = call.path.segments.iter().map(|segment| &segment.ident);
            self.mention(names, true);
        }
        let mut found = |path: &[Ident]| self.mention(path, false);
        tokens::in_macro(&call.tokens, &mut found);
    }

    /// `#[derive(Type)]`, `#[arg(default_value_t = Type::A)]`, `#[serde(with = "a::b")]`.
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        visit::visit_path(self, attribute.path());
        let Meta::List(list) = &attribute.meta else {
            return;
        };
        if list.path.is_ident("cfg") || list.path.is_ident("doc") {
            return;
        }
        let mut found = |path: &[Ident]| self.mention(path, false);
        tokens::in_attribute(&list.tokens, &mut found);
    }
}
