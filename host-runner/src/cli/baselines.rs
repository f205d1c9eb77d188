//! `--baseline` and `--write-baseline`: known failures from and to files.

use super::RunArguments;
use crate::baseline::NewBaseline;
use crate::trial::Trial;
use crate::{Error, Implementation};
use std::path::{Path, PathBuf};

/// Adds the known failures of the files to the implementations, and prepares
/// what is to be written, if anything is.
pub(super) fn read(
    arguments: &RunArguments,
    trials: &[Trial<'_>],
    implementations: &mut [Implementation],
) -> Result<Option<NewBaseline>, Error> {
    let mut files = Vec::new();
    for word in &arguments.baselines {
        let (implementation, file) = of(word, implementations)?;
        implementation.read_baseline(Path::new(file), trials)?;
        files.push(PathBuf::from(file));
    }
    let Some(path) = &arguments.write_baseline else {
        return Ok(None);
    };
    let [implementation] = implementations else {
        return Err(Error::Usage {
            problem: "--write-baseline is for one implementation at a time".to_owned(),
            mend: "name one with -i".to_owned(),
        });
    };
    NewBaseline::begin(path, implementation, &files).map(Some)
}

/// The implementation that a baseline is for, and its file.
fn of<'a, 'b>(
    word: &'a str,
    implementations: &'b mut [Implementation],
) -> Result<(&'b mut Implementation, &'a str), Error> {
    if let Some((name, file)) = word.split_once('=')
        && let Some(at) = implementations.iter().position(|it| it.name == name)
    {
        return Ok((&mut implementations[at], file));
    }
    let names: Vec<String> = implementations.iter().map(|it| it.name.clone()).collect();
    match implementations {
        [implementation] => Ok((implementation, word)),
        _ => Err(Error::Usage {
            problem: format!("--baseline {word} does not say which implementation it is for"),
            mend: format!("write NAME=FILE, with a name of {}", names.join(", ")),
        }),
    }
}
