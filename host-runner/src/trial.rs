//! Trials: one case, one family, one environment, one implementation.

use crate::suite::{Suite, Topic};
use crate::{Environment, Error, Expectation, Family};
use libtest_mimic::Arguments;
use std::fmt;

/// The name of a trial: `unbound::local_address::ipv6`,
/// `limit::code::ipv4@fd-limit`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct TrialId {
    /// The topic.
    pub topic: String,
    /// The case of the topic.
    pub case: String,
    /// The family that the case is asked to use.
    pub family: Family,
    /// The set-up around the implementation.
    pub environment: Environment,
}

impl fmt::Display for TrialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            topic,
            case,
            family,
            environment,
        } = self;
        write!(f, "{topic}::{case}::{family}")?;
        match environment {
            Environment::Default => Ok(()),
            environment => write!(f, "@{environment}"),
        }
    }
}

/// A trial of the suite, before an implementation takes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trial<'a> {
    /// Its name.
    pub id: TrialId,
    /// The component that it runs.
    pub topic: &'a Topic,
    /// What it has to observe.
    pub expectation: &'a Expectation,
}

/// Every trial of the suite, in the order of topics and expectations.
#[must_use]
pub fn all(suite: &Suite) -> Vec<Trial<'_>> {
    let mut trials = Vec::new();
    for topic in &suite.topics {
        for expectation in &topic.expectations {
            for family in &expectation.families {
                trials.push(Trial {
                    id: TrialId {
                        topic: topic.name.clone(),
                        case: expectation.case.clone(),
                        family: *family,
                        environment: expectation.environment,
                    },
                    topic,
                    expectation,
                });
            }
        }
    }
    trials
}

/// The trials that filters leave: those that one of them matches, or all if
/// there is none, but for those that `arguments` skip.
pub(crate) fn select<'a>(
    trials: &[Trial<'a>],
    filters: &[&str],
    arguments: &Arguments,
) -> Result<Vec<Trial<'a>>, Error> {
    let matches = |name: &str, filter: &str| {
        if arguments.exact {
            name == filter
        } else {
            name.contains(filter)
        }
    };
    let is_unmatched =
        |filter: &&&str| trials.iter().all(|it| !matches(&it.id.to_string(), filter));
    if let Some(unmatched) = filters.iter().find(is_unmatched) {
        return Err(Error::NothingJudged(format!(
            "no trial matches the filter `{unmatched}`; `wasi-tcp-conformance list` prints them"
        )));
    }
    let is_selected = |it: &&Trial<'_>| {
        let name = it.id.to_string();
        let is_skipped = arguments.skip.iter().any(|it| matches(&name, it));
        let is_wanted = filters.is_empty() || filters.iter().any(|it| matches(&name, it));
        is_wanted && !is_skipped
    };
    let selected: Vec<_> = trials.iter().filter(is_selected).cloned().collect();
    if selected.is_empty() {
        return Err(Error::NothingJudged("every trial was skipped".to_owned()));
    }
    Ok(selected)
}
