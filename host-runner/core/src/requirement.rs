//! The catalogue of requirements that expectations cite.

use crate::json::Text;
use crate::{Error, Problem, Untrusted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Something that a specification requires of an implementation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Requirement {
    /// Its id, such as `unbound.local-address`.
    pub id: Untrusted,
    /// What it is about, in a few words.
    pub title: Untrusted,
    /// The requirement, in our own words.
    pub text: Untrusted,
    /// Where it is written.
    pub source: Source,
    /// Why no trial can check it, if that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untestable: Option<Untrusted>,
    /// How else the text is read, if somebody has a say in it who reads it so.
    /// Breaking the requirement in that way is a deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tentative: Option<Tentative>,
}

/// Another reading of a text: that of a maintainer of the specification, or of the
/// tests of the reference implementation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Tentative {
    /// What the other reading says, and whose it is.
    pub otherwise: Untrusted,
    /// Where it is discussed.
    pub link: Untrusted,
}

/// A place in a specification.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Source {
    /// The interface or document.
    pub document: Untrusted,
    /// The function, type or section.
    pub item: Untrusted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'a> {
    #[serde(borrow)]
    requirements: Vec<&'a RawValue>,
}

/// Reads the catalogue of a generation.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse(text: Text<'_>) -> Result<Vec<Requirement>, Error> {
    let parts: Parts<'_> = text.parse()?;
    let mut requirements: Vec<Requirement> = Vec::with_capacity(parts.requirements.len());
    for part in parts.requirements {
        let requirement: Requirement = text.parse_part(part)?;
        check(&requirement, &requirements).map_err(|problem| text.mistake(part, problem))?;
        requirements.push(requirement);
    }
    Ok(requirements)
}

fn check(requirement: &Requirement, others: &[Requirement]) -> Result<(), Problem> {
    let Requirement {
        id,
        untestable,
        tentative,
        ..
    } = requirement;
    if others.iter().any(|other| other.id == *id) {
        return Err(Problem::new(
            format!("the requirement `{id}` is listed twice"),
            "keep one of them",
        ));
    }
    let is_empty = |why: &Untrusted| why.as_raw().trim().is_empty();
    if untestable.as_ref().is_some_and(is_empty) {
        return Err(Problem::new(
            format!("`{id}` does not say why it is untestable"),
            "give the reason, or add an expectation",
        ));
    }
    let is_vague = |it: &Tentative| is_empty(&it.otherwise) || !it.link.as_raw().contains("://");
    if tentative.as_ref().is_some_and(is_vague) {
        return Err(Problem::new(
            format!("`{id}` does not say how else it is read, and where that is discussed"),
            "give `otherwise`, and a URL as the `link`",
        ));
    }
    Ok(())
}
