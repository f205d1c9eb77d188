//! Known answers of walks: where an implementation is known to contradict the model.

use crate::json::Text;
use crate::known_failure::is_of_versions;
use crate::walk::{Contradiction, Coverage, Model, Steering, Walk, parse_calls};
use crate::{Error, Observation, Pattern, Problem, Untrusted};
use schemars::JsonSchema;
use semver::VersionReq;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::ops::Not;

/// What an implementation is known to answer otherwise than the model allows. It
/// excuses one answer in one cell, and generated walks keep away from the cell.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KnownWalk {
    /// The cell of the model: a state and a call, such as `bound start-connect(other)`.
    /// A `*` stands for every state.
    pub cell: String,
    /// A pattern of what the call answers; by default, whatever the model does not allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Pattern>,
    /// Whether the call never comes back, so that a walk has no answers. Trials whose walk
    /// makes such a call are not applicable.
    #[serde(default, skip_serializing_if = "<&bool>::not")]
    pub hangs: bool,
    /// The cells that generated walks keep away from in place of `cell`, where that is one
    /// that most of them have to take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoid: Vec<String>,
    /// The shortest walk that shows it.
    pub calls: Vec<String>,
    /// Why it is so, in one line.
    pub reason: Untrusted,
    /// Whether it is seen on some runs only: then it is no news that `calls` go as
    /// modeled.
    #[serde(default, skip_serializing_if = "<&bool>::not")]
    pub sometimes: bool,
    /// The versions of the implementation that it is about, such as `<42` or
    /// `>=42, <49`; every version by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub versions: Option<VersionReq>,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Untrusted>,
}

impl KnownWalk {
    /// Whether the entry is about the implementation that says this of its version.
    #[must_use]
    pub fn is_about(&self, version: &str) -> bool {
        is_of_versions(self.versions.as_ref(), version)
    }

    /// Whether a contradiction is the one that the entry lists.
    #[must_use]
    pub fn excuses(
        &self,
        model: &Model,
        contradiction: &Contradiction,
        answer: &Observation,
    ) -> bool {
        let steering = Steering {
            avoid: vec![self.cell.clone()],
        };
        self.answers(model, answer) && steering.knows(contradiction)
    }

    /// Whether this is an answer that the entry lists.
    #[must_use]
    pub fn answers(&self, model: &Model, answer: &Observation) -> bool {
        if self.hangs {
            return matches!(answer, Observation::TimedOut { .. });
        }
        let listed = self.answer.as_ref();
        listed.is_none_or(|listed| listed.accepts(answer, &model.codes))
    }

    /// The cells that generated walks keep away from.
    #[must_use]
    pub fn avoided(&self) -> &[String] {
        if self.avoid.is_empty() {
            std::slice::from_ref(&self.cell)
        } else {
            &self.avoid
        }
    }

    /// Whether what a walk takes of the model has the cell.
    #[must_use]
    pub fn is_among(&self, taken: &Coverage) -> bool {
        let Some((state, call)) = self.cell.split_once(' ') else {
            return false;
        };
        let is_cell = |key: &String| {
            key == &self.cell
                || (state == "*" && key.split_once(' ').is_some_and(|it| it.1 == call))
        };
        taken.cells.keys().any(is_cell) || taken.roles.contains_key(&format!("stream {call}"))
    }

    /// The shortest walk that shows it. It was checked when the entry was read.
    #[must_use]
    pub fn walk(&self) -> Walk {
        parse_calls(&self.calls).unwrap_or_default()
    }
}

/// Reads the field `walks`, whose entries are parts of `text`.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse_known_walks(
    text: Text<'_>,
    parts: &[&RawValue],
    models: &[&Model],
) -> Result<Vec<KnownWalk>, Error> {
    let mut walks: Vec<KnownWalk> = Vec::with_capacity(parts.len());
    for part in parts {
        let known: KnownWalk = text.parse_part(part)?;
        check(&known, &walks, models).map_err(|problem| text.mistake(part, problem))?;
        walks.push(known);
    }
    Ok(walks)
}

fn check(known: &KnownWalk, others: &[KnownWalk], models: &[&Model]) -> Result<(), Problem> {
    let mut cells = [&known.cell].into_iter().chain(&known.avoid);
    if let Some(cell) = cells.find(|cell| !models.iter().any(|model| model.has(cell))) {
        return Err(Problem::new(
            format!("the model has no cell `{cell}`"),
            "name a state and a call, such as `bound start-connect(other)`; \
             `wasi-tcp-conformance walk --coverage` prints them",
        ));
    }
    let cell = &known.cell;
    if known.hangs && known.answer.is_some() {
        return Err(Problem::new(
            format!("`{cell}` hangs, and has an answer"),
            "remove `answer`, or `hangs`",
        ));
    }
    let mut codes = models.iter().map(|model| &model.codes);
    if let Some(answer) = &known.answer
        && let Some(Err(what)) = codes.next().map(|codes| answer.check(codes))
    {
        let help = "name a code of wasi:sockets, or `error:*`";
        return Err(Problem::new(what, help));
    }
    if let Err(why) = parse_calls(&known.calls) {
        return Err(Problem::new(
            format!("the walk to `{cell}`: {why}"),
            "list its calls, such as `s0=create(a)`",
        ));
    }
    let is_same = |it: &KnownWalk| {
        it.cell == known.cell
            && (it.answer == known.answer && it.hangs == known.hangs)
            && it.versions == known.versions
    };
    if others.iter().any(is_same) {
        return Err(Problem::new(
            format!("`{cell}` is listed twice with this answer"),
            "keep one of them",
        ));
    }
    if known.reason.as_raw().trim().is_empty() {
        return Err(Problem::new(
            format!("the known walk to `{cell}` has no reason"),
            "give the reason in one line",
        ));
    }
    Ok(())
}
