//! What an adapter is, and what it is asked to do.

use crate::cache::Cache;
use crate::delivery::Parts;
use crate::suite::Topic;
use crate::{fault, process, retarget::retarget};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use wasi_tcp_conformance_core::protocol::Transcript;
use wasi_tcp_conformance_core::{Claims, Error, Family, Fault, Settings, WasiVersion};

/// Runs guests on one implementation.
pub trait Adapter: Send + Sync {
    /// The name of the implementation, as trials and baselines know it.
    fn name(&self) -> &str;

    /// What the implementation claims to have.
    fn claims(&self) -> Claims;

    /// The version of the implementation. It may start a process to ask for it.
    ///
    /// # Errors
    /// When the implementation is missing or incomplete.
    fn version(&self) -> Result<String, Error>;

    /// The longest that a trial may take, if the implementation has an opinion.
    fn time_limit(&self) -> Option<Duration> {
        None
    }

    /// Why a fault of the host cannot be put around a guest and nothing else, if so.
    #[doc(hidden)]
    fn lacks(&self, fault: Fault) -> Option<String> {
        let _ = fault;
        None
    }

    /// Runs one case to its end.
    ///
    /// # Errors
    /// Why nothing is known of how the case ended: the adapter broke, not the
    /// implementation.
    fn run(&self, request: &Request<'_>) -> Result<Transcript, String>;
}

/// One case to run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// The component, with its name.
    pub topic: &'a Topic,
    /// The case of the topic; of a case that connects to the runner, with the port:
    /// `connect=40123`. It is the first argument of the guest as it is.
    pub case: &'a str,
    /// The family that the case is asked to use.
    pub family: Family,
    /// What departs from the default set-up.
    pub settings: Settings,
    /// The version at which the component imports the interfaces.
    pub wasi_version: WasiVersion,
    /// The longest that it may take.
    pub time_limit: Duration,
    /// What was made of the components for this implementation.
    pub(crate) cache: &'a Cache,
}

impl Request<'_> {
    /// A name for the component, such as `unbound@0.2.6`: equal names are
    /// equal bytes.
    #[must_use]
    pub fn component_name(&self) -> String {
        format!("{}@{}", self.topic.component_name(), self.wasi_version)
    }

    /// The component that is to be run.
    ///
    /// # Errors
    /// When it cannot be moved to the version.
    pub fn component(&self) -> Result<Cow<'_, [u8]>, String> {
        let (own, asked) = (self.topic.wasi_version, self.wasi_version);
        if own == asked {
            return Ok(Cow::Borrowed(&self.topic.component));
        }
        retarget(&self.topic.component, own, asked).map(Cow::Owned)
    }

    /// The same, with an export that answers HTTP with what the guest prints.
    pub(crate) fn served_component(&self) -> Result<Vec<u8>, String> {
        self.parts()?.over_http(&self.component()?)
    }

    /// The same, with its arguments in it.
    pub(crate) fn component_with_arguments(&self) -> Result<Vec<u8>, String> {
        let family = self.family.to_string();
        let arguments = [self.case, &family];
        self.parts()?.with_arguments(&self.component()?, &arguments)
    }

    fn parts(&self) -> Result<&Parts, String> {
        let parts = self.topic.delivery.as_deref();
        parts.ok_or_else(|| "guests of this generation have to be started by a command".to_owned())
    }

    /// A file with the component. It is written once a run, and is the same
    /// for all trials of the component.
    ///
    /// # Errors
    /// When it cannot be moved to the version, or written.
    pub fn component_file(&self) -> Result<PathBuf, String> {
        let name = format!("{}.wasm", self.topic.component_name());
        let slot = format!("{}.component", self.component_name());
        let folder = self.cache.folder(&slot, |folder| {
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
        self.cache.folder(&self.component_name(), make)
    }

    /// Runs a command to its end, under the fault that the trial asks for: in a
    /// process group of its own, with limits of time and output.
    ///
    /// # Errors
    /// When it could not be started, or when how it ended or what it printed cannot
    /// be known.
    pub fn run(&self, mut command: Command) -> Result<Transcript, String> {
        if let Some(fault) = self.settings.fault {
            fault::apply(fault, &mut command)?;
        }
        let program = command.get_program().to_owned();
        process::run(command, self.time_limit)
            .map_err(|error| format!("failed to run {}: {error}", program.display()))
    }
}
