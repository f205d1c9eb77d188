//! Reads a suite, and checks that its parts fit together.

use super::contents::{Suite, SuiteGeneration, Topic};
use super::embedded::{Files, embedded_files, text};
use super::guests;
use super::manifest::{self, Manifest};
use super::walk::TrialWalk;
use crate::delivery::Parts;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wasi_tcp_conformance_core::json::Text;
use wasi_tcp_conformance_core::walk::Model;
use wasi_tcp_conformance_core::{
    Error, Expectation, Generation, GenerationData, Known, Problem, Requirement, WasiVersion,
    parse_expectations, parse_requirements,
};
use wasmparser::{Parser, Payload};

/// The custom section of a guest that lists its cases, a line each.
const CASES_SECTION: &str = "wasi-tcp-conformance:cases";

/// The topic that proves an adapter and judges nothing.
const PREFLIGHT: &str = "preflight";

/// Files of a generation that are not those of a topic.
const CATALOGUES: [&str; 3] = ["generation", "model", "requirements"];

const BUILD: &str = "run `cargo xtask build-guests`";

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
    #[doc(hidden)]
    pub fn load(files: &Files) -> Result<Self, Error> {
        load(files)
    }
}

fn load(files: &Files) -> Result<Suite, Error> {
    let mut components = Sha256::new();
    let generations = generations(files)?
        .into_iter()
        .map(|generation| {
            let manifest = manifest::read(files, generation)?;
            for (name, built) in &manifest.components {
                components.update(format!("{generation}/{name} {}\n", built.sha256));
            }
            load_generation(files, generation, &manifest)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    if generations.is_empty() {
        let help = "restore the folder of a generation, such as 0.2";
        return Err(Error::in_file(
            "expectations",
            "there is no generation",
            help,
        ));
    }
    Ok(Suite {
        generations,
        digest: digest(files),
        components: hex::encode(components.finalize()),
    })
}

/// The generations that have a folder with expectations or components.
fn generations(files: &Files) -> Result<BTreeSet<Generation>, Error> {
    let folders = files.keys().filter_map(|path| {
        let below = path
            .strip_prefix("expectations/")
            .or_else(|| path.strip_prefix("guest-tests/components/"))?;
        Some((path, below.split_once('/')?.0))
    });
    folders
        .map(|(path, folder)| {
            folder.parse().map_err(|what: String| {
                Error::in_file(path, what, "name the folder of a generation after it")
            })
        })
        .collect()
}

fn load_generation(
    files: &Files,
    generation: Generation,
    manifest: &Manifest,
) -> Result<SuiteGeneration, Error> {
    let path = |stem: &str| expectation_path(generation, stem);
    let data = GenerationData::parse(text(files, &path("generation"))?, generation)?;
    let requirements = parse_requirements(text(files, &path("requirements"))?)?;
    let model = Arc::new(Model::parse(
        text(files, &path("model"))?,
        &requirements,
        &data.error_codes,
    )?);
    let delivery = delivery(files, generation, data.reference);
    let topic = |name: &str| Topic {
        name: name.to_owned(),
        wasi_version: data.reference,
        guest: None,
        component: Arc::new(files[&component_path(generation, name)].clone()),
        delivery: delivery.clone(),
        expectations: Vec::new(),
        walks: BTreeMap::new(),
        places: manifest.components[name].cases.clone(),
    };

    let mut topics = Vec::new();
    let names = manifest.components.keys();
    // What is in a folder is composed with topics.
    for name in names.filter(|it| *it != PREFLIGHT && !it.contains('/')) {
        let mut topic = topic(name);
        let cases = cases(&component_path(generation, name), &topic.component)?;
        let path = path(name);
        if !files.contains_key(&path) {
            return Err(Error::in_file(
                path,
                format!("the guest `{name}` has no expectations"),
                format!("add the file, or remove the guest and {BUILD}"),
            ));
        }
        let known = Known {
            cases: Some(&cases),
            requirements: &requirements,
            codes: &data.error_codes,
        };
        let expectations = parse_expectations(text(files, &path)?, known)?;
        topic.walks = walks(text(files, &path)?, &expectations, &model)?;
        topic.expectations = expectations.into_iter().map(Arc::new).collect();
        topics.push(Arc::new(topic));
    }
    check_no_orphans(files, generation, &topics)?;
    let known = Known {
        cases: None,
        requirements: &requirements,
        codes: &data.error_codes,
    };
    let own_topics = guests::own_topics(files, (generation, data.reference), known)?;
    let of_guests = own_topics.values().flatten();
    check_covered(
        text(files, &path("requirements"))?,
        &requirements,
        topics.iter().chain(of_guests).map(|topic| &**topic),
        &model,
    )?;
    if !manifest.components.contains_key(PREFLIGHT) {
        let path = component_path(generation, PREFLIGHT);
        return Err(Error::in_file(path, "the file is missing", BUILD));
    }
    let preflight = Arc::new(topic(PREFLIGHT));
    Ok(SuiteGeneration {
        generation,
        data,
        topics,
        preflight,
        requirements,
        model,
        delivery,
        own_topics,
        guests: Vec::new(),
    })
}

/// What guests of a generation are composed with, if it has that.
fn delivery(files: &Files, generation: Generation, version: WasiVersion) -> Option<Arc<Parts>> {
    let part = |name: &str| {
        let path = component_path(generation, &format!("delivery/{name}"));
        files.get(&path).cloned()
    };
    Some(Arc::new(Parts {
        version,
        http_handler: part("http_handler")?,
        http_console: part("http_console")?,
        arguments: part("arguments")?,
    }))
}

/// The walks among the expectations of a topic, by their names.
fn walks(
    text: Text<'_>,
    expectations: &[Expectation],
    model: &Arc<Model>,
) -> Result<BTreeMap<String, TrialWalk>, Error> {
    let mut walks = BTreeMap::new();
    for Expectation { case, walk, .. } in expectations {
        let Some(calls) = walk else { continue };
        let walk = calls.parse().map_err(|why| Error::Data {
            file: text.file.to_owned(),
            line: line_of(text, calls),
            problem: Problem::new(
                format!("the walk `{case}`: {why}"),
                "write calls such as `s0=create(a);s0.local-address`, or run `cargo xtask walks`",
            ),
        })?;
        walks.insert(case.clone(), TrialWalk::new(walk, model));
    }
    Ok(walks)
}

/// The first line with a string, counted from 1.
fn line_of(text: Text<'_>, string: &str) -> usize {
    let needle = serde_json::to_string(string).unwrap_or_default();
    let mut lines = text.text.lines();
    lines
        .position(|it| it.contains(&needle))
        .unwrap_or_default()
        + 1
}

fn component_path(generation: Generation, topic: &str) -> String {
    format!("{}{topic}.wasm", manifest::folder(generation))
}

fn expectation_path(generation: Generation, stem: &str) -> String {
    format!("expectations/{generation}/{stem}.json")
}

/// Every file of expectations belongs to a component.
fn check_no_orphans(
    files: &Files,
    generation: Generation,
    topics: &[Arc<Topic>],
) -> Result<(), Error> {
    let folder = expectation_path(generation, "");
    let folder = folder.trim_end_matches(".json");
    let stems = files.keys().filter_map(|path| {
        let stem = path.strip_prefix(folder)?.strip_suffix(".json")?;
        // Those of guests in other languages have folders below.
        (!stem.contains('/')).then_some((path, stem))
    });
    for (path, stem) in stems {
        if !CATALOGUES.contains(&stem) && topics.iter().all(|topic| topic.name != stem) {
            return Err(Error::in_file(
                path,
                format!("there is no component for the topic `{stem}`"),
                format!("{BUILD}, or remove the file"),
            ));
        }
    }
    Ok(())
}

/// Every requirement is cited, or says why it cannot be.
fn check_covered<'a>(
    text: Text<'_>,
    requirements: &[Requirement],
    topics: impl Iterator<Item = &'a Topic>,
    model: &'a Model,
) -> Result<(), Error> {
    let by_topics = topics
        .flat_map(|topic| &topic.expectations)
        .flat_map(|expectation| expectation.cites.iter().map(String::as_str));
    let cited: BTreeSet<&str> = by_topics.chain(model.cites()).collect();
    for requirement in requirements {
        let id = &requirement.id;
        let (what, help) = match (&requirement.untestable, cited.contains(id.as_raw())) {
            (None, true) | (Some(_), false) => continue,
            (None, false) => (
                "no expectation cites it",
                "cite it, or say why it is `untestable`",
            ),
            (Some(_), true) => (
                "it is cited, but said to be `untestable`",
                "take one of them back",
            ),
        };
        return Err(Error::Data {
            file: text.file.to_owned(),
            line: line_of(text, id.as_raw()),
            problem: Problem::new(format!("the requirement `{id}`: {what}"), help),
        });
    }
    Ok(())
}

/// The cases that a guest lists in its custom section.
fn cases(path: &str, component: &[u8]) -> Result<Vec<String>, Error> {
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::CustomSection(section)) if section.name() == CASES_SECTION => {
                let names = String::from_utf8_lossy(section.data());
                return Ok(names.lines().map(str::to_owned).collect());
            }
            Ok(_) => {}
            Err(error) => {
                return Err(Error::in_file(
                    path,
                    format!("the file is no component: {error}"),
                    BUILD,
                ));
            }
        }
    }
    let what = "the component does not list its cases";
    Err(Error::in_file(path, what, BUILD))
}

/// The digest of a suite whose manifests were checked: of each path and content,
/// with its length before it. Components are in it by the digests that the
/// manifests list, so that their bytes are hashed once: a test target is started
/// for each trial, and often built without optimisation.
fn digest(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (path, bytes) in files {
        // What is beside the folders of the generations does not judge.
        let is_beside = path.matches('/').count() == 1;
        if path.strip_suffix(".wasm").is_some() || is_beside {
            continue;
        }
        for part in [path.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hex::encode(hasher.finalize())
}
