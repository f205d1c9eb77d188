//! Guests in other languages: an argument that commands share.

use clap::Args;
use std::path::PathBuf;
use wasi_tcp_conformance::internal::quote;
use wasi_tcp_conformance::{Error, Suite};

/// Guests in other languages.
#[derive(Args)]
pub(super) struct Arguments {
    /// Run the trials with the guests of this folder too, which are written in other languages;
    /// can be given more than once
    #[arg(long = "guests", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

impl Arguments {
    /// The suite that is built in, with these guests.
    pub(super) fn suite(&self) -> Result<Suite, Error> {
        let mut suite = Suite::embedded()?;
        for folder in &self.folders {
            suite.add_guests(folder)?;
        }
        Ok(suite)
    }

    /// The same as words of a command, each after a space.
    pub(super) fn words(&self) -> String {
        let folders = self.folders.iter();
        let words = folders.map(|it| format!(" --guests {}", quote(&it.to_string_lossy())));
        words.collect()
    }

    /// The manifests, which a run reads.
    pub(super) fn read(&self) -> impl Iterator<Item = PathBuf> {
        self.folders.iter().map(|it| it.join("manifest.json"))
    }
}
