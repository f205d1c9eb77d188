//! Files of known failures, and which implementation they are for.

use super::{Row, implementation};

/// An entry that is right.
pub(super) const ENTRY: &str =
    r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok", "reason": "so" }"#;

/// The requirement, the entries of the file, a line each, and what is said. The
/// exit code is 2.
const ENTRIES: &[(&str, &[&str], &str)] = &[
    (
        "a_known_failure_is_an_object",
        &[r#""0.2/unbound::accept::ipv4""#],
        "known.json:3: invalid type: string \"0.2/unbound::accept::ipv4\", expected …object…\n  \
         help: see \"Baselines\" in docs/implementations.md for the format",
    ),
    (
        "a_known_failure_is_no_list",
        &[r#"["0.2/unbound::accept::ipv4", "ok", "so"]"#],
        "known.json:3: invalid type: sequence, expected …object…\n  \
         help: see \"Baselines\" in docs/implementations.md for the format",
    ),
    (
        "a_trial_exists",
        &[r#"{ "trial": "0.2/no::such::ipv4", "observed": "ok", "reason": "so" }"#],
        "known.json:3: the suite has no trial `0.2/no::such::ipv4`\n  \
         help: remove the entry, or name one that `wasi-tcp-conformance list` prints",
    ),
    (
        "a_trial_has_a_generation",
        &[r#"{ "trial": "unbound::accept::ipv4", "observed": "ok", "reason": "so" }"#],
        "known.json:3: `trial`: `unbound::accept::ipv4` is no name of a trial, such as \
         0.2/unbound::local_address::ipv6\n  help: see \"Baselines\" in …",
    ),
    (
        "settings_have_an_order",
        &[
            r#"{ "trial": "0.2/link::connection::ipv4@wasi-0.2.0,denied", "observed": "ok", "reason": "so" }"#,
        ],
        "known.json:3: `trial`: `0.2/link::connection::ipv4@wasi-0.2.0,denied` is no name of a \
         trial, …\n  help: see \"Baselines\" in …",
    ),
    (
        "a_trial_is_text",
        &[r#"{ "trial": 7, "observed": "ok", "reason": "so" }"#],
        "known.json:3: `trial`: invalid type: integer `7`, expected a string\n  \
         help: see \"Baselines\" in …",
    ),
    (
        "a_trial_is_listed_once",
        &[
            ENTRY,
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": 1, "reason": "or so" }"#,
        ],
        "known.json:4: the trial `0.2/unbound::accept::ipv4` is listed twice\n  \
         help: keep one of them",
    ),
    (
        "a_reason_is_given",
        &[r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok", "reason": "" }"#],
        "known.json:3: the known failure `0.2/unbound::accept::ipv4` has no reason\n  \
         help: give the reason in one line",
    ),
    (
        "a_reason_is_not_blank",
        &[r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok", "reason": " " }"#],
        "known.json:3: the known failure `0.2/unbound::accept::ipv4` has no reason\n  \
         help: give the reason in one line",
    ),
    (
        "a_reason_is_there",
        &[r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok" }"#],
        "known.json:3: missing field `reason`\n  help: see \"Baselines\" in …",
    ),
    (
        "an_observation_is_there",
        &[r#"{ "trial": "0.2/unbound::accept::ipv4", "reason": "so" }"#],
        "known.json:3: missing field `observed`\n  help: see \"Baselines\" in …",
    ),
    (
        "a_tag_of_an_observation_exists",
        &[
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": { "$bang": 1 }, "reason": "so" }"#,
        ],
        "known.json:3: `observed`: `$bang`: this is no observation that the format describes\n  \
         help: see \"Baselines\" in …",
    ),
    (
        "a_tag_of_an_observation_has_its_fields",
        &[
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": { "$timeout": "call" }, "reason": "so" }"#,
        ],
        "known.json:3: `observed`: `$timeout`: this is no observation that the format describes\n  \
         help: see \"Baselines\" in …",
    ),
    (
        "a_tag_is_no_part_of_what_a_guest_saw",
        &[
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": { "a": { "$trap": "call" } }, "reason": "so" }"#,
        ],
        "known.json:3: `observed`: a key that begins with `$` stands inside of what a guest saw\n  \
         help: see \"Baselines\" in …",
    ),
    (
        "a_key_of_an_observation_stands_there_once",
        &[
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": { "a": 1, "a": 2 }, "reason": "so" }"#,
        ],
        "known.json:3: `observed`: the key `a` is here twice\n  help: see \"Baselines\" in …",
    ),
    (
        "versions_are_a_requirement",
        &[
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok", "reason": "so", "versions": "newer" }"#,
        ],
        "known.json:3: `versions`: unexpected character 'n' while parsing major version number\n  \
         help: see \"Baselines\" in …",
    ),
    (
        "sometimes_is_yes_or_no",
        &[
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok", "reason": "so", "sometimes": "yes" }"#,
        ],
        "known.json:3: `sometimes`: invalid type: string \"yes\", expected a boolean\n  \
         help: see \"Baselines\" in …",
    ),
    (
        "a_field_of_an_entry_exists",
        &[
            r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok", "reason": "so", "\u001b[31mred": 1 }"#,
        ],
        "known.json:3: …unknown field `\u{fffd}[31mred`, expected one of `trial`, …\n  \
         help: see \"Baselines\" in …",
    ),
    (
        "a_line_of_an_entry_is_named",
        &["{\n      \"trial\": \"0.2/unbound::accept::ipv4\",\n      \"reason\": 7\n    }"],
        "known.json:5: `reason`: invalid type: integer `7`, expected a string\n  \
         help: see \"Baselines\" in …",
    ),
];

/// The requirement, the whole file, and what is said.
const FILES: &[(&str, &[u8], &str)] = &[
    (
        "a_file_is_not_empty",
        b"",
        "known.json:1: EOF while parsing a value\n  \
         help: see \"Baselines\" in docs/implementations.md for the format",
    ),
    (
        "a_file_is_whole",
        b"{\n  \"baseline\": [\n    { \"trial\": \"",
        "known.json:3: `baseline[0]`: EOF while parsing a string\n  help: see \"Baselines\" in …",
    ),
    (
        "a_file_holds_one_value",
        b"{ \"baseline\": [] }\n{",
        "known.json:2: trailing characters\n  help: see \"Baselines\" in …",
    ),
    (
        "a_file_is_utf_8",
        b"{\n  \"baseline\": [\n    \"\xff\"]\n}",
        "known.json:3: the file is not UTF-8\n  help: save it as UTF-8",
    ),
    (
        "a_file_is_an_object",
        b"[null, []]",
        "known.json:1: invalid type: sequence, expected …object…\n  help: see \"Baselines\" in …",
    ),
    (
        "a_file_has_known_failures",
        b"{}",
        "known.json:1: missing field `baseline`\n  help: see \"Baselines\" in …",
    ),
    (
        "known_failures_are_a_list",
        br#"{ "baseline": {} }"#,
        "known.json:1: `baseline`: invalid type: map, expected …\n  help: see \"Baselines\" in …",
    ),
    (
        "a_file_has_nothing_else",
        br#"{ "baseline": [], "name": "shell" }"#,
        "known.json:1: …unknown field `name`, expected one of `$schema`, `baseline`, `walks`\n  \
         help: see \"Baselines\" in …",
    ),
];

/// The requirement, the arguments, and what is said of them.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    (
        "a_baseline_is_for_what_is_judged",
        "-i shell.json --baseline jco=c.json",
        "--baseline jco=c.json: no implementation `jco` is judged\n  \
         help: write NAME=FILE, with a name of shell",
    ),
    (
        "a_baseline_has_a_file",
        "-i shell.json --baseline shell=",
        "`shell=` names no file\n  help: …",
    ),
    (
        "a_baseline_is_no_empty_word",
        "-i shell.json --baseline ''",
        "…names no file\n  help: …",
    ),
    (
        "of_several_implementations_a_baseline_names_one",
        "-i other.json -i shell.json --baseline known.json",
        "--baseline known.json does not say which implementation it is for\n  \
         help: write NAME=FILE, with a name of other, shell",
    ),
];

/// A file with these entries.
pub(super) fn text(entries: &[&str]) -> String {
    let entries = entries.join(",\n    ");
    format!("{{\n  \"baseline\": [\n    {entries}\n  ]\n}}\n")
}

pub(super) fn rows() -> Vec<Row> {
    const RUN: &str = "wasi-tcp-conformance -i shell.json --baseline known.json --exact $TRIAL";
    let file = |name, text: &[u8], says| Row::new(name, RUN, 2, says).with("known.json", text);
    let entries = ENTRIES
        .iter()
        .map(|(name, entries, says)| file(name, text(entries).as_bytes(), says));
    let files = FILES
        .iter()
        .map(|(name, text, says)| file(name, text, says));
    let arguments = ARGUMENTS.iter().map(|(name, arguments, says)| {
        let run = format!("wasi-tcp-conformance {arguments} --exact $TRIAL");
        let other = implementation::text(&[("name", r#""other""#)]);
        Row::new(name, run, 2, says).with("other.json", other)
    });
    entries.chain(files).chain(arguments).collect()
}
