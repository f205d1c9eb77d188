//! What the parts of a run cost: `cargo bench`.
//!
//! Whole processes are compared by `cargo xtask speed`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use libtest_mimic::Arguments;
use std::hint::black_box;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::protocol::{self, Ending, Endings, Transcript};
use wasi_tcp_conformance::report::{self, Report};
use wasi_tcp_conformance::{
    Error, Implementation, Options, Planned, Suite, WasiVersion, judge, retarget, run, trial,
};

const ENDINGS: Endings = Endings::new(Ending::Exited(0), Ending::Exited(134));

/// Answers at once, without a process: what is left is the runner's own.
struct Immediate;

impl Adapter for Immediate {
    fn name(&self) -> &'static str {
        "immediate"
    }

    fn wasi_version(&self) -> WasiVersion {
        WasiVersion::LAST
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

    fn wasi_version(&self) -> WasiVersion {
        WasiVersion::LAST
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

/// Judges some trials of the default environment, on one thread.
fn judged(suite: &Suite, adapter: impl Adapter + 'static, count: usize, log: &str) -> Report {
    let implementation =
        Implementation::new(Box::new(adapter), Vec::new()).expect("it tells its version");
    let plan: Vec<_> = trial::all(suite)
        .into_iter()
        .filter(|it| it.id.environment == wasi_tcp_conformance::Environment::Default)
        .take(count)
        .map(|trial| Planned {
            trial,
            implementation: 0,
        })
        .collect();
    let mut options = Options::default();
    options.arguments = Arguments {
        quiet: true,
        test_threads: Some(1),
        logfile: Some(log.to_owned()),
        ..Arguments::default()
    };
    run(suite, vec![implementation], &plan, &options).expect("the preflight passes")
}

fn suite(c: &mut Criterion) {
    c.bench_function("suite/load", |b| b.iter(Suite::embedded));
    let suite = Suite::embedded().expect("the suite is whole");
    c.bench_function("suite/trials", |b| b.iter(|| trial::all(&suite).len()));
    let component = &suite.topics[0].component;
    c.bench_function("suite/retarget", |b| {
        b.iter(|| retarget(component, WasiVersion::LAST));
    });
}

fn trials(c: &mut Criterion) {
    const COUNT: usize = 100;

    let suite = Suite::embedded().expect("the suite is whole");
    let trials = trial::all(&suite);
    let transcript = said(
        "a banner\n{\"step\":\"create\"}\n{\"step\":\"bind\"}\n\
         {\"case\":\"start_listen\",\"observed\":{\"bind\":\"ok\",\"listen\":\"error:invalid-state\"}}\n",
        0,
    );
    c.bench_function("trial/read", |b| {
        b.iter(|| protocol::read("start_listen", black_box(&transcript), ENDINGS));
    });
    let seen = protocol::read("start_listen", &transcript, ENDINGS);
    let expectation = trials[0].expectation;
    c.bench_function("trial/judge", |b| {
        b.iter(|| judge(black_box(expectation), black_box(&seen), None));
    });

    let log = tempfile::NamedTempFile::new().expect("there is room for a file");
    let log = log.path().display().to_string();
    let mut group = c.benchmark_group("run");
    group.sample_size(10);
    group.throughput(Throughput::Elements(COUNT as u64));
    group.bench_function("100 trials without a process", |b| {
        b.iter(|| judged(&suite, Immediate, COUNT, &log));
    });
    #[cfg(unix)]
    {
        group.bench_function("100 trials, a process each", |b| {
            b.iter(|| judged(&suite, Idle, COUNT, &log));
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
    let log = log.path().display().to_string();
    let mut report = judged(&suite, Immediate, 100, &log);
    let records = report.records.clone();
    report.records = (0..COUNT)
        .map(|at| {
            let mut record = records[at % records.len()].clone();
            record.topic = format!("t{}_{}", at / records.len(), record.topic);
            record.trial = format!("{}::{}::{}", record.topic, record.case, record.family);
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
        ("terminal", |it| report::terminal::summary(it, false)),
        ("markdown", |it| report::markdown(it, false)),
        ("junit", |it| report::junit(it, false)),
        ("html", |it| report::html(it, false)),
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
