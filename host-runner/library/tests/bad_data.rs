//! Data that is wrong stops the run, with file, line and what to do.

use std::borrow::Cow;
use wasi_tcp_conformance::{Error, Files, Suite, embedded_files, parse_baseline, trial};

/// The error after `change` was made to the suite's own files.
fn broken(change: impl FnOnce(&mut Files)) -> String {
    let mut files = embedded_files();
    change(&mut files);
    let error = Suite::load(&files).expect_err("the change must be refused");
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

fn replace(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].to_vec()).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    files.insert(
        path.into(),
        Cow::Owned(text.replacen(from, to, 1).into_bytes()),
    );
}

const UNBOUND: &str = "expectations/unbound.json";
const FIRST: &str = r#""case": "local_address""#;

#[test]
fn the_suite_itself_is_right() {
    Suite::embedded().unwrap();
}

#[test]
fn an_unknown_field() {
    assert_eq!(
        broken(|files| replace(
            files,
            UNBOUND,
            FIRST,
            r#""case": "local_address", "mus": []"#
        )),
        "expectations/unbound.json:5: unknown field `mus`, expected one of `case`, `families`, \
         `environment`, `both-families`, `cites`, `must`, `should`, `not-applicable`\n  \
         the format is described in expectations/README.md"
    );
}

#[test]
fn broken_json() {
    assert_eq!(
        broken(|files| replace(files, UNBOUND, "[", "{")),
        "expectations/unbound.json:3: invalid type: map, expected a sequence\n  \
         the format is described in expectations/README.md"
    );
}

#[test]
fn a_key_that_stands_twice() {
    assert_eq!(
        broken(|files| replace(files, UNBOUND, FIRST, &format!("{FIRST}, {FIRST}"))),
        "expectations/unbound.json:5: duplicate field `case`\n  \
         the format is described in expectations/README.md"
    );
}

#[test]
fn a_trial_that_stands_twice() {
    assert_eq!(
        broken(|files| replace(files, UNBOUND, "remote_address", "local_address")),
        "expectations/unbound.json:9: the trial `local_address` in the environment `default` \
         stands here twice\n  keep one of them"
    );
}

#[test]
fn an_unknown_requirement() {
    assert_eq!(
        broken(|files| replace(files, UNBOUND, "unbound.local-address", "unbound.adress")),
        "expectations/unbound.json:4: there is no requirement `unbound.adress`\n  \
         name an id of expectations/requirements.json, or add it there"
    );
}

#[test]
fn a_case_without_a_guest_function() {
    assert_eq!(
        broken(|files| replace(files, UNBOUND, FIRST, r#""case": "no_such""#)),
        "expectations/unbound.json:4: the guest has no case `no_such`\n  name a function of its \
         cases! list, or add it there and run `cargo xtask build-guests`"
    );
}

#[test]
fn a_guest_function_without_an_expectation() {
    let error = broken(|files| {
        let text = String::from_utf8(files[UNBOUND].to_vec()).unwrap();
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json["expectations"].as_array_mut().unwrap().remove(0);
        files.insert(UNBOUND.into(), Cow::Owned(json.to_string().into_bytes()));
    });
    assert_eq!(
        error,
        "expectations/unbound.json:1: the guest's case `local_address` has no expectation\n  \
         add one; without `must` the observation is only recorded"
    );
}

#[test]
fn an_unknown_environment() {
    let error = broken(|files| {
        replace(
            files,
            UNBOUND,
            FIRST,
            &format!("{FIRST}, \"environment\": \"errno-enoent\""),
        );
    });
    assert!(
        error.starts_with("expectations/unbound.json:5: there is no environment `errno-enoent`"),
        "{error}"
    );
}

#[test]
fn an_unknown_error_code() {
    assert_eq!(
        broken(|files| replace(files, UNBOUND, "error:invalid-state", "error:invalid-stat")),
        "expectations/unbound.json:7: `invalid-stat` is no error code of wasi:sockets\n  \
         the format is described in expectations/README.md"
    );
}

#[test]
fn a_should_outside_its_must() {
    let error = broken(|files| {
        let sets = r#""must": ["error:timeout"], "should": ["error:unknown"]"#;
        replace(files, UNBOUND, r#""must": ["error:invalid-state"]"#, sets);
    });
    assert_eq!(
        error,
        "expectations/unbound.json:4: `should` has \"error:unknown\", which `must` does not \
         allow\n  the should set lies inside the must set"
    );
}

#[test]
fn an_empty_set() {
    assert_eq!(
        broken(|files| replace(files, UNBOUND, r#"["error:invalid-state"]"#, "[]")),
        "expectations/unbound.json:4: a set of `local_address` is empty, so nothing could be \
         right\n  leave `must` out to only record, `should` to judge by `must` alone"
    );
}

#[test]
fn a_missing_component() {
    assert_eq!(
        broken(|files| drop(files.remove("guest-tests/components/unbound.wasm"))),
        "guest-tests/components/manifest.json:1: the component `unbound.wasm` is missing\n  \
         run `cargo xtask build-guests` and commit what it writes"
    );
}

#[test]
fn a_changed_component() {
    let error = broken(|files| {
        let path = "guest-tests/components/unbound.wasm";
        let mut bytes = files[path].to_vec();
        bytes.push(0);
        files.insert(path.into(), Cow::Owned(bytes));
    });
    assert_eq!(
        error,
        "guest-tests/components/unbound.wasm:1: the component is not the one that the manifest \
         lists\n  run `cargo xtask build-guests` and commit what it writes"
    );
}

#[test]
fn missing_expectations() {
    assert_eq!(
        broken(|files| drop(files.remove(UNBOUND))),
        "expectations/unbound.json:1: the guest `unbound` has no expectations\n  \
         add the file, or remove the guest and run `cargo xtask build-guests`"
    );
}

#[test]
fn expectations_without_a_guest() {
    let error = broken(|files| {
        let text = files[UNBOUND].clone();
        files.insert("expectations/unbounded.json".into(), text);
    });
    assert_eq!(
        error,
        "expectations/unbounded.json:1: there is no component for the topic `unbounded`\n  \
         run `cargo xtask build-guests`, or remove the file"
    );
}

#[test]
fn a_requirement_that_nobody_cites() {
    let error = broken(|files| {
        let entry = r#"{ "id": "a.new-one", "title": "t", "text": "t",
            "source": { "document": "d", "item": "i" } },"#;
        let path = "expectations/requirements.json";
        replace(
            files,
            path,
            r#""requirements": ["#,
            &format!("\"requirements\": [\n{entry}"),
        );
    });
    assert!(
        error.contains("the requirement `a.new-one` is cited by no expectation"),
        "{error}"
    );
}

#[test]
fn text_that_is_not_utf8() {
    assert_eq!(
        broken(|files| drop(files.insert(UNBOUND.into(), Cow::Borrowed(b"{\n\xff")))),
        "expectations/unbound.json:2: this is not UTF-8\n  save the file as UTF-8"
    );
}

/// The error of a baseline with these entries.
fn broken_baseline(entries: &str) -> String {
    let suite = Suite::embedded().unwrap();
    let text = format!("{{ \"baseline\": [\n{entries}\n] }}");
    let error: Error = parse_baseline("mine.json", &text, &trial::all(&suite)).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

#[test]
fn baselines_that_excuse_nothing_or_too_much() {
    let entry = r#"{ "trial": "unbound::accept::ipv4", "observed": "ok", "reason": "r" }"#;
    assert_eq!(
        broken_baseline(&entry.replace("accept", "axept")),
        "mine.json:2: the suite has no trial `unbound::axept::ipv4`\n  remove the entry, or name \
         one that `wasi-tcp-conformance list` prints"
    );
    assert_eq!(
        broken_baseline(&format!("{entry},\n{entry}")),
        "mine.json:3: the trial `unbound::accept::ipv4` is listed twice\n  keep one of them"
    );
    assert_eq!(
        broken_baseline(&entry.replace(r#""r""#, r#"" ""#)),
        "mine.json:2: the known failure `unbound::accept::ipv4` has no reason\n  say in one line \
         why it is so"
    );
    assert_eq!(
        broken_baseline(&entry.replace(r#""observed": "ok", "#, "")),
        "mine.json:2: missing field `observed`\n  the format is described in \
         expectations/README.md"
    );
}
