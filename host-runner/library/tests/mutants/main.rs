//! Who tests the tests: hosts that are wrong in one way each must be caught by
//! the requirement that they break, and hosts that only differ must not.
//!
//! `cargo test --test mutants` shows it. With `-- --matrix` it runs every trial
//! on every mutant and every variant, and writes what kills what into
//! `MATRIX.md`; that takes minutes, and wants `--release`. With `-- --variants` it runs
//! every trial on the variants alone.

mod catalogue;
#[path = "../altered/clock.rs"]
mod clock;
#[path = "../altered/descriptors.rs"]
mod descriptors;
mod host;
mod judge;
#[path = "../altered/limits.rs"]
mod limits;
mod matrix;
#[path = "../altered/outside.rs"]
mod outside;
#[path = "../altered/poll.rs"]
mod poll;
#[path = "../altered/sockets.rs"]
mod sockets;
#[path = "../altered/streams.rs"]
mod streams;
mod variants;

use catalogue::{MUTANTS, Mutant};
use host::AlteredHost;
use judge::{control, describe, kills, part, records, red, trials};
use libtest_mimic::{Arguments, Failed, Trial as Test};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;
use variants::{VARIANTS, Variant};
use wasi_tcp_conformance::{Family, Trial, Verdict, dispatch};

fn main() -> ExitCode {
    if let Some(code) = dispatch() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == host::MARK) {
        return host::main(&arguments[1..]);
    }
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let path = folder.path().to_owned();
    assert!(host::FOLDER.set(folder).is_ok());
    let code = if arguments.iter().any(|word| word == "--matrix") {
        matrix::write(arguments.iter().any(|word| word == "--new"))
    } else if arguments.iter().any(|word| word == "--variants") {
        matrix::variants()
    } else {
        let mut arguments = Arguments::from_args();
        // Processes start and end, and some wait.
        let processors = std::thread::available_parallelism().map_or(1, Into::into);
        arguments.test_threads = arguments.test_threads.or(Some(processors * 3));
        libtest_mimic::run(&arguments, tests()).exit_code()
    };
    let _ = std::fs::remove_dir_all(path);
    code
}

fn tests() -> Vec<Test> {
    let mut tests = vec![
        Test::test("control", control_is_right),
        Test::test("canary", canary),
        Test::test("names_mean_something", names_mean_something),
        Test::test("matrix_is_whole", matrix::is_whole),
    ];
    if cfg!(target_os = "linux") {
        // Those that take longest come first.
        for variant in VARIANTS {
            let name = format!("variants::{}", variant.how);
            tests.push(Test::test(name, move || is_allowed(variant)));
        }
        for mutant in MUTANTS {
            let name = format!("mutants::{}", mutant.how);
            tests.push(Test::test(name, move || is_caught(mutant)));
        }
        for variant in VARIANTS {
            let name = format!("walks::{}", variant.how);
            tests.push(Test::test(name, move || is_allowed_by_walks(variant)));
        }
        for mutant in MUTANTS.iter().filter(|it| WALKED.contains(&it.how)) {
            let name = format!("walks::{}", mutant.how);
            tests.push(Test::test(name, move || is_caught_by_walks(mutant)));
        }
    }
    tests
}

/// Without an alteration nothing is red: else what follows says nothing.
fn control_is_right() -> Result<(), Failed> {
    let mut text = String::new();
    for topic in &part().topics {
        for record in control(&topic.name)? {
            if record.is_red(false) {
                describe(&mut text, record);
            }
        }
    }
    nothing(text)
}

fn nothing(found: String) -> Result<(), Failed> {
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.into())
    }
}

/// Where nothing works, nothing passes, and every topic that asks for something
/// is red.
fn canary() -> Result<(), Failed> {
    let trials = trials(|trial| trial.expectation.must.is_some());
    let mut records = records(AlteredHost::new("starts_nothing"), 2, &trials)?;
    // These are for hosts alone that claim it.
    let own = trials.iter().filter(|it| it.expectation.own_loopback);
    let own: Vec<_> = own.cloned().collect();
    let host = AlteredHost::new("starts_nothing_in_an_own_loopback");
    records.extend(judge::records(host, 2, &own)?);
    let mut text = String::new();
    for record in &records {
        if !matches!(record.verdict, Verdict::Fail | Verdict::NotApplicable) {
            describe(&mut text, record);
        }
    }
    let failed = records.iter().filter(|it| it.verdict == Verdict::Fail);
    let red: BTreeSet<_> = failed.map(|record| &record.trial.topic).collect();
    for topic in records.iter().map(|record| &record.trial.topic) {
        if !red.contains(topic) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "nothing of {topic} is red");
        }
    }
    nothing(text)
}

/// Each requirement that a mutant breaks has a trial that sees it. They are run
/// until that is shown.
fn is_caught(mutant: &Mutant) -> Result<(), Failed> {
    let mut survived: BTreeSet<&str> = mutant.breaks.iter().copied().collect();
    let mut seen = String::new();
    for trial in citing(mutant) {
        let cites = |id: &str| trial.expectation.cites.iter().any(|cited| cited == id);
        if !survived.iter().any(|id| cites(id)) {
            continue;
        }
        let host = AlteredHost::new(mutant.how);
        for record in records(host, 1, std::slice::from_ref(&trial))? {
            if kills(&record, mutant)? {
                survived.retain(|id| !cites(id));
            } else {
                describe(&mut seen, &record);
            }
        }
    }
    if survived.is_empty() {
        return Ok(());
    }
    let survived: Vec<_> = survived.into_iter().collect();
    Err(format!(
        "no trial that cites {} sees it:\n{seen}",
        survived.join(" or ")
    )
    .into())
}

/// Mutants that a walk sees, too: a part of those that the walks of the suite see.
const WALKED: [&str; 6] = [
    "a_peer_is_oneself",
    "input_swaps_bytes",
    "options_are_fixed_once_connected",
    "pollables_are_always_ready",
    "setters_do_nothing_once_listening",
    "shutdown_takes_the_other_direction",
];

fn walks() -> Vec<Trial> {
    trials(|trial| trial.walk.is_some())
}

fn is_allowed_by_walks(variant: &Variant) -> Result<(), Failed> {
    let host = AlteredHost::everywhere(variant.how);
    nothing(red(&records(host, 2, &walks())?)?)
}

fn is_caught_by_walks(mutant: &Mutant) -> Result<(), Failed> {
    for record in records(AlteredHost::new(mutant.how), 2, &walks())? {
        if kills(&record, mutant)? {
            return Ok(());
        }
    }
    Err("no walk sees it".into())
}

/// The trials that cite what a mutant breaks. Those that are about little else come
/// first: they are the most likely to see it.
fn citing(mutant: &Mutant) -> Vec<Trial> {
    let is_broken = |id: &&String| mutant.breaks.contains(&id.as_str());
    let mut trials = trials(|trial| {
        trial.expectation.cites.iter().any(|id| is_broken(&id))
            && (mutant.is_of_ipv6 || trial.name.family == Family::Ipv4)
    });
    trials.sort_by_key(|trial| {
        let cites = trial.expectation.cites.iter();
        (cites.filter(|id| !is_broken(id)).count(), trial.name.family)
    });
    trials
}

fn is_allowed(variant: &Variant) -> Result<(), Failed> {
    let trials = trials(|trial| variant.topics.contains(&trial.name.topic.as_str()));
    if trials.is_empty() {
        return Err("nothing is judged".into());
    }
    let host = AlteredHost::everywhere(variant.how);
    nothing(red(&records(host, 2, &trials)?)?)
}

/// What the tables name is there: a variant that nothing does, or that no
/// topic sees, would be allowed without a look.
fn names_mean_something() -> Result<(), Failed> {
    let code = concat!(
        include_str!("../altered/limits.rs"),
        include_str!("../altered/outside.rs"),
        include_str!("../altered/sockets.rs"),
        include_str!("../altered/streams.rs"),
        include_str!("../altered/poll.rs"),
        include_str!("host.rs")
    );
    let variants = VARIANTS.iter().map(|variant| variant.how);
    for (at, name) in MUTANTS.iter().map(|it| it.how).chain(variants).enumerate() {
        if !code.contains(&format!("\"{name}\"")) {
            return Err(format!("nothing does {name}").into());
        }
        let mut before = MUTANTS.iter().take(at).map(|mutant| mutant.how);
        if at < MUTANTS.len() && before.any(|other| other == name) {
            return Err(format!("{name} is listed twice").into());
        }
    }
    for name in WALKED {
        if MUTANTS.iter().all(|mutant| mutant.how != name) {
            return Err(format!("there is no mutant {name}").into());
        }
    }
    for topic in VARIANTS.iter().flat_map(|variant| variant.topics) {
        if part().topic(topic).is_none() {
            return Err(format!("there is no topic {topic}").into());
        }
    }
    for id in MUTANTS.iter().flat_map(|mutant| mutant.breaks) {
        if part().requirement(id).is_none() {
            return Err(format!("there is no requirement {id}").into());
        }
    }
    Ok(())
}
