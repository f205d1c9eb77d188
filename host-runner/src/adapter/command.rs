//! Any runtime that a command line can start, described by a JSON file.

use super::{Adapter, Request};
use crate::json::Text;
use crate::protocol::{Ending, Transcript};
use crate::{Environment, Error, Family, KnownFailure, WasiVersion, process};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// The longest that a runtime may take to tell its version or to prepare a
/// component.
const PATIENCE: Duration = Duration::from_mins(2);

/// The placeholders of a command, and what stands for them.
const PLACEHOLDERS: [&str; 6] = ["program", "component", "prepared", "case", "family", "dir"];

/// A file that describes how a runtime is run.
///
/// In commands, `{program}`, `{component}`, `{prepared}`, `{case}`, `{family}`
/// and `{dir}` stand for the runtime's program, the component's file, what
/// `prepare` is to make of it, the two arguments of the guest, and the folder
/// of this file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "An implementation")]
pub(crate) struct AdapterFile<'a> {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    #[expect(dead_code, reason = "only editors read it")]
    pub schema: Option<String>,
    /// The name of the implementation.
    pub name: String,
    /// The runtime's program, unless the command line names another.
    pub program: Option<String>,
    /// How to get the runtime, in one line.
    pub install: Option<String>,
    /// The last version of WASI 0.2 that the runtime claims to have.
    pub wasi_version: WasiVersion,
    /// The address families that the runtime claims to have; both, unless said.
    pub families: Option<Vec<Family>>,
    /// The command that prints the runtime's version.
    pub version: Vec<String>,
    /// The command that is run once for each component: to compile it, say.
    pub prepare: Option<Vec<String>>,
    /// The command that runs a guest, with the network allowed.
    pub run: Vec<String>,
    /// Commands for the environments that the runtime itself provides.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, EnvironmentCommand>")]
    pub environments: BTreeMap<Environment, EnvironmentCommand>,
    /// Environment variables for all of these commands.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The longest that a trial may take, unless the command line says.
    pub timeout_seconds: Option<f64>,
    /// What the implementation is known to get wrong.
    #[serde(default, borrow)]
    #[schemars(with = "Vec<KnownFailure>")]
    pub baseline: Vec<&'a RawValue>,
}

/// How a runtime is run under an environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentCommand {
    /// The command that runs a guest.
    pub run: Vec<String>,
}

/// A runtime behind a command line.
pub(crate) struct CommandAdapter {
    name: String,
    program: String,
    install: Option<String>,
    wasi_version: WasiVersion,
    families: Vec<Family>,
    version: Vec<String>,
    prepare: Option<Vec<String>>,
    run: Vec<String>,
    environments: BTreeMap<Environment, EnvironmentCommand>,
    env: BTreeMap<String, String>,
    time_limit: Option<Duration>,
    home: Home,
    folder: TempDir,
}

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
struct Prepared {
    component: PathBuf,
    prepared: PathBuf,
}

impl CommandAdapter {
    /// The adapter that a file describes; `home` is the folder it is in, and
    /// `program` the runtime's program where the command line names one.
    ///
    /// # Errors
    /// When the file says something that can't be run.
    pub(crate) fn new(
        text: Text<'_>,
        file: AdapterFile<'_>,
        home: Home,
        program: Option<String>,
    ) -> Result<Self, Error> {
        check(&file).map_err(|(problem, mend)| Error::Data {
            file: text.file.to_owned(),
            line: 1,
            problem,
            mend,
        })?;
        let folder = tempfile::tempdir().map_err(|source| Error::Io {
            action: "create a folder in",
            path: std::env::temp_dir(),
            source,
        })?;
        Ok(Self {
            program: match program {
                Some(program) => rooted(&program, Path::new("")),
                None => rooted(&file.program.unwrap_or_default(), home.path()),
            },
            name: file.name,
            install: file.install,
            wasi_version: file.wasi_version,
            families: file.families.unwrap_or_else(|| Family::ALL.to_vec()),
            version: file.version,
            prepare: file.prepare,
            run: file.run,
            environments: file.environments,
            env: file.env,
            time_limit: file
                .timeout_seconds
                .and_then(|it| Duration::try_from_secs_f64(it).ok()),
            home,
            folder,
        })
    }

    /// A command with its placeholders filled in.
    fn command(&self, words: &[String], values: &[(&str, String)]) -> Command {
        let dir = self.home.path().display().to_string();
        let fill = |word: &String| {
            let mut word = word
                .replace("{program}", &self.program)
                .replace("{dir}", &dir);
            for (name, value) in values {
                word = word.replace(&format!("{{{name}}}"), value);
            }
            word
        };
        let mut words = words.iter().map(fill);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).envs(&self.env);
        command
    }

    /// Writes a component to a folder of its own and has it prepared, unless
    /// that was done before.
    fn prepare(&self, request: &Request<'_>) -> Result<Prepared, String> {
        let files = |folder: &Path| Prepared {
            component: folder.join(format!("{}.wasm", request.topic.name)),
            prepared: folder.join("prepared"),
        };
        let folder = request.prepared(|folder| self.prepare_in(folder, &files(folder), request))?;
        Ok(files(&folder))
    }

    fn prepare_in(
        &self,
        folder: &Path,
        files: &Prepared,
        request: &Request<'_>,
    ) -> Result<(), String> {
        fs::write(&files.component, request.component()?)
            .map_err(|error| format!("failed to write {}: {error}", files.component.display()))?;
        let Some(words) = &self.prepare else {
            return Ok(());
        };
        let command = self.command(words, &paths(files));
        let said = self.finish("prepare a component", command, Some(folder))?;
        if matches!(said.ending, Ending::Exited(0)) {
            return Ok(());
        }
        Err(format!(
            "failed to prepare {}: the command ended with {}: {}",
            request.component_name(),
            said.ending,
            crate::protocol::noise(&said.stderr)
        ))
    }

    fn finish(
        &self,
        what: &str,
        mut command: Command,
        folder: Option<&Path>,
    ) -> Result<Transcript, String> {
        command.current_dir(folder.unwrap_or_else(|| self.folder.path()));
        let program = command.get_program().to_owned();
        process::run(command, PATIENCE).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => format!("{} is not installed", program.display()),
            _ => format!("failed to {what} with {}: {error}", program.display()),
        })
    }
}

/// A program that is named by its path, so that it is found from every folder;
/// a plain name is looked up where programs are.
fn rooted(program: &str, dir: &Path) -> String {
    let path = dir.join(program);
    match std::path::absolute(&path) {
        Ok(whole) if Path::new(program).components().count() > 1 => whole.display().to_string(),
        _ => program.to_owned(),
    }
}

fn paths(files: &Prepared) -> [(&'static str, String); 2] {
    [
        ("component", files.component.display().to_string()),
        ("prepared", files.prepared.display().to_string()),
    ]
}

impl Adapter for CommandAdapter {
    fn name(&self) -> &str {
        &self.name
    }

    fn wasi_version(&self) -> WasiVersion {
        self.wasi_version
    }

    fn families(&self) -> &[Family] {
        &self.families
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    fn version(&self) -> Result<String, Error> {
        let failed = |problem: String| Error::Implementation {
            implementation: self.name.clone(),
            problem,
            mend: match &self.install {
                Some(install) => format!("to get it: {install}"),
                None => {
                    "check `program` and `version` in the file of the implementation".to_owned()
                }
            },
        };
        let command = self.command(&self.version, &[]);
        let said = self
            .finish("ask for the version", command, None)
            .map_err(failed)?;
        if !matches!(said.ending, Ending::Exited(0)) {
            return Err(failed(format!(
                "the command for the version ended with {}: {}",
                said.ending,
                crate::protocol::noise(&said.stderr)
            )));
        }
        let text = String::from_utf8_lossy(&said.stdout);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty());
        line.map(str::to_owned)
            .ok_or_else(|| failed("the command for the version prints nothing".to_owned()))
    }

    fn provides(&self, environment: Environment) -> Result<(), String> {
        match environment {
            Environment::Denied | Environment::DeniedAddresses
                if !self.environments.contains_key(&environment) =>
            {
                Err(format!(
                    "the adapter of {} has no command for {environment}",
                    self.name
                ))
            }
            _ => Ok(()),
        }
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        let files = self.prepare(request)?;
        let words = match self.environments.get(&request.environment) {
            Some(own) => &own.run,
            None => &self.run,
        };
        let [component, prepared] = paths(&files);
        let mut command = self.command(
            words,
            &[
                component,
                prepared,
                ("case", request.case.to_owned()),
                ("family", request.family.to_string()),
            ],
        );
        // A folder of its own: what a runtime does to it hurts no other trial.
        let folder = tempfile::tempdir_in(self.folder.path())
            .map_err(|error| format!("failed to create a folder for the trial: {error}"))?;
        command.current_dir(folder.path());
        request.run(command)
    }
}

type Mistake = (String, String);

/// What can be said of a file without running anything.
fn check(file: &AdapterFile<'_>) -> Result<(), Mistake> {
    let mistake = |problem: String, mend: &str| Err((problem, mend.to_owned()));
    let own = file
        .environments
        .values()
        .map(|it| ("environments", &it.run));
    let commands = [("version", &file.version), ("run", &file.run)];
    let prepare = file.prepare.iter().map(|it| ("prepare", it));
    for (field, words) in commands.into_iter().chain(prepare).chain(own) {
        if words.is_empty() {
            return mistake(
                format!("`{field}` is empty"),
                "give the program and its arguments",
            );
        }
        for word in words {
            if let Some(unknown) = unknown_placeholder(word) {
                let known = PLACEHOLDERS.map(|it| format!("{{{it}}}")).join(" ");
                return mistake(
                    format!("`{field}` has the placeholder {{{unknown}}}"),
                    &format!("there are {known}"),
                );
            }
        }
        let has = |name: &str| words.iter().any(|word| word.contains(name));
        if matches!(field, "run" | "environments")
            && !(has("{case}") && has("{family}") && (has("{component}") || has("{prepared}")))
        {
            return mistake(
                format!("`{field}` does not run a case"),
                "it has to name {component} or {prepared}, and {case} and {family} behind it",
            );
        }
    }
    if file.families.as_ref().is_some_and(Vec::is_empty) {
        return mistake(
            "`families` names no family".to_owned(),
            "name ipv4 or ipv6, or leave it out for both",
        );
    }
    if file
        .timeout_seconds
        .is_some_and(|it| !(it > 0.0 && it.is_finite()))
    {
        return mistake(
            "`timeout-seconds` is no time".to_owned(),
            "give a number above 0",
        );
    }
    Ok(())
}

/// A word in braces that stands for nothing. Only plain words count: a command
/// may well hold JSON.
fn unknown_placeholder(word: &str) -> Option<&str> {
    word.split('{').skip(1).find_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        let plain = !name.is_empty() && name.bytes().all(|it| it.is_ascii_lowercase());
        (plain && !PLACEHOLDERS.contains(&name)).then_some(name)
    })
}
