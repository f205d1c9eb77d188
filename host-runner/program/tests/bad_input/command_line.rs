//! Command lines.

use super::Row;

/// The requirement, the arguments, the exit code, and what is said.
const ROWS: &[(&str, &str, i32, &str)] = &[
    (
        "an_unknown_flag_is_named",
        "--no-such-flag",
        2,
        "unexpected argument '--no-such-flag' found\n…",
    ),
    (
        "the_flag_that_was_meant_is_named",
        "--implementaton wasmtime",
        2,
        "unexpected argument '--implementaton' found\n\n  \
         tip: a similar argument exists: '--implementation'\n…",
    ),
    (
        "an_argument_is_utf_8",
        r#""$(printf '\377')""#,
        2,
        "invalid UTF-8 was detected in one or more arguments\n…",
    ),
    (
        "the_command_that_was_meant_is_named",
        "lst",
        3,
        "nothing to judge: no trial matches the filter `lst`\n  \
         help: did you mean the command `list`? …",
    ),
    (
        "a_command_comes_before_its_options",
        "-i shell.json report report.json",
        3,
        "nothing to judge: no trial matches the filter `report`\n  help: …command…first…",
    ),
    (
        "how_the_program_starts_itself_is_not_for_users",
        "__wasi-tcp-conformance-child guest",
        2,
        "__wasi-tcp-conformance-child is how this program starts itself, and is not for the \
         command line",
    ),
    // Filters.
    (
        "a_filter_matches_a_trial",
        "no::such::trial",
        3,
        "nothing to judge: no trial matches the filter `no::such::trial`\n  \
         help: `wasi-tcp-conformance list` prints the trials, and `help` the commands",
    ),
    (
        "every_filter_matches_a_trial",
        "unbound no::such::trial",
        3,
        "nothing to judge: no trial matches the filter `no::such::trial`\n  help: …",
    ),
    (
        "an_exact_filter_is_a_whole_name",
        "--exact unbound::accept",
        3,
        "nothing to judge: no trial matches the filter `unbound::accept`\n  help: …",
    ),
    (
        "settings_have_an_order",
        "0.2/link::connection::ipv4@wasi-0.2.0,denied",
        3,
        "nothing to judge: no trial matches the filter \
         `0.2/link::connection::ipv4@wasi-0.2.0,denied`\n  help: …",
    ),
    (
        "a_filter_of_a_list_matches_a_trial",
        "list no::such::trial",
        3,
        "nothing to judge: no trial matches the filter `no::such::trial`\n  help: …",
    ),
    (
        "not_every_trial_is_skipped",
        "unbound::accept --skip unbound",
        3,
        "nothing to judge: every trial was skipped\n  help: skip fewer",
    ),
    (
        "a_filter_is_shown_without_what_acts",
        r#""$(printf '\033[31mred\007')""#,
        3,
        "nothing to judge: no trial matches the filter `\u{fffd}[31mred\u{fffd}`\n  help: …",
    ),
    (
        "a_part_is_not_empty",
        "--exact $TRIAL --partition hash:1/18446744073709551615",
        3,
        "nothing to judge: no trial that is asked for is in this part\n  \
         help: divide the trials into fewer parts",
    ),
    // Values.
    (
        "a_part_is_one_of_several",
        "--partition hash:5/4",
        2,
        "invalid value 'hash:5/4' for '--partition <hash:M/N>': a part is written as hash:1/4, \
         the first of four\n…",
    ),
    (
        "a_time_limit_is_above_0",
        "--timeout 0",
        2,
        "invalid value '0' for '--timeout <SECS>': a time limit is a number of seconds above 0\n…",
    ),
    (
        "a_time_limit_is_not_negative",
        "--timeout -1",
        2,
        "invalid value '-1' for '--timeout <SECS>': a time limit is a number of seconds above 0\n…",
    ),
    (
        "a_time_limit_is_a_number",
        "--timeout soon",
        2,
        "invalid value 'soon' for '--timeout <SECS>': a time limit is a number of seconds above 0\n…",
    ),
    (
        "a_time_limit_is_a_duration",
        "--timeout 1e300",
        2,
        "invalid value '1e300' for '--timeout <SECS>': …\n…",
    ),
    (
        "at_least_one_thread_runs_trials",
        "-i shell.json --exact $TRIAL --test-threads 0",
        2,
        "--test-threads must be at least 1\n  help: leave it out for two for each processor",
    ),
    (
        "a_number_of_threads_is_a_number",
        "--test-threads many",
        2,
        "invalid value 'many' for '--test-threads <TEST_THREADS>': …\n…",
    ),
    (
        "a_version_has_three_numbers",
        "--wasi-version 0.2",
        2,
        "invalid value '0.2' for '--wasi-version <0.2.N>': `0.2` is no version of WASI, such as \
         0.2.6\n…",
    ),
    (
        "a_version_is_one_that_the_suite_knows",
        "--wasi-version 0.2.99",
        2,
        "this suite does not know WASI 0.2.99\n  help: name a version from 0.2.0 to 0.2.…",
    ),
    (
        "a_generation_is_one_that_the_suite_knows",
        "--wasi-version 0.3.0",
        2,
        "this suite does not know WASI 0.3.0\n  \
         help: name a version of a generation that it knows, such as 0.2.6",
    ),
    (
        "colours_are_one_of_three",
        "--color blue",
        2,
        "invalid value 'blue' for '--color <auto|always|never>'\n…",
    ),
    (
        "annotations_are_wanted_or_not",
        "report report.json --github=perhaps",
        2,
        "invalid value 'perhaps' for '--github[=<WHEN>]'\n  [possible values: always, never]\n…",
    ),
    (
        "a_name_of_a_file_is_not_empty",
        "--json ''",
        2,
        "a value is required for '--json <FILE>' but none was supplied\n…",
    ),
    // Implementations.
    (
        "an_implementation_exists",
        "-i jc0",
        2,
        "there is no implementation `jc0`\n  \
         help: name wasmtime, jco-bun, …, all, or a file that ends in .json",
    ),
    (
        "an_implementation_has_a_name",
        "-i ''",
        2,
        "there is no implementation ``\n  help: name wasmtime, …",
    ),
    (
        "the_program_of_a_file_is_named",
        "-i shell.json=",
        2,
        "`shell.json=` names no program\n  \
         help: name the program after the `=`, or leave the `=` out",
    ),
    (
        "the_program_of_a_shipped_one_is_named",
        "-i jco=",
        2,
        "`jco=` names no program\n  help: name the program after the `=`, or leave the `=` out",
    ),
    (
        "what_is_built_in_has_no_program",
        "-i wasmtime=./wasmtime",
        2,
        "…built in…\n  help: …wasmtime-cli=./wasmtime…",
    ),
    (
        "all_have_no_program_in_common",
        "-i all=./wasmtime",
        2,
        "…`all…\n  help: …NAME=…",
    ),
    (
        "nothing_is_judged_twice",
        "-i shell.json -i ./shell.json",
        2,
        "shell@1.2.3 would be judged twice\n  \
         help: name it once; for two builds of one version, describe one of them in a file with a \
         name of its own",
    ),
    // Other commands.
    (
        "a_format_with_a_schema_exists",
        "schema reports",
        2,
        "invalid value 'reports' for '<FORMAT>'\n  \
         [possible values: expectations, implementation, model, baseline, report, walks]\n\n  \
         tip: a similar value exists: 'report'\n…",
    ),
    (
        "a_shell_with_completions_exists",
        "completions tcsh",
        2,
        "invalid value 'tcsh' for '<SHELL>'\n  \
         [possible values: bash, elvish, fish, powershell, zsh]\n…",
    ),
    (
        "a_page_of_the_manual_exists",
        "man poems",
        2,
        "there is no command `poems`\n  help: `wasi-tcp-conformance help` lists them",
    ),
    (
        "a_report_is_named",
        "report",
        2,
        "the following required arguments were not provided:\n  <REPORT.json>\n…",
    ),
    (
        "a_comparison_is_of_two",
        "compare report.json",
        2,
        "2 values required by '<REPORT.json> <REPORT.json>...'; only 1 was provided\n…",
    ),
    (
        "a_preflight_has_no_filters",
        "preflight -i shell.json unbound",
        2,
        "unexpected argument 'unbound' found\n…",
    ),
    (
        "what_is_explained_exists",
        "explain nope",
        2,
        "there is no trial, case or requirement `nope`\n  \
         help: `wasi-tcp-conformance list` prints the trials and the requirements they cite",
    ),
    (
        "what_is_nearly_right_is_guessed",
        "explain unbound::acc",
        2,
        "there is no trial, case or requirement `unbound::acc`\n  \
         help: did you mean one of these? 0.2/unbound::accept",
    ),
    (
        "a_mistyped_requirement_is_guessed",
        "explain create.limti",
        2,
        "there is no trial, case or requirement `create.limti`\n  \
         help: did you mean one of these? create.limit…",
    ),
    (
        "of_another_generation_a_known_one_is_guessed",
        "explain 0.3/unbound::accept",
        2,
        "there is no trial, case or requirement `0.3/unbound::accept`\n  \
         help: did you mean one of these? 0.2/unbound::accept",
    ),
    (
        "a_preflight_is_no_trial",
        "explain preflight::hello",
        2,
        "there is no trial, case or requirement `preflight::hello`\n  help: …",
    ),
];

pub(super) fn rows() -> Vec<Row> {
    let row = |&(name, arguments, exit, says): &(&'static str, &str, i32, &'static str)| {
        Row::new(
            name,
            format!("wasi-tcp-conformance {arguments}"),
            exit,
            says,
        )
    };
    ROWS.iter().map(row).collect()
}
