//! What `cargo test` judges: a sample, the same each time.

use crate::catalogue::MUTANTS;
use crate::host::Host;
use crate::judge::{TRIALS, is_fast, kills};
use crate::mutant::Mutant;
use crate::outcome::{self, Fate, Outcome};
use crate::score::{judge, red, walk};
use crate::variants::{VARIANTS, Variant};
use libtest_mimic::{Failed, Trial as Test};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use wasi_tcp_conformance::{Trial, TrialName, Verdict};

/// Makes the sample another one.
const SEED: u64 = 16;

/// How many mutants are in it; more, if it takes them to have each operator and method.
const MUTANTS_IN_SAMPLE: usize = 80;

/// How many walks are made up for a mutant that its trial does not see any more.
const WALKS_AGAIN: usize = 100;

/// How many walks a legal variant takes.
const WALKS: u64 = 10_000;

pub fn tests() -> Vec<Test> {
    let mut tests = vec![
        Test::test("names_are_different", names_are_different),
        Test::test("every_survivor_is_explained", every_survivor_is_explained),
    ];
    if cfg!(target_os = "linux") {
        tests.push(Test::test("sample_is_judged_as_it_was", || {
            in_parallel(&sample()?, |mutant| is_as_it_was(**mutant))
        }));
        tests.push(Test::test("legal_variants_are_not_red", || {
            let variants: Vec<&Variant> = VARIANTS.iter().step_by(4).collect();
            in_parallel(&variants, |variant| {
                let seeds = mixed(&variant.name)..;
                let red = red(variant.host, false, seeds.take(5))?;
                wrong(&variant.name, &red)
            })
        }));
    }
    tests
}

/// Does it for each, and says what is wrong.
fn in_parallel<T: Sync>(
    items: &[T],
    does: impl Fn(&T) -> Result<(), String> + Sync,
) -> Result<(), Failed> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
                    if let (Err(why), Ok(mut wrong)) = (does(item), wrong.lock()) {
                        wrong.push(why);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner()?;
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}

fn wrong(name: &str, red: &str) -> Result<(), String> {
    if red.is_empty() {
        Ok(())
    } else {
        Err(format!("{name} is red:\n{red}"))
    }
}

/// The place of a name in a shuffled list (FNV-1a).
pub fn mixed(name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ SEED;
    name.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }) % 100_000
}

fn sample() -> Result<Vec<&'static Mutant>, String> {
    // Of some, guests see only that they do not come to their end, and not on every run.
    let outcomes = outcome::outcomes()?;
    let hangs: BTreeSet<&str> = outcomes
        .iter()
        .filter(|it| it.weak.as_deref() == Some(outcome::BY_HANGING))
        .map(|it| it.mutant.as_str())
        .collect();
    let is_steady = |mutant: &&Mutant| !hangs.contains(mutant.to_string().as_str());
    let mut shuffled: Vec<&Mutant> = MUTANTS.iter().filter(is_steady).collect();
    shuffled.sort_by_cached_key(|mutant| (mixed(&mutant.to_string()), mutant.to_string()));
    let (mut methods, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    let (mut picked, mut others) = (Vec::new(), Vec::new());
    for mutant in shuffled {
        let is_new_method = methods.insert(mutant.method);
        let is_new_kind = kinds.insert(mutant.operator.kind());
        if is_new_method || is_new_kind {
            picked.push(mutant);
        } else {
            others.push(mutant);
        }
    }
    let more = MUTANTS_IN_SAMPLE.saturating_sub(picked.len());
    picked.extend(others.into_iter().take(more));
    Ok(picked)
}

/// A mutant that was killed still is: by the same trial, or, where that has changed, by
/// another one.
fn is_as_it_was(mutant: Mutant) -> Result<(), String> {
    let name = mutant.to_string();
    let outcomes = outcome::outcomes()?;
    let known = outcomes.iter().find(|it| it.mutant == name);
    let Some(Outcome {
        fate, by: Some(by), ..
    }) = known
    else {
        return Ok(());
    };
    let wanted = match fate {
        Fate::Killed => Verdict::Fail,
        _ => Verdict::Deviation,
    };
    if let Some(trial) = trial(by) {
        // The score has judged those that need processes of their own.
        if !is_fast(&trial) {
            return Ok(());
        }
        if kills(Host::of(mutant), &trial)?.is_some_and(|found| found.verdict == wanted) {
            return Ok(());
        }
    }
    let again = judge(mutant, WALKS_AGAIN, true)?;
    if again.fate == *fate {
        Ok(())
    } else {
        Err(format!(
            "{by} was to see {name}, and now it is {:?}",
            again.fate
        ))
    }
}

fn trial(name: &str) -> Option<Trial> {
    let mut trials = TRIALS.iter();
    let own = trials.find(|trial| trial.name.to_string() == name);
    own.cloned().or_else(|| {
        let name: TrialName = name.parse().ok()?;
        let seed = name.case.strip_prefix('g')?.parse().ok()?;
        walk(seed, name.family)
    })
}

fn names_are_different() -> Result<(), Failed> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let variants = VARIANTS.iter().map(|variant| variant.name.clone());
    for name in MUTANTS.iter().map(ToString::to_string).chain(variants) {
        *counts.entry(name).or_default() += 1;
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    let twice: Vec<String> = twice.map(|(name, _)| name).collect();
    if twice.is_empty() {
        Ok(())
    } else {
        Err(format!("listed twice: {}", twice.join(", ")).into())
    }
}

fn every_survivor_is_explained() -> Result<(), Failed> {
    let problems = outcome::problems()?;
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n").into())
    }
}

/// Judges every legal variant by every trial, and by walks.
pub fn variants(arguments: &[String]) -> ExitCode {
    let mut counts = arguments
        .iter()
        .filter_map(|it| it.strip_prefix("--walks="));
    let walks = counts
        .next()
        .and_then(|it| it.parse().ok())
        .unwrap_or(WALKS);
    let mut only = arguments.iter().filter_map(|it| it.strip_prefix("--only="));
    let only = only.next().unwrap_or_default();
    let variants = VARIANTS.iter().filter(|it| it.name.contains(only));
    let variants: Vec<&Variant> = variants.collect();
    let done = in_parallel(&variants, |variant| {
        let red = red(variant.host, true, 0..walks)?;
        let count = red.lines().count();
        eprintln!("{}: {count} red\n{red}", variant.name);
        wrong(&variant.name, &red)
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}", why.message().unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}
