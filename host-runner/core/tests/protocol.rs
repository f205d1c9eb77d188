//! What is made of a process's output and end.

use serde_json::json;
use std::time::Duration;
use wasi_tcp_conformance_core::Observation::{
    self, Blocked, Crashed, Garbled, NotStarted, Seen, Silent, TimedOut, Trapped, Unobserved,
};
use wasi_tcp_conformance_core::protocol::{Ending, Endings, Transcript, read};

const OK: Ending = Ending::Exited(0);
const TRAP: Ending = Ending::Exited(134);
const HOST_TRAP: Ending = Ending::Exited(1);
const ABORT: Ending = Ending::Signaled(6);
const HANG: Ending = Ending::TimedOut(Duration::from_secs(1));

fn observe(stdout: &[u8], ending: Ending) -> Observation {
    let mut endings = Endings::new(OK, TRAP);
    endings.host_trap = HOST_TRAP;
    read("mine", &Transcript::new(stdout, ending), endings)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn outputs_and_endings_are_told_apart() {
    let step = || Some("bind".to_owned());
    let at = "bind".to_owned();
    let result = "{\"step\":\"bind\"}\n{\"case\":\"mine\",\"observed\":\"ok\"}\n";
    let stepped = "{\"step\":\"bind\"}\n";
    for (stdout, ending, expected) in [
        (result, OK, Seen(json!("ok"))),
        (
            result,
            TRAP,
            Trapped {
                step: "after the result".into(),
            },
        ),
        (
            result,
            ABORT,
            Crashed {
                how: "signal 6".into(),
                step: step(),
            },
        ),
        (
            result,
            Ending::Exited(3),
            Crashed {
                how: "exit code 3".into(),
                step: step(),
            },
        ),
        (result, HANG, TimedOut { step: step() }),
        (stepped, OK, Silent { step: step() }),
        (stepped, TRAP, Trapped { step: at }),
        (
            stepped,
            ABORT,
            Crashed {
                how: "signal 6".into(),
                step: step(),
            },
        ),
        (stepped, HANG, TimedOut { step: step() }),
        ("", OK, Silent { step: None }),
        (
            "",
            TRAP,
            NotStarted {
                how: "exit code 134".into(),
            },
        ),
        (
            "",
            Ending::Exited(1),
            NotStarted {
                how: "exit code 1".into(),
            },
        ),
        (
            "",
            ABORT,
            Crashed {
                how: "signal 6".into(),
                step: None,
            },
        ),
        ("", HANG, TimedOut { step: None }),
        (
            "{\"case\":\"mine\",\"observed\":",
            OK,
            Silent { step: None },
        ),
        ("{\"case\":\"mine\",\"observed\":1}", OK, Seen(json!(1))),
        (
            "{\"case\":\"mine\",\"observed\":1,\"more\":2}\n",
            OK,
            Silent { step: None },
        ),
        (
            "banner\n{\"case\":\"mine\",\"observed\":1}\nbye\n",
            OK,
            Seen(json!(1)),
        ),
        ("{\"case\":\"mine\",\"observed\":1}\r\n", OK, Seen(json!(1))),
        (
            "{\"case\":\"mine\",\"observed\":null}\n",
            OK,
            Seen(json!(null)),
        ),
        (
            "{\"case\":\"mine\",\"blocked\":\"bind\",\"error\":\"timeout\"}\n",
            OK,
            Blocked {
                step: "bind".into(),
                code: "timeout".into(),
            },
        ),
        (
            "{\"case\":\"other\",\"observed\":1}\n",
            OK,
            Garbled {
                why: "a result for the case `other` came".into(),
            },
        ),
        (
            "{\"case\":\"mine\",\"observed\":1}\n{\"case\":\"mine\",\"observed\":1}\n",
            OK,
            Garbled {
                why: "two results came".into(),
            },
        ),
        (
            "{\"refused\":\"no such case\"}\n",
            Ending::Exited(1),
            Unobserved {
                why: "the guest refused its arguments: no such case".into(),
            },
        ),
        (
            "{\"panicked\":\"here\"}\n",
            TRAP,
            Unobserved {
                why: "the guest panicked, which is a defect of the suite: here".into(),
            },
        ),
    ] {
        assert_eq!(
            observe(stdout.as_bytes(), ending),
            expected,
            "{stdout} {ending}"
        );
    }
}

#[test]
fn bytes_that_are_no_text_are_noise() {
    let stdout = b"\xff\xfe\n{\xff}\n{\"case\":\"mine\",\"observed\":true}\n\0\0";
    assert_eq!(observe(stdout, OK), Seen(json!(true)));
}

/// Only the process can say that the guest trapped: by its end.
#[test]
fn what_a_guest_prints_is_never_a_trap() {
    let print = |observed: &str| {
        let line =
            format!("{{\"step\":\"call\"}}\n{{\"case\":\"mine\",\"observed\":{observed}}}\n");
        observe(line.as_bytes(), OK)
    };
    for text in ["trap:call", "$trap", "trap", "timeout"] {
        assert_eq!(print(&format!("{text:?}")), Seen(json!(text)));
    }
    let garbled = Garbled {
        why: "a result has a key that begins with `$`".into(),
    };
    for observed in [
        r#"{"$trap":"call"}"#,
        r#"{"$crash":{"how":"signal 11","step":"call"}}"#,
        r#"{"$any-of":["ok"]}"#,
        r#"{"$":1}"#,
        r#"{"a":{"$trap":"call"}}"#,
        r#"[1,[{"$trap":"call"}]]"#,
        r#"{"\u0024trap":"call"}"#,
        // The key by which serde_json hands on text that it has not parsed.
        r#"{"$serde_json::private::RawValue":"{\"$trap\":\"call\"}"}"#,
    ] {
        assert_eq!(print(observed), garbled, "{observed}");
    }
}
