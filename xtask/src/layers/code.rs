//! What the code of a module declares, imports and mentions. `reader.rs` finds it,
//! as it is written; `names.rs` says what it means.

/// The code of one module, without that of tests and of the modules inside.
#[derive(Default)]
pub(super) struct Code {
    pub(super) declared: Vec<Declared>,
    /// Macros that `#[macro_export]` puts into the root.
    pub(super) exported: Vec<String>,
    pub(super) imports: Vec<Import>,
    pub(super) mentions: Vec<Mention>,
}

pub(super) struct Declared {
    pub(super) name: String,
    /// Whether something can stand in it: `Type::here`.
    pub(super) is_type: bool,
}

/// One name that a `use` brings, or all of a module.
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) brings: Brings,
    /// Whether others can take it from here.
    pub(super) is_reexport: bool,
    pub(super) line: usize,
}

pub(super) enum Brings {
    Name(String),
    Everything,
    /// `use path as _`.
    Nothing,
}

/// A path in code.
pub(super) struct Mention {
    pub(super) path: Vec<String>,
    pub(super) is_macro: bool,
    pub(super) line: usize,
}
