//! What a trial must observe, and which requirements say so.

use crate::json::Text;
use crate::os::Os;
use crate::{
    Error, ErrorCodes, Family, Pattern, Policy, Problem, Requirement, Settings, Untrusted,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The expectations of one topic.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Expectations of a topic")]
#[non_exhaustive]
pub struct ExpectationFile<'a> {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// One for each case, under each setting it runs with. The parts are parsed
    /// one by one, so that a mistake has a line.
    #[serde(borrow)]
    #[schemars(with = "Vec<Expectation>")]
    pub expectations: Vec<&'a RawValue>,
}

/// What a case must observe.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Expectation {
    /// The function of the guest; of a walk, its name.
    pub case: String,
    /// The calls of a walk, such as `s0=create(a);s0.local-address`: what is judged is
    /// whether the model allows the answers. None by default.
    pub walk: Option<String>,
    /// The families that it runs for; both by default.
    #[serde(default = "both")]
    pub families: Vec<Family>,
    /// What departs from the default set-up.
    #[serde(default)]
    pub settings: Settings,
    /// The policies under which the same is expected, beside that of `settings`. Each makes
    /// trials of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_under: Vec<Policy>,
    /// Whether the case uses the other family as well, so that the host must
    /// have both.
    #[serde(default)]
    pub both_families: bool,
    /// The listener of the runner at the loopback address of the family; the case is
    /// told at which port. None by default.
    pub listener: Option<Listener>,
    /// Whether it shows that this listener is not reached: then it is for implementations
    /// alone whose guests have a loopback network of their own, and every other expectation
    /// with a listener for the others.
    #[serde(default)]
    pub own_loopback: bool,
    /// The systems whose hosts can be expected to keep it; all by default.
    pub hosts: Option<Hosts>,
    /// The requirements that it checks.
    pub cites: Vec<String>,
    /// What the requirements allow without qualification. Without it the
    /// observation is recorded, not judged.
    pub must: Option<Vec<Pattern>>,
    /// The documented outcome; anything else in `must` is a deviation.
    pub should: Option<Vec<Pattern>>,
    /// What the other reading of the tentative requirement asks for, outside
    /// `must`: a deviation.
    pub otherwise: Option<Vec<Pattern>>,
    /// Observations that show that the requirement does not apply.
    #[serde(default)]
    pub not_applicable: Vec<Inapplicable>,
}

impl Expectation {
    /// The case that the guest of every walk has.
    const WALK: &str = "walk";

    /// The case of the guest.
    #[must_use]
    pub fn guest_case(&self) -> &str {
        match &self.walk {
            Some(_) => Self::WALK,
            None => &self.case,
        }
    }

    /// What the guest is told: the case, and the calls of a walk.
    #[must_use]
    pub fn argument(&self) -> String {
        match &self.walk {
            Some(calls) => format!("{}={calls}", Self::WALK),
            None => self.case.clone(),
        }
    }

    /// One for each policy under which this is expected.
    fn under_each_policy(mut self) -> impl Iterator<Item = Self> {
        let also = std::mem::take(&mut self.also_under);
        let own = self.settings.policy;
        [own].into_iter().chain(also).map(move |policy| {
            let mut expectation = self.clone();
            expectation.settings.policy = policy;
            expectation
        })
    }
}

/// An observation that shows that a requirement does not apply.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Inapplicable {
    /// The observation.
    pub observed: Pattern,
    /// What follows from it, in one sentence.
    pub because: String,
}

/// A peer outside the guest: a listener, and what it does with its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Listener {
    /// It leaves them waiting: they are connected, and nobody accepts them.
    Waits,
    /// It accepts each, waits for a first byte, and resets the connection without
    /// reading it.
    Resets,
    /// It sends back to each what it sends, and ends its direction after the end of
    /// theirs.
    Echoes,
    /// It sends 100,000 bytes to each, ends its direction, and goes on reading until they
    /// end theirs. The byte at a position is the position modulo 251.
    Sends,
    /// It ends its direction at once, and goes on reading until they end theirs.
    Ends,
    /// It reads until they end their direction, sends how many bytes that were, as a
    /// decimal number, and ends its direction.
    Counts,
    /// There is none: the port is taken, and nobody listens there.
    Refuses,
}

impl Listener {
    /// How many bytes one that [sends](Self::Sends) sends.
    #[doc(hidden)]
    pub const SENT: usize = 100_000;

    /// What it does, in words: what follows "the runner".
    #[doc(hidden)]
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Waits => "listens at the loopback address, and accepts nobody",
            Self::Resets => {
                "listens at the loopback address, and resets each connection after its first byte"
            }
            Self::Echoes => "listens at the loopback address, and sends back what it is sent",
            Self::Sends => {
                "listens at the loopback address, and sends 100,000 bytes and an end to each client"
            }
            Self::Ends => {
                "listens at the loopback address, and ends its direction of each connection at once"
            }
            Self::Counts => {
                "listens at the loopback address, and tells each client at its end how many bytes it sent"
            }
            Self::Refuses => "holds a port of the loopback address, and does not listen there",
        }
    }
}

/// Systems whose hosts can be expected to keep something.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Hosts {
    /// The systems.
    pub only: Vec<Os>,
    /// Why the others need not, in one sentence.
    pub because: String,
}

impl Hosts {
    /// Whether these are hosts of a system, by its name.
    ///
    /// # Errors
    /// Why they are not.
    pub(crate) fn include(&self, os: &Untrusted) -> Result<(), String> {
        if self.only.iter().any(|it| *os == *it.name()) {
            return Ok(());
        }
        let only: Vec<_> = self.only.iter().map(|it| it.name()).collect();
        let (only, because) = (only.join(" and "), &self.because);
        Err(format!(
            "kept on {only} alone, and this host is {os}: {because}"
        ))
    }
}

fn both() -> Vec<Family> {
    Family::ALL.to_vec()
}

/// What an expectation may name.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever loads a suite")]
pub struct Known<'a> {
    /// The cases of the guest, where it is at hand.
    pub cases: Option<&'a [String]>,
    /// The requirements.
    pub requirements: &'a [Requirement],
    /// The error codes of the generation.
    pub codes: &'a ErrorCodes,
}

impl Known<'_> {
    fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|it| it.id == *id)
    }
}

/// Reads the expectations of a topic.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse(text: Text<'_>, known: Known<'_>) -> Result<Vec<Expectation>, Error> {
    let file: ExpectationFile<'_> = text.parse()?;
    let mut expectations: Vec<Expectation> = Vec::with_capacity(file.expectations.len());
    for part in file.expectations {
        let expectation: Expectation = text.parse_part(part)?;
        check(&expectation, known).map_err(|problem| text.mistake(part, problem))?;
        for expectation in expectation.under_each_policy() {
            check_unique(&expectation, &expectations)
                .map_err(|problem| text.mistake(part, problem))?;
            expectations.push(expectation);
        }
    }
    let is_judged = |case: &&String| expectations.iter().any(|it| it.guest_case() == *case);
    if let Some(case) = known
        .cases
        .into_iter()
        .flatten()
        .find(|case| !is_judged(case))
    {
        return Err(Error::in_file(
            text.file,
            format!("the case `{case}` of the guest has no expectation"),
            "add one; without `must` the observation is only recorded",
        ));
    }
    Ok(expectations)
}

fn check(expectation: &Expectation, known: Known<'_>) -> Result<(), Problem> {
    let Expectation {
        case,
        families,
        cites,
        must,
        should,
        otherwise,
        hosts,
        not_applicable,
        ..
    } = expectation;
    let wrong = |what: String, help: &str| Err(Problem::new(what, help));
    let guest_case = expectation.guest_case();
    let is_of_guest = |cases: &[String]| cases.iter().any(|it| it == guest_case);
    if !known.cases.is_none_or(is_of_guest) {
        return wrong(
            format!("the guest has no case `{guest_case}`"),
            "name a function of its cases! list, or add one with #[case] and run `cargo xtask build-guests`",
        );
    }
    if cites.is_empty() {
        return wrong(
            format!("`{case}` cites no requirement"),
            "name at least one id of requirements.json",
        );
    }
    let is_known = |id: &&String| known.requirement(id).is_some();
    if let Some(id) = cites.iter().find(|id| !is_known(id)) {
        return wrong(
            format!("there is no requirement `{id}`"),
            "name an id of requirements.json, or add it there",
        );
    }
    if families.is_empty() {
        return wrong(
            format!("`{case}` has no family"),
            "leave the field out for both",
        );
    }
    if expectation.own_loopback && expectation.listener.is_none() {
        return wrong(
            format!("`own-loopback` of `{case}` is about a listener, and there is none"),
            "add `listener`, or leave the field out",
        );
    }
    if hosts
        .as_ref()
        .is_some_and(|it| it.only.is_empty() || it.because.trim().is_empty())
    {
        return wrong(
            format!("`hosts` of `{case}` names no system, or no reason"),
            "leave the field out for all systems",
        );
    }
    if [must, should, otherwise]
        .into_iter()
        .flatten()
        .any(Vec::is_empty)
    {
        return wrong(
            format!("a set of `{case}` is empty, so nothing could be right"),
            "leave `must` out to only record, `should` to judge by `must` alone",
        );
    }
    let patterns = [must, should, otherwise].into_iter().flatten().flatten();
    let inapplicable = not_applicable.iter().map(|it| &it.observed);
    for pattern in patterns.chain(inapplicable) {
        pattern.check(known.codes).map_err(|what| {
            Problem::new(
                what,
                "name a code of generation.json, or `*` for any outcome",
            )
        })?;
    }
    let must = must.as_deref().unwrap_or_default();
    let is_inside = |pattern: &&Pattern| {
        must.iter()
            .any(|allowed| allowed.covers(pattern, known.codes))
    };
    if let Some(outside) = should.iter().flatten().find(|pattern| !is_inside(pattern)) {
        let outside = serde_json::to_string(outside).unwrap_or_default();
        return wrong(
            format!("`should` has {outside}, which `must` does not allow"),
            "the should set lies inside the must set",
        );
    }
    check_otherwise(expectation, known)
}

/// What another reading asks for is outside `must`, and there is another reading.
fn check_otherwise(expectation: &Expectation, known: Known<'_>) -> Result<(), Problem> {
    let Expectation {
        case,
        cites,
        must,
        otherwise,
        ..
    } = expectation;
    let must = must.as_deref().unwrap_or_default();
    let cited = cites.iter().filter_map(|id| known.requirement(id));
    let tentative = cited.filter(|it| it.tentative.is_some()).count();
    let disagreement = match (tentative, otherwise) {
        (0, Some(_)) => Some("has `otherwise`, but cites no tentative requirement"),
        (1.., None) => Some("cites a tentative requirement, but has no `otherwise`"),
        (2.., Some(_)) => Some("cites more than one tentative requirement"),
        (1, Some(_)) if must.is_empty() => Some("has `otherwise`, but no `must`"),
        _ => None,
    };
    if let Some(disagreement) = disagreement {
        return Err(Problem::new(
            format!("`{case}` {disagreement}"),
            "cite one, and say in `otherwise` what its other reading asks for",
        ));
    }
    let is_allowed = |pattern: &&Pattern| must.iter().any(|it| it.covers(pattern, known.codes));
    if let Some(allowed) = otherwise.iter().flatten().find(is_allowed) {
        let allowed = serde_json::to_string(allowed).unwrap_or_default();
        return Err(Problem::new(
            format!("`otherwise` has {allowed}, which `must` allows"),
            "leave it out: it passes by both readings",
        ));
    }
    Ok(())
}

fn check_unique(expectation: &Expectation, others: &[Expectation]) -> Result<(), Problem> {
    let Expectation {
        case,
        families,
        settings,
        ..
    } = expectation;
    let is_same = |other: &Expectation| {
        other.case == *case
            && other.settings == *settings
            && other
                .families
                .iter()
                .any(|family| families.contains(family))
    };
    let is_twice = |(at, family): (usize, &Family)| families[..at].contains(family);
    if families.iter().enumerate().any(is_twice) || others.iter().any(is_same) {
        return Err(Problem::new(
            format!("the trial `{case}` with the settings `{settings}` is listed twice"),
            "keep one of them",
        ));
    }
    Ok(())
}
