//! Saved reports.

use super::Row;

/// A report, of which each row changes a part.
pub(super) const REPORT: &str = concat!(
    r#"{
  "format": 2,
  "suite": { "version": ""#,
    env!("CARGO_PKG_VERSION"),
    r#"", "digest": "0123", "components": "4567" },
  "implementations": [{ "name": "shell", "version": "1.2.3" }],
  "skipped": [],
  "host": { "os": "linux", "arch": "x86_64", "probes": {} },
  "planned": 1,
  "records": [
    {
      "trial": "0.2/unbound::accept::ipv4",
      "implementation": "shell",
      "verdict": "pass",
      "observed": "error:unknown",
      "must": ["error:*"],
      "should": null,
      "requirements": ["unbound.accept"],
      "reason": null,
      "stderr": "",
      "reproduce": "wasi-tcp-conformance",
      "duration_ms": 1.5
    }
  ],
  "generations": [
    {
      "generation": "0.2",
      "wasi_version": "0.2.6",
      "error_codes": { "outcomes": ["unknown"], "others": [] },
      "requirements": []
    }
  ]
}
"#
);

/// The requirement, what is replaced in the report, by what, and what is said. The
/// exit code is 2.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "a_format_is_known",
        r#""format": 2"#,
        r#""format": 1"#,
        "report.json:…: the file is no report that this version reads: its format is 1, not 2\n  \
         help: write it again with `wasi-tcp-conformance --json FILE`",
    ),
    (
        "a_format_of_another_version_is_told_with_both",
        concat!(
            "\"format\": 2,\n  \"suite\": { \"version\": \"",
            env!("CARGO_PKG_VERSION")
        ),
        "\"format\": 3,\n  \"suite\": { \"version\": \"9.0.0",
        concat!(
            "report.json:…: the file is no report that this version reads (9.0.0 wrote it, this is ",
            env!("CARGO_PKG_VERSION"),
            "): its format is 3, not 2\n  help: write it again with …"
        ),
    ),
    (
        "the_version_of_another_is_shown_without_what_acts",
        concat!(
            "\"format\": 2,\n  \"suite\": { \"version\": \"",
            env!("CARGO_PKG_VERSION")
        ),
        "\"format\": 3,\n  \"suite\": { \"version\": \"\\u001b[31mred",
        "report.json:…: the file is no report that this version reads (\u{fffd}[31mred wrote it, \
         this is …): its format is 3, not 2\n  help: write it again with …",
    ),
    (
        "a_format_is_a_number",
        r#""format": 2"#,
        r#""format": "\u001b[31mred""#,
        "report.json:2: the file is no report that this version reads: its format is \
         \"\\u001b[31mred\", not 2\n  help: write it again with …",
    ),
    (
        "a_format_is_there",
        "\"format\": 2,\n  ",
        "",
        "report.json:1: the file is no report: it names no format\n  help: …",
    ),
    (
        "a_field_of_a_report_exists",
        r#""planned": 1"#,
        r#""planned": 1, "\u001b[31mred": 1"#,
        "report.json:7: the file is no report that this version reads: …unknown field \
         `\u{fffd}[31mred`, expected one of …\n  help: write it again with …",
    ),
    (
        "a_field_of_a_report_stands_there_once",
        r#""planned": 1"#,
        r#""planned": 1, "planned": 2"#,
        "report.json:7: the file is no report that this version reads: …duplicate field \
         `planned`\n  help: write it again with …",
    ),
    (
        "a_field_of_a_record_is_there",
        "      \"stderr\": \"\",\n",
        "",
        "report.json:…: the file is no report that this version reads: `records[0]`: missing field \
         `stderr`\n  help: write it again with …",
    ),
    (
        "a_count_is_a_number",
        r#""planned": 1"#,
        r#""planned": "one""#,
        "report.json:7: the file is no report that this version reads: `planned`: invalid type: \
         string \"one\", expected …\n  help: write it again with …",
    ),
    (
        "records_are_a_list",
        r#""skipped": []"#,
        r#""skipped": {}"#,
        "report.json:5: the file is no report that this version reads: `skipped`: invalid type: \
         map, expected …\n  help: write it again with …",
    ),
    (
        "a_verdict_exists",
        r#""pass""#,
        r#""\u001b[31mred""#,
        "report.json:12: the file is no report that this version reads: `records[0].verdict`: \
         unknown variant `\u{fffd}[31mred`, expected one of …\n  help: write it again with …",
    ),
    (
        "a_verdict_is_text",
        r#""pass""#,
        "7",
        "report.json:12: the file is no report that this version reads: `records[0].verdict`: \
         …\n  help: write it again with …",
    ),
    (
        "a_trial_has_a_name",
        r#""0.2/unbound::accept::ipv4""#,
        r#""unbound::accept::ipv4""#,
        "report.json:10: the file is no report that this version reads: `records[0].trial`: \
         `unbound::accept::ipv4` is no name of a trial, …\n  help: write it again with …",
    ),
    (
        "settings_have_an_order",
        r#""0.2/unbound::accept::ipv4""#,
        r#""0.2/unbound::accept::ipv4@wasi-0.2.0,denied""#,
        "report.json:10: the file is no report that this version reads: `records[0].trial`: \
         `0.2/unbound::accept::ipv4@wasi-0.2.0,denied` is no name of a trial, …\n  \
         help: write it again with …",
    ),
    (
        "a_trial_is_shown_without_what_acts",
        r#""0.2/unbound::accept::ipv4""#,
        r#""\u001b[31mred\u202e""#,
        "report.json:10: the file is no report that this version reads: `records[0].trial`: \
         `\u{fffd}[31mred\u{fffd}` is no name of a trial, …\n  help: write it again with …",
    ),
    (
        "an_observation_exists",
        r#""observed": "error:unknown""#,
        r#""observed": { "$bang": 1 }"#,
        "report.json:13: the file is no report that this version reads: `records[0].observed`: \
         `$bang`: this is no observation that the format describes\n  help: write it again with …",
    ),
    (
        "a_pattern_has_an_operator_that_exists",
        r#"["error:*"]"#,
        r#"[{ "$least": 1 }]"#,
        "report.json:14: the file is no report that this version reads: `records[0].must[0]`: \
         `$least`: a pattern is …\n  help: write it again with …",
    ),
    (
        "a_pattern_names_a_code_that_exists",
        r#"["error:*"]"#,
        r#"["error:none"]"#,
        "report.json:14: …`none`…\n  help: …",
    ),
    (
        "a_duration_is_a_number",
        "1.5",
        r#""short""#,
        "report.json:20: the file is no report that this version reads: `records[0].duration_ms`: \
         invalid type: string \"short\", expected …\n  help: write it again with …",
    ),
    (
        "a_generation_has_two_numbers",
        r#""generation": "0.2""#,
        r#""generation": "2""#,
        "report.json:25: the file is no report that this version reads: \
         `generations[0].generation`: `2` is no generation of WASI, such as 0.2\n  help: …",
    ),
    (
        "a_version_is_of_its_generation",
        r#""wasi_version": "0.2.6""#,
        r#""wasi_version": "0.3.0""#,
        "report.json:26: …0.3.0…\n  help: …",
    ),
    (
        "a_record_is_of_an_implementation_of_the_report",
        r#""implementation": "shell""#,
        r#""implementation": "\u001b[31mred""#,
        "report.json:9: …`\u{fffd}[31mred`…\n  help: …",
    ),
    (
        "no_implementation_is_there_twice",
        r#"[{ "name": "shell", "version": "1.2.3" }]"#,
        r#"[{ "name": "shell", "version": "1.2.3" }, { "name": "shell", "version": "2" }]"#,
        "report.json:4: …`shell`…twice\n  help: …",
    ),
];

/// The requirement, the whole file, and what is said.
const FILES: &[(&str, &[u8], &str)] = &[
    (
        "a_file_is_not_empty",
        b"",
        "report.json:1: EOF while parsing a value\n  \
         help: write it with `wasi-tcp-conformance --json FILE`",
    ),
    (
        "a_file_is_whole",
        b"{\n  \"format\": 2,\n  \"suite\": { \"version\": \"",
        "report.json:3: …EOF while parsing a string\n  \
         help: write it with `wasi-tcp-conformance --json FILE`",
    ),
    (
        "a_file_is_an_object",
        b"[]",
        "report.json:1: invalid type: sequence, expected …\n  \
         help: write it with `wasi-tcp-conformance --json FILE`",
    ),
    (
        "a_file_is_utf_8",
        b"{\n  \"format\": \"\xff\"\n}",
        "report.json:2: the file is not UTF-8\n  help: …",
    ),
    (
        "a_file_of_another_kind_is_none",
        br#"{ "baseline": [] }"#,
        "report.json:1: the file is no report: it names no format\n  help: …",
    ),
];

/// The requirement, what is run on `report.json`, and what is said.
const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "a_report_that_is_compared_is_read_as_strictly",
        "echo '{\"format\": 1}' > bad.json && wasi-tcp-conformance compare report.json bad.json",
        "bad.json:1: the file is no report that this version reads: its format is 1, not 2\n  \
         help: …",
    ),
    (
        "a_report_to_explain_from_is_read_as_strictly",
        "echo '{\"format\": 1}' > bad.json && \
         wasi-tcp-conformance explain unbound::accept --from bad.json",
        "bad.json:1: the file is no report that this version reads: its format is 1, not 2\n  \
         help: …",
    ),
    (
        "a_report_is_judged_anew_by_its_own_components",
        "wasi-tcp-conformance report --judge-anew report.json",
        "report.json:1: other components observed this than those of this suite\n  \
         help: run the trials again",
    ),
    (
        "a_trial_that_is_judged_anew_exists",
        "wasi-tcp-conformance -i shell.json --exact $TRIAL --json new.json > log && \
         sed -i.before 's/::local_address::/::no_such_case::/' new.json && \
         wasi-tcp-conformance report --judge-anew new.json",
        "new.json:1: the suite has no trial `0.2/unbound::no_such_case::ipv4`\n  \
         help: run the trials again",
    ),
    (
        "a_view_of_a_report_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance report report.json --html no/such/report.html",
        "failed to create no/such/report.html: No such file or directory (os error 2)",
    ),
    (
        "a_comparison_is_written_to_a_folder_that_exists",
        "wasi-tcp-conformance compare report.json report.json --markdown no/such/changes.md",
        "failed to create no/such/changes.md: No such file or directory (os error 2)",
    ),
    (
        "a_report_is_not_written_over_by_its_view",
        "wasi-tcp-conformance report report.json --html ./report.json",
        "./report.json is …\n  help: give …",
    ),
];

pub(super) fn rows() -> Vec<Row> {
    const RUN: &str = "wasi-tcp-conformance report report.json";
    let parts = ROWS.iter().map(|(name, old, new, says)| {
        assert_eq!(REPORT.matches(old).count(), 1, "{name}");
        Row::new(name, RUN, 2, says).with("report.json", REPORT.replace(old, new))
    });
    let files = FILES
        .iter()
        .map(|(name, text, says)| Row::new(name, RUN, 2, says).with("report.json", *text));
    let commands = COMMANDS
        .iter()
        .map(|(name, run, says)| Row::new(name, *run, 2, says).with("report.json", REPORT));
    parts.chain(files).chain(commands).collect()
}
