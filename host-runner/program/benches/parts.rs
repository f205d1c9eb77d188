//! What the parts of a run cost: `cargo bench`.
//!
//! Whole processes are compared by `cargo xtask speed`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::internal::retarget;
use wasi_tcp_conformance::protocol::{self, Ending, Endings, Transcript};
use wasi_tcp_conformance::report::Report;
use wasi_tcp_conformance::{
    Claims, Error, Generation, Implementation, Options, Settings, Suite, WasiVersion, run, summary,
};
use wasi_tcp_conformance_cli::views;

const ENDINGS: Endings = Endings::new(Ending::Exited(0), Ending::Exited(134));

/// The version that the implementations claim.
const WASI: WasiVersion = Generation::V0_2.patch(12);

/// Answers at once, without a process: what is left is the runner's own.
struct Immediate;

impl Adapter for Immediate {
    fn name(&self) -> &'static str {
        "immediate"
    }

    fn claims(&self) -> Claims {
        Claims::new([WASI])
    }

    fn version(&self) -> Result<String, Error> {
        Ok("1.0.0".to_owned())
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        let result = match request.case {
            "hello" => format!("\"{}\"", request.family),
            "no_such_case" => return Ok(said("{\"refused\":\"no such case\"}\n", 1)),
            "trap" => return Ok(said("{\"step\":\"trap\"}\n", 134)),
            "host_trap" => return Ok(said("{\"step\":\"host trap\"}\n", 134)),
            _ => "\"ok\"".to_owned(),
        };
        let case = request.case;
        let line = format!("{{\"step\":\"a\"}}\n{{\"case\":\"{case}\",\"observed\":{result}}}\n");
        Ok(said(&line, 0))
    }
}

/// Starts a process that does nothing, under the limits of a trial.
#[cfg(unix)]
struct Idle;

#[cfg(unix)]
impl Adapter for Idle {
    fn name(&self) -> &'static str {
        "idle"
    }

    fn claims(&self) -> Claims {
        Claims::new([WASI])
    }

    fn version(&self) -> Result<String, Error> {
        Ok("1.0.0".to_owned())
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        if request.topic.name == "preflight" {
            return Immediate.run(request);
        }
        request.run(std::process::Command::new("true"))
    }
}

fn said(stdout: &str, code: i32) -> Transcript {
    Transcript::new(stdout, Ending::Exited(code))
}

/// Judges some trials of the default set-up, on one thread.
fn judged(suite: &Suite, adapter: impl Adapter + 'static, count: usize, log: &Path) -> Report {
    let implementation = Implementation::identify(Box::new(adapter)).expect("it tells its version");
    let mut trials = suite.trials();
    trials.retain(|trial| trial.name.settings == Settings::default());
    trials.truncate(count);
    let mut options = Options::default();
    options.threads = Some(1);
    options.log = Some(log.to_owned());
    run(suite, vec![implementation], &trials, &options).expect("the preflight passes")
}

fn suite(c: &mut Criterion) {
    c.bench_function("suite/load", |b| b.iter(Suite::embedded));
    let suite = Suite::embedded().expect("the suite is whole");
    c.bench_function("suite/trials", |b| b.iter(|| suite.trials().len()));
    let topic = &suite.generations[0].topics[0];
    c.bench_function("suite/retarget", |b| {
        b.iter(|| retarget(&topic.component, topic.wasi_version, WASI));
    });
}

fn trials(c: &mut Criterion) {
    const COUNT: usize = 100;

    let suite = Suite::embedded().expect("the suite is whole");
    let trials = suite.trials();
    let transcript = said(
        "a banner\n{\"step\":\"create\"}\n{\"step\":\"bind\"}\n\
         {\"case\":\"start_listen\",\"observed\":{\"bind\":\"ok\",\"listen\":\"error:invalid-state\"}}\n",
        0,
    );
    c.bench_function("trial/read", |b| {
        b.iter(|| protocol::read("start_listen", black_box(&transcript), ENDINGS));
    });
    let seen = protocol::read("start_listen", &transcript, ENDINGS);
    let trial = &trials[0];
    c.bench_function("trial/judge", |b| {
        b.iter(|| black_box(trial).judge(black_box(&seen), None));
    });

    let log = tempfile::NamedTempFile::new().expect("there is room for a file");
    let mut group = c.benchmark_group("run");
    group.sample_size(10);
    group.throughput(Throughput::Elements(COUNT as u64));
    group.bench_function("100 trials without a process", |b| {
        b.iter(|| judged(&suite, Immediate, COUNT, log.path()));
    });
    #[cfg(unix)]
    {
        group.bench_function("100 trials, a process each", |b| {
            b.iter(|| judged(&suite, Idle, COUNT, log.path()));
        });
        group.bench_function("100 processes, without a suite", |b| {
            b.iter(|| {
                for _ in 0..COUNT {
                    std::process::Command::new("true")
                        .output()
                        .expect("`true` runs");
                }
            });
        });
    }
    group.finish();
}

/// Shows a report.
type View = fn(&Report) -> String;

/// A report of 10,000 records, made of one of the trials.
fn reports(c: &mut Criterion) {
    const COUNT: usize = 10_000;
    let suite = Suite::embedded().expect("the suite is whole");
    let log = tempfile::NamedTempFile::new().expect("there is room for a file");
    let mut report = judged(&suite, Immediate, 100, log.path());
    let records = report.records.clone();
    report.records = (0..COUNT)
        .map(|at| {
            let mut record = records[at % records.len()].clone();
            record.trial.topic = format!("t{}_{}", at / records.len(), record.trial.topic);
            record
        })
        .collect();
    report.planned = COUNT;
    let json = report.to_json();

    let mut group = c.benchmark_group("10,000 records");
    group.sample_size(10);
    group.throughput(Throughput::Elements(COUNT as u64));
    group.bench_function("read", |b| {
        b.iter(|| Report::from_json("report.json", &json).expect("it was written so"));
    });
    let views: [(&str, View); 5] = [
        ("json", Report::to_json),
        ("terminal", |report| summary(report, false)),
        ("markdown", |report| views::markdown(report, false)),
        ("junit", |report| views::junit(report, false)),
        ("html", |report| views::html(report, false)),
    ];
    for (name, view) in views {
        group.bench_function(name, |b| {
            b.iter_batched(|| (), |()| view(&report), BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(parts, suite, trials, reports);
criterion_main!(parts);
