//! Who tests the tests: hosts that are wrong in one way each must be caught by
//! the requirement that they break, and hosts that only differ must not.
//!
//! `cargo test --test mutants` shows it. With `-- --matrix` it runs every trial
//! on every mutant and every variant, and writes what kills what into
//! `MATRIX.md`; that takes minutes, and wants `--release`.

mod catalogue;
mod descriptors;
mod host;
mod poll;
mod sockets;
mod streams;
mod variants;

use catalogue::{MUTANTS, Mutant};
use host::{AlteredHost, UNALTERED};
use libtest_mimic::{Arguments, Failed};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::Duration;
use variants::{VARIANTS, Variant};
use wasi_tcp_conformance::report::{Record, Report};
use wasi_tcp_conformance::trial::{self, Trial};
use wasi_tcp_conformance::{
    Implementation, Options, Planned, Suite, Verdict, child, parse_baseline, run,
};

static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::embedded().expect("the suite is whole"));

/// The longest that a trial may take on a mutant: a host that hangs is caught
/// by this. Others get what every implementation gets.
const SHORT: Duration = Duration::from_secs(2);

/// How many trials of a host run at a time: few beside other tests, many where
/// most of them hang.
const FEW: usize = 2;
const MANY: usize = 12;

fn main() -> ExitCode {
    if let Some(code) = child::dispatch() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|it| it == host::MARK) {
        return host::main(&arguments[1..]);
    }
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let path = folder.path().to_owned();
    assert!(host::FOLDER.set(folder).is_ok());
    let code = if arguments.iter().any(|it| it == "--matrix") {
        write_matrix()
    } else {
        let arguments = Arguments::from_args();
        libtest_mimic::run(&arguments, tests()).exit_code()
    };
    let _ = std::fs::remove_dir_all(path);
    code
}

fn tests() -> Vec<libtest_mimic::Trial> {
    let mut tests = vec![
        libtest_mimic::Trial::test("control", control),
        libtest_mimic::Trial::test("canary", canary),
        libtest_mimic::Trial::test("names_mean_something", names_mean_something),
        libtest_mimic::Trial::test("matrix_is_whole", matrix_is_whole),
        libtest_mimic::Trial::test("the_readme_counts_right", the_readme_counts_right),
    ];
    if cfg!(target_os = "linux") {
        tests.extend(MUTANTS.iter().map(|it| {
            libtest_mimic::Trial::test(format!("mutants::{}", it.how), move || is_caught(it))
        }));
        tests.extend(VARIANTS.iter().map(|it| {
            libtest_mimic::Trial::test(format!("variants::{}", it.how), move || is_allowed(it))
        }));
    }
    tests
}

/// Judges a host by the trials that are wanted.
fn judge(
    host: AlteredHost,
    limit: Option<Duration>,
    threads: usize,
    wanted: impl Fn(&Trial<'_>) -> bool,
) -> Result<Report, Failed> {
    let trials = trial::all(&SUITE);
    let baseline = parse_baseline(
        "host-runner/implementations/wasmtime.json",
        include_str!("../../implementations/wasmtime.json"),
        &trials,
    )?;
    let implementation = Implementation::new(Box::new(host), baseline)?;
    let plan: Vec<_> = trials
        .into_iter()
        .filter(wanted)
        .map(|trial| Planned {
            trial,
            implementation: 0,
        })
        .collect();
    let log = tempfile::NamedTempFile::new()?;
    let mut options = Options::default();
    options.arguments = Arguments {
        quiet: true,
        test_threads: Some(threads),
        logfile: Some(log.path().display().to_string()),
        ..Arguments::default()
    };
    options.time_limit = limit;
    options.reproduce = format!("cargo test --test mutants -- {}", host.how);
    Ok(run(&SUITE, vec![implementation], &plan, &options)?)
}

fn mutated(how: &'static str) -> AlteredHost {
    AlteredHost {
        how,
        in_preflight: false,
    }
}

/// What is red and not so with wasmtime itself, which all hosts are made of.
fn faults(report: &Report) -> Vec<&Record> {
    let known = |it: &&Record| !it.trial.starts_with("closed::after_");
    let red = report.records.iter().filter(|it| it.is_red(false));
    red.filter(known).collect()
}

/// What is red, in words.
fn red(report: &Report) -> String {
    let mut text = String::new();
    for it in faults(report) {
        let _ = writeln!(
            text,
            "{} {}: observed {}, must be {:?} {}",
            it.trial,
            it.verdict,
            it.observed,
            it.must,
            it.reason.as_deref().unwrap_or_default()
        );
    }
    text
}

/// Without an alteration nothing is red: else what follows says nothing.
fn control() -> Result<(), Failed> {
    let report = judge(mutated(UNALTERED), None, FEW, |_| true)?;
    if report.exit_code(false) == 0 {
        return Ok(());
    }
    Err(red(&report).into())
}

/// Where nothing works, nothing passes, and every topic that asks for something
/// is red.
fn canary() -> Result<(), Failed> {
    let report = judge(mutated("starts_nothing"), None, FEW, |it| {
        it.expectation.must.is_some()
    })?;
    for it in &report.records {
        if !matches!(it.verdict, Verdict::Fail | Verdict::NotApplicable) {
            return Err(format!("{} is {}", it.trial, it.verdict).into());
        }
    }
    let red = |topic: &str| {
        let mut records = report.records.iter();
        records.any(|it| it.topic == topic && it.verdict == Verdict::Fail)
    };
    match report.records.iter().find(|it| !red(&it.topic)) {
        Some(it) => Err(format!("nothing of {} is red", it.topic).into()),
        None => Ok(()),
    }
}

/// Whether this record shows that the host is wrong.
fn kills(record: &Record, mutant: &Mutant) -> bool {
    /// Where wasmtime itself deviates, which shows nothing.
    const DEVIATING: [&str; 6] = [
        "limit::code",
        "fault::create::ipv4@errno-emfile",
        "fault::create::ipv6@errno-emfile",
        "fault::create::ipv4@errno-enfile",
        "fault::create::ipv6@errno-enfile",
        "closed::remote_address",
    ];
    match record.verdict {
        Verdict::Fail => true,
        Verdict::Deviation => {
            mutant.is_deviation && !DEVIATING.iter().any(|it| record.trial.starts_with(it))
        }
        _ => false,
    }
}

fn is_caught(mutant: &Mutant) -> Result<(), Failed> {
    let report = judge(mutated(mutant.how), Some(SHORT), FEW, |it| {
        let mut ids = it.expectation.cites.iter();
        ids.any(|it| mutant.breaks.contains(&&**it))
    })?;
    for requirement in mutant.breaks {
        let cited = |it: &&Record| it.requirements.iter().any(|it| it == requirement);
        let mut citing = report.records.iter().filter(cited);
        if !citing.any(|it| kills(it, mutant)) {
            let mut seen = String::new();
            for it in report.records.iter().filter(cited) {
                let _ = writeln!(seen, "{} {}: {}", it.trial, it.verdict, it.observed);
            }
            return Err(format!("no trial that cites {requirement} sees it:\n{seen}").into());
        }
    }
    Ok(())
}

fn is_allowed(variant: &Variant) -> Result<(), Failed> {
    let host = AlteredHost {
        how: variant.how,
        in_preflight: true,
    };
    let report = judge(host, None, FEW, |it| {
        variant.topics.contains(&&*it.id.topic)
    })?;
    if report.records.is_empty() {
        return Err("nothing was judged".into());
    }
    match faults(&report).len() {
        0 => Ok(()),
        _ => Err(red(&report).into()),
    }
}

/// What the tables name is there: a variant that nothing does, or that no
/// topic sees, would be allowed without a look.
fn names_mean_something() -> Result<(), Failed> {
    let code = concat!(
        include_str!("sockets.rs"),
        include_str!("streams.rs"),
        include_str!("poll.rs"),
        include_str!("host.rs")
    );
    let variants = VARIANTS.iter().map(|it| it.how);
    for (at, name) in MUTANTS.iter().map(|it| it.how).chain(variants).enumerate() {
        if !code.contains(&format!("\"{name}\"")) {
            return Err(format!("nothing does {name}").into());
        }
        let mut before = MUTANTS.iter().take(at).map(|it| it.how);
        if at < MUTANTS.len() && before.any(|it| it == name) {
            return Err(format!("{name} stands twice").into());
        }
    }
    for topic in VARIANTS.iter().flat_map(|it| it.topics) {
        if SUITE.topics.iter().all(|it| it.name != *topic) {
            return Err(format!("there is no topic {topic}").into());
        }
    }
    for id in MUTANTS.iter().flat_map(|it| it.breaks) {
        if SUITE.requirement(id).is_none() {
            return Err(format!("there is no requirement {id}").into());
        }
    }
    Ok(())
}

/// The README counts; the tables decide.
fn the_readme_counts_right() -> Result<(), Failed> {
    let broken: BTreeSet<_> = MUTANTS.iter().flat_map(|it| it.breaks).collect();
    let line = format!(
        "{} mutants of {} requirements, {} legal variants",
        MUTANTS.len(),
        broken.len(),
        VARIANTS.len()
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    if std::fs::read_to_string(path)?.contains(&line) {
        return Ok(());
    }
    Err(format!("the README has to say: {line}").into())
}

fn matrix_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants/MATRIX.md")
}

/// A case, as the matrix names it.
fn case(record: &Record) -> String {
    format!("{}::{}", record.topic, record.case)
}

/// Runs everything on everything and writes what kills what.
fn write_matrix() -> ExitCode {
    let mut wrong = false;
    let mut killers: BTreeMap<String, usize> = BTreeMap::new();
    let recorded = |it: &Trial<'_>| it.expectation.must.is_none();
    for it in trial::all(&SUITE).iter().filter(|it| !recorded(it)) {
        killers.insert(format!("{}::{}", it.id.topic, it.id.case), 0);
    }
    let mut rows = String::new();
    for mutant in MUTANTS {
        let report = match judge(mutated(mutant.how), Some(SHORT), MANY, |it| !recorded(it)) {
            Ok(report) => report,
            Err(error) => {
                eprintln!("{}: {error:?}", mutant.how);
                return ExitCode::FAILURE;
            }
        };
        let dead: Vec<_> = report
            .records
            .iter()
            .filter(|it| kills(it, mutant))
            .collect();
        let cases: BTreeSet<_> = dead.iter().map(|it| case(it)).collect();
        for case in &cases {
            *killers.entry(case.clone()).or_default() += 1;
        }
        let topics: BTreeSet<_> = dead.iter().map(|it| &*it.topic).collect();
        let topics: Vec<_> = topics
            .iter()
            .map(|topic| {
                let own = cases
                    .iter()
                    .filter(|it| it.split("::").next() == Some(topic));
                format!("{topic} {}", own.count())
            })
            .collect();
        let _ = writeln!(
            rows,
            "| {} | {} | {} | {} |",
            mutant.how,
            mutant.breaks.join(", "),
            dead.len(),
            topics.join(", ")
        );
        wrong |= dead.is_empty();
        eprintln!("{}: {} trials", mutant.how, dead.len());
    }
    for variant in VARIANTS {
        let host = AlteredHost {
            how: variant.how,
            in_preflight: true,
        };
        match judge(host, None, FEW, |_| true) {
            Ok(report) if faults(&report).is_empty() => {
                eprintln!("{}: nothing is red", variant.how);
            }
            Ok(report) => {
                eprintln!("{}:\n{}", variant.how, red(&report));
                wrong = true;
            }
            Err(error) => {
                eprintln!("{}: {error:?}", variant.how);
                wrong = true;
            }
        }
    }
    let mut text = format!(
        "# What kills what\n\n\
         Written by `cargo test --release --test mutants -- --matrix`: every judged trial on every \
         mutant, {} mutants by {} cases.\n\n\
         | mutant | breaks | trials that see it | cases that see it, by topic |\n\
         | --- | --- | ---: | --- |\n{rows}\n\
         | case | mutants that it sees |\n| --- | ---: |\n",
        MUTANTS.len(),
        killers.len(),
    );
    for (case, count) in &killers {
        let _ = writeln!(text, "| {case} | {count} |");
    }
    if let Err(error) = std::fs::write(matrix_path(), text) {
        eprintln!("failed to write the matrix: {error}");
        return ExitCode::FAILURE;
    }
    for (case, _) in killers.iter().filter(|(_, count)| **count == 0) {
        eprintln!("{case} sees no mutant");
    }
    ExitCode::from(u8::from(wrong))
}

/// The matrix that is kept names every mutant and every case that there is.
fn matrix_is_whole() -> Result<(), Failed> {
    let text = std::fs::read_to_string(matrix_path())?;
    let has = |name: &str| text.contains(&format!("\n| {name} | "));
    let cases = trial::all(&SUITE);
    let cases = cases
        .iter()
        .filter(|it| it.expectation.must.is_some())
        .map(|it| format!("{}::{}", it.id.topic, it.id.case));
    let names = MUTANTS.iter().map(|it| it.how.to_owned());
    for name in names.chain(cases) {
        if !has(&name) {
            return Err(format!(
                "MATRIX.md has no {name}: run `cargo test --release --test mutants -- --matrix`"
            )
            .into());
        }
    }
    Ok(())
}
