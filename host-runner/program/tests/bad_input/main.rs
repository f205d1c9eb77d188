//! Everything that a user can get wrong, and what the program says of it.
//!
//! A row of a table is a test: what is run, in a folder of its own; the exit code;
//! and all of the message. Every message is one error, without anything that a
//! terminal would act on, and comes soon; standard output stays empty.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod baseline;
mod command_line;
#[path = "../elision/mod.rs"]
mod elision;
mod file;
mod implementation;
#[path = "../line/mod.rs"]
mod line;
#[path = "../program/mod.rs"]
mod program;
mod report;
mod runtime;
#[path = "../shell/mod.rs"]
mod shell;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use program::Said;
use shell::{Fixture, TRIAL};
use std::fs;
use std::process::ExitCode;

/// Rows that say how it should be, and is not yet, by what the program does today.
/// One that holds must be taken out.
const WAITING: &[(&str, &[&str])] = &[
    (
        "it does not say that a command comes first",
        &["command_line::a_command_comes_before_its_options"],
    ),
    (
        "it says that there is none of this name, and then names it",
        &[
            "command_line::what_is_built_in_has_no_program",
            "command_line::all_have_no_program_in_common",
        ],
    ),
    (
        "it says `at path` and names a temporary file that nobody knows",
        &[
            "file::a_report_is_written_to_a_folder_that_exists",
            "file::a_page_is_written_to_a_folder_that_exists",
            "file::junit_is_written_to_a_folder_that_exists",
            "file::markdown_is_written_to_a_folder_that_exists",
            "file::a_badge_is_written_to_a_folder_that_exists",
            "file::a_baseline_is_written_to_a_folder_that_exists",
            "file::there_is_room_for_temporary_files",
            "report::a_view_of_a_report_is_written_to_a_folder_that_exists",
            "report::a_comparison_is_written_to_a_folder_that_exists",
        ],
    ),
    (
        "it writes one over the other",
        &[
            "file::a_file_is_the_same_by_another_path",
            "file::a_baseline_is_not_written_over_a_report",
            "file::a_report_is_not_written_over_a_log",
            "file::a_report_is_not_written_over_an_implementation",
            "report::a_report_is_not_written_over_by_its_view",
        ],
    ),
    (
        "it names line 1",
        &[
            "implementation::a_name_is_not_empty",
            "implementation::a_name_is_not_blank",
            "implementation::at_least_one_version_is_named",
            "implementation::a_generation_is_one_that_the_suite_knows",
            "implementation::every_generation_is_one_that_the_suite_knows",
            "implementation::a_version_is_one_that_the_suite_knows",
            "implementation::of_a_generation_one_version_is_named",
            "implementation::at_least_one_family_is_named",
            "implementation::a_command_is_not_empty",
            "implementation::a_command_runs_a_case",
            "implementation::a_placeholder_exists",
            "implementation::a_command_that_tells_the_version_is_not_empty",
            "implementation::a_command_that_prepares_is_not_empty",
            "implementation::what_is_allowed_is_what_is_run",
            "implementation::the_command_of_a_policy_runs_a_case",
            "implementation::a_variable_does_not_depend_on_the_trial",
            "implementation::a_placeholder_of_a_variable_exists",
            "implementation::a_time_limit_is_above_0",
            "implementation::a_time_limit_is_not_negative",
        ],
    ),
    (
        "it names the policy `?`, and does not tell faults from policies",
        &[
            "implementation::a_policy_exists",
            "implementation::a_fault_is_no_policy",
            "implementation::a_policy_has_a_command",
            "implementation::a_policy_has_nothing_but_a_command",
        ],
    ),
    (
        "it takes the placeholder, and fills in nothing, or what belongs to one trial",
        &[
            "implementation::a_version_is_asked_for_without_a_trial",
            "implementation::a_component_is_prepared_for_all_trials",
        ],
    ),
    (
        "it says that a program without a name is not installed",
        &["implementation::a_program_that_is_used_is_named"],
    ),
    (
        "it goes on with what the operating system cannot pass on",
        &[
            "implementation::a_word_can_be_passed_on",
            "implementation::a_variable_has_a_name",
            "implementation::the_name_of_a_variable_has_no_equals_sign",
        ],
    ),
    (
        "it takes 30 s for 1e300, and no time at all for 1e-12",
        &[
            "implementation::a_time_limit_is_one_that_can_pass",
            "implementation::a_time_limit_is_not_too_short_to_measure",
        ],
    ),
    (
        "it takes a list for an object, or names a type of its own",
        &[
            "implementation::a_file_is_an_object",
            "implementation::a_file_is_something",
            "baseline::a_known_failure_is_an_object",
            "baseline::a_known_failure_is_no_list",
            "baseline::a_file_is_an_object",
        ],
    ),
    (
        "it fails to read a file without a name",
        &[
            "baseline::a_baseline_has_a_file",
            "baseline::a_baseline_is_no_empty_word",
        ],
    ),
    (
        "it says that the format is null",
        &[
            "report::a_format_is_there",
            "report::a_file_of_another_kind_is_none",
        ],
    ),
    (
        "it does not name the field",
        &[
            "report::a_field_of_a_record_is_there",
            "report::a_count_is_a_number",
            "report::records_are_a_list",
            "report::a_verdict_exists",
            "report::a_verdict_is_text",
            "report::a_trial_has_a_name",
            "report::settings_have_an_order",
            "report::a_trial_is_shown_without_what_acts",
            "report::an_observation_exists",
            "report::a_pattern_has_an_operator_that_exists",
            "report::a_duration_is_a_number",
            "report::a_generation_has_two_numbers",
        ],
    ),
    (
        "it takes the report, whose parts do not fit together",
        &[
            "report::a_pattern_names_a_code_that_exists",
            "report::a_version_is_of_its_generation",
            "report::a_record_is_of_an_implementation_of_the_report",
            "report::no_implementation_is_there_twice",
        ],
    ),
];

/// Something that a user can get wrong.
struct Row {
    /// What is required.
    name: &'static str,
    /// Files of the folder, by name, beside `shell.json` and its `runtime.sh`.
    files: Vec<(&'static str, Vec<u8>)>,
    /// What is run, as a shell takes it. `$TRIAL` is the name of a trial.
    run: String,
    /// The exit code.
    exit: i32,
    /// All of the message but `error: `, with elisions.
    says: &'static str,
}

impl Row {
    fn new(name: &'static str, run: impl Into<String>, exit: i32, says: &'static str) -> Self {
        Self {
            name,
            files: Vec::new(),
            run: run.into(),
            exit,
            says,
        }
    }

    /// The same with this file too.
    fn with(mut self, name: &'static str, text: impl Into<Vec<u8>>) -> Self {
        self.files.push((name, text.into()));
        self
    }

    /// Runs it in a folder of its own: the line of shell, and what came of it.
    fn run(&self) -> Result<(String, Said), Failed> {
        let fixture = Fixture::new().env("MODE", "right");
        let implementation = format!("{:#}\n", fixture.adapter).into_bytes();
        fs::write(fixture.path("shell.json"), implementation)?;
        for (name, text) in &self.files {
            fs::write(fixture.path(name), text)?;
        }
        let line = self.run.replace("$TRIAL", TRIAL);
        let said = line::run(&line, fixture.folder.path(), &[])?;
        Ok((line, said))
    }
}

fn main() -> ExitCode {
    let tables = [
        ("command_line", command_line::rows()),
        ("file", file::rows()),
        ("implementation", implementation::rows()),
        ("runtime", runtime::rows()),
        ("baseline", baseline::rows()),
        ("report", report::rows()),
    ];
    let mut trials: Vec<_> = CONTROLS.iter().map(control).collect();
    let mut names = Vec::new();
    for (table, rows) in tables {
        for row in rows {
            let name = format!("{table}::{}", row.name);
            let mut waiting = WAITING.iter();
            let waiting = waiting.find(|(_, rows)| rows.contains(&name.as_str()));
            let today = waiting.map(|(today, _)| *today);
            names.push(name.clone());
            trials.push(Trial::ignorable_test(name, move || judge(&row, today)));
        }
    }
    trials.push(Trial::test("what_waits_is_a_row", move || {
        waiting_are(&names)
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// What the rows change is right: each of them is wrong for its own reason alone.
const CONTROLS: [(&str, &str); 3] = [
    ("the_implementation", "-i mine.json --exact $TRIAL"),
    (
        "the_baseline",
        "-i mine.json --exact $TRIAL --baseline known.json",
    ),
    ("the_report", "report report.json"),
];

fn control(&(name, arguments): &(&'static str, &'static str)) -> Trial {
    Trial::test(format!("{name}_is_right"), move || {
        let row = Row::new(name, format!("wasi-tcp-conformance {arguments}"), 0, "")
            .with("mine.json", implementation::text(&[]))
            .with("known.json", baseline::text(&[baseline::ENTRY]))
            .with("report.json", report::REPORT);
        let said = row.run()?.1;
        match said.exit {
            Some(0) => Ok(()),
            exit => Err(format!("{}{}exit code: {exit:?}", said.out, said.err).into()),
        }
    })
}

fn waiting_are(names: &[String]) -> Result<(), Failed> {
    let waiting = WAITING.iter().flat_map(|(_, rows)| *rows);
    let is_row = |waiting: &&&str| names.iter().any(|name| name == **waiting);
    let others: Vec<_> = waiting
        .filter(|waiting| !is_row(waiting))
        .copied()
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    Err(format!("these are no rows: {}", others.join(" ")).into())
}

fn judge(row: &Row, today: Option<&str>) -> Result<Completion, Failed> {
    match (check(row), today) {
        (Ok(()), None) => Ok(Completion::Completed),
        (Ok(()), Some(_)) => Err("this holds now: take it out of WAITING".into()),
        (Err(_), Some(today)) => Ok(Completion::ignored_with(format!("waits: {today}"))),
        (Err(problem), None) => Err(problem),
    }
}

fn check(row: &Row) -> Result<(), Failed> {
    let (line, said) = row.run()?;
    let acts = |character: char| character.is_control() && character != '\n';
    let problem = if said.exit != Some(row.exit) {
        format!("the exit code is not {}", row.exit)
    } else if !elision::shows(&format!("error: {}", row.says), &said.err) {
        format!("expected\nerror: {}\n", row.says)
    } else if !said.out.is_empty() {
        format!("standard output is not empty: {}", said.out)
    } else if said.err.contains(acts) {
        format!("the message acts on a terminal: {:?}", said.err)
    } else {
        return Ok(());
    };
    Err(format!(
        "{problem}\n$ {line}\n{}\nexit code: {:?}",
        said.err, said.exit
    )
    .into())
}
