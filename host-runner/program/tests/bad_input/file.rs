//! Files that cannot be read or written, whatever they are for.

use super::Row;

/// The requirement, what is run, and what is said. The exit code is 2.
const ROWS: &[(&str, &str, &str)] = &[
    // To be read.
    (
        "an_implementation_that_is_missing_is_named",
        "wasi-tcp-conformance -i no/such.json",
        "failed to read no/such.json: No such file or directory (os error 2)",
    ),
    (
        "a_baseline_that_is_missing_is_named",
        "wasi-tcp-conformance -i shell.json --baseline no/such.json",
        "there is no baseline no/such.json\n  \
         help: begin one with `--write-baseline no/such.json`…",
    ),
    (
        "a_report_that_is_missing_is_named",
        "wasi-tcp-conformance report no-such.json",
        "failed to read no-such.json: No such file or directory (os error 2)",
    ),
    (
        "a_report_to_explain_from_is_there",
        "wasi-tcp-conformance explain unbound::accept --from no-such.json",
        "failed to read no-such.json: No such file or directory (os error 2)",
    ),
    (
        "a_folder_is_no_implementation",
        "mkdir folder.json && wasi-tcp-conformance -i folder.json",
        "failed to read folder.json: Is a directory (os error 21)",
    ),
    (
        "a_folder_is_no_baseline",
        "wasi-tcp-conformance -i shell.json --baseline .",
        "failed to read .: Is a directory (os error 21)",
    ),
    (
        "a_folder_is_no_report",
        "wasi-tcp-conformance report .",
        "failed to read .: Is a directory (os error 21)",
    ),
    (
        "an_implementation_has_an_end",
        "ln -s /dev/zero zero.json && wasi-tcp-conformance -i zero.json",
        "zero.json:1: the file is larger than 256 MiB\n  \
         help: check that this is the file that you mean",
    ),
    (
        "a_baseline_has_an_end",
        "ln -s /dev/zero zero.json && wasi-tcp-conformance -i shell.json --baseline zero.json",
        "zero.json:1: the file is larger than 256 MiB\n  \
         help: check that this is the file that you mean",
    ),
    (
        "a_report_has_an_end",
        "ln -s /dev/zero zero.json && wasi-tcp-conformance report zero.json",
        "zero.json:1: the file is larger than 256 MiB\n  \
         help: check that this is the file that you mean",
    ),
    (
        "a_name_is_shown_without_what_acts",
        r#"wasi-tcp-conformance report "$(printf '\033[31mred\377')""#,
        "failed to read \u{fffd}[31mred\u{fffd}: No such file or directory (os error 2)",
    ),
    // To be written.
    (
        "a_report_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance -i shell.json --json no/such/report.json",
        "failed to create no/such/report.json: No such file or directory (os error 2)",
    ),
    (
        "a_page_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance -i shell.json --html no/such/report.html",
        "failed to create no/such/report.html: No such file or directory (os error 2)",
    ),
    (
        "junit_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance -i shell.json --junit no/such/junit.xml",
        "failed to create no/such/junit.xml: No such file or directory (os error 2)",
    ),
    (
        "markdown_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance -i shell.json --markdown no/such/summary.md",
        "failed to create no/such/summary.md: No such file or directory (os error 2)",
    ),
    (
        "a_badge_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance -i shell.json --badge no/such/badge.svg",
        "failed to create no/such/badge.svg: No such file or directory (os error 2)",
    ),
    (
        "a_baseline_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance -i shell.json --write-baseline no/such/known.json",
        "failed to create no/such/known.json: No such file or directory (os error 2)",
    ),
    (
        "a_log_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance -i shell.json --logfile no/such/log",
        "failed to create no/such/log: No such file or directory (os error 2)",
    ),
    (
        "a_report_is_not_written_over_a_folder",
        "wasi-tcp-conformance -i shell.json --json .",
        "failed to create .: Is a directory (os error 21)",
    ),
    (
        "two_views_are_two_files",
        "wasi-tcp-conformance -i shell.json --json same --html same",
        "same is named for two views of the report\n  help: give each a file of its own",
    ),
    (
        "a_file_is_the_same_by_another_path",
        "wasi-tcp-conformance -i shell.json --exact $TRIAL --json same --html ./same",
        "./same is named for two views of the report\n  help: give each a file of its own",
    ),
    (
        "a_baseline_is_not_written_over_a_report",
        "wasi-tcp-conformance -i shell.json --exact $TRIAL --json same --write-baseline same",
        "same is named …\n  help: give each a file of its own",
    ),
    (
        "a_report_is_not_written_over_a_log",
        "wasi-tcp-conformance -i shell.json --exact $TRIAL --logfile same --json same",
        "same is named …\n  help: give each a file of its own",
    ),
    (
        "a_report_is_not_written_over_an_implementation",
        "wasi-tcp-conformance -i shell.json --exact $TRIAL --json shell.json",
        "shell.json is …\n  help: give …",
    ),
    (
        "a_baseline_that_exists_is_read_before_it_is_written",
        "wasi-tcp-conformance -i shell.json --write-baseline shell.json",
        "shell.json exists, and is not read as a baseline\n  \
         help: give it as a baseline too, so that its reasons are kept; or remove it",
    ),
    (
        "a_baseline_is_written_for_one",
        "sed 's/\"shell\"/\"other\"/' shell.json > other.json && \
         wasi-tcp-conformance -i shell.json -i other.json --write-baseline known.json",
        "--write-baseline is for one implementation at a time\n  help: name one with -i",
    ),
    (
        "a_suite_is_exported_to_an_empty_folder",
        "wasi-tcp-conformance export .",
        ". is not empty\n  \
         help: name a new folder, so that no file of another version stays in it",
    ),
    (
        "a_suite_is_exported_to_a_folder",
        "wasi-tcp-conformance export shell.json",
        "failed to create shell.json: File exists (os error 17)",
    ),
    (
        "there_is_room_for_temporary_files",
        "TMPDIR=/no/such/folder wasi-tcp-conformance -i shell.json",
        "failed to create a folder in /no/such/folder: No such file or directory (os error 2)",
    ),
];

pub(super) fn rows() -> Vec<Row> {
    let row =
        |&(name, run, says): &(&'static str, &str, &'static str)| Row::new(name, run, 2, says);
    ROWS.iter().map(row).collect()
}
