//! Files of walks: those that are read, and the one that is written.

use std::path::{Path, PathBuf};
use wasi_tcp_conformance::Error;
use wasi_tcp_conformance::internal::{Explored, PendingFile, Replay, identity, read_text};
use wasi_tcp_conformance_core::{parse_walks, write_walks};

/// A file that is about to be written.
pub(super) struct Written(PendingFile);

impl Written {
    /// Prepares to write a file that is none of those that are `read`.
    pub(super) fn create(path: &Path, read: &[PathBuf]) -> Result<Self, Error> {
        let own = identity(path);
        if read.iter().any(|it| identity(it) == own) {
            return Err(Error::usage(
                format!("{} is read, and would be written over", path.display()),
                "give the walks another file",
            ));
        }
        PendingFile::create(path).map(Self)
    }

    /// Writes what was found. Where nothing was, no file is written.
    pub(super) fn write(self, explored: &[Explored]) -> Result<(), Error> {
        let found = explored.iter().flat_map(|explored| {
            let (name, version) = (&explored.implementation, &explored.version);
            let found = explored.found.iter().filter(|found| !found.is_error());
            found.map(move |found| found.kept(name, version))
        });
        let found: Vec<_> = found.collect();
        match explored.first() {
            Some(first) if !found.is_empty() => {
                let suite = env!("CARGO_PKG_VERSION");
                self.0.write(&write_walks(first.generation, suite, &found))
            }
            _ => Ok(()),
        }
    }
}

/// The walks of these files, and of the JSON files in these folders, in order.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Replay>, Error> {
    let mut walks = Vec::new();
    for path in paths {
        let (path, only) = numbered(path);
        for file in files(&path)? {
            let name = file.display().to_string();
            let (generation, kept) = parse_walks(&name, &read_text(&file)?)?;
            let several = kept.len() > 1;
            if let Some(number) = only.filter(|it| *it > kept.len()) {
                let walks = kept.len();
                return Err(Error::usage(
                    format!("{name} has no walk {number}"),
                    format!("name one from #1 to #{walks}, or all by leaving the number out"),
                ));
            }
            for (index, (kept, walk)) in kept.into_iter().enumerate() {
                if only.is_some_and(|number| number != index + 1) {
                    continue;
                }
                let number = if several {
                    format!("#{}", index + 1)
                } else {
                    String::new()
                };
                walks.push(Replay {
                    name: format!("{name}{number}"),
                    generation,
                    kept,
                    walk,
                });
            }
        }
    }
    Ok(walks)
}

/// A path that may end in the number of a walk, such as `found.json#2`.
fn numbered(path: &Path) -> (PathBuf, Option<usize>) {
    let text = path.to_string_lossy();
    let number = text.rsplit_once('#').and_then(|(file, number)| {
        let number = number.parse().ok().filter(|it| *it > 0)?;
        Some((PathBuf::from(file), Some(number)))
    });
    match number {
        Some(numbered) if !path.exists() => numbered,
        _ => (path.to_owned(), None),
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |source| Error::Io {
        action: "read",
        path: path.to_owned(),
        source,
    };
    let entries = std::fs::read_dir(path).map_err(failed)?;
    let entries = entries.map(|entry| entry.map(|it| it.path()));
    let mut files: Vec<_> = entries.collect::<Result<_, _>>().map_err(failed)?;
    files.retain(|it| it.extension().is_some_and(|it| it == "json"));
    files.sort_unstable();
    if files.is_empty() {
        return Err(Error::usage(
            format!("{} has no file of walks", path.display()),
            "name a folder with files that end in .json",
        ));
    }
    Ok(files)
}
