//! `cargo xtask mutation-score`: judges every mutant, by the cases and then by walks.

use crate::catalogue::MUTANTS;
use crate::host::Host;
use crate::judge::{self, Found, TRIALS, is_fast, kills};
use crate::mutant::{Mutant, Operator, When};
use crate::order;
use crate::outcome::{self, Fate, Layer, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use wasi_tcp_conformance::{Family, Trial, Verdict};
use wasi_tcp_conformance_core::walk::{Steering, generate};

/// How many calls a walk has.
const CALLS: usize = 40;

/// How many walks are made up for a mutant that everything else lets live.
const WALKS: usize = 2000;

/// How often a mutant may make a trial last to its end in vain.
const PATIENCE: usize = 3;

/// What the suite's own walks do not take: a walk that is made up.
pub fn walk(seed: u64, family: Family) -> Option<Trial> {
    let mut trials = TRIALS.iter();
    let base = trials.find(|it| it.walk.is_some() && is_fast(it) && it.name.family == family)?;
    let walk = generate(seed, CALLS, &Steering::default());
    base.with_walk(&format!("g{seed:05}"), &walk)
}

/// The family of a walk: both are taken by turns.
pub fn family(seed: u64) -> Family {
    if seed.is_multiple_of(2) {
        Family::Ipv4
    } else {
        Family::Ipv6
    }
}

/// The same for the other one.
fn other(family: Family) -> Family {
    match family {
        Family::Ipv4 => Family::Ipv6,
        Family::Ipv6 => Family::Ipv4,
    }
}

/// What is known of a mutant while it is judged.
struct Case {
    mutant: Mutant,
    host: Host,
    outcome: Outcome,
    families: BTreeSet<Family>,
    fits: bool,
    is_seen_in_time: bool,
    times_out: usize,
}

impl Case {
    fn new(mutant: Mutant) -> Self {
        Self {
            mutant,
            host: Host::of(mutant),
            outcome: Outcome::survivor(&mutant.to_string()),
            families: BTreeSet::new(),
            fits: false,
            is_seen_in_time: false,
            times_out: 0,
        }
    }

    fn is_killed(&self) -> bool {
        self.outcome.fate == Fate::Killed
    }

    /// Asks a trial.
    fn ask(&mut self, trial: &Trial, layer: Layer) -> Result<bool, String> {
        let Some(found) = kills(self.host, trial)? else {
            return Ok(false);
        };
        self.note(trial, layer, &found);
        Ok(found.verdict == Verdict::Fail)
    }

    fn note(&mut self, trial: &Trial, layer: Layer, found: &Found) {
        let fate = match found.verdict {
            Verdict::Fail => Fate::Killed,
            _ => Fate::Deviates,
        };
        if fate > self.outcome.fate {
            self.outcome.fate = fate;
            self.outcome.by = Some(trial.name.to_string());
            self.outcome.layer = Some(layer);
        }
        if fate == Fate::Killed {
            let fits = found.requirements.iter();
            let fits = fits
                .into_iter()
                .any(|id| order::fits(self.mutant.method, id));
            // A stronger kill is the one to name.
            if (fits, !found.is_out_of_time()) > (self.fits, self.is_seen_in_time) {
                self.outcome.by = Some(trial.name.to_string());
                self.outcome.layer = Some(layer);
            }
            if fits {
                self.families.insert(trial.name.family);
            }
            self.fits |= fits;
            self.is_seen_in_time |= !found.is_out_of_time();
            self.times_out += usize::from(found.is_out_of_time());
        }
    }

    /// Why this is not good enough, if it is a kill.
    fn weakness(&self) -> Option<String> {
        if !self.fits {
            return Some("only by a requirement that it does not break".to_owned());
        }
        if !self.is_seen_in_time {
            return Some(outcome::BY_HANGING.to_owned());
        }
        let wanted: &[Family] = match self.mutant.when {
            When::Of(_) => &[],
            _ => &[Family::Ipv4, Family::Ipv6],
        };
        let missing = wanted.iter().find(|it| !self.families.contains(it));
        missing.map(|family| format!("not by a trial of {family}"))
    }

    fn is_done(&self) -> bool {
        self.is_killed() && (self.weakness().is_none() || self.times_out > PATIENCE)
    }
}

/// Judges a mutant: by cases, by the walks of the suite, by walks that are made up, and by
/// the cases that need a process of their own.
pub fn judge(mutant: Mutant, walks: usize, quick: bool) -> Result<Outcome, String> {
    let mut case = Case::new(mutant);
    let mut order = order::order(mutant.method);
    if quick {
        let is_likely = |at: &usize| {
            order::is_concerned(mutant.method, *at)
                || TRIALS[*at].walk.is_some()
                || mutant.operator == Operator::Leaks
        };
        order.retain(is_likely);
    }
    for at in order.iter().copied().filter(|at| is_fast(&TRIALS[*at])) {
        let trial = &TRIALS[at];
        let layer = layer(trial);
        // What is dead is only looked at where a stronger kill is likely.
        if case.is_killed() && !order::is_concerned(mutant.method, at) && layer == Layer::Case {
            continue;
        }
        if case.ask(trial, layer)? {
            order::killed(mutant.method, at);
            if let Some(sibling) = sibling(trial).filter(|_| !case.is_done()) {
                case.ask(sibling, layer)?;
            }
        }
        if case.is_done() {
            break;
        }
    }
    let most = if case.is_killed() {
        walks.min(100)
    } else {
        walks
    };
    for seed in 0..most as u64 {
        if case.is_done() {
            break;
        }
        let family = family(seed);
        if let Some(trial) = walk(seed, family)
            && case.ask(&trial, Layer::MadeUp)?
            && !case.is_done()
            && let Some(trial) = walk(seed, other(family))
        {
            case.ask(&trial, Layer::MadeUp)?;
        }
    }
    for at in order.into_iter().filter(|at| !is_fast(&TRIALS[*at])) {
        if case.is_killed() {
            break;
        }
        let trial = &TRIALS[at];
        if case.ask(trial, layer(trial))?
            && let Some(sibling) = sibling(trial).filter(|_| !case.is_done())
        {
            case.ask(sibling, layer(sibling))?;
        }
    }
    if !case.is_killed() {
        case.outcome.walks = Some(walks);
    }
    case.outcome.weak = case.weakness().filter(|_| case.is_killed());
    Ok(case.outcome)
}

fn layer(trial: &Trial) -> Layer {
    match trial.walk {
        Some(_) => Layer::Walk,
        None => Layer::Case,
    }
}

/// The same trial of the other family.
fn sibling(trial: &Trial) -> Option<&'static Trial> {
    let mut trials = TRIALS.iter();
    trials.find(|other| {
        other.name.case_name() == trial.name.case_name()
            && other.name.settings == trial.name.settings
            && other.name.family != trial.name.family
    })
}

/// Judges what is left, and writes all that is known.
pub fn main(arguments: &[String]) -> ExitCode {
    let number = |name: &str, default: usize| {
        let mut values = arguments.iter().filter_map(|it| it.strip_prefix(name));
        values
            .next()
            .and_then(|it| it.parse().ok())
            .unwrap_or(default)
    };
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    match run(
        number("--threads=", threads),
        number("--walks=", WALKS),
        arguments.iter().any(|it| it == "--again"),
        arguments.iter().any(|it| it == "--survivors"),
        arguments.iter().any(|it| it == "--quick"),
        &arguments
            .iter()
            .filter_map(|it| it.strip_prefix("--only="))
            .collect::<Vec<_>>(),
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// What was judged so far, a line each; a run that was interrupted goes on from here.
fn journal() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutation-score.jsonl")
}

fn run(
    threads: usize,
    walks: usize,
    again: bool,
    survivors: bool,
    quick: bool,
    only: &[&str],
) -> Result<(), String> {
    let path = journal();
    if again {
        let _ = std::fs::remove_file(&path);
    }
    let read = std::fs::read_to_string(&path).unwrap_or_default();
    let mut known: BTreeMap<String, Outcome> = BTreeMap::new();
    for line in read.lines() {
        // The last line of a run that was interrupted may be cut off.
        if let Ok(outcome) = serde_json::from_str::<Outcome>(line) {
            known.insert(outcome.mutant.clone(), outcome);
        }
    }
    let is_left = |mutant: &&Mutant| match known.get(&mutant.to_string()) {
        _ if !only.is_empty() => only.iter().any(|only| mutant.to_string().contains(only)),
        None => true,
        Some(outcome) => survivors && (outcome.fate != Fate::Killed || outcome.weak.is_some()),
    };
    let mut left: Vec<Mutant> = MUTANTS.iter().filter(is_left).copied().collect();
    // What is judged of an interrupted run is a fair sample.
    left.sort_by_cached_key(|mutant| crate::sample::mixed(&mutant.to_string()));
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let failed = |error| format!("failed to write {}: {error}", path.display());
    let file = Mutex::new(file.map_err(failed)?);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(mutant) = left.get(next.fetch_add(1, Relaxed)) {
                    let outcome = match judge(*mutant, walks, quick) {
                        Ok(outcome) => outcome,
                        Err(why) => {
                            eprintln!("{mutant}: {why}");
                            continue;
                        }
                    };
                    eprintln!("{}/{} {outcome}", next.load(Relaxed), left.len());
                    if let Ok(mut file) = file.lock() {
                        keep(&mut file, &outcome);
                    }
                }
            });
        }
    });
    let read = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let outcomes = read
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    outcome::write(outcomes.collect())
}

fn keep(file: &mut File, outcome: &Outcome) {
    if let Ok(line) = serde_json::to_string(outcome)
        && let Err(error) = file.write_all(format!("{line}\n").as_bytes())
    {
        eprintln!("failed to keep what was found: {error}");
    }
}

/// Judges a legal variant by walks and by the trials that need no process of their own;
/// what is wrong, in words.
pub fn red(variant: Host, cases: bool, seeds: impl Iterator<Item = u64>) -> Result<String, String> {
    let mut red = String::new();
    let suite = TRIALS
        .iter()
        .filter(|trial| is_fast(trial) && (trial.walk.is_some() || cases));
    let made_up = seeds.filter_map(|seed| walk(seed, family(seed)));
    for trial in suite.cloned().chain(made_up) {
        let found = judge::judge(variant, &trial)?;
        if found.verdict == Verdict::Fail && judge::control(&trial)?.verdict != Verdict::Fail {
            let observed = found.observed.map(|it| it.to_string()).unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = writeln!(red, "{} {observed}", trial.name);
        }
    }
    Ok(red)
}
