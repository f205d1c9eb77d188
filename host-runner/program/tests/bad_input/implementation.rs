//! Files that describe an implementation.

use super::Row;

/// The file, a field a line.
const FIELDS: [(&str, &str); 6] = [
    ("name", r#""shell""#),
    ("program", r#""sh""#),
    ("wasi", r#"["0.2.6"]"#),
    ("version", r#"["{program}", "-c", "echo shell 1.2.3"]"#),
    (
        "run",
        r#"["{program}", "{dir}/runtime.sh", "{case}", "{family}", "{component}"]"#,
    ),
    ("env", r#"{ "MODE": "right" }"#),
];

/// The requirement, a field, the value that it gets, and what is said. Without a
/// value, the field is left out. The exit code is 2.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "a_name_is_not_empty",
        "name",
        r#""""#,
        "mine.json:2: `name` is empty\n  help: name the implementation, such as my-runtime",
    ),
    (
        "a_name_is_not_blank",
        "name",
        r#"" ""#,
        "mine.json:2: `name` is empty\n  help: name the implementation, such as my-runtime",
    ),
    (
        "a_name_is_text",
        "name",
        "7",
        "mine.json:2: `name`: invalid type: integer `7`, expected a string\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_name_is_there",
        "name",
        "",
        "mine.json:…: missing field `name`\n  help: see docs/implementations.md for the format",
    ),
    (
        "a_name_stands_there_once",
        "install",
        r#""ask", "name": "again""#,
        "mine.json:8: duplicate field `name`\n  help: see docs/implementations.md for the format",
    ),
    (
        "a_field_that_nobody_knows_is_named",
        "runs",
        "[]",
        "mine.json:8: …unknown field `runs`, expected one of …`run`…\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_field_is_shown_without_what_acts",
        r"\u001b[31mred",
        "[]",
        "mine.json:8: …unknown field `\u{fffd}[31mred`, expected one of …\n  \
         help: see docs/implementations.md for the format",
    ),
    // Versions of WASI.
    (
        "versions_are_there",
        "wasi",
        "",
        "mine.json:…: missing field `wasi`\n  help: see docs/implementations.md for the format",
    ),
    (
        "at_least_one_version_is_named",
        "wasi",
        "[]",
        "mine.json:4: `wasi` names no version\n  \
         help: name the latest version that the runtime has, such as 0.2.6",
    ),
    (
        "versions_are_a_list",
        "wasi",
        r#""0.2.6""#,
        "mine.json:4: `wasi`: invalid type: string \"0.2.6\", expected …\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_version_has_three_numbers",
        "wasi",
        r#"["0.2"]"#,
        "mine.json:4: `wasi[0]`: `0.2` is no version of WASI, such as 0.2.6\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_generation_is_one_that_the_suite_knows",
        "wasi",
        r#"["0.3.0"]"#,
        "mine.json:4: this suite does not know WASI 0.3\n  \
         help: the latest versions that it knows: 0.2.…",
    ),
    (
        "every_generation_is_one_that_the_suite_knows",
        "wasi",
        r#"["0.2.6", "0.3.0"]"#,
        "mine.json:4: this suite does not know WASI 0.3\n  \
         help: the latest versions that it knows: 0.2.…",
    ),
    (
        "a_version_is_one_that_the_suite_knows",
        "wasi",
        r#"["0.2.99"]"#,
        "mine.json:4: this suite does not know WASI 0.2.99\n  \
         help: name a version from 0.2.0 to 0.2.…",
    ),
    (
        "of_a_generation_one_version_is_named",
        "wasi",
        r#"["0.2.6", "0.2.3"]"#,
        "mine.json:4: `wasi` names two versions of a generation\n  help: keep the later one",
    ),
    // Families.
    (
        "at_least_one_family_is_named",
        "families",
        "[]",
        "mine.json:8: `families` names no family\n  \
         help: name ipv4 or ipv6, or leave it out for both",
    ),
    (
        "a_family_exists",
        "families",
        r#"["ipv4", "ipv5"]"#,
        "mine.json:8: `families[1]`: unknown variant `ipv5`, expected `ipv4` or `ipv6`\n  \
         help: see docs/implementations.md for the format",
    ),
    // Commands.
    (
        "a_command_that_runs_is_there",
        "run",
        "",
        "mine.json:…: no command runs a guest: there is neither `run` nor a policy\n  \
         help: add `run`, or, if the runtime has no policy that allows all of TCP, the `run` of \
         another policy to `policies`",
    ),
    (
        "a_command_is_a_list",
        "run",
        r#""sh {component} {case} {family}""#,
        "mine.json:6: `run`: invalid type: string \"sh {component} {case} {family}\", expected …\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_word_is_text",
        "run",
        r#"["sh", 1]"#,
        "mine.json:6: `run[1]`: invalid type: integer `1`, expected a string\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_word_can_be_passed_on",
        "run",
        r#"["sh", "a\u0000b", "{component}", "{case}", "{family}"]"#,
        "mine.json:6: `run`…\n  help: …",
    ),
    (
        "a_command_is_not_empty",
        "run",
        "[]",
        "mine.json:6: `run` is empty\n  help: give the program and its arguments",
    ),
    (
        "a_command_runs_a_case",
        "run",
        r#"["sh", "{component}", "{case}"]"#,
        "mine.json:6: `run` does not run a case\n  \
         help: name {component} or {prepared}, and after it {case} and {family}",
    ),
    (
        "a_placeholder_exists",
        "run",
        r#"["sh", "{kase}", "{component}", "{case}", "{family}"]"#,
        "mine.json:6: `run`: there is no placeholder {kase}\n  \
         help: use one of {program} {component} {prepared} {case} {family} {dir} {port}",
    ),
    (
        "a_command_that_tells_the_version_is_not_empty",
        "version",
        "[]",
        "mine.json:5: `version` is empty\n  help: give the program and its arguments",
    ),
    (
        "a_version_is_asked_for_without_a_trial",
        "version",
        r#"["{program}", "{case}"]"#,
        "mine.json:5: `version` has a placeholder that depends on the trial\n  \
         help: use {program} and {dir} alone…",
    ),
    (
        "a_command_that_prepares_is_not_empty",
        "prepare",
        "[]",
        "mine.json:8: `prepare` is empty\n  help: give the program and its arguments",
    ),
    (
        "a_component_is_prepared_for_all_trials",
        "prepare",
        r#"["cp", "{component}", "{prepared}", "{case}"]"#,
        "mine.json:8: `prepare` has a placeholder that depends on the trial\n  help: use {program}…",
    ),
    (
        "a_program_that_is_used_is_named",
        "program",
        "",
        "mine.json:4: `version` uses {program}, …\n  help: …`program`…",
    ),
    // Policies.
    (
        "a_policy_exists",
        "policies",
        r#"{ "deny": { "run": ["sh", "{component}", "{case}", "{family}"] } }"#,
        "mine.json:8: `policies.deny`: …\n  help: …",
    ),
    (
        "a_fault_is_no_policy",
        "policies",
        r#"{ "fd-limit": { "run": ["sh", "{component}", "{case}", "{family}"] } }"#,
        "mine.json:8: `policies.fd-limit`: …fault…\n  help: …denied…",
    ),
    (
        "what_is_allowed_is_what_is_run",
        "policies",
        r#"{ "allowed": { "run": ["sh", "{component}", "{case}", "{family}"] } }"#,
        "mine.json:8: `policies.allowed` is the command `run`\n  help: leave it out",
    ),
    (
        "a_policy_has_a_command",
        "policies",
        r#"{ "denied": {} }"#,
        "mine.json:8: `policies.denied`: missing field `run`\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_policy_has_nothing_but_a_command",
        "policies",
        r#"{ "denied": { "run": ["sh", "{component}", "{case}", "{family}"], "env": {} } }"#,
        "mine.json:8: `policies.denied.env`: unknown field `env`, expected `run`\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "the_command_of_a_policy_runs_a_case",
        "policies",
        r#"{ "denied": { "run": ["sh", "{case}", "{family}"] } }"#,
        "mine.json:8: `policies.denied.run` does not run a case\n  \
         help: name {component} or {prepared}, and after it {case} and {family}",
    ),
    (
        "policies_are_by_name",
        "policies",
        "[]",
        "mine.json:8: `policies`: invalid type: sequence, expected …\n  \
         help: see docs/implementations.md for the format",
    ),
    // Variables.
    (
        "a_variable_is_text",
        "env",
        r#"{ "A": 1 }"#,
        "mine.json:7: `env.A`: invalid type: integer `1`, expected a string\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_variable_does_not_depend_on_the_trial",
        "env",
        r#"{ "A": "{case}" }"#,
        "mine.json:7: `env.A` has a placeholder that depends on the trial\n  \
         help: use {program} and {dir} alone, and pass the others as arguments",
    ),
    (
        "a_placeholder_of_a_variable_exists",
        "env",
        r#"{ "A": "{kase}" }"#,
        "mine.json:7: `env.A`: there is no placeholder {kase}\n  \
         help: use one of {program} …{dir} {port}",
    ),
    (
        "a_variable_has_a_name",
        "env",
        r#"{ "": "1" }"#,
        "mine.json:7: `env`…name…\n  help: …",
    ),
    (
        "the_name_of_a_variable_has_no_equals_sign",
        "env",
        r#"{ "A=B": "1" }"#,
        "mine.json:7: `env.A=B`…\n  help: …",
    ),
    // The time limit.
    (
        "a_time_limit_is_above_0",
        "timeout-seconds",
        "0",
        "mine.json:8: `timeout-seconds` is no time\n  help: give a number of seconds above 0",
    ),
    (
        "a_time_limit_is_not_negative",
        "timeout-seconds",
        "-1",
        "mine.json:8: `timeout-seconds` is no time\n  help: give a number of seconds above 0",
    ),
    (
        "a_time_limit_is_a_number",
        "timeout-seconds",
        r#""soon""#,
        "mine.json:8: `timeout-seconds`: invalid type: string \"soon\", expected …\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_time_limit_is_one_that_can_pass",
        "timeout-seconds",
        "1e300",
        "mine.json:8: `timeout-seconds` is no time\n  help: …",
    ),
    (
        "a_time_limit_is_not_too_short_to_measure",
        "timeout-seconds",
        "1e-12",
        "mine.json:8: `timeout-seconds` is no time\n  help: …",
    ),
    // Known failures.
    (
        "known_failures_are_a_list",
        "baseline",
        "{}",
        "mine.json:8: `baseline`: invalid type: map, expected …\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_known_failure_is_of_a_trial",
        "baseline",
        "[{\n    \"trial\": \"0.2/no::such::ipv4\", \"observed\": \"ok\", \"reason\": \"so\" }]",
        "mine.json:8: the suite has no trial `0.2/no::such::ipv4`\n  \
         help: remove the entry, or name one that `wasi-tcp-conformance list` prints",
    ),
];

/// The requirement, the whole file, and what is said.
const FILES: &[(&str, &[u8], &str)] = &[
    (
        "a_file_is_not_empty",
        b"",
        "mine.json:1: EOF while parsing a value\n  help: see docs/implementations.md for the format",
    ),
    (
        "a_file_is_whole",
        b"{\n  \"name\": \"mine\",\n  \"wasi\"",
        "mine.json:3: EOF while parsing an object\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_file_holds_one_value",
        b"{}\n{}",
        "mine.json:…\n  help: see docs/implementations.md for the format",
    ),
    (
        "a_file_is_json",
        b"name: mine\n",
        "mine.json:1: expected …\n  help: see docs/implementations.md for the format",
    ),
    (
        "a_file_is_an_object",
        b"[]",
        "mine.json:1: invalid type: sequence, expected …object…\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_file_is_something",
        b"null",
        "mine.json:1: invalid type: null, expected …object…\n  \
         help: see docs/implementations.md for the format",
    ),
    (
        "a_file_is_utf_8",
        b"{\n  \"name\": \"\xff\"\n}",
        "mine.json:2: the file is not UTF-8\n  help: save it as UTF-8",
    ),
    (
        "a_file_that_is_a_baseline_is_none",
        br#"{ "baseline": [] }"#,
        "mine.json:1: missing field `name`\n  help: see docs/implementations.md for the format",
    ),
    (
        "a_file_that_is_a_report_is_none",
        br#"{ "format": 2 }"#,
        "mine.json:1: …unknown field `format`, expected one of …\n  \
         help: see docs/implementations.md for the format",
    ),
];

/// The file with another value for a field, or with one more field.
pub(super) fn text(changes: &[(&str, &str)]) -> String {
    let change_of = |name| changes.iter().find(|(field, _)| *field == name);
    let own = FIELDS
        .iter()
        .map(|field| *change_of(field.0).unwrap_or(field));
    let is_new = |field: &&(&str, &str)| FIELDS.iter().all(|(name, _)| *name != field.0);
    let lines: Vec<_> = own
        .chain(changes.iter().filter(is_new).copied())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("  \"{name}\": {value}"))
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

pub(super) fn rows() -> Vec<Row> {
    const RUN: &str = "wasi-tcp-conformance -i mine.json --exact $TRIAL";
    let fields = ROWS.iter().map(|(name, field, value, says)| {
        Row::new(name, RUN, 2, says).with("mine.json", text(&[(field, value)]))
    });
    let files = FILES
        .iter()
        .map(|(name, text, says)| Row::new(name, RUN, 2, says).with("mine.json", *text));
    fields.chain(files).collect()
}
