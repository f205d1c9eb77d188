//! Explains a trial or a requirement from what this program carries.

use crate::guest_source;
use crate::report::{Report, text};
use crate::trial::{self, Trial};
use crate::{Environment, Error, KnownFailure, Requirement, Suite};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::fmt::Write as _;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/implementations");

/// The longest line, in characters.
const WIDTH: usize = 2000;

/// What there is to say of `name`: a requirement's id, a trial, or a case,
/// `topic::case`. The reports say what was seen.
///
/// # Errors
/// When nothing has this name; the message names what comes near.
pub fn explain(suite: &Suite, name: &str, reports: &[(String, Report)]) -> Result<String, Error> {
    let trials = trial::all(suite);
    if let Some(requirement) = suite.requirement(name) {
        return Ok(explain_requirement(requirement, &trials, reports));
    }
    let is_named = |it: &&Trial<'_>| {
        let id = it.id.to_string();
        id == name || format!("{}::{}", it.id.topic, it.id.case) == name
    };
    let named: Vec<_> = trials.iter().filter(is_named).collect();
    if named.is_empty() {
        return Err(unknown(suite, &trials, name));
    }
    let mut said = Said(String::new());
    for it in &named {
        explain_trial(&mut said, suite, it, reports);
    }
    let id = &named[0].id;
    if let Some(source) = guest_source::of(&id.topic, &id.case) {
        said.line(&format!("observed by {}:{}", source.file, source.line));
        said.line("");
        for line in source.text {
            said.line(format!("    {line}").trim_end());
        }
    }
    Ok(said.0)
}

fn unknown(suite: &Suite, trials: &[Trial<'_>], name: &str) -> Error {
    let mut cases: Vec<_> = trials
        .iter()
        .map(|it| format!("{}::{}", it.id.topic, it.id.case))
        .collect();
    cases.dedup();
    let ids = suite.requirements.iter().map(|it| it.id.clone());
    let near: Vec<_> = cases
        .into_iter()
        .chain(ids)
        .filter(|it| !name.is_empty() && it.contains(name))
        .take(8)
        .collect();
    Error::Usage {
        problem: format!(
            "there is no trial, case or requirement `{}`",
            text::printable(name)
        ),
        mend: if near.is_empty() {
            "`wasi-tcp-conformance list` prints the trials and the requirements they cite"
                .to_owned()
        } else {
            format!("perhaps one of these: {}", near.join(", "))
        },
    }
}

fn explain_requirement(
    requirement: &Requirement,
    trials: &[Trial<'_>],
    reports: &[(String, Report)],
) -> String {
    let mut said = Said(String::new());
    said.field(
        "requirement",
        &format!("{}: {}", requirement.id, requirement.title),
    );
    said.field("says", &requirement.text);
    let source = &requirement.source;
    said.field("source", &format!("{}, {}", source.document, source.item));
    if let Some(why) = &requirement.untestable {
        said.field("untestable", why);
    }
    for it in trials {
        if it.expectation.cites.contains(&requirement.id) {
            let name = it.id.to_string();
            said.field("trial", &name);
            known(&mut said, &name);
            seen(&mut said, &name, reports);
        }
    }
    said.line("");
    said.line("`wasi-tcp-conformance explain TRIAL` says what a trial observes, and how.");
    said.0
}

fn explain_trial(said: &mut Said, suite: &Suite, it: &Trial<'_>, reports: &[(String, Report)]) {
    let name = it.id.to_string();
    said.field("trial", &name);
    for id in &it.expectation.cites {
        if let Some(cited) = suite.requirement(id) {
            let source = &cited.source;
            let words = format!(
                "{id}: {} [{}, {}]",
                cited.text, source.document, source.item
            );
            said.field("requirement", &words);
        }
    }
    match &it.expectation.must {
        Some(must) => said.field("must be", &text::alternatives(must)),
        None => said.field(
            "must be",
            "anything: the observation is recorded, not judged",
        ),
    }
    if let Some(should) = &it.expectation.should {
        said.field("should be", &text::alternatives(should));
    }
    for it in &it.expectation.not_applicable {
        let observed = text::alternatives(std::slice::from_ref(&it.observed));
        said.field("not if", &format!("{observed}: {}", it.because));
    }
    said.field("set-up", &set_up(it.id.environment));
    known(said, &name);
    seen(said, &name, reports);
    said.field(
        "run it with",
        &format!("wasi-tcp-conformance --exact '{name}'"),
    );
    said.line("");
}

/// What is done around the implementation.
fn set_up(environment: Environment) -> String {
    let what = match environment {
        Environment::Default => "nothing is done to the process",
        Environment::Denied => "the implementation's own policy forbids TCP",
        Environment::DeniedAddresses => {
            "the implementation's own policy allows TCP, and no address"
        }
        Environment::FdLimit => "the process may have 64 descriptors",
        Environment::NoEndpoints => "bind, connect, listen and accept fail with EPERM",
        Environment::Ipv4Missing => "socket(2) fails with EAFNOSUPPORT for IPv4 streams",
        Environment::Ipv6Missing => "socket(2) fails with EAFNOSUPPORT for IPv6 streams",
        Environment::Errno(_) => "socket(2) fails with this error for IPv4 and IPv6 streams",
        Environment::Wasi(_) => "the component imports the interfaces at this version",
    };
    format!("{environment}: {what}")
}

/// What the implementations that are shipped are known to get wrong here.
fn known(said: &mut Said, trial: &str) {
    #[derive(Deserialize)]
    struct Shipped {
        baseline: Vec<KnownFailure>,
    }
    for file in SHIPPED.files() {
        let name = file
            .path()
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let Ok(shipped) = serde_json::from_slice::<Shipped>(file.contents()) else {
            continue;
        };
        for it in shipped.baseline.iter().filter(|it| it.trial == trial) {
            let versions = it.versions.as_ref();
            let versions = versions.map_or_else(String::new, |it| format!(" {it}"));
            let link = it.link.as_ref();
            let link = link.map_or_else(String::new, |it| format!(" [{it}]"));
            let (observed, reason) = (&it.observed, &it.reason);
            let words = format!("{name}{versions} observes {observed}: {reason}{link}");
            said.field("known", &words);
        }
    }
}

/// What reports say of the trial.
fn seen(said: &mut Said, trial: &str, reports: &[(String, Report)]) {
    for (file, report) in reports {
        for it in report.records.iter().filter(|it| it.trial == trial) {
            let name = text::versioned(report, &it.implementation);
            let observed = text::value(&it.observed, WIDTH);
            said.field(
                "seen",
                &format!("{name}: {}, {observed} [{file}]", it.verdict),
            );
        }
    }
}

/// Text that grows by lines.
struct Said(String);

impl Said {
    fn field(&mut self, name: &str, value: &str) {
        let value = text::shorten(&text::printable(value), WIDTH);
        self.line(&format!("{name:<12} {value}"));
    }

    fn line(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}
