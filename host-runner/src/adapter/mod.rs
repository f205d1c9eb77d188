//! How an implementation is run. An adapter starts guests and hands over what
//! they printed; what to make of it is not its affair.

pub(crate) mod command;
mod embedding;
mod store;
#[cfg(feature = "wasmtime")]
mod wasmtime;

pub(crate) use embedding::InChildren;
pub use embedding::{Embedding, End, Guest, Network};
pub(crate) use store::Store;
#[cfg(feature = "wasmtime")]
pub use wasmtime::Wasmtime;

use crate::protocol::Transcript;
use crate::suite::Topic;
use crate::{Environment, Error, Family, WasiVersion, process, retarget};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Runs guests on one implementation.
pub trait Adapter: Send + Sync {
    /// The name of the implementation, as trials and baselines know it.
    fn name(&self) -> &str;

    /// The last version of WASI 0.2 that the implementation claims to have.
    fn wasi_version(&self) -> WasiVersion;

    /// The version of the implementation.
    ///
    /// # Errors
    /// When it can't be told: the implementation is not there, or not whole.
    fn version(&self) -> Result<String, Error>;

    /// The longest that a trial may take, if the implementation has an opinion.
    fn time_limit(&self) -> Option<Duration> {
        None
    }

    /// The address families that the implementation claims to have.
    fn families(&self) -> &[Family] {
        &Family::ALL
    }

    /// Whether the implementation can be run under an environment that it has
    /// to provide itself.
    ///
    /// # Errors
    /// Why it can't.
    fn provides(&self, environment: Environment) -> Result<(), String> {
        let _ = environment;
        Ok(())
    }

    /// Runs one case to its end.
    ///
    /// # Errors
    /// Why there is no end to tell of: the adapter broke, not the
    /// implementation.
    fn run(&self, request: &Request<'_>) -> Result<Transcript, String>;
}

/// One case to run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// The component, with its name.
    pub topic: &'a Topic,
    /// The case of the topic.
    pub case: &'a str,
    /// The family that the case is asked to use.
    pub family: Family,
    /// The set-up around the process.
    pub environment: Environment,
    /// The version at which the component imports the interfaces.
    pub wasi_version: WasiVersion,
    /// The longest that it may take.
    pub time_limit: Duration,
    /// What was made of the components for this implementation.
    pub(crate) store: &'a Store,
}

impl Request<'_> {
    /// A name for the component, such as `unbound@0.2.6`: equal names are
    /// equal bytes.
    #[must_use]
    pub fn component_name(&self) -> String {
        format!("{}@{}", self.topic.name, self.wasi_version)
    }

    /// The component that is to be run.
    ///
    /// # Errors
    /// When it can't be moved to the version.
    pub fn component(&self) -> Result<Cow<'_, [u8]>, String> {
        if self.wasi_version == WasiVersion::REFERENCE {
            return Ok(Cow::Borrowed(&self.topic.component));
        }
        retarget(&self.topic.component, self.wasi_version).map(Cow::Owned)
    }

    /// A file with the component. It is written once a run, and is the same
    /// for all trials of the component.
    ///
    /// # Errors
    /// When it can't be moved to the version, or written.
    pub fn component_file(&self) -> Result<PathBuf, String> {
        let name = format!("{}.wasm", self.topic.name);
        let folder =
            self.store
                .folder(&format!("{}.component", self.component_name()), |folder| {
                    let path = folder.join(&name);
                    std::fs::write(&path, self.component()?)
                        .map_err(|error| format!("failed to write {}: {error}", path.display()))
                })?;
        Ok(folder.join(name))
    }

    /// A folder with what `make` makes of the component, such as its compiled
    /// code. `make` gets the folder empty, and is called once a run for each
    /// component; the other trials of the component wait for it.
    ///
    /// # Errors
    /// What `make` said, to each of these trials.
    pub fn prepared(
        &self,
        make: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<PathBuf, String> {
        self.store.folder(&self.component_name(), make)
    }

    /// Runs a command under the environment that is asked for, to its end: in
    /// a process group of its own, with limits of time and output.
    ///
    /// # Errors
    /// When it could not be started.
    pub fn run(&self, mut command: Command) -> Result<Transcript, String> {
        self.environment.apply(&mut command)?;
        let program = command.get_program().to_owned();
        process::run(command, self.time_limit)
            .map_err(|error| format!("failed to start {}: {error}", program.display()))
    }
}
