//! The suite inside a runtime's own tests: every trial a test.

mod wanted;

use crate::adapter::{Adapter, Embedding, Store};
use crate::report::{self, Record, Report};
use crate::{
    Error, Implementation, Options, Planned, Suite, Verdict, WasiVersion, child, console, run,
    trial,
};
use libtest_mimic::Arguments;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use wanted::Wanted;

/// The conformance of one implementation, as a test target of its own.
///
/// The target says `harness = false` in `Cargo.toml`, and its `main` is a few
/// lines. There are three ways to say what is judged:
///
/// - [`embedding`](Self::embedding): a runtime that is a library;
/// - [`described_by`](Self::described_by): a program, described by the same JSON
///   file that the command line takes;
/// - [`of`](Self::of): anything else that can start a process.
///
/// ```no_run
/// use std::process::ExitCode;
/// use wasi_tcp_conformance::{Conformance, WasiVersion};
/// use wasi_tcp_conformance::adapter::{Embedding, End, Guest, Network};
///
/// struct MyRuntime;
///
/// impl Embedding for MyRuntime {
///     fn name(&self) -> &str {
///         "my-runtime"
///     }
///
///     fn version(&self) -> String {
///         env!("CARGO_PKG_VERSION").to_owned()
///     }
///
///     fn wasi_version(&self) -> WasiVersion {
///         WasiVersion::LAST
///     }
///
///     fn run(&self, guest: &Guest<'_>) -> End {
///         # mod my_runtime {
///         #     pub struct Linker;
///         #     impl Linker {
///         #         pub fn args(self, _: &[String]) -> Self { self }
///         #         pub fn tcp(self, _: bool) -> Self { self }
///         #         pub fn addresses(self, _: bool) -> Self { self }
///         #         pub fn run(self, _: &std::path::Path) -> Result<Result<(), ()>, String> { Ok(Ok(())) }
///         #     }
///         # }
///         # use my_runtime::Linker;
///         let linker = Linker
///             .args(guest.arguments)
///             .tcp(guest.network != Network::Denied)
///             .addresses(guest.network == Network::Allowed);
///         match linker.run(guest.component) {
///             Ok(returned) => End::Returned(returned),
///             Err(trap) => End::Trapped(trap),
///         }
///     }
/// }
///
/// fn main() -> ExitCode {
///     Conformance::embedding(MyRuntime).baseline("tests/known-failures.json").main()
/// }
/// ```
///
/// `cargo test` and cargo-nextest then show every trial, with their own flags
/// for filters, lists and threads. What is not applicable is a test that is
/// ignored, with its reason; `--ignored` gives only these. As in every test
/// harness, and unlike in the program of the suite, a filter that matches
/// nothing is no error.
///
/// # Variables of the environment
///
/// With `cargo test`, a run can leave files. Relative paths begin at the folder
/// of the package.
///
/// - `WASI_TCP_CONFORMANCE_JSON` names a file for the report, of which the
///   program of the suite makes every view (`report`, `compare`);
/// - `WASI_TCP_CONFORMANCE_WRITE_BASELINE` names a file for a baseline that fits
///   the run, with the reasons left to fill in. To write one anew, let the target
///   read it too: reasons that still fit are kept.
#[must_use = "nothing is judged until `main` is called"]
pub struct Conformance {
    judged: Judged,
    baselines: Vec<PathBuf>,
    is_strict: bool,
}

/// What is judged.
enum Judged {
    Adapter(Box<dyn Adapter>),
    Embedding(Arc<dyn Embedding>),
    File {
        path: PathBuf,
        program: Option<String>,
    },
}

impl Conformance {
    /// The conformance of what an adapter runs.
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
    ///         let mut command = Command::new("my-runtime");
    ///         command
    ///             .arg(request.component_file()?)
    ///             .args([request.case, &request.family.to_string()]);
    ///         request.run(command)
    ///     }
    /// }
    ///
    /// fn main() -> ExitCode {
    ///     Conformance::of(MyRuntime).main()
    /// }
    /// ```
    pub fn of(adapter: impl Adapter + 'static) -> Self {
        Self::judging(Judged::Adapter(Box::new(adapter)))
    }

    /// The conformance of a runtime that is a library. Each guest runs in a
    /// child: the test target starts itself anew, and [`main`](Self::main) calls
    /// [`Embedding::run`] there.
    pub fn embedding(embedding: impl Embedding + 'static) -> Self {
        Self::judging(Judged::Embedding(Arc::new(embedding)))
    }

    /// The conformance of what a file describes, as the command line takes it
    /// with `-i`; with another program than the file names, if one is given.
    ///
    /// ```no_run
    /// # use wasi_tcp_conformance::Conformance;
    /// # let built = "my-runtime";
    /// // In a test target of the runtime's own package, `built` is
    /// // env!("CARGO_BIN_EXE_my-runtime").
    /// Conformance::described_by("tests/my-runtime.json", Some(built)).main();
    /// ```
    pub fn described_by(file: impl Into<PathBuf>, program: Option<&str>) -> Self {
        Self::judging(Judged::File {
            path: file.into(),
            program: program.map(str::to_owned),
        })
    }

    fn judging(judged: Judged) -> Self {
        Self {
            judged,
            baselines: Vec::new(),
            is_strict: false,
        }
    }

    /// Excuses the known failures that this file lists. A relative path is read
    /// from the folder of the package, where cargo runs tests.
    pub fn baseline(mut self, file: impl Into<PathBuf>) -> Self {
        self.baselines.push(file.into());
        self
    }

    /// Takes deviations for failures, but for those that a baseline lists.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Does what the command line says, as every test harness does, and says
    /// how the process has to end: 0 if nothing is red.
    #[must_use = "main must end with the exit code"]
    pub fn main(self) -> ExitCode {
        let embedding = match &self.judged {
            Judged::Embedding(embedding) => Some(&**embedding),
            _ => None,
        };
        if let Some(code) = child::dispatch_to(embedding) {
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
        let mut implementation = self.judged.implementation(&suite)?;
        let wanted = if arguments.list {
            Wanted::default()
        } else {
            let nextest = nextest_run();
            let wanted = Wanted::by_environment(nextest.is_some())?;
            if let Some((home, run)) = nextest {
                implementation.store = Store::shared(&home, &run).map_err(|source| Error::Io {
                    action: "create a folder in",
                    path: home,
                    source,
                })?;
            }
            wanted
        };
        for path in &self.baselines {
            if !wanted.begins(path) {
                implementation.read_baseline(path, &trials)?;
            }
        }
        let files = wanted.open(&implementation, &self.baselines)?;
        console::hide_broken_pipes();
        let options = Options {
            strict: self.is_strict,
            time_limit: None,
            wasi_version: WasiVersion::REFERENCE,
            reproduce: reproduce(),
            arguments: Arguments {
                filter: None,
                skip: Vec::new(),
                test_threads: arguments.test_threads.or_else(console::threads),
                ..arguments
            },
        };
        let report = run(&suite, vec![implementation], &plan, &options)?;
        if arguments.list {
            return Ok(0);
        }
        files.write(&report)?;
        if report.planned == 0 {
            // Asked for what is ignored, and nothing is.
            return Ok(0);
        }
        let summary = report::terminal::summary(&report, self.is_strict);
        console::print_behind(&summary, arguments.format)?;
        Ok(exit_code(&report, self.is_strict, &options.arguments))
    }
}

impl Judged {
    fn implementation(self, suite: &Suite) -> Result<Implementation, Error> {
        match self {
            Self::Adapter(adapter) => Implementation::new(adapter, Vec::new()),
            Self::Embedding(embedding) => Implementation::embedding(embedding, Vec::new()),
            Self::File { path, program } => {
                let mut implementation = Implementation::described(suite, &path, program)?;
                // The command that repeats a trial is that of the test target.
                implementation.selector = None;
                Ok(implementation)
            }
        }
    }
}

/// The folder that the processes of one run of cargo-nextest share, and the
/// run: it starts this program anew for every trial. Beside this program, where
/// nobody else writes.
fn nextest_run() -> Option<(PathBuf, String)> {
    let run = std::env::var("NEXTEST_RUN_ID").ok()?;
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    if run.is_empty() || !run.bytes().all(is_plain) {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    Some((program.with_extension("nextest"), run))
}

/// As the report says; but who asks for trials that are not applicable, one by
/// its name or all with `--ignored`, makes no mistake. cargo-nextest does both.
fn exit_code(report: &Report, strict: bool, arguments: &Arguments) -> u8 {
    let is_asked = arguments.ignored || (arguments.exact && report.planned == 1);
    let is_whole = report.records.len() == report.planned;
    let is_skipped = |it: &Record| it.verdict == Verdict::NotApplicable;
    if is_asked && is_whole && report.records.iter().all(is_skipped) {
        0
    } else {
        report.exit_code(strict)
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
        _ => console::quote(&program.display().to_string()),
    }
}
