//! `--baseline` and `--write-baseline`: known failures from and to files.

use std::path::{Path, PathBuf};
use wasi_tcp_conformance::internal::{NewBaseline, read_baseline};
use wasi_tcp_conformance::{Error, Implementation, Suite};

/// Gives the implementations the known failures of the files, and prepares the
/// baseline that is to be written, if one is.
pub(super) fn apply(
    suite: &Suite,
    mut implementations: Vec<Implementation>,
    baselines: &[String],
    write: Option<&Path>,
) -> Result<(Vec<Implementation>, Option<NewBaseline>), Error> {
    let trials = suite.trial_names();
    let mut files = Vec::new();
    for word in baselines {
        let (at, file) = target(word, &implementations)?;
        let path = PathBuf::from(file);
        // One that is about to be written for the first time need not exist.
        if path.exists() || write != Some(path.as_path()) {
            let known = read_baseline(&path, suite, &trials)?;
            let implementation = implementations.remove(at);
            let implementation = implementation
                .with_known_failures(known.failures)
                .with_known_walks(known.walks);
            implementations.insert(at, implementation);
        }
        files.push(path);
    }
    let Some(path) = write else {
        return Ok((implementations, None));
    };
    let [implementation] = implementations.as_slice() else {
        return Err(Error::usage(
            "--write-baseline is for one implementation at a time",
            "name one with -i",
        ));
    };
    let baseline = NewBaseline::create(path, implementation, &files)?;
    Ok((implementations, Some(baseline)))
}

/// The place of the implementation that a baseline is for, and its file.
fn target<'a>(
    word: &'a str,
    implementations: &[Implementation],
) -> Result<(usize, &'a str), Error> {
    if word.is_empty() || word.ends_with('=') {
        return Err(Error::usage(
            format!("`{word}` names no file"),
            "write FILE, or NAME=FILE with the name of an implementation",
        ));
    }
    let names: Vec<_> = implementations.iter().map(Implementation::name).collect();
    if let Some((name, file)) = word.split_once('=') {
        if let Some(at) = names.iter().position(|known| *known == name) {
            return Ok((at, file));
        }
        if !Path::new(word).exists() {
            return Err(Error::usage(
                format!("--baseline {word}: no implementation `{name}` is judged"),
                format!("write NAME=FILE, with a name of {}", names.join(", ")),
            ));
        }
    }
    if implementations.len() == 1 {
        return Ok((0, word));
    }
    Err(Error::usage(
        format!("--baseline {word} does not say which implementation it is for"),
        format!("write NAME=FILE, with a name of {}", names.join(", ")),
    ))
}
