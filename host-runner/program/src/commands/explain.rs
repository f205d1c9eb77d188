//! `explain`: explains a trial or a requirement from what this program carries.

use super::guest_source;
use super::saved::Saved;
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use wasi_tcp_conformance::internal::{ShippedKnown, alternatives, observed, print, shipped_known};
use wasi_tcp_conformance::{Error, Generation, Requirement, Suite, Trial, TrialName, Untrusted};
use wasi_tcp_conformance_core::shorten;

/// The longest line, in characters.
const WIDTH: usize = 2000;

/// How many names are suggested for one that is unknown.
const SUGGESTED: usize = 8;

#[derive(Args)]
#[expect(clippy::doc_markdown, reason = "clap prints these as they are")]
pub(super) struct Arguments {
    /// A trial, a case such as unbound::accept, or the id of a requirement
    name: String,
    /// Show what this saved report saw, too; can be given more than once
    #[arg(long, value_name = "REPORT.json")]
    from: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let context = Context {
        suite: Suite::embedded()?,
        known: shipped_known(),
        reports: Saved::read_all(&arguments.from)?,
    };
    print(&context.explain(&arguments.name)?)?;
    Ok(ExitCode::SUCCESS)
}

/// What explanations are made of.
struct Context {
    suite: Suite,
    /// What the implementations that are shipped are known to get wrong.
    known: Vec<ShippedKnown>,
    reports: Vec<Saved>,
}

impl Context {
    /// What there is to say of a requirement, a trial, or a case.
    fn explain(&self, name: &str) -> Result<String, Error> {
        let trials = self.suite.known_trials();
        let (generation, id) = split(name);
        let parts = self.suite.generations.iter();
        let mut parts = parts.filter(|it| generation.is_none_or(|asked| asked == it.generation));
        let found = parts.find_map(|part| Some((part.generation, part.requirement(id)?)));
        if let Some((generation, requirement)) = found {
            return Ok(self.explain_requirement(generation, requirement, &trials));
        }
        let is_named = |trial: &&Trial| {
            let (case, full) = (trial.name.case_name(), trial.name.to_string());
            [case, full].iter().any(|known| {
                let short = known.split_once('/').map(|(_, rest)| rest);
                known == name || short == Some(name)
            })
        };
        let named: Vec<_> = trials.iter().filter(is_named).collect();
        if let (true, Ok(trial)) = (named.is_empty(), name.parse::<TrialName>())
            && trial.settings.guest.is_some()
        {
            // A guest in another language is asked the same.
            return self.explain(&trial.with_built_in_guest().to_string());
        }
        let Some(first) = named.first() else {
            return Err(self.unknown(&trials, name));
        };
        let mut text = Fields(String::new());
        for trial in &named {
            self.explain_trial(&mut text, trial);
        }
        let place = first.topic.places.get(first.expectation.guest_case());
        if let Some((place, lines)) = place.and_then(|it| Some((it, guest_source::lines(it)?))) {
            text.line(&format!("observed by {}:{}", place.file, place.first));
            text.line("");
            for line in lines {
                text.line(format!("    {line}").trim_end());
            }
        }
        Ok(text.0)
    }

    fn unknown(&self, trials: &[Trial], name: &str) -> Error {
        let mut known: Vec<_> = trials.iter().map(|trial| trial.name.case_name()).collect();
        known.dedup();
        for part in &self.suite.generations {
            known.extend(part.requirements.iter().map(|it| it.id.to_string()));
        }
        let near = suggestions(name, known);
        Error::usage(
            format!("there is no trial, case or requirement `{name}`"),
            if near.is_empty() {
                "`wasi-tcp-conformance list` prints the trials and the requirements they cite"
                    .to_owned()
            } else {
                format!("did you mean one of these? {}", near.join(", "))
            },
        )
    }

    fn explain_requirement(
        &self,
        generation: Generation,
        requirement: &Requirement,
        trials: &[Trial],
    ) -> String {
        let mut text = Fields(String::new());
        let (id, title) = (&requirement.id, &requirement.title);
        text.field("requirement", &format!("{id}: {title}"));
        text.field("generation", &format!("WASI {generation}"));
        text.field("text", &requirement.text.to_string());
        let source = &requirement.source;
        text.field("source", &format!("{}, {}", source.document, source.item));
        if let Some(why) = &requirement.untestable {
            text.field("untestable", &why.to_string());
        }
        text.readings(requirement);
        for trial in trials {
            let cites = &trial.expectation.cites;
            if trial.name.generation == generation && cites.iter().any(|it| *id == **it) {
                text.field("trial", &trial.name.to_string());
                self.known_and_seen(&mut text, &trial.name);
            }
        }
        text.line("");
        text.line("`wasi-tcp-conformance explain TRIAL` shows what a trial observes, and how.");
        text.0
    }

    fn explain_trial(&self, text: &mut Fields, trial: &Trial) {
        let (name, expectation) = (&trial.name, &trial.expectation);
        text.field("trial", &name.to_string());
        let part = self.suite.generation(name.generation);
        for id in &expectation.cites {
            if let Some(cited) = part.and_then(|it| it.requirement(id)) {
                let (said, source) = (&cited.text, &cited.source);
                let words = format!("{id}: {said} [{}, {}]", source.document, source.item);
                text.field("requirement", &words);
                text.readings(cited);
            }
        }
        if let Some(calls) = &expectation.walk {
            text.field("walk", calls);
        }
        match &expectation.must {
            Some(must) => text.field("must be", &alternatives(must)),
            None => text.field(
                "must be",
                "anything: the observation is recorded, not judged",
            ),
        }
        if let Some(should) = &expectation.should {
            text.field("should be", &alternatives(should));
        }
        if let Some(otherwise) = &expectation.otherwise {
            text.field("or else be", &alternatives(otherwise));
        }
        if let Some(hosts) = &expectation.hosts {
            let only: Vec<_> = hosts.only.iter().map(ToString::to_string).collect();
            let words = format!("{}: {}", only.join(" and "), hosts.because);
            text.field("only on", &words);
        }
        if let Some(listener) = expectation.listener {
            let words = format!("the runner {}", listener.description());
            text.field("set-up", &words);
        }
        if expectation.own_loopback {
            let whom =
                "implementations that claim that guests have a loopback network of their own";
            text.field("only of", whom);
        }
        for it in &expectation.not_applicable {
            let observed = alternatives(std::slice::from_ref(&it.observed));
            text.field("not if", &format!("{observed}: {}", it.because));
        }
        let names = name.settings.names();
        for (name, what) in names.iter().zip(name.settings.descriptions()) {
            text.field("set-up", &format!("{name}: {what}"));
        }
        self.known_walks(text, trial);
        self.known_and_seen(text, name);
        let command = format!("wasi-tcp-conformance --exact '{name}'");
        text.field("run it with", &command);
        text.line("");
    }

    /// What implementations are known to get wrong in cells that a walk takes.
    fn known_walks(&self, text: &mut Fields, trial: &Trial) {
        let Some(taken) = trial.taken() else { return };
        for ShippedKnown { name, walks, .. } in &self.known {
            for it in walks.iter().filter(|known| known.is_among(&taken)) {
                let versions = it.versions.as_ref();
                let versions = versions.map_or_else(String::new, |it| format!(" {it}"));
                let answers = match &it.answer {
                    Some(answer) => {
                        format!("answers {}", alternatives(std::slice::from_ref(answer)))
                    }
                    None if it.hangs => "hangs".to_owned(),
                    None => "answers otherwise".to_owned(),
                };
                let (cell, reason) = (&it.cell, &it.reason);
                let words = format!("{name}{versions} {answers} to `{cell}`: {reason}");
                text.field("known", &words);
            }
        }
    }

    /// What implementations are known to get wrong in a trial, and what reports
    /// say of it.
    fn known_and_seen(&self, text: &mut Fields, trial: &TrialName) {
        for ShippedKnown { name, failures, .. } in &self.known {
            for it in failures.iter().filter(|known| known.trial == *trial) {
                let versions = it.versions.as_ref();
                let versions = versions.map_or_else(String::new, |it| format!(" {it}"));
                let link = it.link.as_ref();
                let link = link.map_or_else(String::new, |it| format!(" [{it}]"));
                let (observed, reason) = (&it.observed, &it.reason);
                let words = format!("{name}{versions} observes {observed}: {reason}{link}");
                text.field("known", &words);
            }
        }
        for Saved { file, report } in &self.reports {
            for record in report.records.iter().filter(|it| it.trial == *trial) {
                let name = report.versioned(&record.implementation);
                let (verdict, seen) = (record.verdict, observed(record, WIDTH));
                text.field("seen", &format!("{name}: {verdict}, {seen} [{file}]"));
            }
        }
    }
}

/// The generation of a name, if it begins with one, and the rest.
fn split(name: &str) -> (Option<Generation>, &str) {
    let parts = name.split_once('/');
    let parsed = parts.and_then(|(generation, rest)| Some((generation.parse().ok()?, rest)));
    match parsed {
        Some((generation, rest)) => (Some(generation), rest),
        None => (None, name),
    }
}

/// The names that come near: those that contain it, or else those that differ by
/// few letters.
fn suggestions(name: &str, known: Vec<String>) -> Vec<String> {
    if name.is_empty() {
        return Vec::new();
    }
    let containing: Vec<_> = known
        .iter()
        .filter(|it| it.contains(name))
        .cloned()
        .collect();
    let mut near = containing;
    if near.is_empty() {
        let short = |it: &str| it.split_once('/').map_or(it, |(_, rest)| rest).to_owned();
        let likeness = |it: &String| strsim::jaro_winkler(&short(it), name);
        near = known.into_iter().filter(|it| likeness(it) > 0.85).collect();
        near.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
    }
    near.truncate(SUGGESTED);
    near
}

/// Text that grows by lines.
struct Fields(String);

impl Fields {
    fn field(&mut self, name: &str, value: &str) {
        let value = Untrusted::from(value).to_string();
        self.line(&format!("{name:<12} {}", shorten(&value, WIDTH)));
    }

    /// How else a tentative requirement is read.
    fn readings(&mut self, requirement: &Requirement) {
        if let Some(tentative) = &requirement.tentative {
            self.field("otherwise", &tentative.otherwise.to_string());
            self.field("discussed at", &tentative.link.to_string());
        }
    }

    fn line(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}
