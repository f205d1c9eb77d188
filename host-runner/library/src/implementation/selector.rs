//! Implementations as the command line names them.

use super::contents::{Implementation, Inner};
use super::shipped::{self, BUILT_IN};
use crate::adapter::command::{AdapterFile, CommandAdapter, Home, MadeOf};
use crate::suite::Suite;
use crate::text_file;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wasi_tcp_conformance_core::json::{Format, Text};
use wasi_tcp_conformance_core::report::Skipped;
use wasi_tcp_conformance_core::{
    Error, Generation, Problem, TrialName, parse_entries, parse_known_walks, version_number,
};

/// What stands for every implementation that is installed.
const ALL: &str = "all";

/// An implementation that the command line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selector {
    /// The one built in.
    BuiltIn,
    /// One whose description this program carries.
    Shipped {
        name: String,
        program: Option<String>,
    },
    /// One that a file of the user describes.
    File {
        path: PathBuf,
        program: Option<String>,
    },
}

impl Selector {
    /// What the command line names: `wasmtime` is the one built in, `NAME` one
    /// whose description this program carries, `FILE.json` any other. The last two can
    /// be followed by `=PROGRAM`, the program to run.
    ///
    /// # Errors
    /// When there is no such implementation.
    pub(crate) fn parse(words: &str) -> Result<Self, Error> {
        let (name, program) = match words.split_once('=') {
            Some((_, "")) => {
                return Err(Error::usage(
                    format!("`{words}` names no program"),
                    "name the program after the `=`, or leave the `=` out",
                ));
            }
            Some((name, program)) => (name, Some(program.to_owned())),
            None => (words, None),
        };
        match (name, &program) {
            (BUILT_IN, None) => return Ok(Self::BuiltIn),
            (BUILT_IN, Some(program)) => {
                return Err(Error::usage(
                    format!("`{BUILT_IN}` is built in, and runs no program"),
                    format!("write wasmtime-cli={program} to judge a program"),
                ));
            }
            (ALL, Some(_)) => {
                return Err(Error::usage(
                    format!("`{words}`: what `{ALL}` stands for has no program in common"),
                    "write NAME=PROGRAM for each",
                ));
            }
            _ => {}
        }
        if Path::new(name).extension().is_some_and(|it| it == "json") {
            let path = name.into();
            return Ok(Self::File { path, program });
        }
        if shipped::described().any(|(known, _)| known == name) {
            let name = name.to_owned();
            return Ok(Self::Shipped { name, program });
        }
        Err(Error::usage(
            format!("there is no implementation `{name}`"),
            format!(
                "name {}, {ALL}, or a file that ends in .json",
                shipped::shipped_names().join(", ")
            ),
        ))
    }

    /// The implementation, asked for its version.
    ///
    /// # Errors
    /// When its file is wrong, or it is not installed.
    pub(crate) fn identify(&self, suite: &Suite) -> Result<Implementation, Error> {
        let trials = suite.trial_names();
        match self {
            Self::BuiltIn => built_in(suite, &trials),
            Self::Shipped { name, program } => {
                let (_, text) = shipped::described()
                    .find(|(known, _)| known == name)
                    .ok_or_else(|| {
                        Error::usage(format!("{name} is not shipped"), "name another")
                    })?;
                let file = format!("host-runner/library/implementations/{name}.json");
                let home = shipped::drivers(name)?;
                describe(suite, &file, text, home, program.as_deref(), &trials)
            }
            Self::File { path, program } => {
                let text = text_file::read(path)?;
                let whole = std::path::absolute(path).map_err(|source| Error::Io {
                    action: "find",
                    path: path.clone(),
                    source,
                })?;
                let home = whole.parent().map(Path::to_owned).unwrap_or_default();
                let file = path.display().to_string();
                let home = Home::Own(home);
                describe(suite, &file, &text, home, program.as_deref(), &trials)
            }
        }
    }
}

#[cfg(feature = "wasmtime")]
fn built_in(suite: &Suite, trials: &BTreeSet<TrialName>) -> Result<Implementation, Error> {
    use crate::adapter::{InChildren, Wasmtime};
    let (file, text) = shipped::built_in_baseline();
    let known = wasi_tcp_conformance_core::parse_baseline(file, text, trials, &suite.models())?;
    let adapter = InChildren(std::sync::Arc::new(Wasmtime));
    Ok(Implementation::identify(Box::new(adapter))?
        .with_own_known_failures(known.failures)
        .with_own_known_walks(known.walks))
}

#[cfg(not(feature = "wasmtime"))]
fn built_in(_: &Suite, _: &BTreeSet<TrialName>) -> Result<Implementation, Error> {
    Err(Error::Implementation {
        implementation: BUILT_IN.to_owned(),
        problem: Problem::new(
            "this program was built without it",
            "name another with -i, or build it with the feature `wasmtime`",
        ),
    })
}

/// Reads an implementation that a file describes.
fn describe(
    suite: &Suite,
    file: &str,
    text: &str,
    home: Home,
    program: Option<&str>,
    trials: &BTreeSet<TrialName>,
) -> Result<Implementation, Error> {
    let text = Text {
        file,
        text,
        format: Format::Implementation,
    };
    let parts: AdapterFile<'_> = text.parse()?;
    for version in &parts.wasi {
        let data = suite.generation(version.generation).map(|it| &it.data);
        let problem = match data {
            Some(data) => data.check(*version),
            None => Err(unknown_generation(suite, version.generation)),
        };
        problem.map_err(|problem| text.mistake_in("wasi", problem))?;
    }
    let known = parse_entries(text, &parts.baseline, trials)?;
    let walks = parse_known_walks(text, &parts.walks, &suite.models())?;
    let inner = parts
        .made_of
        .as_ref()
        .map(|it| inner(suite, text, it, trials));
    let inner = inner.transpose()?;
    let note = parts.note.clone();
    let adapter = CommandAdapter::new(text, parts, home, program)?;
    let described = Implementation::identify(Box::new(adapter))?
        .with_own_known_failures(known)
        .with_own_known_walks(walks)
        .with_note(note);
    Ok(match inner {
        Some(inner) => described.made_of(inner),
        None => described,
    })
}

/// What is known of the implementation that another is made of, whose description is `text`.
fn inner(
    suite: &Suite,
    text: Text<'_>,
    made_of: &MadeOf,
    trials: &BTreeSet<TrialName>,
) -> Result<Inner, Error> {
    let description = shipped(&made_of.implementation).map_err(|Problem { what, help }| {
        text.mistake_in("made-of", Problem::new(format!("`made-of`: {what}"), help))
    })?;
    known_of(suite, made_of, description, trials)
}

/// What is known of the shipped implementation that another is made of, in a version of it.
///
/// # Errors
/// When none of that name is shipped, or the version is none.
pub(crate) fn known_of_shipped(
    suite: &Suite,
    implementation: &str,
    version: &str,
) -> Result<Inner, Error> {
    let mistake = |what: &str, help| Error::usage(format!("`made_of`: {what}"), help);
    let description =
        shipped(implementation).map_err(|problem| mistake(&problem.what, problem.help))?;
    let version = version.parse().map_err(|error| {
        let help = "write all of it, such as 48.0.8".to_owned();
        mistake(&format!("the version `{version}`: {error}"), help)
    })?;
    let made_of = MadeOf {
        implementation: implementation.to_owned(),
        version: Some(version),
    };
    known_of(suite, &made_of, description, &suite.trial_names())
}

/// The description of a shipped implementation.
fn shipped(implementation: &str) -> Result<&'static str, Problem> {
    let described = shipped::described().find(|(name, _)| name == implementation);
    described.map(|(_, text)| text).ok_or_else(|| {
        let names = shipped::described().map(|(name, _)| name);
        Problem::new(
            format!("no implementation `{implementation}` is shipped"),
            format!("name one of {}", names.collect::<Vec<_>>().join(", ")),
        )
    })
}

fn known_of(
    suite: &Suite,
    made_of: &MadeOf,
    description: &str,
    trials: &BTreeSet<TrialName>,
) -> Result<Inner, Error> {
    let file = format!(
        "host-runner/library/implementations/{}.json",
        made_of.implementation
    );
    let text = Text {
        file: &file,
        text: description,
        format: Format::Implementation,
    };
    let parts: AdapterFile<'_> = text.parse()?;
    Ok(Inner {
        baseline: parse_entries(text, &parts.baseline, trials)?,
        walks: parse_known_walks(text, &parts.walks, &suite.models())?,
        version: made_of.version.as_ref().map(ToString::to_string),
    })
}

fn unknown_generation(suite: &Suite, unknown: Generation) -> Problem {
    let known: Vec<_> = suite
        .generations
        .iter()
        .map(|part| part.data.latest.to_string())
        .collect();
    Problem::new(
        format!("this suite does not know WASI {unknown}"),
        format!("the latest versions that it knows: {}", known.join(", ")),
    )
}

/// The implementations that the command line names, each by a name of its own,
/// and those that are not installed and were not asked for by name.
///
/// # Errors
/// When one is asked for that does not exist or cannot be run, or one twice.
pub fn select(
    suite: &Suite,
    words: &[String],
) -> Result<(Vec<Implementation>, Vec<Skipped>), Error> {
    let mut found = Vec::new();
    let mut skipped = Vec::new();
    let is_asked = |name: &str| words.iter().any(|it| it.split('=').next() == Some(name));
    for word in words {
        if word != ALL {
            found.push(one(suite, word)?);
            continue;
        }
        let names = shipped::shipped_names();
        for name in names.into_iter().filter(|name| !is_asked(name)) {
            match one(suite, &name) {
                Ok(implementation) => found.push(implementation),
                Err(Error::Implementation { problem, .. }) => {
                    let reason = format!("{}; {}", problem.what, problem.help);
                    skipped.push(Skipped::new(name, reason));
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok((with_own_names(found)?, skipped))
}

impl Implementation {
    /// The implementation that the command line calls so: `wasmtime` is the one
    /// built in, `NAME` one whose description this program carries, `FILE.json`
    /// any other. The last two can be followed by `=PROGRAM`, the program to run.
    ///
    /// # Errors
    /// When there is no such implementation, its file is wrong, or it is not
    /// installed.
    pub fn named(suite: &Suite, words: &str) -> Result<Self, Error> {
        one(suite, words)
    }
}

fn one(suite: &Suite, words: &str) -> Result<Implementation, Error> {
    let selector = Selector::parse(words)?;
    let implementation = selector.identify(suite)?;
    Ok(if selector == Selector::BuiltIn {
        implementation
    } else {
        implementation.selected_by(words)
    })
}

/// The same, with the version in the name of those that share one: reports tell
/// implementations apart by their names.
fn with_own_names(found: Vec<Implementation>) -> Result<Vec<Implementation>, Error> {
    let names: Vec<String> = found.iter().map(|it| it.name().to_owned()).collect();
    let mut told_apart: Vec<Implementation> = Vec::with_capacity(found.len());
    for implementation in found {
        let name = implementation.name().to_owned();
        let is_shared = names.iter().filter(|it| **it == name).count() > 1;
        let implementation = if is_shared {
            let said = implementation.version();
            let version = version_number(said).map_or_else(|| said.to_owned(), |it| it.to_string());
            implementation.with_name(format!("{name}@{version}"))
        } else {
            implementation
        };
        if told_apart
            .iter()
            .any(|it| it.name() == implementation.name())
        {
            return Err(Error::usage(
                format!("{} would be judged twice", implementation.name()),
                "name it once; for two builds of one version, describe one of them in a file with \
                 a name of its own",
            ));
        }
        told_apart.push(implementation);
    }
    Ok(told_apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_description_can_be_read() {
        let suite = Suite::embedded().unwrap();
        let trials = suite.trial_names();
        assert!(shipped::described().count() > 0);
        for (name, text) in shipped::described() {
            let text = Text {
                file: &name,
                text,
                format: Format::Implementation,
            };
            let parts: AdapterFile<'_> = text.parse().unwrap();
            assert_eq!(
                parts.name, name,
                "the file is named after what it describes"
            );
            assert!(parts.install.is_some(), "{name} says how to get it");
            parse_entries(text, &parts.baseline, &trials).unwrap();
            parse_known_walks(text, &parts.walks, &suite.models()).unwrap();
            CommandAdapter::new(text, parts, shipped::drivers(&name).unwrap(), None).unwrap();
        }
        let known = shipped::shipped_known();
        assert_eq!(known.len(), shipped::described().count() + 1);
    }

    #[test]
    fn a_selector_names_what_exists() {
        assert_eq!(Selector::parse("wasmtime").unwrap(), Selector::BuiltIn);
        let program = Some("./mine".to_owned());
        assert_eq!(
            Selector::parse("jco=./mine").unwrap(),
            Selector::Shipped {
                name: "jco".to_owned(),
                program: program.clone(),
            }
        );
        assert_eq!(
            Selector::parse("a.json=./mine").unwrap(),
            Selector::File {
                path: "a.json".into(),
                program,
            }
        );
        for words in ["jc0", "jco=", "a.json=", "wasmtime=", ""] {
            assert!(Selector::parse(words).is_err(), "{words}");
        }
    }
}
