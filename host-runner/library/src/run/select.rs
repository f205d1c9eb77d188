//! Which trials the command line asks for.

use super::partition::Partition;
use crate::suite::Trial;
use wasi_tcp_conformance_core::{Error, Problem};

/// Filters, as libtest has them, and the part that cargo-nextest has beside them.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "they have no others")]
pub struct Selection {
    /// Trials whose name contains one of these; without any, all.
    pub filters: Vec<String>,
    /// But none whose name contains one of these.
    pub skip: Vec<String>,
    /// Whether the whole name must match.
    pub exact: bool,
    /// Of these, the trials of one part.
    pub partition: Option<Partition>,
}

/// The trials that a selection asks for.
///
/// # Errors
/// When a filter matches no trial, or none is left.
pub fn select(trials: &[Trial], selection: &Selection) -> Result<Vec<Trial>, Error> {
    let matches = |name: &str, filter: &String| {
        if selection.exact {
            name == filter
        } else {
            name.contains(filter.as_str())
        }
    };
    let names: Vec<String> = trials.iter().map(|trial| trial.name.to_string()).collect();
    let is_unmatched = |filter: &&String| !names.iter().any(|name| matches(name, filter));
    if let Some(unmatched) = selection.filters.iter().find(is_unmatched) {
        return Err(Error::NothingJudged(Problem::new(
            format!("no trial matches the filter `{unmatched}`"),
            "`wasi-tcp-conformance list` prints the trials, and `help` the commands",
        )));
    }
    let is_selected = |name: &str| {
        let filters = &selection.filters;
        let is_asked = filters.is_empty() || filters.iter().any(|filter| matches(name, filter));
        is_asked && !selection.skip.iter().any(|skip| matches(name, skip))
    };
    let selected: Vec<_> = names
        .iter()
        .zip(trials)
        .filter(|(name, _)| is_selected(name))
        .map(|(_, trial)| trial.clone())
        .collect();
    if selected.is_empty() {
        return Err(Error::NothingJudged(Problem::new(
            "every trial was skipped",
            "skip fewer",
        )));
    }
    let Some(partition) = selection.partition else {
        return Ok(selected);
    };
    let in_part = |trial: &Trial| partition.includes(&trial.name.to_string());
    let selected: Vec<_> = selected.into_iter().filter(in_part).collect();
    if selected.is_empty() {
        return Err(Error::NothingJudged(Problem::new(
            "no trial that is asked for is in this part",
            "divide the trials into fewer parts",
        )));
    }
    Ok(selected)
}
