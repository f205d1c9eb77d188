//! The catalogue of requirements that expectations cite.

use crate::Error;
use crate::json::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Something that a specification requires of an implementation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Requirement {
    /// Its id, such as `unbound.local-address`.
    pub id: String,
    /// What it is about, in a few words.
    pub title: String,
    /// The requirement, in our own words.
    pub text: String,
    /// Where it is written.
    pub source: Source,
    /// Why no trial can check it, if that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untestable: Option<String>,
}

/// A place in a specification.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Source {
    /// The interface or document.
    pub document: String,
    /// The function, type or section.
    pub item: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'a> {
    #[serde(borrow)]
    requirements: Vec<&'a RawValue>,
}

/// Reads the catalogue.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub(crate) fn parse(text: Text<'_>) -> Result<Vec<Requirement>, Error> {
    let parts: Parts<'_> = text.parse()?;
    let mut requirements: Vec<Requirement> = Vec::with_capacity(parts.requirements.len());
    for part in parts.requirements {
        let requirement: Requirement = text.parse_part(part)?;
        if requirements.iter().any(|it| it.id == requirement.id) {
            let problem = format!("the requirement `{}` stands here twice", requirement.id);
            return Err(text.mistake(part, problem, "keep one of them"));
        }
        if requirement
            .untestable
            .as_ref()
            .is_some_and(|why| why.trim().is_empty())
        {
            let problem = format!("`{}` does not say why it is untestable", requirement.id);
            return Err(text.mistake(part, problem, "give the reason, or add an expectation"));
        }
        requirements.push(requirement);
    }
    Ok(requirements)
}
