//! Guests in other languages: those of folders, and the topics of their own that the suite
//! judges.

use super::contents::{Guest, Suite, SuiteGeneration, Topic};
use super::embedded::{Files, text};
use crate::text_file::{read, read_bytes};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wasi_tcp_conformance_core::json::{Format, Text};
use wasi_tcp_conformance_core::report::GuestFacts;
use wasi_tcp_conformance_core::{
    Error, Expectation, Generation, GuestName, Known, Problem, WasiVersion, parse_expectations,
};
use wasmparser::{Parser, Payload};

/// The interface whose version is that of a component.
const CREATE: &str = "wasi:sockets/tcp-create-socket@";

/// What the build of a guest wrote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    guest: String,
    generation: Generation,
    language: String,
    toolchain: String,
    /// The digest of what it was built from. It is for those who build it.
    #[serde(rename = "sources")]
    _sources: String,
    component: String,
    sha256: String,
    /// The cases of each topic.
    topics: BTreeMap<String, Vec<String>>,
}

impl Suite {
    /// Adds the guests of a folder: of its `manifest.json`, or of those in the folders in it.
    /// Each judges by the expectations of the suite, in the cases that it has.
    ///
    /// # Errors
    /// When there is none, or the first mistake in one, with file, line and what to do.
    pub fn add_guests(&mut self, folder: &Path) -> Result<(), Error> {
        for manifest in manifests(folder)? {
            self.add_guest(&manifest)?;
        }
        Ok(())
    }

    fn add_guest(&mut self, path: &Path) -> Result<(), Error> {
        let file = path.display().to_string();
        let source = read(path)?;
        let text = Text {
            file: &file,
            text: &source,
            format: Format::Guest,
        };
        let manifest: Manifest = text.parse()?;
        let mistake = |mistake: Mistake| text.mistake_in(mistake.field, mistake.problem);
        let generation = manifest.generation;
        let mut parts = self.generations.iter_mut();
        let part = parts.find(|part| part.generation == generation);
        let part = part.ok_or_else(|| {
            let what = format!("this suite does not know WASI {generation}");
            mistake(wrong(
                "generation",
                what,
                "name one that it knows, such as 0.2",
            ))
        })?;
        let guest = manifest.guest(path, part).map_err(mistake)?;
        part.guests.push(guest);
        Ok(())
    }
}

/// What is wrong with a field.
struct Mistake {
    field: &'static str,
    problem: Problem,
}

fn wrong(field: &'static str, what: String, help: &str) -> Mistake {
    let problem = Problem::new(what, help);
    Mistake { field, problem }
}

impl Manifest {
    /// The guest, for a generation; `path` is that of the manifest.
    fn guest(self, path: &Path, part: &SuiteGeneration) -> Result<Guest, Mistake> {
        let name = self.guest.parse::<GuestName>();
        let name = name.map_err(|what| wrong("guest", what, "give it another name"))?;
        if part.guests.iter().any(|guest| guest.name == name) {
            let what = format!("there are two guests `{name}`");
            return Err(wrong(
                "guest",
                what,
                "name each folder once, and each guest otherwise",
            ));
        }
        let (component, version) = self.component(path, part)?;
        let missing = missing(part, name, &self.topics);
        let topics = self.topics.iter().map(|(topic, cases)| {
            let topic = judged(part, name, topic, cases)?;
            Ok(Arc::new(Topic {
                guest: Some(name),
                wasi_version: version,
                component: Arc::clone(&component),
                delivery: part.delivery.clone(),
                ..topic
            }))
        });
        let topics = topics.collect::<Result<Vec<_>, Mistake>>()?;
        if topics.iter().all(|topic| topic.expectations.is_empty()) {
            let what = "the guest has no case".to_owned();
            return Err(wrong("topics", what, "list the cases of each topic"));
        }
        let facts = GuestFacts::new(
            (name.as_str(), part.generation),
            self.language,
            self.toolchain,
            self.sha256,
            missing,
        );
        Ok(Guest {
            name,
            facts,
            topics,
        })
    }

    /// The component, and the version at which it imports the interfaces.
    fn component(
        &self,
        manifest: &Path,
        part: &SuiteGeneration,
    ) -> Result<(Component, WasiVersion), Mistake> {
        const FIELD: &str = "component";
        if self.component.contains(['/', '\\']) || self.component.starts_with('.') {
            let what = "the component is no file of the folder".to_owned();
            return Err(wrong(FIELD, what, "give its name, such as `python.wasm`"));
        }
        let path = manifest.with_file_name(&self.component);
        let bytes = read_bytes(&path);
        let bytes = bytes.map_err(|it| wrong(FIELD, it.to_string(), "build the guest again"))?;
        if hex::encode(Sha256::digest(&bytes)) != self.sha256 {
            let what = format!("{} has another digest", path.display());
            return Err(wrong("sha256", what, "build the guest again"));
        }
        let version = version(&bytes).and_then(|version| {
            let version: WasiVersion = version.parse()?;
            part.data.check(version).map_err(|problem| problem.what)?;
            Ok(version)
        });
        let version = version.map_err(|what| {
            let what = format!("{}: {what}", path.display());
            wrong(FIELD, what, "build it for a version of the generation")
        })?;
        Ok((Arc::new(Cow::Owned(bytes)), version))
    }
}

/// The bytes of a component, which topics share.
type Component = Arc<Cow<'static, [u8]>>;

/// What judges these cases of a topic: of the suite, or of the guest's own.
fn judged(
    part: &SuiteGeneration,
    guest: GuestName,
    name: &str,
    cases: &[String],
) -> Result<Topic, Mistake> {
    const HELP: &str = "`wasi-tcp-conformance list` prints the trials";
    let mut own = part.own_topics.get(&guest).into_iter().flatten();
    let known = part.topic(name).or_else(|| own.find(|it| it.name == name));
    let Some(known) = known else {
        let what = format!("the suite has no topic `{name}`");
        return Err(wrong("topics", what, HELP));
    };
    let mut topic = Topic::clone(known);
    let is_case = |case: &String| {
        let mut all = known.expectations.iter();
        all.any(|it| it.guest_case() == case)
    };
    if let Some(case) = cases.iter().find(|case| !is_case(case)) {
        let what = format!("the topic `{name}` has no case `{case}`");
        return Err(wrong("topics", what, HELP));
    }
    let has =
        |expectation: &Arc<Expectation>| cases.iter().any(|case| expectation.guest_case() == case);
    topic.expectations.retain(has);
    topic.places.clear();
    Ok(topic)
}

/// How many cases of the suite, and of its own topics, a guest does not have.
fn missing(part: &SuiteGeneration, name: GuestName, has: &BTreeMap<String, Vec<String>>) -> usize {
    let own = part.own_topics.get(&name).into_iter().flatten();
    let topics = part.topics.iter().chain(own);
    let cases = topics.flat_map(|topic| {
        let cases = topic.expectations.iter();
        cases.map(|it| (topic.name.as_str(), it.guest_case()))
    });
    let cases: BTreeSet<_> = cases.collect();
    let is_missing = |(topic, case): &&(&str, &str)| {
        !has.get(*topic)
            .is_some_and(|cases| cases.iter().any(|it| it == case))
    };
    cases.iter().filter(is_missing).count()
}

/// The manifests of a folder.
fn manifests(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    const NAME: &str = "manifest.json";
    let own = folder.join(NAME);
    if own.is_file() {
        return Ok(vec![own]);
    }
    let failed = |source| Error::Io {
        action: "read",
        path: folder.to_owned(),
        source,
    };
    let mut manifests = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let manifest = entry.map_err(failed)?.path().join(NAME);
        if manifest.is_file() {
            manifests.push(manifest);
        }
    }
    manifests.sort_unstable();
    if manifests.is_empty() {
        return Err(Error::usage(
            format!("{} has no guest: there is no {NAME}", folder.display()),
            "name the folder that a guest was built into; see docs/languages.md",
        ));
    }
    Ok(manifests)
}

/// The version at which a component imports what creates sockets.
fn version(component: &[u8]) -> Result<String, String> {
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| format!("the file is no component: {error}"))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import.map_err(|error| error.to_string())?;
                    if let Some(version) = import.name.name.strip_prefix(CREATE) {
                        return Ok(version.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    Err(format!("the component does not import {CREATE}…"))
}

/// The topics that guests in other languages have of their own, without components:
/// `expectations/0.2/guests/python/binding.json`.
pub(super) fn own_topics(
    files: &Files,
    (generation, wasi_version): (Generation, WasiVersion),
    known: Known<'_>,
) -> Result<BTreeMap<GuestName, Vec<Arc<Topic>>>, Error> {
    let folder = format!("expectations/{generation}/guests/");
    let mut topics: BTreeMap<GuestName, Vec<Arc<Topic>>> = BTreeMap::new();
    for path in files.keys() {
        let Some(below) = path.strip_prefix(&folder) else {
            continue;
        };
        let parts = below
            .strip_suffix(".json")
            .and_then(|it| it.split_once('/'));
        let parts = parts.and_then(|(guest, topic)| Some((guest.parse().ok()?, topic)));
        let Some((guest, name)) = parts.filter(|(_, topic)| !topic.contains('/')) else {
            let what = "the file belongs to no topic of a guest";
            return Err(Error::in_file(path, what, "name it GUEST/TOPIC.json"));
        };
        let expectations = parse_expectations(text(files, path)?, known)?;
        topics.entry(guest).or_default().push(Arc::new(Topic {
            name: name.to_owned(),
            guest: Some(guest),
            wasi_version,
            component: Arc::default(),
            delivery: None,
            expectations: expectations.into_iter().map(Arc::new).collect(),
            walks: BTreeMap::new(),
            places: BTreeMap::new(),
        }));
    }
    Ok(topics)
}
