//! The suite inside a runtime's own tests: every trial a test.

use crate::adapter::Adapter;
use crate::report::{self, Report};
use crate::{
    Error, Implementation, Options, Planned, Suite, Verdict, WasiVersion, child, cli,
    parse_baseline, run, trial,
};
use libtest_mimic::Arguments;
use std::path::PathBuf;
use std::process::ExitCode;

/// The conformance of one implementation, as a test target of its own.
///
/// The target says `harness = false`, and its `main` is a few lines. Here it
/// drives a command; a runtime that is a library starts its own test binary
/// anew, as a child that runs one component.
///
/// ```no_run
/// use std::process::{Command, ExitCode};
/// use wasi_tcp_conformance::adapter::{Adapter, Request};
/// use wasi_tcp_conformance::protocol::Transcript;
/// use wasi_tcp_conformance::{Conformance, Error, WasiVersion};
///
/// struct MyRuntime;
///
/// impl Adapter for MyRuntime {
///     fn name(&self) -> &str {
///         "my-runtime"
///     }
///
///     fn wasi_version(&self) -> WasiVersion {
///         WasiVersion::REFERENCE
///     }
///
///     fn version(&self) -> Result<String, Error> {
///         Ok("1.0.0".to_owned())
///     }
///
///     fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
///         let file = format!("target/{}.wasm", request.component_name());
///         std::fs::write(&file, request.component()?).map_err(|it| it.to_string())?;
///         let mut command = Command::new("target/debug/my-runtime");
///         command.args([&*file, request.case, &request.family.to_string()]);
///         request.run(command)
///     }
/// }
///
/// fn main() -> ExitCode {
///     Conformance::of(MyRuntime).baseline("tests/known-failures.json").main()
/// }
/// ```
///
/// `cargo test` and cargo-nextest then show every trial, with their own flags
/// for filters, lists and threads. What is not applicable is a test that is
/// ignored, with its reason. As in every test harness, and unlike in the
/// program of the suite, a filter that matches nothing is no error.
#[must_use = "nothing is judged until `main` is called"]
pub struct Conformance {
    adapter: Box<dyn Adapter>,
    baseline: Option<PathBuf>,
    is_strict: bool,
}

impl Conformance {
    /// The conformance of what an adapter runs.
    pub fn of(adapter: impl Adapter + 'static) -> Self {
        Self {
            adapter: Box::new(adapter),
            baseline: None,
            is_strict: false,
        }
    }

    /// Excuses the known failures that this file lists.
    pub fn baseline(mut self, file: impl Into<PathBuf>) -> Self {
        self.baseline = Some(file.into());
        self
    }

    /// Takes deviations for failures, but for those that the baseline lists.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Does what the command line says, as every test harness does, and says
    /// how the process has to end: 0 if nothing is red.
    #[must_use = "main must end with the exit code"]
    pub fn main(self) -> ExitCode {
        if let Some(code) = child::dispatch() {
            return code;
        }
        match self.judge(Arguments::from_args()) {
            Ok(code) => ExitCode::from(code),
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(error.exit_code())
            }
        }
    }

    fn judge(self, arguments: Arguments) -> Result<u8, Error> {
        let suite = Suite::embedded()?;
        let trials = trial::all(&suite);
        let baseline = match &self.baseline {
            None => Vec::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
                    action: "read",
                    path: path.clone(),
                    source,
                })?;
                parse_baseline(&path.display().to_string(), &text, &trials)?
            }
        };
        let implementation = Implementation::new(self.adapter, baseline)?;
        let is_list = arguments.list;
        let is_exact = arguments.exact;
        let filters: Vec<_> = arguments.filter.iter().map(String::as_str).collect();
        let plan: Vec<_> = match trial::select(&trials, &filters, &arguments) {
            Ok(selected) => selected
                .into_iter()
                .map(|trial| Planned {
                    trial,
                    implementation: 0,
                })
                .collect(),
            // `cargo test FILTER` asks every target, and means another one.
            Err(Error::NothingJudged(_)) => {
                let conclusion = libtest_mimic::run(&arguments, Vec::new());
                return Ok(u8::from(conclusion.has_failed()));
            }
            Err(error) => return Err(error),
        };
        cli::hide_broken_pipes();
        let options = Options {
            strict: self.is_strict,
            time_limit: None,
            wasi_version: WasiVersion::REFERENCE,
            reproduce: reproduce(),
            arguments: Arguments {
                filter: None,
                skip: Vec::new(),
                test_threads: arguments.test_threads.or_else(cli::threads),
                ..arguments
            },
        };
        let report = run(&suite, vec![implementation], &plan, &options)?;
        if is_list {
            return Ok(0);
        }
        cli::print(&report::terminal::summary(&report, self.is_strict))?;
        Ok(exit_code(&report, self.is_strict, is_exact))
    }
}

/// As the report says; but a trial that was asked for alone and is not
/// applicable is no mistake of who asked: cargo-nextest runs each like this.
fn exit_code(report: &Report, strict: bool, is_exact: bool) -> u8 {
    match report.records.as_slice() {
        [alone] if is_exact && alone.verdict == Verdict::NotApplicable => 0,
        _ => report.exit_code(strict),
    }
}

/// The command that repeats a trial, up to its name: through cargo, where that
/// started us, and else this program.
fn reproduce() -> String {
    let program = std::env::current_exe().unwrap_or_default();
    // Cargo names the program `target-hash`.
    let stem = program.file_stem().unwrap_or_default().to_string_lossy();
    match (std::env::var("CARGO_PKG_NAME"), stem.rsplit_once('-')) {
        (Ok(package), Some((target, _))) => format!("cargo test -p {package} --test {target} --"),
        _ => cli::quote(&program.display().to_string()),
    }
}
