//! The files of the suite that this program carries.

use include_dir::{Dir, DirEntry, include_dir};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wasi_tcp_conformance_core::Error;
use wasi_tcp_conformance_core::json::{Format, Text};

static EXPECTATIONS: Dir<'_> = include_dir!("$SUITE/expectations");
static COMPONENTS: Dir<'_> = include_dir!("$SUITE/guest-tests/components");

/// The files of a suite by path, such as `expectations/0.2/unbound.json`.
pub type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// The files that this program carries.
#[must_use]
pub fn embedded_files() -> Files {
    let mut files = Files::new();
    add(&mut files, "expectations", &EXPECTATIONS);
    add(&mut files, "guest-tests/components", &COMPONENTS);
    files
}

/// The text of a file of expectations.
///
/// # Errors
/// When it is missing, or is not UTF-8.
pub(super) fn text<'a>(files: &'a Files, path: &'a str) -> Result<Text<'a>, Error> {
    match files.get(path) {
        Some(bytes) => Text::new(path, bytes, Format::Expectations),
        None => Err(Error::in_file(path, "the file is missing", "restore it")),
    }
}

/// Adds everything in a folder, by its path below `prefix`.
fn add(files: &mut Files, prefix: &str, folder: &'static Dir<'static>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => add(files, prefix, folder),
            DirEntry::File(file) => {
                // The same on every system.
                let names: Vec<_> = file.path().iter().map(|it| it.to_string_lossy()).collect();
                let path = format!("{prefix}/{}", names.join("/"));
                files.insert(path, Cow::Borrowed(file.contents()));
            }
        }
    }
}
