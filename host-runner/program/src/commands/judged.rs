//! What is judged, and how it is run: arguments that commands share.

use clap::Args;
use std::time::Duration;
use wasi_tcp_conformance::{Error, Suite, WasiVersion};

/// What is judged, and how it is run.
#[derive(Args)]
pub(super) struct Arguments {
    /// Judge this implementation: wasmtime (the one built in), a NAME or a FILE.json, these with
    /// =PROGRAM if need be, or all that are installed; can be given more than once
    #[arg(
        short,
        long = "implementation",
        value_name = "NAME",
        default_value = "wasmtime"
    )]
    pub(super) implementations: Vec<String>,
    /// The longest that one trial may take, in seconds; 30 unless said here or by the
    /// implementation
    #[arg(long, value_name = "SECS", value_parser = seconds, allow_negative_numbers = true)]
    pub(super) timeout: Option<Duration>,
    /// Let the guests import the interfaces at this version; by default, the one that they are
    /// built for
    #[arg(long, value_name = "0.2.N")]
    pub(super) wasi_version: Option<WasiVersion>,
}

impl Arguments {
    /// Whether the suite knows the version.
    ///
    /// # Errors
    /// When it does not.
    pub(super) fn check(&self, suite: &Suite) -> Result<(), Error> {
        let Some(version) = self.wasi_version else {
            return Ok(());
        };
        match suite.generation(version.generation) {
            Some(part) => part.data.check(version).map_err(Error::Usage),
            None => Err(Error::usage(
                format!("this suite does not know WASI {version}"),
                "name a version of a generation that it knows, such as 0.2.6",
            )),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|limit| !limit.is_zero())
        .ok_or_else(|| "a time limit is a number of seconds above 0".to_owned())
}
