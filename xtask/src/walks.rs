//! Picks the walks of the suite: few seeds whose walks take every part of the model
//! that the usual behavior of a socket reaches.

use anyhow::{Context, Result, anyhow, ensure};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use wasi_tcp_conformance_core::json::{Format, Text};
use wasi_tcp_conformance_core::walk::{Model, Walk, expected_answers, generate, replay};
use wasi_tcp_conformance_core::{Family, Generation, GenerationData, parse_requirements};

/// How many calls a walk has.
const CALLS: usize = 40;

/// How many seeds are tried.
const SEEDS: u64 = 3000;

/// How often each part is taken by the walks of one family; both take the same.
const LEAST: u64 = 3;

/// Walks that are made again more often than a process may have descriptors. Each ends
/// in another way: what is left when a walk ends is dropped.
const WAYS_OUT: [(&str, &str); 9] = [
    (
        "after_failed_bind",
        "s0=create(a);s0.start-bind(other);s0.finish-bind!",
    ),
    (
        "after_failed_listen",
        "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;s0.finish-listen!;s1=create(a);s1.start-bind(port:s0);s1.finish-bind!;s1.start-listen;s1.finish-listen!",
    ),
    (
        "after_bad_address",
        "s0=create(a);s0.start-connect(any);s0.finish-connect!",
    ),
    (
        "while_binding",
        "s0=create(a);s0.start-bind(loopback);s0.drop",
    ),
    (
        "while_listening_starts",
        "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;s0.drop",
    ),
    (
        "accepted_first",
        "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;s0.finish-listen!;s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept!;s2.drop;s1.drop;s0.drop",
    ),
    (
        "listener_first",
        "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;s0.finish-listen!;s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept!;s0.drop;s1.drop;s2.drop",
    ),
    (
        "streams_first",
        "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;s0.finish-listen!;s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept!;s1.in.drop;s1.out.drop;s2.out.drop;s2.in.drop",
    ),
    (
        "after_shutdown",
        "s0=create(a);s0.start-bind(loopback);s0.finish-bind!;s0.start-listen;s0.finish-listen!;s1=create(a);s1.start-connect(s0);s1.finish-connect!;s2=s0.accept!;p0=s0.subscribe;p1=s1.subscribe;p2=s2.in.subscribe;p3=s1.out.subscribe;s1.write!(10);s1.shutdown(both);s2.shutdown(both)",
    ),
];

/// How often they are made again: the setting leaves 64 descriptors.
const TIMES: u32 = 70;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Expected {
    case: String,
    walk: String,
    both_families: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<&'static str>,
    cites: Vec<&'static str>,
    must: [&'static str; 1],
}

impl Expected {
    fn of_seed(seed: u64, walk: &Walk) -> Self {
        Self {
            case: format!("w{seed:05}"),
            walk: walk.to_string(),
            both_families: true,
            settings: Vec::new(),
            cites: vec!["states.as-if", "options.clamped-or-rounded"],
            must: ["as modeled"],
        }
    }

    fn of_way_out(name: &str, walk: &str) -> Self {
        Self {
            case: format!("leak_{name}"),
            walk: format!("{walk};again({TIMES})"),
            // The address of the other family is none that needs the family.
            both_families: false,
            settings: vec!["fd-limit"],
            cites: vec!["create.drop"],
            must: ["as modeled"],
        }
    }
}

/// The text of `walk.json` of a generation, with the walks of these seeds; without any,
/// of those that it takes to reach everything.
///
/// # Errors
/// When a file cannot be read.
pub fn text(expectations: &Path, generation: &str, seeds: &[u64]) -> Result<String> {
    let model = model(&expectations.join(generation), generation)?;
    let picked = if seeds.is_empty() {
        let picked = pick(&model);
        let rare = rare(&model, &picked);
        ensure!(
            rare.is_empty(),
            "the walks of {SEEDS} seeds seldom take {}; give the generator a plan for it, or say \
             in `not-walked` of model.json why",
            rare.join(", ")
        );
        picked
    } else {
        let walk = |seed: &u64| (*seed, generate(*seed, CALLS, &model.steering()));
        seeds.iter().map(walk).collect()
    };
    let seeded = picked
        .iter()
        .map(|(seed, walk)| Expected::of_seed(*seed, walk));
    let ways_out = WAYS_OUT.iter().filter(|_| seeds.is_empty());
    let ways_out = ways_out.map(|(name, walk)| Expected::of_way_out(name, walk));
    let lines = seeded.chain(ways_out).map(|it| serde_json::to_string(&it));
    let lines = lines.collect::<Result<Vec<String>, _>>()?;
    let lines = lines.join(",\n    ");
    Ok(format!(
        "{{\n  \"$schema\": \"../schema.json\",\n  \"expectations\": [\n    {lines}\n  ]\n}}\n"
    ))
}

fn file<'a>(name: &'a str, text: &'a str) -> Text<'a> {
    Text {
        file: name,
        text,
        format: Format::Expectations,
    }
}

fn model(folder: &Path, generation: &str) -> Result<Model> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
    };
    let (data, requirements, model) = (
        read("generation.json")?,
        read("requirements.json")?,
        read("model.json")?,
    );
    let generation: Generation = generation.parse().map_err(|why: String| anyhow!(why))?;
    let data = GenerationData::parse(file("generation.json", &data), generation)?;
    let requirements = parse_requirements(file("requirements.json", &requirements))?;
    let model = Model::parse(file("model.json", &model), &requirements, &data.error_codes)?;
    Ok(model)
}

/// What a walk takes of the model if sockets behave as usual, and how often.
fn taken(model: &Model, walk: &Walk) -> Option<BTreeMap<String, u64>> {
    let answers = expected_answers(Family::Ipv4, walk);
    let coverage = replay(model, Family::Ipv4, walk, &answers).ok()?.coverage;
    let parts = coverage.cells.into_iter().chain(coverage.transitions);
    Some(parts.chain(coverage.roles).collect())
}

/// The parts of the model that walks have to take.
fn wanted(model: &Model) -> BTreeSet<String> {
    let left_out = model.not_walked();
    let parts = model.cells().into_iter().chain(model.transitions());
    let parts = parts.chain(model.roles()).chain(Model::stream_calls());
    parts.filter(|part| !left_out.contains(part)).collect()
}

/// What walks take less often than they have to.
fn rare(model: &Model, walks: &[(u64, Walk)]) -> Vec<String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (_, walk) in walks {
        for (part, times) in taken(model, walk).unwrap_or_default() {
            *counts.entry(part).or_default() += times;
        }
    }
    let is_rare = |part: &String| counts.get(part).copied().unwrap_or_default() < LEAST;
    wanted(model).into_iter().filter(is_rare).collect()
}

/// The seeds and their walks: again and again the one that takes most of what was not
/// taken often enough yet.
fn pick(model: &Model) -> Vec<(u64, Walk)> {
    let steering = model.steering();
    let wanted: Vec<String> = wanted(model).into_iter().collect();
    // Numbers in place of names, since each of thousands of walks is looked at often.
    let numbered = |(part, times): (String, u64)| Some((wanted.binary_search(&part).ok()?, times));
    let mut left: Vec<_> = (0..SEEDS)
        .filter_map(|seed| {
            let walk = generate(seed, CALLS, &steering);
            let taken: Vec<_> = taken(model, &walk)?
                .into_iter()
                .filter_map(numbered)
                .collect();
            Some((seed, walk, taken))
        })
        .collect();
    let mut missing = vec![LEAST; wanted.len()];
    let mut picked = Vec::new();
    loop {
        let gain = |taken: &[(usize, u64)]| -> u64 {
            let parts = taken.iter();
            parts.map(|(part, times)| *times.min(&missing[*part])).sum()
        };
        let best = (0..left.len()).max_by_key(|at| (gain(&left[*at].2), left.len() - at));
        let Some(best) = best.filter(|best| gain(&left[*best].2) > 0) else {
            break;
        };
        let (seed, walk, taken) = left.remove(best);
        for (part, times) in taken {
            missing[part] = missing[part].saturating_sub(times);
        }
        picked.push((seed, walk));
    }
    picked.sort_by_key(|(seed, _)| *seed);
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walks_take_every_part_of_the_model_that_they_can() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../expectations/0.2");
        let model = model(&folder, "0.2").unwrap();
        let walks = pick(&model);
        assert_eq!(rare(&model, &walks), Vec::<String>::new());
        // What is said not to be taken is not, so that the list stays true.
        let left_out = model.not_walked();
        for (seed, walk) in &walks {
            let taken = taken(&model, walk).unwrap();
            let wrong = taken.keys().find(|part| left_out.contains(*part));
            assert_eq!(wrong, None, "seed {seed}: {walk}");
        }
    }
}
