//! Picks the walks of the suite: few seeds whose walks take every part of the model
//! that the usual behavior of a socket reaches.

use anyhow::{Context, Result, anyhow};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use wasi_tcp_conformance_core::json::{Format, Text};
use wasi_tcp_conformance_core::walk::{Model, Steering, Walk, expected_answers, generate, replay};
use wasi_tcp_conformance_core::{Family, Generation, GenerationData, parse_requirements};

/// How many calls a walk has.
const CALLS: usize = 40;

/// How many seeds are tried.
const SEEDS: u64 = 3000;

/// How often each part is taken by the walks of one family; both take the same.
const LEAST: u64 = 2;

/// What several implementations are known to answer otherwise, by the cases of the
/// suite. A walk ends at the first contradiction, so walks keep away from these.
const AVOIDED: [&str; 6] = [
    "bind-in-progress local-address",
    "closed remote-address",
    "connect-in-progress local-address",
    "listen-in-progress accept",
    "listen-in-progress is-listening",
    "* in.ready",
];

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Expected {
    case: String,
    walk: String,
    both_families: bool,
    cites: [&'static str; 2],
    must: [&'static str; 1],
}

/// The text of `walk.json` of a generation, with the walks of these seeds; without any,
/// of those that it takes to reach everything.
///
/// # Errors
/// When a file cannot be read.
pub fn text(expectations: &Path, generation: &str, seeds: &[u64]) -> Result<String> {
    let model = model(&expectations.join(generation), generation)?;
    let picked = if seeds.is_empty() {
        pick(&model)
    } else {
        let walk = |seed: &u64| (*seed, generate(*seed, CALLS, &steering()));
        seeds.iter().map(walk).collect()
    };
    let lines: Vec<String> = picked
        .into_iter()
        .map(|(seed, walk)| {
            serde_json::to_string(&Expected {
                case: format!("w{seed:05}"),
                walk: walk.to_string(),
                both_families: true,
                cites: ["states.as-if", "options.clamped-or-rounded"],
                must: ["as modeled"],
            })
        })
        .collect::<Result<_, _>>()?;
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

fn steering() -> Steering {
    Steering {
        avoid: AVOIDED.map(str::to_owned).to_vec(),
    }
}

/// The seeds and their walks: again and again the one that takes most of what was not
/// taken often enough yet.
fn pick(model: &Model) -> Vec<(u64, Walk)> {
    let steering = steering();
    let mut left: Vec<_> = (0..SEEDS)
        .filter_map(|seed| {
            let walk = generate(seed, CALLS, &steering);
            let answers = expected_answers(Family::Ipv4, &walk);
            let taken = replay(model, Family::Ipv4, &walk, &answers).ok()?.coverage;
            let taken: BTreeMap<String, u64> =
                taken.cells.into_iter().chain(taken.transitions).collect();
            Some((seed, walk, taken))
        })
        .collect();
    let mut missing: BTreeMap<String, u64> = BTreeMap::new();
    for (_, _, taken) in &left {
        for (part, times) in taken {
            let count = missing.entry(part.clone()).or_default();
            *count = (*count + times).min(LEAST);
        }
    }
    let mut picked = Vec::new();
    while !missing.is_empty() {
        let gain = |taken: &BTreeMap<String, u64>| -> u64 {
            let parts = missing.iter();
            parts
                .map(|(part, count)| taken.get(part).map_or(0, |it| *it.min(count)))
                .sum()
        };
        let best = (0..left.len()).max_by_key(|at| (gain(&left[*at].2), left.len() - at));
        let Some(best) = best else { break };
        let (seed, walk, taken) = left.remove(best);
        for (part, times) in taken {
            if let Some(count) = missing.get_mut(&part) {
                *count = count.saturating_sub(times);
                if *count == 0 {
                    missing.remove(&part);
                }
            }
        }
        picked.push((seed, walk));
    }
    picked.sort_by_key(|(seed, _)| *seed);
    picked
}
