//! Records that say the same, together: both families of a case, and all trials
//! in which an implementation does the same thing.

use std::collections::HashMap;
use wasi_tcp_conformance_core::report::{Record, Report};
use wasi_tcp_conformance_core::{Untrusted, Verdict};

/// How many trials of a group are named.
const NAMED: usize = 6;

/// Records of one implementation that say the same.
pub(super) struct Group<'a> {
    pub(super) records: Vec<&'a Record>,
}

/// The records with this verdict, in groups, ordered by the requirement that they
/// cite first.
pub(super) fn groups(report: &Report, verdict: Verdict) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    // By what can be hashed; what cannot is compared.
    let mut places: HashMap<_, Vec<usize>> = HashMap::new();
    for record in report.records.iter().filter(|it| it.verdict == verdict) {
        let observed = record.observed.as_ref().map(ToString::to_string);
        let key = (
            &record.implementation,
            &record.requirements,
            &record.reason,
            observed,
        );
        let known = places.entry(key).or_default();
        if let Some(at) = known.iter().find(|at| groups[**at].takes(record)) {
            groups[*at].records.push(record);
        } else {
            known.push(groups.len());
            groups.push(Group {
                records: vec![record],
            });
        }
    }
    let order: HashMap<_, _> = report
        .requirements()
        .enumerate()
        .map(|(at, (generation, requirement))| ((generation, &requirement.id), at))
        .collect();
    groups.sort_by_key(|group| {
        let first = group.first();
        let cited = first.requirements.first();
        cited.and_then(|id| order.get(&(first.trial.generation, id)))
    });
    groups
}

impl<'a> Group<'a> {
    /// The record that stands for all of them.
    pub(super) fn first(&self) -> &'a Record {
        self.records[0]
    }

    /// Whether a record with the same observation belongs here.
    fn takes(&self, record: &Record) -> bool {
        let first = self.first();
        first.trial.generation == record.trial.generation
            && first.must == record.must
            && first.should == record.should
    }

    /// The id of the requirement that it is about.
    pub(super) fn requirement(&self) -> String {
        let cited = self.first().requirements.first();
        cited.map_or_else(String::new, Untrusted::to_string)
    }

    /// The names of its trials; of many, the first.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .records
            .iter()
            .take(NAMED)
            .map(|record| record.trial.to_string())
            .collect();
        let rest = self.records.len() - names.len();
        if rest > 0 {
            names.push(format!("… and {rest} more that are the same"));
        }
        names
    }
}
