//! `walk`: explores with walks that are made up, or runs those of files again.

mod files;

use super::colors::set_colors;
use super::{baselines, judged};
use clap::Args;
use files::Written;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wasi_tcp_conformance::internal::{
    Exploration, Explored, Found, INTERRUPTED, Limit, WalkOutcome, explore, explored,
    is_interrupted, note, print, quote, replay, replayed, select_implementations, walked,
    walks_interrupted, watch_interrupts,
};
use wasi_tcp_conformance::{Error, Family, Implementation, Options, Suite};

/// How many walks there are, unless the command line says.
const COUNT: u64 = 1000;

/// The seeds that are picked are short enough to be typed.
const SEEDS: u128 = 1_000_000;

/// The most calls that a walk has: what a command line can hold.
const MOST_CALLS: u64 = 1000;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    judged: judged::Arguments,
    /// The seed of the first walk; the next has the next. By default one is picked, and said
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many walks, for each implementation; 1000 unless said here
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// For how long instead, such as 10m, for each implementation
    #[arg(long = "for", value_name = "TIME", value_parser = time, conflicts_with = "count")]
    time: Option<Duration>,
    /// How many calls a walk has
    #[arg(long, value_name = "N", default_value = "40",
        value_parser = clap::value_parser!(u64).range(1..=MOST_CALLS))]
    calls: u64,
    /// The family of all walks, ipv4 or ipv6; by default they take turns
    #[arg(long, value_parser = family)]
    family: Option<Family>,
    /// Do not stop at the first contradiction; one of each kind is shown
    #[arg(long)]
    keep_going: bool,
    /// Keep away from this cell of the model, such as `bound start-connect(other)`; can be given
    /// more than once
    #[arg(long, value_name = "CELL")]
    avoid: Vec<String>,
    /// Excuse what this file lists in `walks` too; with several implementations, say of which
    #[arg(long = "baseline", value_name = "[NAME=]FILE")]
    baselines: Vec<String>,
    /// Write what was found to this file, for --replay
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Run the walks of these files again, or of the JSON files of a folder, and explore nothing;
    /// FILE#2 is the second walk of a file
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all =
        ["seed", "count", "time", "calls", "family", "keep_going", "avoid", "output", "coverage"])]
    replay: Vec<PathBuf>,
    /// Print how often each cell and each transition of the model was taken
    #[arg(long)]
    coverage: bool,
    /// How many walks run at a time; by default, two for each processor
    #[arg(short = 'j', long, value_name = "N")]
    test_threads: Option<usize>,
    /// When to use colors
    #[arg(long, value_enum, value_name = "auto|always|never")]
    color: Option<libtest_mimic::ColorSetting>,
}

pub(super) fn run(arguments: &Arguments, program: &str) -> Result<ExitCode, Error> {
    let suite = Suite::embedded()?;
    arguments.judged.check(&suite)?;
    set_colors(arguments.color);
    let names = &arguments.judged.implementations;
    let (implementations, skipped) = select_implementations(&suite, names)?;
    let (implementations, _) =
        baselines::apply(&suite, implementations, &arguments.baselines, None)?;
    for it in skipped {
        note(&format!("{} is skipped: {}", it.name, it.reason));
    }
    let mut options = Options::default();
    options.time_limit = arguments.judged.timeout;
    options.wasi_version = arguments.judged.wasi_version;
    options.threads = arguments.test_threads;
    if arguments.replay.is_empty() {
        walk(&suite, implementations, options, arguments, program)
    } else {
        walk_again(&suite, implementations, &options, &arguments.replay)
    }
}

fn walk(
    suite: &Suite,
    implementations: Vec<Implementation>,
    options: Options,
    arguments: &Arguments,
    program: &str,
) -> Result<ExitCode, Error> {
    let exploration = Exploration {
        seed: arguments.seed.unwrap_or_else(picked),
        limit: match arguments.time {
            Some(time) => Limit::Time(time),
            None => Limit::Count(arguments.count.unwrap_or(COUNT)),
        },
        calls: usize::try_from(arguments.calls).unwrap_or(usize::MAX),
        family: arguments.family,
        keep_going: arguments.keep_going,
        avoid: arguments.avoid.clone(),
        options,
    };
    let output = arguments.output.as_deref();
    let output = output.map(|it| Written::create(it, &arguments.read()));
    let output = output.transpose()?;
    watch_interrupts();
    let begins = || {
        if arguments.seed.is_none() {
            let seed = exploration.seed;
            note(&format!("the first walk has the seed {seed}"));
        }
    };
    let all = explore(suite, implementations, &exploration, begins)?;
    if let Some(output) = output {
        output.write(&all)?;
    }
    let written = || {
        all.iter()
            .flat_map(|it| &it.found)
            .filter(|it| !it.is_error())
    };
    let several = written().count() > 1;
    let mut number = 0;
    for one in &all {
        let mut repeat = |found: &Found| match &arguments.output {
            Some(file) if !found.is_error() => {
                number += 1;
                let mut file = file.display().to_string();
                if several {
                    file = format!("{file}#{number}");
                }
                let (command, selector) = (arguments.command(program), selector(one));
                format!("{command}{selector} --replay {}", quote(&file))
            }
            _ => arguments.repeat(program, one, found),
        };
        let repeat: Vec<_> = one.found.iter().map(&mut repeat).collect();
        if arguments.coverage {
            print(&walked(suite, one))?;
        }
        print(&explored(suite, one, &repeat))?;
    }
    let found = || all.iter().flat_map(|it| &it.found);
    if is_interrupted() {
        note(&walks_interrupted(&all, exploration.limit));
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let is_stale = all.iter().any(|it| !it.stale.is_empty());
    // What took no walk to its end is not known to be right.
    let is_unjudged = all.iter().any(|it| it.walks == 0);
    Ok(ExitCode::from(
        if found().any(|it| !it.is_error()) || is_stale {
            1
        } else if found().any(Found::is_error) || is_unjudged {
            3
        } else {
            0
        },
    ))
}

/// Runs the walks of files again.
fn walk_again(
    suite: &Suite,
    implementations: Vec<Implementation>,
    options: &Options,
    paths: &[PathBuf],
) -> Result<ExitCode, Error> {
    let walks = files::read(paths)?;
    let several = implementations.len() > 1;
    watch_interrupts();
    let planned = walks.len() * implementations.len();
    let all = replay(suite, implementations, &walks, options)?;
    let generation = |name: &str| walks.iter().find(|it| it.name == *name);
    let all: Vec<_> = all
        .into_iter()
        .filter_map(|it| generation(&it.name).map(|walk| (it, walk.generation)))
        .collect();
    print(&replayed(suite, &all, several))?;
    if is_interrupted() {
        let walks: std::collections::BTreeSet<_> = all
            .iter()
            .map(|(it, _)| (&it.implementation.0, &it.name))
            .collect();
        note(&format!("interrupted: {} of {planned} walks", walks.len()));
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let any = |is: fn(&WalkOutcome) -> bool| all.iter().any(|(it, _)| is(&it.outcome));
    let is_red = any(|it| matches!(it, WalkOutcome::Contradicted(found) if !found.is_error()));
    let is_judged = any(|it| matches!(it, WalkOutcome::AsModeled | WalkOutcome::Known(_)));
    let is_error = any(|it| matches!(it, WalkOutcome::Contradicted(found) if found.is_error()));
    Ok(ExitCode::from(match (is_red, is_judged && !is_error) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => 3,
    }))
}

impl Arguments {
    /// The files that are read: implementations and baselines.
    fn read(&self) -> Vec<PathBuf> {
        let names = self.judged.implementations.iter();
        let described = names.filter_map(|it| it.split('=').next());
        let baselines = self
            .baselines
            .iter()
            .filter_map(|it| it.split('=').next_back());
        let read = described.chain(baselines).map(PathBuf::from);
        read.filter(|it| it.exists()).collect()
    }

    /// The command, with what decides how a walk goes.
    fn command(&self, program: &str) -> String {
        let mut command = format!("{} walk", quote(program));
        let mut add = |words: &str| {
            command.push(' ');
            command.push_str(words);
        };
        if let Some(version) = self.judged.wasi_version {
            add(&format!("--wasi-version {version}"));
        }
        if let Some(limit) = self.judged.timeout {
            add(&format!("--timeout {}", limit.as_secs_f64()));
        }
        for words in &self.baselines {
            add(&format!("--baseline {}", quote(words)));
        }
        command
    }

    /// The command that makes the same walk again, and shrinks it.
    fn repeat(&self, program: &str, explored: &Explored, found: &Found) -> String {
        let avoid = self.avoid.iter();
        let avoid: String = avoid
            .map(|cell| [" --avoid ", &quote(cell)].concat())
            .collect();
        let command = self.command(program) + &avoid;
        let seed = found.seed.unwrap_or_default();
        let (calls, family, selector) = (self.calls, found.family, selector(explored));
        format!("{command}{selector} --seed {seed} --count 1 --calls {calls} --family {family}")
    }
}

/// What the command line calls an implementation.
fn selector(explored: &Explored) -> String {
    let words = explored.selector.as_ref();
    words.map_or_else(String::new, |it| format!(" -i {}", quote(it)))
}

/// A seed that nobody gave.
fn picked() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |it| it.as_millis());
    u64::try_from(now % SEEDS).unwrap_or_default()
}

fn time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "a time is a number above 0 and a unit, such as 30s or 10m".to_owned())
}

fn family(text: &str) -> Result<Family, String> {
    let mut all = Family::ALL.into_iter();
    all.find(|family| family.to_string() == text)
        .ok_or_else(|| "a family is ipv4 or ipv6".to_owned())
}
