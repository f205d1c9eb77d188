//! The suite among the tests of a runtime: every trial is a test.

mod files;
mod nextest;

use crate::adapter::{Adapter, Embedding, InChildren};
use crate::baseline::read_baseline;
use crate::dispatch::dispatch_to;
use crate::implementation::{Selector, known_of_shipped};
use crate::output::{note, print_after, quote};
use crate::run::{Selection, run_and_print, select};
use crate::suite::Suite;
use crate::terminal::interrupted;
use crate::terminal::summary;
use crate::{Implementation, Options, interrupt};
use files::Requested;
use libtest_mimic::Arguments;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use wasi_tcp_conformance_core::report::{Record, Report};
use wasi_tcp_conformance_core::{Error, Verdict, WasiVersion};

/// The conformance of one implementation, as a test target of its own.
///
/// The target says `harness = false` in `Cargo.toml`, and its `main` is what
/// [`conformance_main!`](crate::conformance_main) makes. There are three ways to say what is judged:
///
/// - [`embedding`](Self::embedding): a runtime that is a library;
/// - [`described_by`](Self::described_by): a program, described by the same JSON
///   file that the command line takes;
/// - [`of`](Self::of): anything else that can start a process.
///
/// ```no_run
/// use wasi_tcp_conformance::adapter::{Embedding, End, Guest};
/// use wasi_tcp_conformance::{Claims, Conformance, Generation, Policy, conformance_main};
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
///     fn claims(&self) -> Claims {
///         Claims::new([Generation::V0_2.patch(12)])
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
///             .tcp(guest.policy != Policy::Denied)
///             .addresses(guest.policy.allows_addresses());
///         match linker.run(guest.component) {
///             Ok(returned) => End::Returned(returned),
///             Err(trap) => End::Trapped(trap),
///         }
///     }
/// }
///
/// conformance_main!(Conformance::embedding(MyRuntime).baseline("tests/known-failures.json"));
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
///   the run, with the reasons left to fill in. To write one again, let the target
///   read it too: reasons that still fit are kept.
#[must_use = "nothing is judged until `main` is called"]
pub struct Conformance {
    judged: Judged,
    baselines: Vec<PathBuf>,
    made_of: Option<(String, String)>,
    is_strict: bool,
    wasi_version: Option<WasiVersion>,
    guests: Vec<PathBuf>,
}

/// Makes the `main` of a test target that judges a
/// [`Conformance`](crate::Conformance).
///
/// In a target that lacks `harness = false`, where nothing would be judged and the
/// target pass, it makes a test that fails and says so.
///
/// ```no_run
/// use wasi_tcp_conformance::{Conformance, conformance_main};
///
/// conformance_main!(Conformance::described_by("tests/my-runtime.json", None));
/// ```
#[macro_export]
macro_rules! conformance_main {
    ($conformance:expr $(,)?) => {
        #[cfg_attr(test, allow(dead_code, reason = "the target lacks harness = false"))]
        fn main() -> ::std::process::ExitCode {
            $conformance.main()
        }

        #[test]
        fn the_target_needs_harness_false() {
            panic!("nothing was judged: set `harness = false` for this test target in Cargo.toml");
        }
    };
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
    /// use std::process::Command;
    /// use wasi_tcp_conformance::adapter::{Adapter, Request};
    /// use wasi_tcp_conformance::protocol::Transcript;
    /// use wasi_tcp_conformance::{
    ///     Claims, Conformance, Error, Generation, Policy, conformance_main,
    /// };
    ///
    /// struct MyRuntime;
    ///
    /// impl Adapter for MyRuntime {
    ///     fn name(&self) -> &str {
    ///         "my-runtime"
    ///     }
    ///
    ///     fn claims(&self) -> Claims {
    ///         Claims::new([Generation::V0_2.patch(6)]).with_policies([Policy::Allowed])
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
    /// conformance_main!(Conformance::of(MyRuntime));
    /// ```
    pub fn of(adapter: impl Adapter + 'static) -> Self {
        Self::judging(Judged::Adapter(Box::new(adapter)))
    }

    /// The conformance of a runtime that is a library. Each guest runs in a
    /// child: the test target starts itself again, and [`main`](Self::main) calls
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
            made_of: None,
            is_strict: false,
            wasi_version: None,
            guests: Vec::new(),
        }
    }

    /// Excuses the known failures that this file lists. A relative path is read
    /// from the folder of the package, where cargo runs tests.
    pub fn baseline(mut self, file: impl Into<PathBuf>) -> Self {
        self.baselines.push(file.into());
        self
    }

    /// Says which shipped implementation this one is made of, and in which version, such as
    /// `48.0.8`. What that one is known to get wrong is known of this one too, where the same
    /// is observed: a platform does not have to list what the runtime within gets wrong. It
    /// is what the field `made-of` says in a file, and counts in place of it.
    ///
    /// ```no_run
    /// # use wasi_tcp_conformance::Conformance;
    /// // A platform that runs guests on wasmtime.
    /// Conformance::described_by("tests/my-platform.json", None)
    ///     .made_of("wasmtime-cli", "48.0.8")
    ///     .main();
    /// ```
    ///
    /// [`main`](Self::main) says so if no implementation of that name is shipped, or the
    /// version is none.
    pub fn made_of(
        mut self,
        implementation: impl Into<String>,
        version: impl Into<String>,
    ) -> Self {
        self.made_of = Some((implementation.into(), version.into()));
        self
    }

    /// Takes deviations for failures, but for those that a baseline lists.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Lets the guests of its generation import the interfaces at this version, for
    /// a runtime that does not know the one that they are built for.
    pub fn wasi_version(mut self, version: WasiVersion) -> Self {
        self.wasi_version = Some(version);
        self
    }

    /// Runs the trials with the guests of this folder too, which are written in other
    /// languages; see [`Suite::add_guests`]. A relative path is read from the folder of the
    /// package.
    pub fn guests(mut self, folder: impl Into<PathBuf>) -> Self {
        self.guests.push(folder.into());
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
        if let Some(code) = dispatch_to(embedding) {
            return code;
        }
        match self.judge(&Arguments::from_args()) {
            Ok(code) => ExitCode::from(code),
            Err(error) => {
                note(&format!("error: {error}"));
                ExitCode::from(error.exit_code())
            }
        }
    }

    fn judge(self, arguments: &Arguments) -> Result<u8, Error> {
        let mut suite = Suite::embedded()?;
        for folder in &self.guests {
            suite.add_guests(folder)?;
        }
        let selection = Selection {
            filters: arguments.filter.iter().cloned().collect(),
            skip: arguments.skip.clone(),
            exact: arguments.exact,
            partition: None,
        };
        let trials = match select(&suite.trials(), &selection) {
            Ok(selected) => selected,
            // `cargo test FILTER` asks every target, and means another one.
            Err(Error::NothingJudged(_)) => {
                let conclusion = libtest_mimic::run(arguments, Vec::new());
                return Ok(u8::from(conclusion.has_failed()));
            }
            Err(error) => return Err(error),
        };
        let mut implementation = self.judged.identify(&suite)?;
        let mut requested = Requested::default();
        if !arguments.list {
            let nextest = nextest::cache()?;
            requested = Requested::by_environment(nextest.is_some())?;
            if let Some(cache) = nextest {
                implementation = implementation.with_cache(cache);
            }
        }
        for path in &self.baselines {
            if !requested.begins(path) {
                let known = read_baseline(path, &suite, &suite.trial_names())?;
                implementation = implementation
                    .with_known_failures(known.failures)
                    .with_known_walks(known.walks);
            }
        }
        if let Some((name, version)) = &self.made_of {
            implementation = implementation.made_of(known_of_shipped(&suite, name, version)?);
        }
        let files = requested.create(&implementation, &self.baselines)?;
        let mut options = Options::from_libtest(arguments);
        options.strict = self.is_strict;
        options.wasi_version = self.wasi_version;
        options.reproduce = reproduce();
        interrupt::watch();
        let (report, printed) = run_and_print(&suite, vec![implementation], &trials, &options)?;
        if arguments.list {
            return printed.map(|()| 0);
        }
        files.write(&report)?;
        printed?;
        if report.planned == 0 {
            // Asked for what is ignored, and nothing is.
            return Ok(0);
        }
        let summary = summary(&report, self.is_strict);
        print_after(&summary, options.is_for_programs())?;
        if interrupt::is_requested() {
            note(&interrupted(&report));
            return Ok(interrupt::EXIT_CODE);
        }
        Ok(exit_code(&report, self.is_strict, arguments))
    }
}

impl Judged {
    fn identify(self, suite: &Suite) -> Result<Implementation, Error> {
        match self {
            Self::Adapter(adapter) => Implementation::identify(adapter),
            Self::Embedding(embedding) => Implementation::identify(Box::new(InChildren(embedding))),
            // The command that repeats a trial is that of the test target.
            Self::File { path, program } => Selector::File { path, program }.identify(suite),
        }
    }
}

/// As the report says. But it is no mistake to ask for trials that are not
/// applicable, for one by its name or for all with `--ignored`: cargo-nextest does
/// both.
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
        _ => quote(&program.display().to_string()),
    }
}
