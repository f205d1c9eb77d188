//! Runtimes that cannot be judged: absent, or not run as they need to be.

use super::Row;
use super::implementation::text;

/// What is wrong with the file `mine.json`: fields that get other values.
type Changes = &'static [(&'static str, &'static str)];

/// The requirement, what is run, what differs in the file, and what is said. The
/// exit code is 3.
const ROWS: &[(&str, &str, Changes, &str)] = &[
    (
        "who_is_absent_is_named_and_how_to_get_it",
        "-i mine.json",
        &[
            ("program", r#""no-such-runtime""#),
            ("install", r#""ask around""#),
        ],
        "failed to run shell: no-such-runtime is not installed\n  help: to get it: ask around",
    ),
    (
        "who_is_absent_may_be_misnamed",
        "-i mine.json",
        &[("program", r#""no-such-runtime""#)],
        "failed to run shell: no-such-runtime is not installed\n  \
         help: check `program` and `version` in the file of the implementation",
    ),
    (
        "a_path_begins_at_the_file",
        "-i mine.json",
        &[("program", r#""./no-such-runtime""#)],
        "failed to run shell: …/no-such-runtime is not installed\n  help: …",
    ),
    (
        "a_script_has_an_interpreter",
        "-i mine.json=./script",
        &[("version", r#"["{program}"]"#)],
        "failed to run shell: failed to start …/script: the interpreter that its first line names \
         is missing\n  help: …",
    ),
    (
        "a_program_can_be_executed",
        "-i mine.json=./runtime.sh",
        &[],
        "failed to run shell: failed to ask for the version with …/runtime.sh: Permission denied \
         (os error 13)\n  help: check `program` …",
    ),
    (
        "a_version_is_told",
        "-i mine.json",
        &[("version", r#"["true"]"#)],
        "failed to run shell: the command for the version prints nothing\n  \
         help: check `program` and `version` in the file of the implementation",
    ),
    (
        "a_version_is_told_without_an_error",
        "-i mine.json",
        &[(
            "version",
            r#"["sh", "-c", "printf '\\033[31mno licence' >&2; exit 7"]"#,
        )],
        "failed to run shell: the command for the version ended with exit code 7: \
         no licence\n  help: check `program` and `version` …",
    ),
    (
        "a_socket_can_be_created",
        "-i mine.json",
        &[("env", r#"{ "CREATE": "error:access-denied" }"#)],
        "failed to run shell: the creation of sockets is denied\n  help: allow TCP in the command",
    ),
    (
        "a_command_starts_the_component",
        "-i mine.json",
        &[("run", r#"["true", "{component}", "{case}", "{family}"]"#)],
        "failed to run shell: the runtime ended without a result, before the guest printed \
         anything (exit code 0)\n  \
         help: check the command: it has to start the component, to pass {case} and {family} on, \
         and to leave standard output alone; if the runtime only knows an older WASI version, \
         try --wasi-version 0.2.0",
    ),
    (
        "an_interface_of_another_version_is_no_fault_of_the_command",
        "-i mine.json",
        &[(
            "run",
            r#"["sh", "-c", "echo 'exported instance `wasi:cli/run@0.2.0` not present' >&2; exit 1", "{component}", "{case}", "{family}"]"#,
        )],
        "failed to run shell: the runtime ended without a result, before the guest printed anything \
         (exit code 1); it said:\nexported instance `wasi:cli/run@0.2.0` not present\n  \
         help: if the runtime only knows an older WASI version, try --wasi-version 0.2.0; else \
         check that the command provides what the runtime misses",
    ),
    (
        "what_a_runtime_said_is_shown_without_what_acts",
        "-i mine.json",
        &[(
            "run",
            r#"["sh", "-c", "printf '\\033[31mno such flag\\n' >&2; exit 64", "{component}", "{case}", "{family}"]"#,
        )],
        "failed to run shell: the runtime ended without a result, before the guest printed anything \
         (exit code 64); it said:\nno such flag\n  help: check the command: …",
    ),
    (
        "a_command_passes_the_case_on",
        "-i mine.json",
        &[(
            "run",
            r#"["sh", "{dir}/runtime.sh", "hello", "{family}", "{component}", "{case}"]"#,
        )],
        "failed to run shell: the guest did not refuse a case that it does not have\n  \
         help: pass {case} and {family} as the last two arguments of the guest",
    ),
    (
        "a_command_passes_the_family_on",
        "-i mine.json",
        &[(
            "run",
            r#"["sh", "{dir}/runtime.sh", "{case}", "ipv4", "{component}", "{family}"]"#,
        )],
        "failed to run shell: the guest saw \"ipv4\" (exit code 0)\n  help: check the command: …",
    ),
    (
        "a_command_passes_the_exit_code_on",
        "-i mine.json",
        &[(
            "run",
            r#"["sh", "-c", "sh {dir}/runtime.sh \"$@\" || true", "-", "{case}", "{family}", "{component}"]"#,
        )],
        "failed to run shell: after a trap the runtime ends with exit code 0, as after success\n  \
         help: let the command pass on the exit code of the runtime",
    ),
    (
        "what_a_guest_prints_arrives_before_a_trap",
        "-i mine.json",
        &[(
            "run",
            r#"["sh", "-c", "[ $1 = trap ] && exit 9; sh {dir}/runtime.sh \"$@\"", "-", "{case}", "{family}", "{component}"]"#,
        )],
        "failed to run shell: the runtime ended with exit code 9 before the guest printed anything \
         (exit code 9)\n  \
         help: what the guest prints before a trap has to arrive: check that the runtime does not \
         keep it in a buffer",
    ),
    (
        "a_component_can_be_prepared",
        "-i mine.json",
        &[(
            "prepare",
            r#"["sh", "-c", "echo no room >&2; exit 1", "{component}", "{prepared}"]"#,
        )],
        "failed to run shell: failed to prepare preflight@0.2.6: the command ended with exit code \
         1: no room\n  help: …",
    ),
    (
        "a_note_is_said_where_a_step_fails",
        "-i mine.json",
        &[
            ("note", r#""the file was written \u001b[31mby guess""#),
            (
                "prepare",
                r#"["sh", "-c", "exit 1", "{component}", "{prepared}"]"#,
            ),
        ],
        "failed to run shell: failed to prepare preflight@0.2.6: the command ended with exit code \
         1: \n  help: check the command, …; note that the file was written \u{fffd}[31mby guess",
    ),
];

pub(super) fn rows() -> Vec<Row> {
    let row = |&(name, arguments, changes, says): &(&'static str, &str, Changes, &'static str)| {
        let run = format!("chmod +x script && wasi-tcp-conformance {arguments} --exact $TRIAL");
        Row::new(name, run, 3, says)
            .with("mine.json", text(changes))
            .with("script", "#!/no/such/interpreter\n")
    };
    ROWS.iter().map(row).collect()
}
