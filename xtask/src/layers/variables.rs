//! The variables that code binds.

use super::tokens;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};

/// The variables that patterns bind.
#[derive(Default)]
pub(super) struct Variables(pub(super) BTreeSet<String>);

impl Variables {
    pub(super) fn of(read: impl FnOnce(&mut Self)) -> Self {
        let mut variables = Self::default();
        read(&mut variables);
        variables
    }
}

impl<'ast> Visit<'ast> for Variables {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        if !tokens::begins_upper(&pattern.ident) {
            self.0.insert(tokens::text(&pattern.ident));
        }
        visit::visit_pat_ident(self, pattern);
    }
}
