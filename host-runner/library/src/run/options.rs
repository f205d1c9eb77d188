//! How a run is done.

use libtest_mimic::{Arguments, FormatSetting};
use std::path::PathBuf;
use std::time::Duration;
use wasi_tcp_conformance_core::{Error, Generation, WasiVersion};

/// How a run is done.
///
/// By default deviations are allowed, the adapters say how long a trial may take,
/// the guests import the interfaces at the version that they are built for, and
/// each trial is printed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Whether deviations are failures.
    pub strict: bool,
    /// The longest that one trial may take, whatever an adapter says. By
    /// default, what the adapter says, or 30 s.
    pub time_limit: Option<Duration>,
    /// The version at which the guests of its generation import the interfaces,
    /// unless the trial says.
    pub wasi_version: Option<WasiVersion>,
    /// The command that repeats a trial, up to the implementation.
    pub reproduce: String,
    /// How many trials run at a time. By default, two for each processor: many
    /// of them wait for a timer or a peer.
    pub threads: Option<usize>,
    /// Where the trials are printed instead of standard output.
    pub log: Option<PathBuf>,
    /// The other flags of libtest.
    libtest: Arguments,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict: false,
            time_limit: None,
            wasi_version: None,
            reproduce: "wasi-tcp-conformance".to_owned(),
            threads: None,
            log: None,
            libtest: Arguments::default(),
        }
    }
}

impl Options {
    /// The options that the flags of libtest ask for. Filters are not among them:
    /// they are applied when trials are selected.
    #[doc(hidden)]
    #[must_use]
    pub fn from_libtest(arguments: &Arguments) -> Self {
        Self {
            threads: arguments.test_threads,
            log: arguments.logfile.as_ref().map(PathBuf::from),
            libtest: Arguments {
                filter: None,
                skip: Vec::new(),
                ..arguments.clone()
            },
            ..Self::default()
        }
    }

    /// Whether trials are only listed, not run.
    pub(crate) fn only_lists(&self) -> bool {
        self.libtest.list
    }

    /// Whether only trials that are not applicable are wanted, for their reasons.
    pub(crate) fn only_inapplicable(&self) -> bool {
        self.libtest.ignored
    }

    /// Whether a program reads standard output.
    #[doc(hidden)]
    #[must_use]
    pub fn is_for_programs(&self) -> bool {
        self.libtest.format == Some(FormatSetting::Json)
    }

    /// Whether a person may watch the trials go by.
    pub(super) fn is_verbose(&self) -> bool {
        let is_pretty = matches!(self.libtest.format, None | Some(FormatSetting::Pretty));
        is_pretty && !self.libtest.quiet
    }

    /// How many trials run at a time.
    #[doc(hidden)]
    #[must_use]
    pub fn threads(&self) -> usize {
        let processors = std::thread::available_parallelism();
        self.threads
            .unwrap_or_else(|| processors.map_or(1, |it| it.get() * 2))
    }

    /// The version at which the guests of a generation import the interfaces.
    pub(super) fn version_of(&self, generation: Generation) -> Option<WasiVersion> {
        self.wasi_version
            .filter(|version| version.generation == generation)
    }

    /// What libtest-mimic is told of so many trials. It starts all threads that it
    /// is given.
    pub(super) fn arguments(&self, trials: usize) -> Arguments {
        Arguments {
            test_threads: Some(self.threads().min(trials.max(1))),
            logfile: self.log.as_ref().map(|it| it.display().to_string()),
            ..self.libtest.clone()
        }
    }

    /// What libtest-mimic would panic at, or wait for without an end.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(log) = &self.log {
            std::fs::File::create(log).map_err(|source| Error::Io {
                action: "create",
                path: log.clone(),
                source,
            })?;
        }
        if self.threads == Some(0) {
            let what = "--test-threads must be at least 1";
            return Err(Error::usage(
                what,
                "leave it out for two for each processor",
            ));
        }
        Ok(())
    }
}
