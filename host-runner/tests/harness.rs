//! The suite as a test target, the way a runtime has it. This program is the
//! target where `TARGET` says so, and else it runs itself as one.

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::{Command, ExitCode};
use wasi_tcp_conformance::adapter::embedded::Embedded;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::protocol::Transcript;
use wasi_tcp_conformance::{Conformance, Error, Family, WasiVersion, child};

const TARGET: &str = "WASI_TCP_CONFORMANCE_TARGET";

/// A known failure of wasmtime.
const KNOWN: &str = "closed::after_port_zero::ipv4";

fn main() -> ExitCode {
    if let Some(code) = child::dispatch() {
        return code;
    }
    match std::env::var(TARGET).as_deref() {
        Ok("baseline") => target().baseline(BASELINE).main(),
        Ok("strict") => target().strict().main(),
        Ok("ipv4") => Conformance::of(Ipv4Only(wasmtime())).main(),
        Ok("no-baseline") => target().baseline("no/such/file").main(),
        Ok(_) => target().main(),
        Err(_) => libtest_mimic::run(&Arguments::from_args(), tests()).exit_code(),
    }
}

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/implementations/wasmtime.json");

fn target() -> Conformance {
    Conformance::of(wasmtime())
}

fn wasmtime() -> Embedded {
    Embedded::new().expect("wasmtime runs here")
}

/// An implementation that claims one family.
struct Ipv4Only(Embedded);

impl Adapter for Ipv4Only {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn wasi_version(&self) -> WasiVersion {
        self.0.wasi_version()
    }

    fn version(&self) -> Result<String, Error> {
        self.0.version()
    }

    fn families(&self) -> &[Family] {
        &[Family::Ipv4]
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        self.0.run(request)
    }
}

fn tests() -> Vec<Trial> {
    vec![
        test(
            "trials_are_listed",
            "plain",
            &["--list", "--format", "terse"],
            0,
            &["abi::family_2::ipv4: test\nabi::family_255::ipv4: test\n"],
        ),
        // cargo-nextest asks for these by themselves.
        test(
            "no_trial_is_ignored_from_the_start",
            "plain",
            &["--list", "--format", "terse", "--ignored"],
            0,
            &[],
        ),
        test(
            "a_trial_is_run_alone",
            "plain",
            &["--exact", "unbound::accept::ipv4", "--nocapture"],
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
            &["known failures:"],
        ),
        test(
            "a_deviation_fails_if_strict",
            "strict",
            &["--exact", "closed::remote_address::ipv4"],
            1,
            &["0 passed; 1 failed"],
        ),
        test(
            "a_failure_says_how_to_repeat_it",
            "plain",
            &["--exact", KNOWN],
            1,
            &[
                "cargo test -p a-runtime --test harness -- --exact 'closed::after_port_zero::ipv4'\n",
            ],
        ),
        test(
            "what_is_not_applicable_alone_is_no_error",
            "ipv4",
            &["--exact", "unbound::accept::ipv6"],
            0,
            &["1 ignored", "1 not applicable"],
        ),
        test(
            "where_nothing_is_applicable_nothing_is_known",
            "ipv4",
            &["unbound::accept::ipv6"],
            3,
            &["verdict       not known"],
        ),
        // `cargo test FILTER` asks every target of a package.
        test(
            "a_filter_for_another_target_is_no_error",
            "plain",
            &["no::such::trial"],
            0,
            &["running 0 tests"],
        ),
        test("a_baseline_must_be_there", "no-baseline", &[], 2, &[]),
    ]
}

/// The target must end with `exit` and print each of `says`.
fn test(
    name: &str,
    how: &'static str,
    arguments: &'static [&'static str],
    exit: i32,
    says: &'static [&'static str],
) -> Trial {
    Trial::test(name, move || {
        let output = Command::new(std::env::current_exe()?)
            .args(arguments)
            .env(TARGET, how)
            .env("CARGO_PKG_NAME", "a-runtime")
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        if output.status.code() != Some(exit) {
            return Err(Failed::from(format!("{}: {text}", output.status)));
        }
        for words in says {
            if !text.contains(words) {
                return Err(Failed::from(format!("`{words}` is not in: {text}")));
            }
        }
        Ok(())
    })
}
