//! The file that describes a runtime.

use super::words::{Placeholder, Word};
use schemars::JsonSchema;
use semver::Version;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::time::Duration;
use wasi_tcp_conformance_core::{
    Call, Claims, Family, Fault, KnownFailure, KnownWalk, Policy, Problem, WasiVersion,
};

/// A file that describes how a runtime is run.
///
/// In commands, `{program}`, `{component}`, `{prepared}`, `{case}`, `{family}`,
/// `{port}` and `{dir}` stand for the program of the runtime, the file of the
/// component, what `prepare` makes of it, the two arguments of the guest, the port
/// at which a server has to listen, and the folder of this file.
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
    /// What to know of this file where it does not work, in one line.
    pub note: Option<String>,
    /// The latest version of each generation of WASI that the runtime claims.
    pub wasi: Vec<WasiVersion>,
    /// The address families that the runtime claims; both by default.
    pub families: Option<Vec<Family>>,
    /// Whether guests have a loopback network of their own, in which no listener outside them
    /// is reached.
    #[serde(default)]
    pub own_loopback: bool,
    /// The system calls that the runtime needs itself, whatever its guests do: a fault of one
    /// would end it, and says nothing of a guest.
    #[serde(default)]
    pub own_calls: Vec<Call>,
    /// How a guest is told its case, and what it prints gets out; by a command line unless
    /// this says otherwise.
    #[serde(default)]
    pub delivery: Delivery,
    /// How long a server runs that delivers by HTTP; for one trial unless this says otherwise.
    pub server_for: Option<ServerFor>,
    /// The command that prints the version of the runtime.
    pub version: Vec<String>,
    /// The command that is run once for each component: to compile it, say.
    pub prepare: Option<Vec<String>>,
    /// The command that runs a guest, with the network allowed; where the delivery is HTTP,
    /// the one that serves it at `{port}` of 127.0.0.1. It can be left out if `policies` has
    /// another.
    pub run: Option<Vec<String>>,
    /// Commands that run a guest under another policy of the runtime.
    #[serde(default)]
    pub policies: BTreeMap<String, PolicyCommand>,
    /// Environment variables for all of these commands. Their values can have the
    /// placeholders `{program}` and `{dir}`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The longest that a trial may take, unless the command line says.
    pub timeout_seconds: Option<f64>,
    /// The shipped implementation that this one is made of: what that is known to get wrong is
    /// known of this one too, where the same is observed.
    pub made_of: Option<MadeOf>,
    /// What the implementation is known to get wrong.
    #[serde(default, borrow)]
    #[schemars(with = "Vec<KnownFailure>")]
    pub baseline: Vec<&'a RawValue>,
    /// What it is known to answer to walks otherwise than the model allows.
    #[serde(default, borrow)]
    #[schemars(with = "Vec<KnownWalk>")]
    pub walks: Vec<&'a RawValue>,
}

/// How a guest is told its case and its family, and how what it prints gets out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Delivery {
    /// A command has them as arguments, `{case}` and `{family}`, and prints what the guest
    /// does.
    #[default]
    Command,
    /// The runtime runs commands, but passes no arguments: they are composed into the
    /// component, which then differs from trial to trial.
    Arguments,
    /// The runtime serves HTTP: the component exports `wasi:http/incoming-handler`, has the
    /// arguments from the query, and answers with what the guest prints.
    Http,
}

/// The shipped implementation that another is made of.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MadeOf {
    /// Its name, such as `wasmtime-cli`.
    pub implementation: String,
    /// Its version, such as `44.0.0`, where that is not the version of this implementation.
    #[schemars(with = "Option<String>")]
    pub version: Option<Version>,
}

/// How long a server runs that delivers by HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ServerFor {
    /// It is started for each trial.
    Trial,
    /// It is started once for a component, and asked for one trial after the other, as long as
    /// it answers well. Trials with a fault of the host still have a server each.
    Component,
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

/// A problem in a field of the file.
pub(super) struct Mistake {
    pub(super) field: &'static str,
    pub(super) problem: Problem,
}

/// Placeholders that are the same for all trials.
const OF_THE_RUNTIME: &[Placeholder] = &[Placeholder::Program, Placeholder::Dir];

/// Those, and what a component is prepared with.
const OF_A_COMPONENT: &[Placeholder] = &[
    Placeholder::Program,
    Placeholder::Dir,
    Placeholder::Component,
    Placeholder::Prepared,
];

impl AdapterFile<'_> {
    /// What the implementation claims.
    pub(super) fn claims(&self) -> Claims {
        let families = self.families.clone();
        let policies = self.policies.keys().filter_map(|name| Policy::named(name));
        let allowed = self.run.as_ref().map(|_| Policy::Allowed);
        let mut policies: Vec<_> = policies.chain(allowed).collect();
        policies.sort_unstable();
        let claims = Claims::new(self.wasi.iter().copied())
            .with_families(families.unwrap_or_else(|| Family::ALL.to_vec()))
            .with_policies(policies)
            .with_own_calls(self.own_calls.clone());
        if self.own_loopback {
            claims.with_own_loopback()
        } else {
            claims
        }
    }

    /// The longest that a trial may take.
    pub(super) fn time_limit(&self) -> Option<Duration> {
        let limit = Duration::try_from_secs_f64(self.timeout_seconds?).ok()?;
        (!limit.is_zero()).then_some(limit)
    }

    /// The commands, parsed; and everything checked that can be checked without
    /// running anything. Without `has_program`, nothing can be said for
    /// `{program}`.
    pub(super) fn commands(&self, has_program: bool) -> Result<Commands, Mistake> {
        self.check()?;
        let version = parse("version", &self.version)
            .and_then(|words| with_only(words, "version", OF_THE_RUNTIME))
            .map_err(in_field("version"))?;
        let prepare = self.prepare.as_ref().map(|words| {
            parse("prepare", words)
                .and_then(|words| with_only(words, "prepare", OF_A_COMPONENT))
                .map_err(in_field("prepare"))
        });
        let commands = Commands {
            version,
            prepare: prepare.transpose()?,
            run: self.runs()?,
            env: self.variables().map_err(in_field("env"))?,
        };
        match commands.field_with_program() {
            Some(field) if !has_program => Err(Mistake {
                field,
                problem: Problem::new(
                    format!("`{field}` uses {{program}}, but no program is named"),
                    "add the field `program`, or name one with -i FILE.json=PROGRAM",
                ),
            }),
            _ => Ok(commands),
        }
    }

    /// The command that runs a guest under each policy.
    fn runs(&self) -> Result<BTreeMap<Policy, Vec<Word>>, Mistake> {
        let runs_a_case = |field: &str, words: &[String]| runs_a_case(self.delivery, field, words);
        let mut run = BTreeMap::new();
        if let Some(words) = &self.run {
            let words = runs_a_case("run", words).map_err(in_field("run"))?;
            run.insert(Policy::Allowed, words);
        }
        for (name, command) in &self.policies {
            let policy = policy(name).map_err(in_field("policies"))?;
            let field = format!("policies.{name}.run");
            let words = runs_a_case(&field, &command.run).map_err(in_field("policies"))?;
            run.insert(policy, words);
        }
        if run.is_empty() {
            let what = "no command runs a guest: there is neither `run` nor a policy";
            let help = "add `run`, or, if the runtime has no policy that allows all of TCP, the \
                        `run` of another policy to `policies`";
            return Err(in_field("policies")(Problem::new(what, help)));
        }
        Ok(run)
    }

    /// The environment variables. They are the same for all commands, so their
    /// values cannot depend on the trial.
    fn variables(&self) -> Result<Vec<(String, Word)>, Problem> {
        let parse = |(name, value): (&String, &String)| {
            let field = format!("env.{name}");
            if name.is_empty() {
                let what = "`env` has a variable without a name";
                return Err(Problem::new(what, "name it"));
            }
            if name.contains(['=', '\0']) {
                return Err(Problem::new(
                    format!("`{field}` is no name of a variable"),
                    "take out the equals sign, or the character U+0000",
                ));
            }
            let mut words = parse(&field, std::slice::from_ref(value))?;
            words = with_only(words, &field, OF_THE_RUNTIME)?;
            Ok((name.clone(), words.remove(0)))
        };
        self.env.iter().map(parse).collect()
    }

    fn check(&self) -> Result<(), Mistake> {
        let wrong = |field, what: String, help: &str| {
            Err(Mistake {
                field,
                problem: Problem::new(what, help),
            })
        };
        if self.name.trim().is_empty() {
            let help = "name the implementation, such as my-runtime";
            return wrong("name", "`name` is empty".to_owned(), help);
        }
        if self.wasi.is_empty() {
            let help = "name the latest version that the runtime has, such as 0.2.6";
            return wrong("wasi", "`wasi` names no version".to_owned(), help);
        }
        let is_twice = |(at, version): (usize, &WasiVersion)| {
            let mut before = self.wasi[..at].iter();
            before.any(|other| other.generation == version.generation)
        };
        if self.wasi.iter().enumerate().any(is_twice) {
            let what = "`wasi` names two versions of a generation".to_owned();
            return wrong("wasi", what, "keep the later one");
        }
        let families = self.families.as_deref();
        if families.is_some_and(<[Family]>::is_empty) {
            let help = "name ipv4 or ipv6, or leave it out for both";
            return wrong("families", "`families` names no family".to_owned(), help);
        }
        let families = families.unwrap_or_default();
        let is_twice = |(at, family): &(usize, &Family)| families[..*at].contains(family);
        if let Some((_, family)) = families.iter().enumerate().find(is_twice) {
            let what = format!("`families` names {family} twice");
            return wrong("families", what, "keep one of them");
        }
        if self.server_for.is_some() && self.delivery != Delivery::Http {
            let what = "`server-for` is about servers, and there is none".to_owned();
            let help = "leave it out, or set `delivery` to http";
            return wrong("server-for", what, help);
        }
        if !self.own_calls.is_empty() && self.delivery == Delivery::Http {
            let what = "`own-calls` is about faults that begin before the runtime does".to_owned();
            let help = "leave it out: over HTTP, they begin once the server is ready";
            return wrong("own-calls", what, help);
        }
        if self.timeout_seconds.is_some() && self.time_limit().is_none() {
            let what = "`timeout-seconds` is no time".to_owned();
            return wrong("timeout-seconds", what, "give a number of seconds above 0");
        }
        Ok(())
    }
}

impl Commands {
    /// The first field that needs the program.
    fn field_with_program(&self) -> Option<&'static str> {
        let has = |words: &[Word]| words.iter().any(|word| word.has(Placeholder::Program));
        let others = self
            .run
            .iter()
            .filter(|(policy, _)| **policy != Policy::Allowed);
        [
            ("version", has(&self.version)),
            ("prepare", self.prepare.as_deref().is_some_and(has)),
            (
                "run",
                self.run.get(&Policy::Allowed).is_some_and(|it| has(it)),
            ),
            ("policies", others.into_iter().any(|(_, words)| has(words))),
            (
                "env",
                self.env
                    .iter()
                    .any(|(_, word)| word.has(Placeholder::Program)),
            ),
        ]
        .into_iter()
        .find_map(|(field, has)| has.then_some(field))
    }
}

fn in_field(field: &'static str) -> impl Fn(Problem) -> Mistake {
    move |problem| Mistake { field, problem }
}

/// The policy of this name, which is not the one of `run`.
fn policy(name: &str) -> Result<Policy, Problem> {
    let others = Policy::ALL
        .iter()
        .copied()
        .filter(|it| *it != Policy::Allowed);
    let names: Vec<_> = others.map(Policy::name).collect();
    let help = format!("name one of {}", names.join(", "));
    match Policy::named(name) {
        Some(Policy::Allowed) => Err(Problem::new(
            "`policies.allowed` is the command `run`",
            "leave it out",
        )),
        Some(policy) => Ok(policy),
        None if Fault::named(name).is_some() => Err(Problem::new(
            format!(
                "`policies.{name}`: this is a fault of the host, which the suite puts around the runtime"
            ),
            help,
        )),
        None => Err(Problem::new(
            format!("`policies.{name}`: there is no such policy"),
            help,
        )),
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
        if word.contains('\0') {
            return Err(Problem::new(
                format!("`{field}` has a word that no program can be given"),
                "take out the character U+0000",
            ));
        }
        Word::parse(word)
            .map_err(|problem| Problem::new(format!("`{field}`: {}", problem.what), problem.help))
    };
    words.iter().map(parse).collect()
}

/// The same words, which may have these placeholders alone.
fn with_only(
    words: Vec<Word>,
    field: &str,
    placeholders: &[Placeholder],
) -> Result<Vec<Word>, Problem> {
    if words.iter().all(|word| word.has_only(placeholders)) {
        return Ok(words);
    }
    let alone = if placeholders == OF_THE_RUNTIME {
        "use {program} and {dir} alone, and pass the others as arguments"
    } else {
        "use {program}, {dir}, {component} and {prepared} alone"
    };
    Err(Problem::new(
        format!("`{field}` has a placeholder that depends on the trial"),
        alone,
    ))
}

/// A command that runs a case.
fn runs_a_case(delivery: Delivery, field: &str, words: &[String]) -> Result<Vec<Word>, Problem> {
    use Placeholder::{Case, Component, Family, Port, Prepared};
    let words = parse(field, words)?;
    let has = |placeholder| words.iter().any(|word| word.has(placeholder));
    let has_component = has(Component) || has(Prepared);
    let wrong = |what: &str, help: &str| Err(Problem::new(format!("`{field}` {what}"), help));
    match delivery {
        Delivery::Command if has(Port) => wrong(
            "has {port}, and serves nothing",
            "take it out, or set `delivery` to http",
        ),
        Delivery::Command if !(has(Case) && has(Family) && has_component) => wrong(
            "does not run a case",
            "name {component} or {prepared}, and after it {case} and {family}",
        ),
        Delivery::Http if !(has(Port) && has_component) => wrong(
            "does not serve a component",
            "name {component} or {prepared}, and {port}, at which it has to listen on 127.0.0.1",
        ),
        Delivery::Arguments if !has_component => wrong(
            "does not run a component",
            "name {component} or {prepared}: its arguments are composed into it",
        ),
        Delivery::Arguments if has(Port) => wrong(
            "has {port}, and serves nothing",
            "take it out, or set `delivery` to http",
        ),
        Delivery::Arguments | Delivery::Http if has(Case) || has(Family) => wrong(
            "has {case} or {family}, which the component is told in another way",
            "take them out, or leave out `delivery`",
        ),
        Delivery::Command | Delivery::Arguments | Delivery::Http => Ok(words),
    }
}
