//! What a trial's observation has to be, and which requirements say so.

use crate::json::Text;
use crate::{Environment, Error, Family, Pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The expectations of one topic.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Expectations of a topic")]
#[expect(
    dead_code,
    reason = "its parts are read one by one; this is for the schema"
)]
pub(crate) struct ExpectationFile {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// One for each case, under each environment it runs in.
    pub expectations: Vec<Expectation>,
}

/// What a case has to observe.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Expectation {
    /// The function of the guest.
    pub case: String,
    /// The families that it is run for; both, unless said.
    #[serde(default = "both")]
    pub families: Vec<Family>,
    /// The set-up that it is run under.
    #[serde(default = "default_environment")]
    pub environment: Environment,
    /// Whether the case uses the other family as well, so that the host must
    /// have both.
    #[serde(default)]
    pub both_families: bool,
    /// The requirements that it checks.
    pub cites: Vec<String>,
    /// What the requirements allow without qualification. Without it the
    /// observation is recorded and not judged.
    pub must: Option<Vec<Pattern>>,
    /// The documented outcome; anything else in `must` is a deviation.
    pub should: Option<Vec<Pattern>>,
    /// Observations that tell that the requirement does not apply.
    #[serde(default)]
    pub not_applicable: Vec<Inapplicable>,
}

/// An observation that tells that a requirement does not apply.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Inapplicable {
    /// The observation.
    pub observed: Pattern,
    /// What follows from it, in one sentence.
    pub because: String,
}

fn both() -> Vec<Family> {
    Family::ALL.to_vec()
}

fn default_environment() -> Environment {
    Environment::Default
}

/// The file as it is parsed first: the parts keep their place in the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'a> {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    #[serde(borrow)]
    expectations: Vec<&'a RawValue>,
}

/// Reads the expectations of a topic.
///
/// `cases` are those of its guest, `requirements` the ids that exist.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub(crate) fn parse(
    text: Text<'_>,
    cases: &[String],
    requirements: &[&str],
) -> Result<Vec<Expectation>, Error> {
    let parts: Parts<'_> = text.parse()?;
    let mut expectations: Vec<Expectation> = Vec::with_capacity(parts.expectations.len());
    for part in parts.expectations {
        let expectation: Expectation = text.parse_part(part)?;
        check(&expectation, cases, requirements)
            .and_then(|()| check_unique(&expectation, &expectations))
            .map_err(|(problem, mend)| text.mistake(part, problem, mend))?;
        expectations.push(expectation);
    }
    if let Some(case) = cases
        .iter()
        .find(|case| expectations.iter().all(|it| it.case != **case))
    {
        return Err(Error::Data {
            file: text.file.to_owned(),
            line: 1,
            problem: format!("the guest's case `{case}` has no expectation"),
            mend: "add one; without `must` the observation is only recorded".to_owned(),
        });
    }
    Ok(expectations)
}

type Mistake = (String, String);

fn check(it: &Expectation, cases: &[String], requirements: &[&str]) -> Result<(), Mistake> {
    let mistake = |problem: String, mend: &str| Err((problem, mend.to_owned()));
    if !cases.contains(&it.case) {
        return mistake(
            format!("the guest has no case `{}`", it.case),
            "name a function of its cases! list, or add it there and run `cargo xtask build-guests`",
        );
    }
    if it.cites.is_empty() {
        return mistake(
            format!("`{}` cites no requirement", it.case),
            "name at least one id of expectations/requirements.json",
        );
    }
    if let Some(id) = it
        .cites
        .iter()
        .find(|id| !requirements.contains(&id.as_str()))
    {
        return mistake(
            format!("there is no requirement `{id}`"),
            "name an id of expectations/requirements.json, or add it there",
        );
    }
    if it.families.is_empty() {
        return mistake(
            format!("`{}` has no family", it.case),
            "leave the field out for both",
        );
    }
    let sets = [&it.must, &it.should];
    if sets.into_iter().flatten().any(Vec::is_empty) {
        return mistake(
            format!("a set of `{}` is empty, so nothing could be right", it.case),
            "leave `must` out to only record, `should` to judge by `must` alone",
        );
    }
    let must = it.must.as_deref().unwrap_or_default();
    if let Some(outside) = it
        .should
        .iter()
        .flatten()
        .find(|should| !must.iter().any(|must| must.covers(should)))
    {
        let outside = serde_json::to_string(outside).unwrap_or_default();
        return mistake(
            format!("`should` has {outside}, which `must` does not allow"),
            "the should set lies inside the must set",
        );
    }
    Ok(())
}

fn check_unique(it: &Expectation, others: &[Expectation]) -> Result<(), Mistake> {
    let same = |other: &&Expectation| {
        other.case == it.case
            && other.environment == it.environment
            && other
                .families
                .iter()
                .any(|family| it.families.contains(family))
    };
    let twice = it
        .families
        .iter()
        .enumerate()
        .any(|(at, family)| it.families[..at].contains(family));
    if twice || others.iter().any(|other| same(&other)) {
        return Err((
            format!(
                "the trial `{}` in the environment `{}` stands here twice",
                it.case, it.environment
            ),
            "keep one of them".to_owned(),
        ));
    }
    Ok(())
}
