//! Files of walks: what `walk` found, and what a vendor keeps as a regression.

use crate::json::{Format, Text};
use crate::walk::{Walk, parse_calls};
use crate::{Error, Family, Generation, Observation, Problem, Untrusted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A file of walks. Only `generation` and `walks` are needed; the rest says where the
/// walks come from.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Walks")]
#[non_exhaustive]
pub struct WalkFile<'a> {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// The generation of WASI whose sockets the walks call.
    pub generation: Generation,
    /// The version of the suite that wrote the file.
    pub suite: Option<Untrusted>,
    /// The walks.
    #[serde(borrow)]
    #[schemars(with = "Vec<KeptWalk>")]
    pub walks: Vec<&'a RawValue>,
}

/// A walk that is kept. Only `calls` are needed; the rest says what was found.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct KeptWalk {
    /// The calls, such as `s0=create(a)`.
    pub calls: Vec<String>,
    /// The family that `a` stands for; by default, each that the implementation has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    /// Why it is kept, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Untrusted>,
    /// The implementation that it contradicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<Untrusted>,
    /// The version of the implementation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Untrusted>,
    /// The seed of the walk that it was shrunk from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The cell of the model that it contradicts, as a file of known walks names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Untrusted>,
    /// What that call answered; or the observation, if the guest gave no answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Observation>,
    /// What the model allows instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Untrusted>,
    /// The requirement that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<Untrusted>,
}

impl KeptWalk {
    /// Calls, and nothing else.
    #[must_use]
    pub fn new(walk: &Walk) -> Self {
        Self {
            calls: walk.calls.iter().map(ToString::to_string).collect(),
            family: None,
            reason: None,
            implementation: None,
            version: None,
            seed: None,
            cell: None,
            answer: None,
            allowed: Vec::new(),
            requirement: None,
        }
    }
}

/// Reads a file of walks. Each is there with its calls.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse_walks(file: &str, text: &str) -> Result<(Generation, Vec<(KeptWalk, Walk)>), Error> {
    let text = Text {
        file,
        text,
        format: Format::Walks,
    };
    let parsed: WalkFile<'_> = text.parse()?;
    let mut walks = Vec::with_capacity(parsed.walks.len());
    for part in &parsed.walks {
        let kept: KeptWalk = text.parse_part(part)?;
        let walk = parse_calls(&kept.calls).map_err(|why| {
            let help = "list its calls, such as `s0=create(a)`";
            text.mistake(part, Problem::new(why, help))
        })?;
        walks.push((kept, walk));
    }
    if walks.is_empty() {
        let problem = Problem::new("the file has no walk", "add one, or remove the file");
        return Err(text.mistake_in("walks", problem));
    }
    Ok((parsed.generation, walks))
}

/// The text of a file of walks.
#[must_use]
pub fn write_walks(generation: Generation, suite: &str, walks: &[KeptWalk]) -> String {
    #[derive(Serialize)]
    struct Written<'a> {
        generation: Generation,
        suite: &'a str,
        walks: &'a [KeptWalk],
    }
    let written = Written {
        generation,
        suite,
        walks,
    };
    serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let walk = parse_calls(&["s0=create(a)".to_owned(), "s0.hop-limit".to_owned()]).unwrap();
        let mut kept = KeptWalk::new(&walk);
        kept.seed = Some(7);
        kept.answer = Some(Observation::Seen("ok".into()));
        let generation = "0.2".parse().unwrap();
        let text = write_walks(generation, "1.2.3", std::slice::from_ref(&kept));
        let read = parse_walks("mine.json", &text).unwrap();
        assert_eq!(read, (generation, vec![(kept, walk)]));
    }
}
