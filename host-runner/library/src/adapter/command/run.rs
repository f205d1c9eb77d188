//! Runs the commands of a file.

use super::super::http::{self, Serving};
use super::super::interface::{Adapter, Request};
use super::file::{AdapterFile, Commands, Delivery, ServerFor};
use super::words::{Placeholder, Word};
use crate::{fault, process, temporary};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io};
use tempfile::TempDir;
use wasi_tcp_conformance_core::json::Text;
use wasi_tcp_conformance_core::protocol::{Ending, Transcript, stderr_tail};
use wasi_tcp_conformance_core::{Claims, Error, Fault, Policy, Problem};

/// The longest that a runtime may take to tell its version, and the least that it
/// gets to prepare a component.
const PATIENCE: Duration = Duration::from_mins(2);

/// A runtime behind a command line.
pub(crate) struct CommandAdapter {
    name: String,
    program: OsString,
    install: Option<String>,
    claims: Claims,
    commands: Commands,
    delivery: Delivery,
    /// Servers that can be asked again, if they are kept.
    kept: Option<KeptServers>,
    time_limit: Option<Duration>,
    home: Home,
    folder: TempDir,
}

/// Servers that can be asked again, by their component and their policy.
type KeptServers = Mutex<HashMap<(String, Policy), Vec<Serving>>>;

/// The folder of a description, where its driver scripts are.
pub(crate) enum Home {
    /// The one that the file is in.
    Own(PathBuf),
    /// One that this program wrote, and removes again.
    Temporary(TempDir),
}

impl Home {
    fn path(&self) -> &Path {
        match self {
            Self::Own(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

/// The files of a component.
struct Files {
    component: PathBuf,
    prepared: PathBuf,
}

impl Files {
    fn of(request: &Request<'_>, folder: &Path) -> Self {
        Self {
            component: folder.join(format!("{}.wasm", request.topic.component_name())),
            prepared: folder.join("prepared"),
        }
    }
}

impl CommandAdapter {
    /// The adapter that a file describes; `home` is the folder it is in, and
    /// `program` the program of the runtime if the command line names one.
    ///
    /// # Errors
    /// When the file says something that cannot be run.
    pub(crate) fn new(
        text: Text<'_>,
        file: AdapterFile<'_>,
        home: Home,
        program: Option<&str>,
    ) -> Result<Self, Error> {
        let has_program = program.is_some() || file.program.is_some();
        let commands = file
            .commands(has_program)
            .map_err(|mistake| text.mistake_in(mistake.field, mistake.problem))?;
        let folder = temporary::folder()?;
        Ok(Self {
            claims: file.claims(),
            time_limit: file.time_limit(),
            delivery: file.delivery,
            kept: (file.server_for == Some(ServerFor::Component)).then(Mutex::default),
            program: match program {
                Some(program) => rooted(program, Path::new("")),
                None => rooted(&file.program.unwrap_or_default(), home.path()),
            },
            name: file.name,
            install: file.install,
            commands,
            home,
            folder,
        })
    }

    /// A command with its placeholders filled in; `value` knows those that
    /// differ from trial to trial.
    fn command(&self, words: &[Word], value: impl Fn(Placeholder) -> OsString) -> Command {
        let fill = |word: &Word| {
            word.fill(|placeholder| match placeholder {
                Placeholder::Program => self.program.clone(),
                Placeholder::Dir => self.home.path().into(),
                other => value(other),
            })
        };
        let mut words = words.iter().map(fill);
        let mut command = Command::new(words.next().unwrap_or_default());
        let env = self.commands.env.iter();
        command
            .args(words)
            .envs(env.map(|(name, value)| (name, fill(value))));
        command
    }

    /// Writes a component to a folder of its own and has it prepared, unless
    /// that was done before. One that has its arguments in it goes to `own`, the folder of
    /// the trial.
    fn prepare(&self, request: &Request<'_>, own: &Path) -> Result<Files, String> {
        if self.delivery == Delivery::Arguments {
            self.prepare_in(own, request)?;
            return Ok(Files::of(request, own));
        }
        let folder = request.prepared(|folder| self.prepare_in(folder, request))?;
        Ok(Files::of(request, &folder))
    }

    fn prepare_in(&self, folder: &Path, request: &Request<'_>) -> Result<(), String> {
        let files = Files::of(request, folder);
        let component = match self.delivery {
            Delivery::Command => request.component()?,
            Delivery::Arguments => request.component_with_arguments()?.into(),
            Delivery::Http => request.served_component()?.into(),
        };
        fs::write(&files.component, component)
            .map_err(|error| format!("failed to write {}: {error}", files.component.display()))?;
        let Some(words) = &self.commands.prepare else {
            return Ok(());
        };
        let command = self.command(words, |placeholder| value(placeholder, &files, request, 0));
        // On a machine that takes a longer limit for trials, this takes longer too.
        let limit = PATIENCE.max(4 * request.time_limit);
        let said = Self::finish("prepare a component", command, folder, limit)?;
        if matches!(said.ending, Ending::Exited(0)) {
            return Ok(());
        }
        Err(format!(
            "failed to prepare {}: the command ended with {}: {}",
            request.component_name(),
            said.ending,
            stderr_tail(&said.stderr)
        ))
    }

    /// Runs a command that is no trial to its end.
    fn finish(
        what: &str,
        mut command: Command,
        folder: &Path,
        limit: Duration,
    ) -> Result<Transcript, String> {
        command.current_dir(folder);
        let program = command.get_program().to_owned();
        process::run(command, limit).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if Path::new(&program).is_file() => format!(
                "failed to start {}: the interpreter that its first line names is missing",
                program.display()
            ),
            io::ErrorKind::NotFound => format!("{} is not installed", program.display()),
            _ => format!("failed to {what} with {}: {error}", program.display()),
        })
    }
}

/// What stands for a placeholder in a trial.
fn value(placeholder: Placeholder, files: &Files, request: &Request<'_>, port: u16) -> OsString {
    match placeholder {
        Placeholder::Component => files.component.as_os_str().to_owned(),
        Placeholder::Prepared => files.prepared.as_os_str().to_owned(),
        Placeholder::Case => request.case.into(),
        Placeholder::Family => request.family.to_string().into(),
        Placeholder::Port => port.to_string().into(),
        Placeholder::Program | Placeholder::Dir => OsString::new(),
    }
}

/// A program that is named by its path, so that it is found from every folder;
/// a plain name is looked up where programs are.
fn rooted(program: &str, dir: &Path) -> OsString {
    match std::path::absolute(dir.join(program)) {
        Ok(whole) if Path::new(program).components().count() > 1 => whole.into_os_string(),
        _ => program.into(),
    }
}

impl Adapter for CommandAdapter {
    fn name(&self) -> &str {
        &self.name
    }

    fn claims(&self) -> Claims {
        self.claims.clone()
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    fn version(&self) -> Result<String, Error> {
        let failed = |what: String| Error::Implementation {
            implementation: self.name.clone(),
            problem: Problem::new(
                what,
                match &self.install {
                    Some(install) => format!("to get it: {install}"),
                    None => {
                        "check `program` and `version` in the file of the implementation".to_owned()
                    }
                },
            ),
        };
        let command = self.command(&self.commands.version, |_| OsString::new());
        let said = Self::finish("ask for the version", command, self.folder.path(), PATIENCE)
            .map_err(failed)?;
        if !matches!(said.ending, Ending::Exited(0)) {
            return Err(failed(format!(
                "the command for the version ended with {}: {}",
                said.ending,
                stderr_tail(&said.stderr)
            )));
        }
        let text = String::from_utf8_lossy(&said.stdout);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty());
        line.map(str::to_owned)
            .ok_or_else(|| failed("the command for the version prints nothing".to_owned()))
    }

    fn lacks(&self, fault: Fault) -> Option<String> {
        match self.delivery {
            Delivery::Command | Delivery::Arguments => None,
            Delivery::Http => fault::lacks_later(fault),
        }
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        // A folder of its own: what a runtime does to it hurts no other trial.
        let folder = tempfile::tempdir_in(self.folder.path()).map_err(temporary::plain);
        let folder =
            folder.map_err(|error| format!("failed to create a folder for the trial: {error}"))?;
        let files = self.prepare(request, folder.path())?;
        let run = &self.commands.run;
        let words = run
            .get(&request.settings.policy)
            .or_else(|| run.get(&Policy::Allowed))
            .ok_or("there is no command for the policy")?;
        let command = |port: u16, folder: &Path| {
            let value = |placeholder| value(placeholder, &files, request, port);
            let mut command = self.command(words, value);
            command.current_dir(folder);
            command
        };
        if self.delivery == Delivery::Http {
            return self.serve(request, folder.path(), command);
        }
        request.run(command(0, folder.path()))
    }
}

impl CommandAdapter {
    /// Has a server answer for a case.
    fn serve(
        &self,
        request: &Request<'_>,
        folder: &Path,
        command: impl Fn(u16, &Path) -> Command,
    ) -> Result<Transcript, String> {
        let fault = request.settings.fault;
        let kept = self.kept.as_ref().filter(|_| fault.is_none());
        let slot = (request.component_name(), request.settings.policy);
        let limit = request.time_limit;
        let family = request.family.to_string();
        let arguments = [request.case, &family];
        let mut taken = kept.and_then(|kept| lock(kept).get_mut(&slot)?.pop());
        if let Some(serving) = &mut taken
            && !serving.is_ready(limit)?
        {
            taken = None;
        }
        let asked = taken.map(|serving| serving.ask(&arguments, limit, true));
        // What a trial before this one left behind may have ended it.
        let asked = asked.transpose()?.filter(|asked| !asked.says_nothing());
        let asked = if let Some(asked) = asked {
            asked
        } else {
            // A server that is kept outlives the trial.
            let home = kept.map_or(folder, |_| self.folder.path());
            let command = |port| command(port, home);
            http::run(command, fault, &arguments, limit, kept.is_some())?
        };
        if let (Some(kept), Some(server)) = (kept, asked.server) {
            lock(kept).entry(slot).or_default().push(server);
        }
        Ok(asked.transcript)
    }
}

fn lock(kept: &KeptServers) -> std::sync::MutexGuard<'_, HashMap<(String, Policy), Vec<Serving>>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
