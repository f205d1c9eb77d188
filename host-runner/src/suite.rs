//! The suite: components, expectations and requirements, all of it checked.

use crate::Error;
use crate::expectation::{self, Expectation};
use crate::json::Text;
use crate::requirement::{self, Requirement};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wasmparser::{Parser, Payload};

static EXPECTATIONS: Dir<'_> = include_dir!("$SUITE/expectations");
static COMPONENTS: Dir<'_> = include_dir!("$SUITE/guest-tests/components");

/// The custom section of a guest that lists its cases, a line each.
const CASES_SECTION: &str = "wasi-tcp-conformance:cases";

/// The topic that proves an adapter and judges nothing.
const PREFLIGHT: &str = "preflight";

/// The files of a suite by path, such as `expectations/unbound.json`.
pub type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// Everything that is needed to judge.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suite {
    /// The topics, by name.
    pub topics: Vec<Topic>,
    /// The guest that proves an adapter; it has no expectations.
    pub preflight: Topic,
    /// The catalogue.
    pub requirements: Vec<Requirement>,
    /// A SHA-256 that every byte of the suite's files has a part in, in
    /// hexadecimal digits.
    pub digest: String,
}

/// One guest component and its expectations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Topic {
    /// The stem that ties the files together.
    pub name: String,
    /// The component's bytes.
    pub component: Cow<'static, [u8]>,
    /// What its cases have to observe.
    pub expectations: Vec<Expectation>,
}

impl Suite {
    /// The suite that this program carries.
    ///
    /// # Errors
    /// Never in a build whose tests pass.
    pub fn embedded() -> Result<Self, Error> {
        Self::load(&embedded_files())
    }

    /// Reads a suite and checks that its parts fit together.
    ///
    /// # Errors
    /// The first mistake, with file, line and what to do about it.
    pub fn load(files: &Files) -> Result<Self, Error> {
        let requirements = requirement::parse(text(files, "expectations/requirements.json")?)?;
        let ids: Vec<&str> = requirements.iter().map(|it| it.id.as_str()).collect();
        check_manifest(files)?;

        let mut topics = Vec::new();
        for name in stems(files, "guest-tests/components/", ".wasm") {
            if name == PREFLIGHT {
                continue;
            }
            let component = &files[&component_path(name)];
            let cases = cases(name, component)?;
            let path = expectation_path(name);
            if !files.contains_key(&path) {
                return Err(whole_file(
                    &path,
                    format!("the guest `{name}` has no expectations"),
                    "add the file, or remove the guest and run `cargo xtask build-guests`",
                ));
            }
            let expectations = expectation::parse(text(files, &path)?, &cases, &ids)?;
            topics.push(Topic {
                name: name.to_owned(),
                component: component.clone(),
                expectations,
            });
        }
        for name in stems(files, "expectations/", ".json") {
            if !is_catalogue(name) && topics.iter().all(|topic| topic.name != name) {
                return Err(whole_file(
                    &expectation_path(name),
                    format!("there is no component for the topic `{name}`"),
                    "run `cargo xtask build-guests`, or remove the file",
                ));
            }
        }
        check_covered(files, &requirements, &topics)?;
        let component = files.get(&component_path(PREFLIGHT)).ok_or_else(|| {
            whole_file(
                &component_path(PREFLIGHT),
                "the file is missing".to_owned(),
                "run `cargo xtask build-guests`",
            )
        })?;
        Ok(Self {
            topics,
            preflight: Topic {
                name: PREFLIGHT.to_owned(),
                component: component.clone(),
                expectations: Vec::new(),
            },
            requirements,
            digest: digest(files),
        })
    }

    /// The requirement with this id.
    #[must_use]
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|it| it.id == id)
    }
}

/// The files that this program carries.
#[must_use]
pub fn embedded_files() -> Files {
    let under = |prefix: &'static str, folder: &'static Dir<'static>| {
        folder.files().map(move |file| {
            let path = format!("{prefix}/{}", file.path().display());
            (path, Cow::Borrowed(file.contents()))
        })
    };
    under("expectations", &EXPECTATIONS)
        .chain(under("guest-tests/components", &COMPONENTS))
        .collect()
}

/// Files of `expectations/` that are not a topic's.
fn is_catalogue(stem: &str) -> bool {
    matches!(stem, "requirements" | "schema")
}

fn component_path(topic: &str) -> String {
    format!("guest-tests/components/{topic}.wasm")
}

fn expectation_path(topic: &str) -> String {
    format!("expectations/{topic}.json")
}

fn stems<'a>(files: &'a Files, prefix: &'a str, suffix: &'a str) -> impl Iterator<Item = &'a str> {
    files
        .keys()
        .filter_map(move |path| path.strip_prefix(prefix)?.strip_suffix(suffix))
}

fn whole_file(file: &str, problem: String, mend: &str) -> Error {
    Error::Data {
        file: file.to_owned(),
        line: 1,
        problem,
        mend: mend.to_owned(),
    }
}

fn text<'a>(files: &'a Files, path: &'a str) -> Result<Text<'a>, Error> {
    match files.get(path) {
        Some(bytes) => Text::new(path, bytes),
        None => Err(whole_file(
            path,
            "the file is missing".to_owned(),
            "restore it",
        )),
    }
}

/// What `cargo xtask build-guests` wrote down about the components.
#[derive(Deserialize)]
struct Manifest {
    components: BTreeMap<String, Built>,
}

#[derive(Deserialize)]
struct Built {
    sha256: String,
}

/// The components are those that the manifest lists, to the byte.
fn check_manifest(files: &Files) -> Result<(), Error> {
    const PATH: &str = "guest-tests/components/manifest.json";
    const MEND: &str = "run `cargo xtask build-guests` and commit what it writes";
    let manifest: Manifest = text(files, PATH)?.parse()?;
    for name in manifest.components.keys() {
        if !files.contains_key(&component_path(name)) {
            let problem = format!("the component `{name}.wasm` is missing");
            return Err(whole_file(PATH, problem, MEND));
        }
    }
    for name in stems(files, "guest-tests/components/", ".wasm") {
        let path = component_path(name);
        let built = manifest.components.get(name).ok_or_else(|| {
            whole_file(
                PATH,
                format!("the component `{name}.wasm` is not listed"),
                MEND,
            )
        })?;
        if hex::encode(Sha256::digest(&files[&path])) != built.sha256 {
            let problem = "the component is not the one that the manifest lists".to_owned();
            return Err(whole_file(&path, problem, MEND));
        }
    }
    Ok(())
}

/// Every requirement is cited, or says why it can't be.
fn check_covered(
    files: &Files,
    requirements: &[Requirement],
    topics: &[Topic],
) -> Result<(), Error> {
    const PATH: &str = "expectations/requirements.json";
    let cited = |id: &str| {
        topics
            .iter()
            .flat_map(|topic| &topic.expectations)
            .any(|it| it.cites.iter().any(|cited| cited == id))
    };
    for requirement in requirements {
        let (problem, mend) = match (&requirement.untestable, cited(&requirement.id)) {
            (None, true) | (Some(_), false) => continue,
            (None, false) => (
                "is cited by no expectation",
                "cite it, or say why it is `untestable`",
            ),
            (Some(_), true) => ("is cited, and `untestable`", "take one of them back"),
        };
        let needle = format!("\"{}\"", requirement.id);
        let line = text(files, PATH)?
            .text
            .lines()
            .position(|line| line.contains(&needle))
            .unwrap_or_default();
        return Err(Error::Data {
            file: PATH.to_owned(),
            line: line + 1,
            problem: format!("the requirement `{}` {problem}", requirement.id),
            mend: mend.to_owned(),
        });
    }
    Ok(())
}

/// The cases that a guest lists in its custom section.
fn cases(topic: &str, component: &[u8]) -> Result<Vec<String>, Error> {
    let broken = |problem: String| {
        whole_file(
            &component_path(topic),
            problem,
            "run `cargo xtask build-guests`",
        )
    };
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::CustomSection(section)) if section.name() == CASES_SECTION => {
                let names = String::from_utf8_lossy(section.data());
                return Ok(names.lines().map(str::to_owned).collect());
            }
            Ok(_) => {}
            Err(error) => return Err(broken(format!("this is no component: {error}"))),
        }
    }
    Err(broken("the component does not list its cases".to_owned()))
}

/// The digest of a suite whose manifest was checked: of each path and content,
/// with its length before it. Components are in it by the digests that the
/// manifest lists, so that their bytes are hashed once: a test target is started
/// for each trial, and often built without optimisation.
fn digest(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (path, bytes) in files {
        if path.strip_suffix(".wasm").is_some() {
            continue;
        }
        for part in [path.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hex::encode(hasher.finalize())
}
