//! Where several implementations were judged: the trials in which they differ.

use super::layout::Lines;
use super::words::{WIDTH, observed};
use std::collections::HashMap;
use wasi_tcp_conformance_core::report::{Record, Report};

pub(super) fn side_by_side(lines: &mut Lines, report: &Report) {
    if report.implementations.len() < 2 {
        return;
    }
    let mut trials = Vec::new();
    let mut places = HashMap::new();
    for record in &report.records {
        let place = *places.entry(&record.trial).or_insert_with(|| {
            trials.push((&record.trial, Vec::<&Record>::new()));
            trials.len() - 1
        });
        trials[place].1.push(record);
    }
    let same = |one: &Record, two: &Record| {
        one.verdict == two.verdict && (one.must.is_none() || one.observed == two.observed)
    };
    trials.retain(|(_, records)| records.iter().any(|record| !same(record, records[0])));
    if trials.is_empty() {
        return;
    }
    let names = report.implementations.iter().map(|it| it.name.to_string());
    let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
    lines.line("side by side, where they differ");
    lines.line("");
    for (trial, records) in trials {
        lines.line(&format!("  {trial}"));
        for record in records {
            let (name, verdict) = (&record.implementation, record.verdict);
            let observed = observed(record, WIDTH);
            lines.line(&format!("    {name:width$}  {verdict}  {observed}"));
        }
    }
    lines.line("");
}
