//! Where guests differ on one implementation.

use super::contents::Report;
use super::record::Record;
use crate::{GuestName, TrialName, Untrusted, Verdict};
use std::collections::HashMap;

/// A trial in which guests do not observe the same on one implementation: the binding of one
/// is wrong, or what the implementation does for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GuestDifference<'a> {
    /// The trial, with the guest that is built in.
    pub trial: TrialName,
    /// The implementation.
    pub implementation: &'a Untrusted,
    /// What each guest came to, in the order of the report.
    pub records: Vec<&'a Record>,
}

impl Record {
    /// The name of the guest that observed it.
    #[must_use]
    pub fn guest(&self) -> &str {
        let guest = self.trial.settings.guest.as_ref();
        guest.map_or(GuestName::BUILT_IN, GuestName::as_str)
    }

    /// Whether it says something of the implementation that can be compared.
    fn is_comparable(&self) -> bool {
        let is_open = matches!(self.verdict, Verdict::NotApplicable | Verdict::Error);
        self.must.is_some() && !is_open
    }
}

impl Report {
    /// The names of the guests that the records are of, the one that is built in first.
    #[must_use]
    pub fn guest_names(&self) -> Vec<&str> {
        let mut guests = Vec::new();
        for record in &self.records {
            if !guests.contains(&record.guest()) {
                guests.push(record.guest());
            }
        }
        guests.sort_by_key(|guest| *guest != GuestName::BUILT_IN);
        guests
    }

    /// The trials in which guests differ on one implementation: in the verdict, or in what
    /// they observe.
    #[must_use]
    pub fn guest_differences(&self) -> Vec<GuestDifference<'_>> {
        let mut groups: Vec<GuestDifference<'_>> = Vec::new();
        let mut places = HashMap::new();
        for record in self.records.iter().filter(|it| it.is_comparable()) {
            let trial = record.trial.with_built_in_guest();
            let key = (&record.implementation, trial.clone());
            let at = *places.entry(key).or_insert_with(|| {
                groups.push(GuestDifference {
                    trial,
                    implementation: &record.implementation,
                    records: Vec::new(),
                });
                groups.len() - 1
            });
            groups[at].records.push(record);
        }
        let differs = |group: &GuestDifference<'_>| {
            let mut records = group.records.iter();
            let first = group.records[0];
            records.any(|it| (it.verdict, &it.observed) != (first.verdict, &first.observed))
        };
        groups.retain(differs);
        groups
    }
}
