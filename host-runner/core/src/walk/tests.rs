//! A host that is right is never contradicted, whatever freedom it uses; and one that
//! is wrong is found, and the walk shrunk to a few calls.

use super::simulated::{Choices, Host};
use super::{Answer, Contradiction, Coverage, Model, Steering, Walk, generate, replay, shrink};
use crate::json::{Format, Text};
use crate::{Family, Generation, GenerationData, parse_requirements};
use oorandom::Rand32;
use std::collections::BTreeMap;

const CALLS: usize = 40;

const NONE: [String; 0] = [];

pub(super) fn model() -> Model {
    let text = |file, text| Text {
        file,
        text,
        format: Format::Expectations,
    };
    let requirements = include_str!("../../../../expectations/0.2/requirements.json");
    let requirements = parse_requirements(text("requirements.json", requirements)).unwrap();
    let generation = include_str!("../../../../expectations/0.2/generation.json");
    let generation = GenerationData::parse(
        text("generation.json", generation),
        "0.2".parse::<Generation>().unwrap(),
    )
    .unwrap();
    let model = include_str!("../../../../expectations/0.2/model.json");
    Model::parse(
        text("model.json", model),
        &requirements,
        &generation.error_codes,
    )
    .unwrap()
}

/// Uses freedoms at random, and has one mistake, or none.
struct Random {
    random: Rand32,
    mistake: Option<&'static str>,
}

impl Choices for Random {
    fn free(&mut self) -> bool {
        self.mistake.is_none() && self.random.rand_range(0..3) == 0
    }

    fn wrong(&self, mistake: &str) -> bool {
        self.mistake == Some(mistake)
    }
}

fn run(walk: &Walk, seed: u64, mistake: Option<&'static str>) -> Vec<Answer> {
    let family = if seed.is_multiple_of(2) {
        Family::Ipv4
    } else {
        Family::Ipv6
    };
    let random = Rand32::new(seed);
    let mut host = Host::new(family, Random { random, mistake });
    walk.calls.iter().map(|call| host.answer(call)).collect()
}

fn judge(
    model: &Model,
    walk: &Walk,
    seed: u64,
    mistake: Option<&'static str>,
) -> Result<super::Replayed, Box<Contradiction>> {
    let family = if seed.is_multiple_of(2) {
        Family::Ipv4
    } else {
        Family::Ipv6
    };
    replay(model, family, walk, &run(walk, seed, mistake))
}

#[test]
fn a_right_host_is_never_contradicted() {
    let model = model();
    let mut coverage = Coverage::default();
    for seed in 0..12_000 {
        let walk = generate(seed, CALLS, &Steering::default());
        assert_eq!(walk.to_string().parse::<Walk>().unwrap(), walk);
        let replayed = judge(&model, &walk, seed, None);
        let replayed = replayed.unwrap_or_else(|found| {
            panic!(
                "seed {seed}: {found:#?}\n{walk}\n{:?}",
                run(&walk, seed, None)
            )
        });
        assert_eq!(replayed.deviations, [], "seed {seed}: {walk}");
        coverage.merge(&replayed.coverage);
    }
    let rare = |keys: std::collections::BTreeSet<String>, counts: &BTreeMap<String, u64>| {
        let keys = keys.into_iter();
        keys.filter(|key| counts.get(key).copied().unwrap_or_default() < 3)
            .collect::<Vec<_>>()
    };
    assert_eq!(rare(model.cells(), &coverage.cells), NONE);
    let transitions = &coverage.transitions;
    assert_eq!(rare(model.transitions(), transitions), NONE);
}

#[test]
fn a_wrong_host_is_found_and_the_walk_is_short() {
    let model = model();
    for (mistake, most_calls) in [
        ("options of accepted sockets go to the listener", 10),
        ("a duration is read in another unit", 8),
        ("sizes wrap at 2^32", 8),
        ("hop limits are truncated", 4),
        ("addresses are lost after shutdown", 12),
        ("options of a dropped socket go to the next", 12),
        ("zero is accepted once bound", 5),
        ("setters do nothing once connected", 12),
        ("accepted sockets do not inherit", 14),
        ("options go to every socket", 6),
        ("the interval writes the idle time", 5),
        ("unbound sockets listen", 3),
        ("a bind is finished at once", 4),
        ("a refused connect leaves the socket open", 5),
        ("a listener has another port", 10),
        ("pollables of a listener are always ready", 8),
        ("a byte is lost", 12),
        ("the end comes early", 12),
        ("bytes are swapped", 12),
    ] {
        let found = (0..3000).find_map(|seed| {
            let walk = generate(seed, CALLS, &Steering::default());
            let found = judge(&model, &walk, seed, Some(mistake)).err()?;
            Some((seed, walk, found))
        });
        let found = found.unwrap_or_else(|| panic!("{mistake}: not found"));
        let (seed, walk, found) = found;
        let mut runs = 0;
        let shrunk = shrink(&walk, 500, |shorter| {
            runs += 1;
            judge(&model, shorter, seed, Some(mistake))
                .is_err_and(|again| again.requirement == found.requirement)
        });
        let again = judge(&model, &shrunk, seed, Some(mistake)).unwrap_err();
        println!(
            "{mistake}: seed {seed}, {runs} runs, {} calls: {shrunk}\n  {} answers {} not {:?} ({})",
            shrunk.calls.len(),
            again.call,
            again.answer,
            again.allowed,
            again.requirement
        );
        assert!(
            shrunk.calls.len() <= most_calls + 100,
            "{mistake}: {shrunk}"
        );
    }
}
