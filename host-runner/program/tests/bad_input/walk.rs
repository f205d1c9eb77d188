//! Explorations, files of walks, and known walks.

use super::{Row, implementation};

/// The requirement, the entry of the field `walks` of a file of walks, and what is said.
/// The exit code is 2.
const WALKS: &[(&str, &str, &str)] = &[
    (
        "a_walk_is_an_object",
        r#""s0=create(a)""#,
        "kept.json:4: invalid type: string \"s0=create(a)\", expected …object…\n  \
         help: see docs/walks.md for the format",
    ),
    (
        "a_walk_has_calls",
        r#"{ "family": "ipv4" }"#,
        "kept.json:4: missing field `calls`\n  help: see docs/walks.md for the format",
    ),
    (
        "a_walk_has_a_call",
        r#"{ "calls": [] }"#,
        "kept.json:4: there is no call\n  help: list its calls, such as `s0=create(a)`",
    ),
    (
        "calls_are_a_list",
        r#"{ "calls": "s0=create(a);s0.drop" }"#,
        "kept.json:4: `calls`: invalid type: string \"s0=create(a);s0.drop\", expected a sequence\n  \
         help: see docs/walks.md for the format",
    ),
    (
        "a_call_exists",
        r#"{ "calls": ["s0=create(a)", "s0.close"] }"#,
        "kept.json:4: call 1, `s0.close`: a socket has no method `close`\n  \
         help: list its calls, such as `s0=create(a)`",
    ),
    (
        "a_call_is_one_call",
        r#"{ "calls": ["s0=create(a);s0.drop"] }"#,
        "kept.json:4: call 0, `s0=create(a);s0.drop`: …\n  \
         help: list its calls, such as `s0=create(a)`",
    ),
    (
        "a_call_is_shown_without_what_acts",
        r#"{ "calls": ["\u001b[31mred"] }"#,
        "kept.json:4: call 0, `\u{fffd}[31mred`: a call is a name, a dot and a method\n  help: …",
    ),
    (
        "a_family_exists",
        r#"{ "calls": ["s0=create(a)"], "family": "ipv5" }"#,
        "kept.json:4: `family`: unknown variant `ipv5`, expected `ipv4` or `ipv6`\n  \
         help: see docs/walks.md for the format",
    ),
    (
        "a_field_that_nobody_knows_is_named",
        r#"{ "calls": ["s0=create(a)"], "famly": "ipv4" }"#,
        "kept.json:4: …unknown field `famly`, expected one of …\n  \
         help: see docs/walks.md for the format",
    ),
    (
        "a_seed_is_a_number",
        r#"{ "calls": ["s0=create(a)"], "seed": -1 }"#,
        "kept.json:4: `seed`: invalid value: integer `-1`, expected u64\n  \
         help: see docs/walks.md for the format",
    ),
];

/// The requirement, a whole file of walks, and what is said. The exit code is 2.
const FILES: &[(&str, &[u8], &str)] = &[
    (
        "a_file_has_a_walk",
        br#"{ "generation": "0.2", "walks": [] }"#,
        "kept.json:1: the file has no walk\n  help: add one, or remove the file",
    ),
    (
        "a_file_has_a_generation",
        br#"{ "walks": [{ "calls": ["s0=create(a)"] }] }"#,
        "kept.json:1: missing field `generation`\n  help: see docs/walks.md for the format",
    ),
    (
        "a_generation_has_walks",
        br#"{ "generation": "0.3", "walks": [{ "calls": ["s0=create(a)"] }] }"#,
        "kept.json: no walk calls WASI 0.3\n  help: walks call WASI 0.2",
    ),
    (
        "a_report_is_no_file_of_walks",
        br#"{ "format": 2 }"#,
        "kept.json:1: …unknown field `format`, expected one of …\n  \
         help: see docs/walks.md for the format",
    ),
    (
        "a_file_is_json",
        b"s0=create(a)",
        "kept.json:1: …\n  help: see docs/walks.md for the format",
    ),
    (
        "a_file_is_utf_8",
        b"\xff",
        "kept.json:1: the file is not UTF-8\n  help: save it as UTF-8",
    ),
];

/// The requirement, an entry of the field `walks` of an implementation, and what is
/// said. The exit code is 2.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "a_known_walk_has_a_cell_of_the_model",
        r#"{ "cell": "bound sleep", "calls": ["s0=create(a)"], "reason": "so" }"#,
        "mine.json:8: the model has no cell `bound sleep`\n  help: name a state and a call, …",
    ),
    (
        "a_state_of_the_model_exists",
        r#"{ "cell": "asleep drop", "calls": ["s0=create(a)"], "reason": "so" }"#,
        "mine.json:8: the model has no cell `asleep drop`\n  help: name a state and a call, …",
    ),
    (
        "a_known_walk_has_calls",
        r#"{ "cell": "* drop", "calls": [], "reason": "so" }"#,
        "mine.json:8: the walk to `* drop`: there is no call\n  help: list its calls, …",
    ),
    (
        "a_known_walk_has_a_reason",
        r#"{ "cell": "* drop", "calls": ["s0=create(a)"], "reason": " " }"#,
        "mine.json:8: the known walk to `* drop` has no reason\n  help: give the reason in one line",
    ),
    (
        "a_known_answer_is_a_code",
        r#"{ "cell": "* drop", "answer": "error:sleepy", "calls": ["s0=create(a)"], "reason": "so" }"#,
        "mine.json:8: `sleepy` is no error code of wasi:sockets\n  help: …",
    ),
    (
        "a_known_walk_stands_there_once",
        r#"{ "cell": "* drop", "calls": ["s0=create(a)"], "reason": "so" }, { "cell": "* drop", "calls": ["s0=create(a)"], "reason": "or so" }"#,
        "mine.json:8: `* drop` is listed twice with this answer\n  help: keep one of them",
    ),
];

/// The requirement, the arguments of `walk`, the exit code, and what is said of them.
const ARGUMENTS: &[(&str, &str, i32, &str)] = &[
    (
        "a_file_of_walks_exists",
        "-i shell.json --replay no.json",
        2,
        "failed to read no.json: No such file or directory (os error 2)",
    ),
    (
        "a_walk_of_a_file_exists",
        "-i shell.json --replay kept.json#2",
        2,
        "kept.json has no walk 2\n  help: name one from #1 to #1, or all by leaving the number out",
    ),
    (
        "a_walk_that_is_read_is_not_made_up",
        "--replay kept.json --seed 1",
        2,
        "the argument '--replay <FILE>...' cannot be used with …'--seed <N>'\n…",
    ),
    (
        "an_exploration_has_one_end",
        "--count 1 --for 1s",
        2,
        "the argument '--count <N>' cannot be used with '--for <TIME>'\n…",
    ),
    (
        "at_least_one_walk_is_made_up",
        "--count 0",
        2,
        "invalid value '0' for '--count <N>': 0 is not in 1..…\n…",
    ),
    (
        "a_walk_that_is_made_up_has_a_call",
        "--calls 0",
        2,
        "invalid value '0' for '--calls <N>': 0 is not in 1..=1000\n…",
    ),
    (
        "a_walk_fits_into_a_command",
        "--calls 1001",
        2,
        "invalid value '1001' for '--calls <N>': 1001 is not in 1..=1000\n…",
    ),
    (
        "a_time_has_a_unit",
        "--for 10",
        2,
        "invalid value '10' for '--for <TIME>': a time is a number above 0 and a unit, such as \
         30s or 10m\n…",
    ),
    (
        "a_time_is_above_0",
        "--for 0s",
        2,
        "invalid value '0s' for '--for <TIME>': a time is a number above 0 and a unit, such as \
         30s or 10m\n…",
    ),
    (
        "a_family_of_walks_exists",
        "--family ipv5",
        2,
        "invalid value 'ipv5' for '--family <FAMILY>': a family is ipv4 or ipv6\n…",
    ),
    (
        "what_is_avoided_is_a_cell",
        "-i shell.json --avoid 'bound sleep'",
        2,
        "the model has no cell `bound sleep`\n  help: name a state and a call, …",
    ),
    (
        "at_least_one_thread_walks",
        "-i shell.json -j 0",
        2,
        "--test-threads must be at least 1\n  help: leave it out for two for each processor",
    ),
    (
        "what_is_found_has_a_folder",
        "-i shell.json --output no/found.json",
        2,
        "failed to create no/found.json: No such file or directory (os error 2)…",
    ),
    (
        "what_is_found_replaces_nothing_that_is_read",
        "-i shell.json --output ./shell.json",
        2,
        "./shell.json is read, and would be written over\n  help: give the walks another file",
    ),
    (
        "a_family_that_is_walked_is_claimed",
        "-i ipv4.json --family ipv6",
        3,
        "nothing to judge: ipv4-only claims no ipv6\n  help: …",
    ),
];

pub(super) fn rows() -> Vec<Row> {
    const REPLAY: &str = "wasi-tcp-conformance walk -i shell.json --replay kept.json";
    let kept = |entry: &str| {
        format!("{{\n  \"generation\": \"0.2\",\n  \"walks\": [\n    {entry}\n  ]\n}}\n")
    };
    let walks = WALKS
        .iter()
        .map(|(name, entry, says)| Row::new(name, REPLAY, 2, says).with("kept.json", kept(entry)));
    let files = FILES
        .iter()
        .map(|(name, text, says)| Row::new(name, REPLAY, 2, says).with("kept.json", *text));
    let known = KNOWN.iter().map(|(name, entry, says)| {
        let run = "wasi-tcp-conformance -i mine.json --exact $TRIAL";
        let list = format!("[{entry}]");
        let text = implementation::text(&[("walks", &list)]);
        Row::new(name, run, 2, says).with("mine.json", text)
    });
    let arguments = ARGUMENTS.iter().map(|(name, arguments, exit, says)| {
        let run = format!("wasi-tcp-conformance walk {arguments}");
        let ipv4 = [("name", r#""ipv4-only""#), ("families", r#"["ipv4"]"#)];
        Row::new(name, run, *exit, says)
            .with("kept.json", kept(r#"{ "calls": ["s0=create(a)"] }"#))
            .with("ipv4.json", implementation::text(&ipv4))
    });
    let folder = Row::new(
        "a_folder_has_a_file_of_walks",
        "mkdir empty; wasi-tcp-conformance walk -i shell.json --replay empty",
        2,
        "empty has no file of walks\n  help: name a folder with files that end in .json",
    );
    let rows = walks.chain(files).chain(known).chain(arguments);
    rows.chain([folder]).collect()
}
