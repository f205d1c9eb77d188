//! The suite as a test target, the way a runtime has it. This program is the
//! target where `TARGET` says so, and else it runs itself as one.

mod files;
mod ignored;
mod inner;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use wasi_tcp_conformance::adapter::{Embedding, End, Guest, Wasmtime};
use wasi_tcp_conformance::{Claims, Conformance, Family, Generation, Policy};

const TARGET: &str = "WASI_TCP_CONFORMANCE_TARGET";

/// A known failure of wasmtime.
const KNOWN: &str = "0.2/in_progress::bind_address::ipv4";

fn main() -> ExitCode {
    match std::env::var(TARGET).as_deref() {
        Ok("baseline") => target().baseline(BASELINE).main(),
        Ok("strict") => target().strict().main(),
        Ok("made-of") => target().made_of("wasmtime-cli", "48.0.8").strict().main(),
        Ok("made-of-another-version") => target().made_of("wasmtime-cli", "36.0.0").main(),
        Ok("made-of-what-fails-on-some-runs") => target().made_of("jco", "1.35.0").main(),
        Ok("made-of-nothing") => target().made_of("wasmtime-c1i", "48.0.8").main(),
        Ok("made-of-no-version") => target().made_of("wasmtime-cli", "48").main(),
        Ok("ipv4") => Conformance::embedding(Ipv4Only).main(),
        Ok("compiles-once") => Conformance::embedding(CompilesOnce).main(),
        Ok("no-file") => Conformance::described_by("no/such/file.json", None).main(),
        Ok("its-baseline") => {
            let file = std::env::var(BASELINE_OF).unwrap_or_default();
            target().baseline(file).main()
        }
        Ok("no-baseline") => target().baseline("no/such/file").main(),
        Ok(_) => target().main(),
        Err(_) => {
            let tests = [tests(), ignored::tests(), inner::tests(), files::tests()]
                .into_iter()
                .flatten()
                .collect();
            libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
        }
    }
}

/// Names the file of a target that has one of its own.
const BASELINE_OF: &str = "WASI_TCP_CONFORMANCE_BASELINE_OF";

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/implementations/wasmtime.json");

fn target() -> Conformance {
    Conformance::embedding(Wasmtime)
}

/// An implementation that claims one family, and not every policy.
struct Ipv4Only;

impl Embedding for Ipv4Only {
    fn name(&self) -> &'static str {
        "ipv4-only"
    }

    fn version(&self) -> String {
        Wasmtime.version()
    }

    fn claims(&self) -> Claims {
        Claims::new([Generation::V0_2.patch(6)])
            .with_families([Family::Ipv4])
            .with_policies([Policy::Allowed, Policy::Denied])
    }

    fn compile(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        Wasmtime.compile(component)
    }

    fn run(&self, guest: &Guest<'_>) -> End {
        Wasmtime.run(guest)
    }
}

/// Where [`CompilesOnce`] notes what it compiled.
const NOTES: &str = "WASI_TCP_CONFORMANCE_NOTES";

/// An implementation that refuses to compile anything twice.
struct CompilesOnce;

impl Embedding for CompilesOnce {
    fn name(&self) -> &'static str {
        "compiles-once"
    }

    fn version(&self) -> String {
        Wasmtime.version()
    }

    fn claims(&self) -> Claims {
        Wasmtime.claims()
    }

    fn compile(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        let notes = std::env::var(NOTES).map_err(|it| it.to_string())?;
        let note = Path::new(&notes).join(component.len().to_string());
        File::create_new(note).map_err(|it| format!("compiled twice: {it}"))?;
        Wasmtime.compile(component)
    }

    fn run(&self, guest: &Guest<'_>) -> End {
        Wasmtime.run(guest)
    }
}

/// Has two processes judge a trial each, of the same component.
fn processes_share(run: Option<&str>) -> Result<(), Failed> {
    let notes = tempfile::tempdir()?;
    for trial in ["0.2/unbound::accept::ipv4", "0.2/unbound::accept::ipv6"] {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["--exact", trial])
            .env(TARGET, "compiles-once")
            .env(NOTES, notes.path())
            .env_remove(NEXTEST);
        if let Some(run) = run {
            command.env(NEXTEST, format!("{run}-{}", std::process::id()));
        }
        let output = command.output()?;
        if !output.status.success() {
            return Err(format!("{trial}: {output:?}").into());
        }
    }
    // Two components, the preflight's and the topic's.
    match notes.path().read_dir()?.count() {
        2 => Ok(()),
        count => Err(format!("{count} components were compiled").into()),
    }
}

/// What cargo-nextest tells each process of a run.
const NEXTEST: &str = "NEXTEST_RUN_ID";

fn tests() -> Vec<Trial> {
    vec![
        test(
            "trials_are_listed",
            "plain",
            &["--list", "--format", "terse"],
            0,
            &["0.2/abi::family_2::ipv4: test\n0.2/abi::family_2::ipv4@no-bind: test\n"],
        ),
        test(
            "somebody_must_run_the_trials",
            "plain",
            &["--test-threads", "0"],
            2,
            &[],
        ),
        Trial::test("standard_output_is_for_machines_where_they_ask", || {
            let output = target_with(
                "plain",
                &["--exact", "0.2/unbound::accept::ipv4", "--format", "json"],
            )
            .output()?;
            ended(&output, 0)?;
            for line in String::from_utf8(output.stdout)?.lines() {
                serde_json::from_str::<Value>(line).map_err(|it| format!("{line}: {it}"))?;
            }
            Ok(())
        }),
        test(
            "a_trial_is_run_alone",
            "plain",
            &["--exact", "0.2/unbound::accept::ipv4", "--nocapture"],
            0,
            &["1 passed; 0 failed", "verdict       conforms\n"],
        ),
        test(
            "a_failure_fails",
            "plain",
            &["--exact", KNOWN],
            1,
            &["0 passed; 1 failed"],
        ),
        test(
            "a_known_failure_does_not",
            "baseline",
            &["--exact", KNOWN],
            0,
            &["known failures\n"],
        ),
        test(
            "a_deviation_fails_if_strict",
            "strict",
            &["--exact", "0.2/closed::remote_address::ipv4"],
            1,
            &["0 passed; 1 failed"],
        ),
        test(
            "a_failure_says_how_to_repeat_it",
            "plain",
            &["--exact", KNOWN],
            1,
            &[
                "cargo test -p a-runtime --test target -- --exact '0.2/in_progress::bind_address::ipv4'\n",
            ],
        ),
        Trial::test("processes_of_nextest_share_what_is_made", || {
            processes_share(Some("one-run"))
        }),
        Trial::test("other_processes_do_not", || {
            let error = processes_share(None).err();
            error.map(drop).ok_or_else(|| Failed::from("they do"))
        }),
        // `cargo test FILTER` asks every target of a package.
        test(
            "a_filter_for_another_target_is_no_error",
            "plain",
            &["no::such::trial"],
            0,
            &["running 0 tests"],
        ),
        test("a_description_must_be_there", "no-file", &[], 2, &[]),
        test("a_baseline_must_be_there", "no-baseline", &[], 2, &[]),
    ]
}

/// This program as a target.
fn target_with(how: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap_or_default());
    command
        .args(arguments)
        .env(TARGET, how)
        .env("CARGO_PKG_NAME", "a-runtime")
        .env_remove(NEXTEST);
    command
}

fn ended(output: &Output, exit: i32) -> Result<(), Failed> {
    if output.status.code() == Some(exit) {
        Ok(())
    } else {
        Err(format!("not {exit}: {output:?}").into())
    }
}

fn says(text: &[u8], words: &str) -> Result<(), Failed> {
    let text = String::from_utf8_lossy(text);
    if text.contains(words) {
        Ok(())
    } else {
        Err(format!("`{words}` is not in: {text}").into())
    }
}

/// The target must end with `exit` and print each of `printed`.
fn test(
    name: &str,
    how: &'static str,
    arguments: &'static [&'static str],
    exit: i32,
    printed: &'static [&'static str],
) -> Trial {
    Trial::test(name, move || {
        let output = target_with(how, arguments).output()?;
        ended(&output, exit)?;
        printed.iter().try_for_each(|it| says(&output.stdout, it))
    })
}
