//! The file that describes a runtime.

use super::words::{Placeholder, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::time::Duration;
use wasi_tcp_conformance_core::{Claims, Family, KnownFailure, Policy, Problem, WasiVersion};

/// A file that describes how a runtime is run.
///
/// In commands, `{program}`, `{component}`, `{prepared}`, `{case}`, `{family}`
/// and `{dir}` stand for the program of the runtime, the file of the component,
/// what `prepare` makes of it, the two arguments of the guest, and the folder of
/// this file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "An implementation")]
#[non_exhaustive]
pub struct AdapterFile<'a> {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// The name of the implementation.
    pub name: String,
    /// The program of the runtime, unless the command line names another.
    pub program: Option<String>,
    /// How to get the runtime, in one line.
    pub install: Option<String>,
    /// The latest version of each generation of WASI that the runtime claims.
    pub wasi: Vec<WasiVersion>,
    /// The address families that the runtime claims; both by default.
    pub families: Option<Vec<Family>>,
    /// The command that prints the version of the runtime.
    pub version: Vec<String>,
    /// The command that is run once for each component: to compile it, say.
    pub prepare: Option<Vec<String>>,
    /// The command that runs a guest, with the network allowed.
    pub run: Vec<String>,
    /// Commands that run a guest under another policy of the runtime.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, PolicyCommand>")]
    pub policies: BTreeMap<Policy, PolicyCommand>,
    /// Environment variables for all of these commands. Their values can have the
    /// placeholders `{program}` and `{dir}`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The longest that a trial may take, unless the command line says.
    pub timeout_seconds: Option<f64>,
    /// What the implementation is known to get wrong.
    #[serde(default, borrow)]
    #[schemars(with = "Vec<KnownFailure>")]
    pub baseline: Vec<&'a RawValue>,
}

/// How a runtime is run under a policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PolicyCommand {
    /// The command that runs a guest.
    pub run: Vec<String>,
}

/// The commands of a file, parsed and checked.
pub(super) struct Commands {
    pub(super) version: Vec<Word>,
    pub(super) prepare: Option<Vec<Word>>,
    /// The command that runs a guest under each policy.
    pub(super) run: BTreeMap<Policy, Vec<Word>>,
    /// Environment variables for all of them.
    pub(super) env: Vec<(String, Word)>,
}

impl AdapterFile<'_> {
    /// What the implementation claims.
    pub(super) fn claims(&self) -> Claims {
        let families = self.families.clone();
        let policies = self.policies.keys().copied();
        let mut policies: Vec<_> = policies.chain([Policy::Allowed]).collect();
        policies.sort_unstable();
        Claims::new(self.wasi.iter().copied())
            .with_families(families.unwrap_or_else(|| Family::ALL.to_vec()))
            .with_policies(policies)
    }

    /// The longest that a trial may take.
    pub(super) fn time_limit(&self) -> Option<Duration> {
        let seconds = self.timeout_seconds?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// The commands, parsed; and everything checked that can be checked without
    /// running anything.
    pub(super) fn commands(&self) -> Result<Commands, Problem> {
        self.check()?;
        let mut run = BTreeMap::from([(Policy::Allowed, runs_a_case("run", &self.run)?)]);
        for (policy, command) in &self.policies {
            if *policy == Policy::Allowed {
                return Err(Problem::new(
                    "`policies.allowed` is the command `run`",
                    "leave it out",
                ));
            }
            let field = format!("policies.{policy}.run");
            run.insert(*policy, runs_a_case(&field, &command.run)?);
        }
        let prepare = self.prepare.as_ref().map(|it| parse("prepare", it));
        Ok(Commands {
            version: parse("version", &self.version)?,
            prepare: prepare.transpose()?,
            run,
            env: self.variables()?,
        })
    }

    /// The environment variables. They are the same for all commands, so their
    /// values cannot depend on the trial.
    fn variables(&self) -> Result<Vec<(String, Word)>, Problem> {
        let parse = |(name, value): (&String, &String)| {
            let field = format!("env.{name}");
            let word = parse(&field, std::slice::from_ref(value))?.remove(0);
            if word.has_only(&[Placeholder::Program, Placeholder::Dir]) {
                return Ok((name.clone(), word));
            }
            Err(Problem::new(
                format!("`{field}` has a placeholder that depends on the trial"),
                "use {program} and {dir} alone, and pass the others as arguments",
            ))
        };
        self.env.iter().map(parse).collect()
    }

    fn check(&self) -> Result<(), Problem> {
        let wrong = |what: &str, help: &str| Err(Problem::new(what, help));
        if self.name.trim().is_empty() {
            return wrong(
                "`name` is empty",
                "name the implementation, such as my-runtime",
            );
        }
        if self.wasi.is_empty() {
            return wrong(
                "`wasi` names no version",
                "name the latest version that the runtime has, such as 0.2.6",
            );
        }
        let is_twice = |(at, version): (usize, &WasiVersion)| {
            let mut before = self.wasi[..at].iter();
            before.any(|other| other.generation == version.generation)
        };
        if self.wasi.iter().enumerate().any(is_twice) {
            return wrong(
                "`wasi` names two versions of a generation",
                "keep the later one",
            );
        }
        if self.families.as_ref().is_some_and(Vec::is_empty) {
            return wrong(
                "`families` names no family",
                "name ipv4 or ipv6, or leave it out for both",
            );
        }
        let is_wrong = |seconds: f64| !(seconds > 0.0 && seconds.is_finite());
        if self.timeout_seconds.is_some_and(is_wrong) {
            return wrong("`timeout-seconds` is no time", "give a number above 0");
        }
        Ok(())
    }
}

fn parse(field: &str, words: &[String]) -> Result<Vec<Word>, Problem> {
    if words.is_empty() {
        return Err(Problem::new(
            format!("`{field}` is empty"),
            "give the program and its arguments",
        ));
    }
    let parse = |word: &String| {
        Word::parse(word)
            .map_err(|problem| Problem::new(format!("`{field}`: {}", problem.what), problem.help))
    };
    words.iter().map(parse).collect()
}

/// A command that runs a case.
fn runs_a_case(field: &str, words: &[String]) -> Result<Vec<Word>, Problem> {
    use Placeholder::{Case, Component, Family, Prepared};
    let words = parse(field, words)?;
    let has = |placeholder| words.iter().any(|word| word.has(placeholder));
    if has(Case) && has(Family) && (has(Component) || has(Prepared)) {
        return Ok(words);
    }
    Err(Problem::new(
        format!("`{field}` does not run a case"),
        "name {component} or {prepared}, and after it {case} and {family}",
    ))
}
