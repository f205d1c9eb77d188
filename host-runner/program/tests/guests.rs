//! Guests in other languages, from a folder: a runtime of shell answers for each.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod program;
mod shell;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shell::{COMPONENT, Fixture};
use std::fs;
use wasi_tcp_conformance::Suite;

fn records(fixture: &Fixture) -> (Value, Vec<Value>) {
    let text = fs::read_to_string(fixture.path("report.json")).unwrap();
    let mut report: Value = serde_json::from_str(&text).expect(&text);
    let records = report["records"].take();
    (report, records.as_array().unwrap().clone())
}

#[test]
fn a_guest_runs_the_same_trials_by_the_same_expectations() {
    let fixture = Fixture::new().env("MODE", "says");
    fixture.guest(
        "guests/fortran",
        "fortran",
        &json!({ "unbound": ["local_address"] }),
    );
    let said = fixture.run(&[
        "--guests",
        "guests",
        "unbound::local_address::ipv4",
        "--json",
        "report.json",
    ]);
    assert_eq!(said.exit, Some(0), "{}{}", said.out, said.err);
    let (report, records) = records(&fixture);
    let names: Vec<_> = records
        .iter()
        .map(|it| it["trial"].as_str().unwrap())
        .collect();
    let built_in = "0.2/unbound::local_address::ipv4";
    assert_eq!(names, [built_in, &format!("{built_in}@fortran")]);
    // The guest was told the topic too, and said it again: else nothing would be observed.
    assert_eq!(records[1]["observed"], "error:invalid-state");
    for field in ["must", "requirements", "verdict"] {
        assert_eq!(records[0][field], records[1][field], "{field}");
    }
    let repeat = records[1]["reproduce"].as_str().unwrap();
    assert!(repeat.contains(" --guests guests "), "{repeat}");
    assert_eq!(report["guests"][0]["guest"], "fortran");
    assert!(report["guests"][0]["missing"].as_u64().unwrap() > 100);
    let facts = "guest         fortran, in Fortran 2023 (a compiler 1.0); ";
    assert!(said.out.contains(facts), "{}", said.out);
    assert!(!said.out.contains("guests differ"), "{}", said.out);
    let explained = program::run_in(
        fixture.folder.path(),
        &["explain", "0.2/unbound::local_address::ipv4@fortran"],
    );
    assert_eq!(explained.exit, Some(0), "{}", explained.err);
}

#[test]
fn guests_that_differ_are_a_finding() {
    let mut fixture = Fixture::new().env("MODE", "says");
    // A word that is different for the guest in the other language.
    let runtime = fs::read_to_string(fixture.path("runtime.sh")).unwrap();
    let answer = "case \"$1\" in *::*) CODE=\"error:un\u{1b}[31mknown\";; esac\n";
    fs::write(fixture.path("runtime.sh"), answer.to_owned() + &runtime).unwrap();
    fixture.adapter["baseline"] = json!([]);
    fixture.guest(
        "guests/fortran",
        "fortran",
        &json!({ "unbound": ["local_address"] }),
    );
    let arguments = ["--guests", "guests/fortran", "unbound::local_address"];
    let files = ["--json", "report.json", "--by-guest", "guests.md"];
    let said = fixture.run(&[&arguments[..], &files].concat());
    assert_eq!(said.exit, Some(1), "{}", said.err);
    let differ = "guests differ: the binding of one is wrong, or the runtime for it\n\n  \
        0.2/unbound::local_address::ipv4 of shell\n  \
        0.2/unbound::local_address::ipv6 of shell\n    \
        rust     pass  \"error:invalid-state\"\n    fortran  fail  ";
    assert!(said.out.contains(differ), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "{}", said.out);
    let page = fs::read_to_string(fixture.path("guests.md")).unwrap();
    assert!(page.contains("| requirement | rust | fortran |"), "{page}");
    assert!(page.contains("| ✓ | **2** of 2 fail |"), "{page}");
    assert!(!page.contains('\u{1b}'), "{page}");
    // A saved report says the same, and is judged again without the guest.
    let again = program::run_in(
        fixture.folder.path(),
        &["report", "report.json", "--judge-anew"],
    );
    assert!(again.out.contains(differ), "{}", again.out);
}

/// One component has all of its topics, and its file is there for each.
#[test]
fn a_guest_with_several_topics_has_its_component_in_each() {
    let fixture = Fixture::new().env("MODE", "says");
    let runtime = fs::read_to_string(fixture.path("runtime.sh")).unwrap();
    let check = "[ -s \"$3\" ] || { echo \"no component $3\" >&2; exit 3; }\n";
    fs::write(fixture.path("runtime.sh"), check.to_owned() + &runtime).unwrap();
    let topics = json!({ "unbound": ["local_address"], "closed": ["remote_address"] });
    fixture.guest("guest", "fortran", &topics);
    let said = fixture.run(&["--guests", "guest", "fortran"]);
    assert_eq!(said.exit, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains("4 judged: 4 pass"), "{}", said.out);
}

/// Compiled code is kept by the name of its component.
#[test]
fn a_guest_with_the_name_of_a_topic_has_a_component_of_its_own() {
    let fixture = Fixture::new();
    fixture.guest("guest", "unbound", &json!({ "unbound": ["local_address"] }));
    let mut suite = Suite::embedded().unwrap();
    suite.add_guests(&fixture.path("guest")).unwrap();
    let trials = suite.trials().into_iter();
    let trials: Vec<_> = trials.filter(|it| it.name.topic == "unbound").collect();
    let of_guest = trials.iter().find(|it| it.name.settings.guest.is_some());
    let name = of_guest.unwrap().topic.component_name();
    let built_in = trials.iter().filter(|it| it.name.settings.guest.is_none());
    for trial in built_in {
        assert_ne!(trial.topic.component_name(), name);
    }
}

/// What the guest that is built in shows of a runtime is no other fault in another language.
#[test]
fn known_failures_are_known_of_all_guests() {
    let entry = |trial: &str, observed: &str| json!([{ "trial": trial, "observed": observed, "reason": "so" }]);
    let trial = "0.2/unbound::local_address::ipv4";
    let verdicts = |baseline: Value| {
        let fixture = Fixture::new()
            .env("MODE", "says")
            .env("CODE", "error:unknown");
        let fixture = fixture.with("baseline", baseline);
        fixture.guest(
            "guests/fortran",
            "fortran",
            &json!({ "unbound": ["local_address"] }),
        );
        fixture.run(&["--guests", "guests", trial, "--json", "report.json"]);
        let (_, records) = records(&fixture);
        let verdict = |it: &Value| it["verdict"].as_str().unwrap().to_owned();
        records.iter().map(verdict).collect::<Vec<_>>()
    };
    assert_eq!(
        verdicts(entry(trial, "error:unknown")),
        ["known_failure", "known_failure"]
    );
    assert_eq!(verdicts(entry(trial, "error:timeout")), ["fail", "fail"]);
    let own = format!("{trial}@fortran");
    assert_eq!(
        verdicts(entry(&own, "error:unknown")),
        ["fail", "known_failure"]
    );
}

#[test]
fn a_guest_that_is_wrong_is_refused() {
    let topics = json!({ "unbound": ["local_address"] });
    for (field, value, expected) in [
        (
            "guest",
            json!("fd-limit"),
            "manifest.json:4: `fd-limit` is the name of something else",
        ),
        (
            "guest",
            json!("a b"),
            "manifest.json:4: a guest has a name of lower-case letters",
        ),
        (
            "generation",
            json!("0.9"),
            "this suite does not know WASI 0.9",
        ),
        (
            "component",
            json!("../shell.json"),
            "the component is no file of the folder",
        ),
        (
            "component",
            json!("nobody.wasm"),
            "nobody.wasm: No such file",
        ),
        ("sha256", json!("0"), "has another digest"),
        (
            "topics",
            json!({ "unbund": [] }),
            "the suite has no topic `unbund`",
        ),
        (
            "topics",
            json!({ "unbound": ["no"] }),
            "the topic `unbound` has no case `no`",
        ),
        ("topics", json!({ "unbound": [] }), "the guest has no case"),
        (
            "topics",
            json!({ "unbound": "all" }),
            "invalid type: string \"all\"",
        ),
        ("more", json!(1), "unknown field `more`"),
    ] {
        let fixture = Fixture::new();
        let mut manifest = fixture.guest("guests/fortran", "fortran", &topics);
        manifest[field] = value;
        fixture.manifest("guests/fortran", &manifest);
        let said = fixture.run(&["--guests", "guests"]);
        assert_eq!(said.exit, Some(2), "{field}: {}", said.err);
        assert!(said.err.contains(expected), "{field}: {}", said.err);
        assert!(said.err.contains("\n  help: "), "{field}: {}", said.err);
    }
    let fixture = Fixture::new();
    fixture.guest("guests/fortran", "fortran", &topics);
    for (folders, expected) in [
        (&["."][..], "there is no manifest.json"),
        (&["nowhere"], "nowhere: No such file"),
        (
            &["guests", "guests/fortran"],
            "there are two guests `fortran`",
        ),
    ] {
        let arguments: Vec<_> = folders.iter().flat_map(|it| ["--guests", it]).collect();
        let said = fixture.run(&arguments);
        assert_eq!(said.exit, Some(2), "{folders:?}: {}", said.err);
        assert!(said.err.contains(expected), "{folders:?}: {}", said.err);
    }
    let broken = fixture.path("guests/fortran").join(COMPONENT);
    fs::write(&broken, "no component").unwrap();
    let mut manifest = fixture.guest("guests/cobol", "cobol", &topics);
    let path = fixture.path("guests/cobol");
    fs::write(path.join(COMPONENT), "no component").unwrap();
    manifest["sha256"] = hex::encode(Sha256::digest("no component")).into();
    fixture.manifest("guests/cobol", &manifest);
    let said = fixture.run(&["--guests", "guests/cobol"]);
    assert!(
        said.err.contains("the file is no component"),
        "{}",
        said.err
    );
}
