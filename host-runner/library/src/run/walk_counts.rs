//! What the walks of a report took of the model.

use crate::suite::{Suite, Trial, walk_coverage};
use std::collections::HashMap;
use wasi_tcp_conformance_core::TrialName;
use wasi_tcp_conformance_core::report::{Report, WalkCoverage};
use wasi_tcp_conformance_core::walk::Coverage;

/// What the walks of each implementation took, in the order of the report. It follows
/// from the answers in the records.
pub(crate) fn walk_counts(suite: &Suite, trials: &[Trial], report: &Report) -> Vec<WalkCoverage> {
    let walks: HashMap<&TrialName, _> = trials
        .iter()
        .filter_map(|trial| Some((&trial.name, trial.walk.as_ref()?)))
        .collect();
    let mut counts = Vec::new();
    for facts in &report.implementations {
        for part in &suite.generations {
            let mut taken: Option<Coverage> = None;
            for record in &report.records {
                let is_of = record.implementation == facts.name
                    && record.trial.generation == part.generation;
                let Some((walk, saved)) = walks.get(&record.trial).zip(record.walk.as_ref()) else {
                    continue;
                };
                if is_of {
                    let walked = walk.interpret_saved(record.trial.family, saved);
                    taken.get_or_insert_default().merge(&walked.coverage);
                }
            }
            if let Some(taken) = taken {
                let model = &part.model;
                counts.push(walk_coverage(&facts.name, part.generation, model, &taken));
            }
        }
    }
    counts
}
