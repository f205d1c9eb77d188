//! Judges the observations of a saved report again.

use crate::run::{add_walk, walk_counts};
use crate::suite::{Suite, Trial};
use std::collections::HashMap;
use wasi_tcp_conformance_core::Error;
use wasi_tcp_conformance_core::TrialName;
use wasi_tcp_conformance_core::report::{Record, Report};

/// The report with its observations judged by the expectations of this suite. The
/// entries of the baseline that the report holds count as they did in the run.
///
/// # Errors
/// When the observations were made by other components, or a trial is gone;
/// `file` is the name of the report.
pub fn judge_anew(suite: &Suite, file: &str, report: &Report) -> Result<Report, Error> {
    let facts = suite.facts();
    if report.suite.components != facts.components {
        return Err(Error::in_file(
            file,
            "other components observed this than those of this suite",
            "run the trials again",
        ));
    }
    let mut anew = report.clone();
    anew.suite = facts;
    for catalogue in &mut anew.generations {
        if let Some(part) = suite.generation(catalogue.generation) {
            *catalogue = part.catalogue(catalogue.wasi_version);
        }
    }
    let all = suite.known_trials();
    let trials = all.iter().cloned();
    let trials: HashMap<_, _> = trials.map(|trial| (trial.name.clone(), trial)).collect();
    for record in &mut anew.records {
        judge_record(&trials, file, record)?;
    }
    anew.walks = walk_counts(suite, &all, &anew);
    Ok(anew)
}

fn judge_record(
    trials: &HashMap<TrialName, Trial>,
    file: &str,
    record: &mut Record,
) -> Result<(), Error> {
    // A guest in another language is judged by what judges the one built in.
    let built_in = record.trial.with_built_in_guest();
    let trial = trials.get(&record.trial).or_else(|| trials.get(&built_in));
    let trial = trial.ok_or_else(|| {
        Error::in_file(
            file,
            format!("the suite has no trial `{}`", record.trial),
            "run the trials again",
        )
    })?;
    let expectation = &trial.expectation;
    record.must.clone_from(&expectation.must);
    record.should.clone_from(&expectation.should);
    record.otherwise.clone_from(&expectation.otherwise);
    record.requirements = expectation
        .cites
        .iter()
        .map(|it| it.as_str().into())
        .collect();
    if let (Some(walk), Some(saved)) = (&trial.walk, &record.walk) {
        if !walk.is_of(saved) {
            return Err(Error::in_file(
                file,
                format!("`{}` made other calls than in this suite", record.trial),
                "run the trials again",
            ));
        }
        let walked = walk.interpret_saved(trial.name.family, saved);
        record.observed = Some(walked.observation.clone());
        add_walk(record, walked);
    }
    // What was not run stays what it is.
    if let Some(observed) = &record.observed {
        let judgement = trial.judge(observed, record.known.as_ref());
        record.verdict = judgement.verdict;
        record.reason = judgement.reason;
    }
    Ok(())
}
