//! Walks whose answers the model of the socket judges.

use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use wasi_tcp_conformance_core::report::{WalkAnswers, WalkCoverage};
use wasi_tcp_conformance_core::walk::{Answer, Contradiction, Coverage, Model, Walk, replay};
use wasi_tcp_conformance_core::{Family, Generation, Observation, Untrusted};

/// What the expectation of a walk asks for.
const AS_MODELED: &str = "as modeled";

/// A walk, with the model that judges it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TrialWalk {
    /// The calls.
    pub walk: Arc<Walk>,
    /// What a socket may answer.
    pub model: Arc<Model>,
}

/// What the model makes of the answers of a walk.
#[derive(Debug)]
#[non_exhaustive]
pub struct Walked {
    /// What is judged: that the walk went as modeled, or what contradicts the model.
    pub observation: Observation,
    /// The calls and their answers; none if the guest gave none.
    pub answers: Option<WalkAnswers>,
    /// The first answer that contradicts the model, if one does.
    pub contradiction: Option<Contradiction>,
    /// What was taken of the model.
    pub coverage: Coverage,
    /// How many answers deviate from what is documented.
    pub deviations: usize,
}

impl TrialWalk {
    /// A walk that is judged by a model.
    pub(crate) fn new(walk: Walk, model: &Arc<Model>) -> Self {
        Self {
            walk: Arc::new(walk),
            model: Arc::clone(model),
        }
    }

    /// What the model makes of what a guest saw. What the guest did not say itself,
    /// such as a trap, stays what it is.
    #[must_use]
    pub fn interpret(&self, family: Family, seen: Observation) -> Walked {
        let answers = match &seen {
            Observation::Seen(value) => Answer::read_all(value),
            _ => return Walked::without_answers(seen),
        };
        match answers {
            Ok(answers) if answers.len() == self.walk.calls.len() => self.replay(family, &answers),
            Ok(answers) => {
                let (given, made) = (answers.len(), self.walk.calls.len());
                let why = format!("{given} answers to {made} calls");
                Walked::without_answers(Observation::Garbled { why })
            }
            Err(why) => Walked::without_answers(Observation::Garbled { why }),
        }
    }

    /// Whether saved answers are those to the calls of this walk.
    #[must_use]
    pub fn is_of(&self, saved: &WalkAnswers) -> bool {
        let calls = self.walk.calls.iter().map(ToString::to_string);
        saved.calls.iter().map(Untrusted::as_raw).eq(calls)
    }

    /// The same for answers that were saved.
    #[must_use]
    pub fn interpret_saved(&self, family: Family, saved: &WalkAnswers) -> Walked {
        let answers: Vec<_> = saved.answers.iter().map(|it| json!(it)).collect();
        self.interpret(family, Observation::Seen(json!({ "walk": answers })))
    }

    fn replay(&self, family: Family, answers: &[Answer]) -> Walked {
        let replayed = replay(&self.model, family, &self.walk, answers);
        let (coverage, deviations, contradiction) = match replayed {
            Ok(replayed) => (replayed.coverage, replayed.deviations.len(), None),
            Err(found) => (found.coverage.clone(), 0, Some(*found)),
        };
        let observed = match &contradiction {
            None => AS_MODELED.into(),
            Some(found) => json!({
                "call": found.call,
                "in": found.states,
                "answer": found.answer,
                "contradicts": found.requirement,
            }),
        };
        let calls = self.walk.calls.iter().map(|it| it.to_string().into());
        let answers = answers.iter().map(|it| Observation::Seen(it.to_value()));
        let mut said = WalkAnswers::new(calls.collect(), answers.collect());
        if let Some(found) = &contradiction {
            said.followed = found.index;
            said.allowed = found.allowed.iter().map(|it| it.as_str().into()).collect();
        }
        Walked {
            observation: Observation::Seen(observed),
            answers: Some(said),
            contradiction,
            coverage,
            deviations,
        }
    }
}

impl Walked {
    /// What the call answered that contradicts the model.
    #[must_use]
    pub fn answer(&self) -> Option<&Observation> {
        let index = self.contradiction.as_ref()?.index;
        self.answers.as_ref()?.answers.get(index)
    }

    fn without_answers(observation: Observation) -> Self {
        Self {
            observation,
            answers: None,
            contradiction: None,
            coverage: Coverage::default(),
            deviations: 0,
        }
    }
}

/// What the walks of an implementation took of a model, with 0 for what they did not.
#[must_use]
pub fn walk_coverage(
    implementation: &Untrusted,
    generation: Generation,
    model: &Model,
    taken: &Coverage,
) -> WalkCoverage {
    let counts = |all: Vec<String>, taken: &BTreeMap<String, u64>| {
        let mut counts: BTreeMap<Untrusted, u64> =
            all.iter().map(|key| (key.as_str().into(), 0)).collect();
        counts.extend(
            taken
                .iter()
                .map(|(key, count)| (key.as_str().into(), *count)),
        );
        counts
    };
    WalkCoverage::new(
        implementation.clone(),
        generation,
        counts(model.cells().into_iter().collect(), &taken.cells),
        counts(
            model.transitions().into_iter().collect(),
            &taken.transitions,
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Suite;
    use serde_json::Value;
    use wasi_tcp_conformance_core::walk::expected_answers;

    fn walks() -> impl Iterator<Item = (Family, TrialWalk)> {
        let trials = Suite::embedded().unwrap().trials().into_iter();
        trials.filter_map(|trial| Some((trial.name.family, trial.walk?)))
    }

    fn seen(answers: &[Value]) -> Observation {
        Observation::Seen(json!({ "walk": answers }))
    }

    fn expected(family: Family, walk: &TrialWalk) -> Vec<Value> {
        let answers = expected_answers(family, &walk.walk);
        answers.iter().map(Answer::to_value).collect()
    }

    #[test]
    fn the_usual_answers_are_as_modeled() {
        let mut count = 0;
        for (family, walk) in walks() {
            let walked = walk.interpret(family, seen(&expected(family, &walk)));
            assert_eq!(walked.observation, Observation::Seen(AS_MODELED.into()));
            assert!(walked.contradiction.is_none());
            let saved = walked.answers.unwrap();
            assert!(walk.is_of(&saved));
            let again = walk.interpret_saved(family, &saved);
            assert_eq!(again.observation, walked.observation);
            assert_eq!(again.coverage, walked.coverage);
            count += 1;
        }
        assert!(count > 0);
    }

    /// Each call in turn answers what it never may, and that is what is told.
    #[test]
    fn an_answer_that_no_call_gives_contradicts() {
        for (family, walk) in walks() {
            let right = expected(family, &walk);
            for (at, call) in walk.walk.calls.iter().enumerate() {
                let mut answers = right.clone();
                answers[at] = json!([9]);
                let walked = walk.interpret(family, seen(&answers));
                let found = walked.contradiction.expect("a contradiction");
                assert_eq!((found.index, &found.call), (at, &call.to_string()));
                let saved = walked.answers.unwrap();
                assert_eq!(saved.followed, at);
                assert!(!saved.allowed.is_empty());
                let Observation::Seen(told) = walked.observation else {
                    panic!("the guest saw it");
                };
                assert_eq!(told["answer"], "[9]");
                assert_eq!(told["contradicts"], found.requirement);
            }
        }
    }

    #[test]
    fn what_are_no_answers_to_the_calls_is_garbled() {
        for (family, walk) in walks() {
            let mut answers = expected(family, &walk);
            answers.pop();
            for wrong in [seen(&answers), Observation::Seen("ok".into())] {
                let walked = walk.interpret(family, wrong);
                let is_garbled = matches!(walked.observation, Observation::Garbled { .. });
                assert!(is_garbled, "{}", walked.observation);
            }
            let trap = Observation::Trapped { step: "1".into() };
            assert_eq!(walk.interpret(family, trap.clone()).observation, trap);
        }
    }

    #[test]
    fn answers_are_those_of_the_same_calls() {
        let mut walks = walks();
        let (family, first) = walks.next().unwrap();
        let (_, other) = walks.find(|(_, it)| it.walk != first.walk).unwrap();
        let walked = first.interpret(family, seen(&expected(family, &first)));
        assert!(!other.is_of(&walked.answers.unwrap()));
    }
}
