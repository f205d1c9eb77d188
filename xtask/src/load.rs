//! Judges runtimes on a machine that is busy, and compares with what an idle one
//! says: no verdict may depend on speed.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;
use std::time::Instant;

/// How the machine is kept busy.
#[derive(Clone, Debug, clap::Args)]
pub struct Load {
    /// How many times the trials are run under load
    #[arg(long, default_value_t = 10)]
    pub runs: usize,
    /// How many busy processes run for each processor
    #[arg(long, default_value_t = 8)]
    pub busy: usize,
    /// How many trials run at a time
    #[arg(long, default_value_t = 16)]
    pub test_threads: usize,
    /// The share of one processor that the suite and all that it starts may use, in percent; 0
    /// for no limit. Needs Linux, and the right to make a control group
    #[arg(long, default_value_t = 10)]
    pub share: u32,
    /// Each run judges another part of the trials, and all runs together each trial once: for
    /// runtimes that take long to start
    #[arg(long)]
    pub spread: bool,
    /// Arguments of the suite, such as `-i jco` or a filter
    #[arg(last = true)]
    pub arguments: Vec<String>,
}

/// What a trial of an implementation came to.
type Found = BTreeMap<(String, String), (String, Option<Value>)>;

/// Runs the trials once as they are and then under load. Fails if a verdict or an
/// observation differs, but for those that a baseline says are seen on some runs.
///
/// # Errors
/// When one differs, or the suite could not be run.
pub fn run(workspace: &Path, load: &Load) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked"])
        .current_dir(workspace)
        .status()
        .context("failed to run cargo")?;
    ensure!(status.success(), "the program does not compile");
    // One of its own, since runtimes may be judged beside each other.
    let folder = format!("target/under-load/{}", std::process::id());
    let folder = workspace.join(folder);
    fs::create_dir_all(&folder).context("failed to create a folder for the reports")?;
    println!("reports: {}", folder.display());
    // A copy, so that a later build does not take it away from under hours of runs.
    let program = folder.join("wasi-tcp-conformance");
    fs::copy(
        workspace.join("target/release/wasi-tcp-conformance"),
        &program,
    )
    .context("failed to copy the program")?;

    let idle = judge(Command::new(&program), load, &[], &folder.join("idle.json"))?;
    println!("idle: {} records", idle.len());
    let _busy = Busy::start(load.busy)?;
    let group = Group::new(load.share)?;
    let mut different = 0;
    for run in 1..=load.runs {
        let start = Instant::now();
        let report = folder.join(format!("run-{run}.json"));
        let part = part(&idle, load, run);
        let found = judge(group.command(&program), load, &names(&part), &report)?;
        let differences = differences(&part, &found);
        let (judged, seconds) = (found.len(), start.elapsed().as_secs());
        println!(
            "run {run}: {} of {judged} differ, {seconds} s",
            differences.len()
        );
        for line in &differences {
            println!("  {line}");
        }
        different += usize::from(!differences.is_empty());
    }
    if different > 0 {
        bail!("{different} of {} runs differ from the idle one", load.runs);
    }
    println!("{0} of {0} runs say what the idle one says", load.runs);
    Ok(())
}

/// What the idle run found of the trials that a run under load judges. Neighbours of the
/// order by name go to different runs, so that each judges some of every topic.
fn part(idle: &Found, load: &Load, run: usize) -> Found {
    let is_judged: BTreeSet<_> = if load.spread {
        names(idle)
            .into_iter()
            .skip(run - 1)
            .step_by(load.runs)
            .collect()
    } else {
        names(idle).into_iter().collect()
    };
    let found = idle
        .iter()
        .filter(|((_, trial), _)| is_judged.contains(&**trial));
    found
        .map(|(key, what)| (key.clone(), what.clone()))
        .collect()
}

/// The names of trials, each once.
fn names(found: &Found) -> Vec<&str> {
    let names: BTreeSet<_> = found.keys().map(|(_, trial)| &**trial).collect();
    names.into_iter().collect()
}

/// Runs the suite on the named trials, or on all without a name, whatever its verdict, and
/// reads its report.
fn judge(mut command: Command, load: &Load, names: &[&str], report: &Path) -> Result<Found> {
    let threads = load.test_threads.to_string();
    if !names.is_empty() {
        command.arg("--exact").args(names);
    }
    let output = command
        .args(&load.arguments)
        .args(["--quiet", "--test-threads", &threads, "--json"])
        .arg(report)
        .stdin(Stdio::null())
        .output()
        .context("failed to run the suite")?;
    let text = fs::read_to_string(report).with_context(|| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        format!("the suite wrote no report; it said: {said}")
    })?;
    read(&text)
}

#[derive(Deserialize)]
struct Report {
    planned: usize,
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    trial: String,
    implementation: String,
    verdict: String,
    observed: Option<Value>,
    known: Option<Known>,
}

#[derive(Deserialize)]
struct Known {
    #[serde(default)]
    sometimes: bool,
}

fn read(text: &str) -> Result<Found> {
    let report: Report = serde_json::from_str(text).context("failed to parse the report")?;
    let lost = report.planned - report.records.len();
    ensure!(lost == 0, "{lost} trials are missing from the report");
    let records = report.records.into_iter().map(|record| {
        // What is seen on some runs may be seen or not.
        let sometimes = record.known.is_some_and(|known| known.sometimes);
        let found = if sometimes && matches!(&*record.verdict, "pass" | "known_failure") {
            ("as listed".to_owned(), None)
        } else {
            (record.verdict, record.observed)
        };
        ((record.implementation, record.trial), found)
    });
    Ok(records.collect())
}

/// A line for each trial that came to something else.
fn differences(idle: &Found, found: &Found) -> Vec<String> {
    let shown = |it: Option<&(String, Option<Value>)>| match it {
        None => "nothing".to_owned(),
        Some((verdict, None)) => verdict.clone(),
        Some((verdict, Some(observed))) => format!("{verdict} {observed}"),
    };
    let keys = idle
        .keys()
        .chain(found.keys().filter(|it| !idle.contains_key(*it)));
    keys.filter(|key| idle.get(*key) != found.get(*key))
        .map(|key| {
            let (implementation, trial) = key;
            let (before, now) = (shown(idle.get(key)), shown(found.get(key)));
            format!("{trial} of {implementation}: {before}, under load {now}")
        })
        .collect()
}

/// Processes that keep the processors busy until this is dropped.
struct Busy(Vec<Child>);

impl Busy {
    fn start(each: usize) -> Result<Self> {
        let processors = available_parallelism().context("failed to count the processors")?;
        let mut busy = Self(Vec::new());
        for _ in 0..each * processors.get() {
            let child = Command::new("sh")
                .args(["-c", "while :; do :; done"])
                .spawn()
                .context("failed to start a busy process")?;
            busy.0.push(child);
        }
        Ok(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // One that is gone needs no end.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A control group that may use a share of one processor.
struct Group(Option<PathBuf>);

impl Group {
    /// The length of a period, in microseconds.
    const PERIOD: u32 = 100_000;

    fn new(share: u32) -> Result<Self> {
        if share == 0 {
            return Ok(Self(None));
        }
        let quota = Self::PERIOD / 100 * share;
        let name = format!("wasi-tcp-conformance-{}", std::process::id());
        let (v1, v2) = (Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup"));
        let (folder, file, text) = if v1.is_dir() {
            (v1.join(name), "cpu.cfs_quota_us", quota.to_string())
        } else {
            let text = format!("{quota} {}", Self::PERIOD);
            (v2.join(name), "cpu.max", text)
        };
        let failed = "failed to limit the share of a processor: --share 0 does without";
        fs::create_dir(&folder).context(failed)?;
        let group = Self(Some(folder.clone()));
        fs::write(folder.join(file), text).context(failed)?;
        Ok(group)
    }

    /// A command that runs a program inside.
    fn command(&self, program: &Path) -> Command {
        let Some(folder) = &self.0 else {
            return Command::new(program);
        };
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo $$ >\"$0\" && exec \"$@\""])
            .arg(folder.join("cgroup.procs"))
            .arg(program);
        command
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            // The system keeps it while a process is inside, and says so nowhere else.
            if let Err(error) = fs::remove_dir(folder) {
                eprintln!("failed to remove {}: {error}", folder.display());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(verdict: &str, observed: &str, sometimes: bool) -> Found {
        let record = json!({
            "trial": "0.2/a::b::ipv4", "implementation": "mine", "verdict": verdict,
            "observed": observed, "known": { "sometimes": sometimes },
        });
        read(&json!({ "planned": 1, "records": [record] }).to_string()).unwrap()
    }

    #[test]
    fn what_differs_is_named() {
        let idle = found("pass", "ok", false);
        assert!(differences(&idle, &found("pass", "ok", false)).is_empty());
        assert_eq!(
            differences(&idle, &found("fail", "late", false)),
            ["0.2/a::b::ipv4 of mine: pass \"ok\", under load fail \"late\""]
        );
        assert_eq!(differences(&idle, &Found::new()).len(), 1);
        assert_eq!(differences(&Found::new(), &idle).len(), 1);
    }

    #[test]
    fn what_is_seen_on_some_runs_is_no_difference() {
        let (seen, not) = (
            found("known_failure", "late", true),
            found("pass", "ok", true),
        );
        assert!(differences(&seen, &not).is_empty());
        assert_eq!(differences(&seen, &found("fail", "other", true)).len(), 1);
    }

    #[test]
    fn runs_that_are_spread_judge_each_trial_once() {
        let key = |at: usize| ("mine".to_owned(), format!("0.2/a::b{at:02}::ipv4"));
        let idle: Found = (0..25)
            .map(|at| (key(at), ("pass".to_owned(), None)))
            .collect();
        let mut load = Load {
            runs: 10,
            busy: 0,
            test_threads: 1,
            share: 0,
            spread: true,
            arguments: Vec::new(),
        };
        let parts: Vec<_> = (1..=10).map(|run| part(&idle, &load, run)).collect();
        assert!(parts.iter().all(|it| (2..=3).contains(&it.len())));
        let all: Vec<_> = parts.iter().flat_map(BTreeMap::keys).collect();
        assert_eq!(all.len(), 25);
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 25);
        load.spread = false;
        assert_eq!(part(&idle, &load, 3), idle);
    }

    #[test]
    fn a_report_that_lost_trials_is_refused() {
        assert!(read(r#"{ "planned": 2, "records": [] }"#).is_err());
    }
}
