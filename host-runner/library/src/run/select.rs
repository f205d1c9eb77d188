//! Which trials the command line asks for.

use crate::suite::Trial;
use wasi_tcp_conformance_core::{Error, Problem};

/// Filters, as libtest has them.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "libtest has no others")]
pub struct Selection {
    /// Trials whose name contains one of these; without any, all.
    pub filters: Vec<String>,
    /// But none whose name contains one of these.
    pub skip: Vec<String>,
    /// Whether the whole name must match.
    pub exact: bool,
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
    Ok(selected)
}
