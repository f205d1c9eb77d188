//! `list`: prints the trials with their requirements.

use super::guests;
use clap::Args;
use std::fmt::Write as _;
use std::process::ExitCode;
use wasi_tcp_conformance::internal::{Selection, print, select_trials};
use wasi_tcp_conformance::{Error, Trial};

#[derive(Args)]
pub(super) struct Arguments {
    /// As JSON, with what each trial must observe
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    guests: guests::Arguments,
    /// Print the trials whose name contains one of these; without any, all
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let suite = arguments.guests.suite()?;
    let selection = Selection {
        filters: arguments.filters.clone(),
        ..Selection::default()
    };
    let trials = select_trials(&suite.trials(), &selection)?;
    print(&if arguments.json {
        json(&trials)
    } else {
        table(&trials)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn json(trials: &[Trial]) -> String {
    let object = |trial: &Trial| {
        let (name, expectation) = (&trial.name, &trial.expectation);
        serde_json::json!({
            "trial": name,
            "generation": name.generation,
            "topic": name.topic,
            "case": name.case,
            "family": name.family,
            "walk": expectation.walk,
            "settings": name.settings,
            "requirements": expectation.cites,
            "must": expectation.must,
            "should": expectation.should,
            "otherwise": expectation.otherwise,
        })
    };
    let objects: Vec<_> = trials.iter().map(object).collect();
    serde_json::to_string_pretty(&objects).unwrap_or_default() + "\n"
}

fn table(trials: &[Trial]) -> String {
    let names: Vec<_> = trials.iter().map(|trial| trial.name.to_string()).collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    let mut lines = String::new();
    for (name, trial) in names.iter().zip(trials) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            lines,
            "{name:width$}  {}",
            trial.expectation.cites.join(", ")
        );
    }
    lines
}
