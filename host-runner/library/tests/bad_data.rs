//! Data that is wrong stops the run, with file, line and what to do.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::{Expect, expect};
use serde_json::Value;
use std::borrow::Cow;

use wasi_tcp_conformance::internal::{Files, embedded_files};
use wasi_tcp_conformance::{Error, Suite};
use wasi_tcp_conformance_core::parse_baseline;

/// The error after `change` was made to the files of the suite must say this.
fn refused(change: impl FnOnce(&mut Files), expected: &Expect) {
    let mut files = embedded_files();
    change(&mut files);
    let error = Suite::load(&files).expect_err("the change must be refused");
    says(&error, expected);
}

fn says(error: &Error, expected: &Expect) {
    assert_eq!(error.exit_code(), 2);
    expected.assert_eq(&error.to_string());
}

/// The same after a text was replaced, once.
fn refused_with(path: &str, from: &str, to: &str, expected: &Expect) {
    refused(|files| replace(files, path, from, to), expected);
}

fn replace(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = text(files, path);
    assert!(text.contains(from), "{path} does not contain {from}");
    set(files, path, text.replacen(from, to, 1));
}

fn text(files: &Files, path: &str) -> String {
    String::from_utf8(files[path].to_vec()).unwrap()
}

fn set(files: &mut Files, path: &str, content: impl Into<Vec<u8>>) {
    files.insert(path.to_owned(), Cow::Owned(content.into()));
}

const UNBOUND: &str = "expectations/0.2/unbound.json";
const GENERATION: &str = "expectations/0.2/generation.json";
const REQUIREMENTS: &str = "expectations/0.2/requirements.json";
const MANIFEST: &str = "guest-tests/components/0.2/manifest.json";
const COMPONENT: &str = "guest-tests/components/0.2/unbound.wasm";

const FIRST: &str = r#""case": "local_address""#;
const MUST: &str = r#""must": ["error:invalid-state"]"#;

#[test]
fn the_suite_itself_is_right() {
    Suite::embedded().unwrap();
}

#[test]
fn an_unknown_field() {
    let more = format!("{FIRST}, \"mus\": []");
    refused_with(
        UNBOUND,
        FIRST,
        &more,
        &expect![[r#"
            expectations/0.2/unbound.json:5: `mus`: unknown field `mus`, expected one of `case`, `walk`, `families`, `settings`, `also-under`, `both-families`, `listener`, `own-loopback`, `hosts`, `cites`, `must`, `should`, `otherwise`, `not-applicable`
              help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn broken_json() {
    refused_with(
        UNBOUND,
        "[",
        "{",
        &expect![[r#"
        expectations/0.2/unbound.json:3: `expectations`: invalid type: map, expected a sequence
          help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn a_field_of_another_type() {
    let more = format!("{FIRST}, \"families\": [\"ipv7\"]");
    refused_with(
        UNBOUND,
        FIRST,
        &more,
        &expect![[r#"
        expectations/0.2/unbound.json:5: `families[0]`: unknown variant `ipv7`, expected `ipv4` or `ipv6`
          help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn a_key_that_is_there_twice() {
    let twice = format!("{FIRST}, {FIRST}");
    refused_with(
        UNBOUND,
        FIRST,
        &twice,
        &expect![[r#"
        expectations/0.2/unbound.json:5: duplicate field `case`
          help: see expectations/README.md for the format"#]],
    );
    let in_pattern = r#""must": [{"a": 1, "a": 2}]"#;
    refused_with(
        UNBOUND,
        MUST,
        in_pattern,
        &expect![[r#"
        expectations/0.2/unbound.json:7: `must[0]`: the key `a` is here twice
          help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn a_trial_that_is_there_twice() {
    refused_with(
        UNBOUND,
        "remote_address",
        "local_address",
        &expect![[r#"
        expectations/0.2/unbound.json:9: the trial `local_address` with the settings `` is listed twice
          help: keep one of them"#]],
    );
}

#[test]
fn an_unknown_requirement() {
    refused_with(
        UNBOUND,
        "unbound.local-address",
        "unbound.adress",
        &expect![[r#"
            expectations/0.2/unbound.json:4: there is no requirement `unbound.adress`
              help: name an id of requirements.json, or add it there"#]],
    );
}

#[test]
fn a_case_without_a_guest_function() {
    refused_with(
        UNBOUND,
        FIRST,
        r#""case": "no_such""#,
        &expect![[r#"
            expectations/0.2/unbound.json:4: the guest has no case `no_such`
              help: name a function of its cases! list, or add one with #[case] and run `cargo xtask build-guests`"#]],
    );
}

#[test]
fn a_guest_function_without_an_expectation() {
    let change = |files: &mut Files| {
        let mut json: Value = serde_json::from_str(&text(files, UNBOUND)).unwrap();
        json["expectations"].as_array_mut().unwrap().remove(0);
        set(files, UNBOUND, json.to_string());
    };
    refused(
        change,
        &expect![[r#"
        expectations/0.2/unbound.json:1: the case `local_address` of the guest has no expectation
          help: add one; without `must` the observation is only recorded"#]],
    );
}

#[test]
fn settings_that_nothing_provides() {
    let with = |settings: &str| format!("{FIRST}, \"settings\": [{settings}]");
    refused_with(
        UNBOUND,
        FIRST,
        &with(r#""socket-enoent""#),
        &expect![[r#"
            expectations/0.2/unbound.json:5: `settings`: there is no setting `socket-enoent`: there are denied, denied-addresses, own-limit, one-address, no-bind, fd-limit, no-endpoints, ipv4-missing, ipv6-missing, socket-emfile, socket-enfile, socket-eafnosupport, socket-eacces, socket-eperm, socket-enomem, socket-enobufs, socket-eprotonosupport, socket-eopnotsupp, socket-einval, socket-eio, bind-eaddrinuse, bind-eaddrnotavail, bind-eacces, bind-eperm, bind-eio, listen-eaddrinuse, listen-eacces, listen-eio, accept-econnaborted, accept-emfile, accept-enfile, accept-eio, connect-etimedout, connect-econnrefused, connect-econnreset, connect-econnaborted, connect-ehostunreach, connect-enetunreach, connect-eaddrinuse, connect-eaddrnotavail, connect-eacces, connect-eperm, connect-eio and wasi-0.2.N
              help: see expectations/README.md for the format"#]],
    );
    refused_with(
        UNBOUND,
        FIRST,
        &with(r#""fd-limit", "ipv6-missing""#),
        &expect![[r#"
            expectations/0.2/unbound.json:5: `settings`: the setting `ipv6-missing` contradicts one before it
              help: see expectations/README.md for the format"#]],
    );
    refused_with(
        UNBOUND,
        FIRST,
        &with(r#""allowed""#),
        &expect![[r#"
            expectations/0.2/unbound.json:5: `settings`: there is no setting `allowed`: there are denied, denied-addresses, own-limit, one-address, no-bind, fd-limit, no-endpoints, ipv4-missing, ipv6-missing, socket-emfile, socket-enfile, socket-eafnosupport, socket-eacces, socket-eperm, socket-enomem, socket-enobufs, socket-eprotonosupport, socket-eopnotsupp, socket-einval, socket-eio, bind-eaddrinuse, bind-eaddrnotavail, bind-eacces, bind-eperm, bind-eio, listen-eaddrinuse, listen-eacces, listen-eio, accept-econnaborted, accept-emfile, accept-enfile, accept-eio, connect-etimedout, connect-econnrefused, connect-econnreset, connect-econnaborted, connect-ehostunreach, connect-enetunreach, connect-eaddrinuse, connect-eaddrnotavail, connect-eacces, connect-eperm, connect-eio and wasi-0.2.N
              help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn a_loopback_of_its_own_without_a_listener() {
    let more = format!("{FIRST}, \"own-loopback\": true");
    refused_with(
        UNBOUND,
        FIRST,
        &more,
        &expect![[r#"
            expectations/0.2/unbound.json:4: `own-loopback` of `local_address` is about a listener, and there is none
              help: add `listener`, or leave the field out"#]],
    );
}

#[test]
fn policies_that_an_expectation_is_also_under() {
    let with = |policies: &str| format!("{FIRST}, \"also-under\": [{policies}]");
    refused_with(
        UNBOUND,
        FIRST,
        &with(r#""fd-limit""#),
        &expect![[r#"
            expectations/0.2/unbound.json:5: `also-under[0]`: unknown variant `fd-limit`, expected one of `allowed`, `denied`, `denied-addresses`, `own-limit`, `one-address`, `no-bind`
              help: see expectations/README.md for the format"#]],
    );
    refused_with(
        UNBOUND,
        FIRST,
        &with(r#""allowed""#),
        &expect![[r#"
        expectations/0.2/unbound.json:4: the trial `local_address` with the settings `` is listed twice
          help: keep one of them"#]],
    );
    refused_with(
        UNBOUND,
        FIRST,
        &with(r#""no-bind", "no-bind""#),
        &expect![[r#"
            expectations/0.2/unbound.json:4: the trial `local_address` with the settings `no-bind` is listed twice
              help: keep one of them"#]],
    );
}

#[test]
fn an_unknown_error_code() {
    refused_with(
        UNBOUND,
        "error:invalid-state",
        "error:invalid-stat",
        &expect![[r#"
            expectations/0.2/unbound.json:4: `invalid-stat` is no error code of wasi:sockets
              help: name a code of generation.json, or `*` for any outcome"#]],
    );
}

#[test]
fn a_pattern_that_is_none() {
    refused_with(
        UNBOUND,
        MUST,
        r#""must": ["error:inv*"]"#,
        &expect![[r#"
        expectations/0.2/unbound.json:7: `must[0]`: `error:inv*`: only error:* and deferred:* stand for many
          help: see expectations/README.md for the format"#]],
    );
    refused_with(
        UNBOUND,
        MUST,
        r#""must": [{"$least": 1}]"#,
        &expect![[r#"
        expectations/0.2/unbound.json:7: `must[0]`: `$least`: a pattern is {"$any-of": […]}, {"$at-least": N}, {"$trap": STEP} or a plain value
          help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn a_should_outside_its_must() {
    let sets = r#""must": ["error:timeout"], "should": ["error:unknown"]"#;
    refused_with(
        UNBOUND,
        MUST,
        sets,
        &expect![[r#"
        expectations/0.2/unbound.json:4: `should` has "error:unknown", which `must` does not allow
          help: the should set lies inside the must set"#]],
    );
}

#[test]
fn another_reading_of_what_is_not_tentative() {
    let sets = r#""must": ["error:timeout"], "otherwise": ["error:unknown"]"#;
    refused_with(
        UNBOUND,
        MUST,
        sets,
        &expect![[r#"
            expectations/0.2/unbound.json:4: `local_address` has `otherwise`, but cites no tentative requirement
              help: cite one, and say in `otherwise` what its other reading asks for"#]],
    );
}

#[test]
fn a_tentative_requirement_without_its_other_reading() {
    let closed = "expectations/0.2/closed.json";
    let cites = r#""cites": ["connect.failed-closes"]"#;
    let more = r#""cites": ["connect.failed-closes", "connect.bad-address-closes"]"#;
    refused_with(
        closed,
        cites,
        more,
        &expect![[r#"
            expectations/0.2/closed.json:4: `start_bind` cites a tentative requirement, but has no `otherwise`
              help: cite one, and say in `otherwise` what its other reading asks for"#]],
    );
    let link = r#""link": "https://github.com/WebAssembly/wasi-sockets/issues/96""#;
    refused_with(
        REQUIREMENTS,
        link,
        r#""link": "the issue""#,
        &expect![[r#"
            expectations/0.2/requirements.json:816: `connect.bad-address-closes` does not say how else it is read, and where that is discussed
              help: give `otherwise`, and a URL as the `link`"#]],
    );
}

#[test]
fn another_reading_by_which_it_passes_as_well() {
    let closed = "expectations/0.2/closed.json";
    let otherwise = r#""otherwise": ["#;
    let more = r#""otherwise": [
        {"failed": ["error:timeout", "error:timeout", "error:timeout"], "start-bind": "error:invalid-state", "start-connect": "error:invalid-state", "start-listen": "error:invalid-state"},"#;
    refused_with(
        closed,
        otherwise,
        more,
        &expect![[r#"
        expectations/0.2/closed.json:88: `otherwise` has {"failed":["error:timeout","error:timeout","error:timeout"],"start-bind":"error:invalid-state","start-connect":"error:invalid-state","start-listen":"error:invalid-state"}, which `must` allows
          help: leave it out: it passes by both readings"#]],
    );
}

#[test]
fn hosts_that_are_none() {
    let more = format!(r#"{FIRST}, "hosts": {{"only": ["haiku"], "because": "it is."}}"#);
    refused_with(
        UNBOUND,
        FIRST,
        &more,
        &expect![[r#"
        expectations/0.2/unbound.json:5: `hosts.only[0]`: unknown variant `haiku`, expected one of `android`, `freebsd`, `illumos`, `linux`, `macos`, `netbsd`, `openbsd`, `windows`
          help: see expectations/README.md for the format"#]],
    );
    let more = format!(r#"{FIRST}, "hosts": {{"only": [], "because": "it is."}}"#);
    refused_with(
        UNBOUND,
        FIRST,
        &more,
        &expect![[r#"
        expectations/0.2/unbound.json:4: `hosts` of `local_address` names no system, or no reason
          help: leave the field out for all systems"#]],
    );
}

#[test]
fn an_empty_set() {
    refused_with(
        UNBOUND,
        r#"["error:invalid-state"]"#,
        "[]",
        &expect![[r#"
        expectations/0.2/unbound.json:4: a set of `local_address` is empty, so nothing could be right
          help: leave `must` out to only record, `should` to judge by `must` alone"#]],
    );
}

#[test]
fn a_missing_component() {
    refused(
        |files| drop(files.remove(COMPONENT)),
        &expect![[r#"
        guest-tests/components/0.2/manifest.json:1: the component `unbound.wasm` is missing
          help: run `cargo xtask build-guests` and commit what it writes"#]],
    );
}

#[test]
fn a_changed_component() {
    let change = |files: &mut Files| {
        let changed = [&files[COMPONENT][..], &[0]].concat();
        set(files, COMPONENT, changed);
    };
    refused(
        change,
        &expect![[r#"
        guest-tests/components/0.2/unbound.wasm:1: the component is not the one that the manifest lists
          help: run `cargo xtask build-guests` and commit what it writes"#]],
    );
}

#[test]
fn a_component_that_the_manifest_does_not_list() {
    let change = |files: &mut Files| {
        let component = files[COMPONENT].clone();
        files.insert(COMPONENT.replace("unbound", "unlisted"), component);
    };
    refused(
        change,
        &expect![[r#"
        guest-tests/components/0.2/manifest.json:1: the component `unlisted.wasm` is not listed
          help: run `cargo xtask build-guests` and commit what it writes"#]],
    );
}

#[test]
fn a_missing_manifest() {
    refused(
        |files| drop(files.remove(MANIFEST)),
        &expect![[r#"
        guest-tests/components/0.2/manifest.json:1: the file is missing
          help: run `cargo xtask build-guests` and commit what it writes"#]],
    );
}

#[test]
fn missing_expectations() {
    refused(
        |files| drop(files.remove(UNBOUND)),
        &expect![[r#"
        expectations/0.2/unbound.json:1: the guest `unbound` has no expectations
          help: add the file, or remove the guest and run `cargo xtask build-guests`"#]],
    );
}

#[test]
fn expectations_without_a_guest() {
    let change = |files: &mut Files| {
        let text = files[UNBOUND].clone();
        files.insert("expectations/0.2/unbounded.json".to_owned(), text);
    };
    refused(
        change,
        &expect![[r#"
        expectations/0.2/unbounded.json:1: there is no component for the topic `unbounded`
          help: run `cargo xtask build-guests`, or remove the file"#]],
    );
}

#[test]
fn a_requirement_that_nobody_cites() {
    let entry = r#"{ "id": "a.new-one", "title": "t", "text": "t",
        "source": { "document": "d", "item": "i" } },"#;
    let begin = r#""requirements": ["#;
    let more = format!("{begin}\n{entry}");
    refused_with(
        REQUIREMENTS,
        begin,
        &more,
        &expect![[r#"
        expectations/0.2/requirements.json:3: the requirement `a.new-one`: no expectation cites it
          help: cite it, or say why it is `untestable`"#]],
    );
}

#[test]
fn a_generation_without_its_versions() {
    refused(
        |files| drop(files.remove(GENERATION)),
        &expect![[r#"
        expectations/0.2/generation.json:1: the file is missing
          help: restore it"#]],
    );
    let reference = r#""reference": "0.2.6""#;
    let later = r#""reference": "0.2.99""#;
    refused_with(
        GENERATION,
        reference,
        later,
        &expect![[r#"
        expectations/0.2/generation.json:1: 0.2.99 and 0.2.12 are no versions of WASI 0.2 in order
          help: name a reference version that is not later than the latest one"#]],
    );
    let other = r#""reference": "0.3.0""#;
    refused_with(
        GENERATION,
        reference,
        other,
        &expect![[r#"
        expectations/0.2/generation.json:1: 0.3.0 and 0.2.12 are no versions of WASI 0.2 in order
          help: name a reference version that is not later than the latest one"#]],
    );
    refused_with(
        GENERATION,
        reference,
        r#""reference": "0.2""#,
        &expect![[r#"
        expectations/0.2/generation.json:2: `reference`: `0.2` is no version of WASI, such as 0.2.6
          help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn a_folder_that_is_no_generation() {
    let change = |files: &mut Files| set(files, "expectations/latest/unbound.json", "{}");
    refused(
        change,
        &expect![[r#"
        expectations/latest/unbound.json:1: `latest` is no generation of WASI, such as 0.2
          help: name the folder of a generation after it"#]],
    );
    refused(
        Files::clear,
        &expect![[r#"
        expectations:1: there is no generation
          help: restore the folder of a generation, such as 0.2"#]],
    );
}

#[test]
fn text_that_is_not_utf8() {
    refused(
        |files| set(files, UNBOUND, b"{\n\xff"),
        &expect![[r#"
        expectations/0.2/unbound.json:2: the file is not UTF-8
          help: save it as UTF-8"#]],
    );
}

/// The error of a baseline with these entries must say this.
fn baseline_refused(entries: &str, expected: &Expect) {
    let suite = Suite::embedded().unwrap();
    let text = format!("{{ \"baseline\": [\n{entries}\n] }}");
    let models = [&*suite.generations[0].model];
    let error = parse_baseline("mine.json", &text, &suite.trial_names(), &models).unwrap_err();
    says(&error, expected);
}

#[test]
fn baselines_that_excuse_nothing_or_too_much() {
    let entry = r#"{ "trial": "0.2/unbound::accept::ipv4", "observed": "ok", "reason": "r" }"#;
    let with = |from: &str, to: &str| entry.replace(from, to);
    baseline_refused(
        &with("accept", "axept"),
        &expect![[r#"
        mine.json:2: the suite has no trial `0.2/unbound::axept::ipv4`
          help: remove the entry, or name one that `wasi-tcp-conformance list` prints"#]],
    );
    baseline_refused(
        &with("0.2/unbound", "unbound"),
        &expect![[r#"
        mine.json:2: `trial`: `unbound::accept::ipv4` is no name of a trial, such as 0.2/unbound::local_address::ipv6
          help: see "Baselines" in docs/implementations.md for the format"#]],
    );
    baseline_refused(
        &with("ipv4", "ipv4@errno-emfile"),
        &expect![[r#"
            mine.json:2: the suite has no trial `0.2/unbound::accept::ipv4@errno-emfile`
              help: name the folder of the guest with `--guests`, or correct the setting"#]],
    );
    baseline_refused(
        &format!("{entry},\n{entry}"),
        &expect![[r#"
        mine.json:3: the trial `0.2/unbound::accept::ipv4` is listed twice
          help: keep one of them"#]],
    );
    baseline_refused(
        &with(r#""r""#, r#"" ""#),
        &expect![[r#"
        mine.json:2: the known failure `0.2/unbound::accept::ipv4` has no reason
          help: give the reason in one line"#]],
    );
    baseline_refused(
        &with(r#""observed": "ok", "#, ""),
        &expect![[r#"
        mine.json:2: missing field `observed`
          help: see "Baselines" in docs/implementations.md for the format"#]],
    );
    baseline_refused(
        &with(r#""ok""#, r#"{"$trap": "call", "$crash": 1}"#),
        &expect![[r#"
            mine.json:2: `observed`: `$crash`: this is no observation that the format describes
              help: see "Baselines" in docs/implementations.md for the format"#]],
    );
}

const MODEL: &str = "expectations/0.2/model.json";

/// The calls of a cell, as the file has them.
fn in_cell(calls: &str) -> String {
    format!("\"calls\": {calls},\n      \"cites\": \"unbound.start-listen\"")
}

#[test]
fn a_generation_without_its_model() {
    refused(
        |files| drop(files.remove(MODEL)),
        &expect![[r#"
        expectations/0.2/model.json:1: the file is missing
          help: restore it"#]],
    );
}

#[test]
fn a_cell_that_is_missing() {
    let cell = &in_cell(r#"["start-listen"]"#);
    refused_with(
        MODEL,
        cell,
        &in_cell("[]"),
        &expect![[r#"
        expectations/0.2/model.json:4: `start-listen` in the state `unbound` has no cell
          help: say what it may answer"#]],
    );
}

#[test]
fn a_cell_that_is_there_twice() {
    let cell = &in_cell(r#"["start-listen"]"#);
    let twice = &in_cell(r#"["start-listen", "accept"]"#);
    refused_with(
        MODEL,
        cell,
        twice,
        &expect![[r#"
            expectations/0.2/model.json:356: `accept` in the state `unbound` has two cells
              help: keep one of them"#]],
    );
}

#[test]
fn a_call_that_is_none_of_the_model() {
    let cell = &in_cell(r#"["start-listen"]"#);
    refused_with(
        MODEL,
        cell,
        &in_cell(r#"["listen"]"#),
        &expect![[r#"
            expectations/0.2/model.json:164: `listen` is no call of the model
              help: name a call as the other cells do"#]],
    );
}

#[test]
fn a_state_a_rule_and_a_condition_that_are_none() {
    refused_with(
        MODEL,
        r#""in": ["unbound"]"#,
        r#""in": ["new"]"#,
        &expect![[r#"
            expectations/0.2/model.json:6: `in[0]`: unknown variant `new`, expected one of `unbound`, `bind-in-progress`, `bound`, `listen-in-progress`, `listening`, `connect-in-progress`, `connected`, `accepted`, `closed`
              help: see expectations/README.md for the format"#]],
    );
    refused_with(
        MODEL,
        r#""rule": "family""#,
        r#""rule": "families""#,
        &expect![[r#"
            expectations/0.2/model.json:571: `answers[0].rule`: unknown variant `families`, expected one of `local-address`, `local-address-if-bound`, `any-address`, `remote-address`, `family`, `option-value`, `option-readable`, `option-exact`, `option-clamped`, `option-inherited`, `option-after-listen`, `option-kept`, `option-after-zero`, `any-value`, `ready-once-finished`, `ready-with-a-client`, `not-ready-without-a-client`, `waits-end`, `pollable-of-input`, `pollable-of-output`, `poll-reports`, `bytes-in-order`, `input-ends`, `no-early-end`, `bytes-kept`, `input-shut`, `input-failed`, `output-shut`, `output-takes`, `output-goes-on`, `again`, `created`, `there`
              help: see expectations/README.md for the format"#]],
    );
    refused_with(
        MODEL,
        r#""when": "bind-can-fail""#,
        r#""when": "it-fails""#,
        &expect![[r#"
            expectations/0.2/model.json:27: `answers[1].when`: unknown variant `it-fails`, expected one of `bind-can-succeed`, `bind-can-fail`, `listen-can-succeed`, `listen-can-fail`, `connect-can-succeed`, `connect-can-fail`, `a-client-may-wait`, `no-client-may-wait`, `a-client-may-have-left`, `may-go-on`, `binds-to-other`, `binds-to-wildcard`, `binds-to-port`, `nobody-listens`, `bad-address`, `bind-has-failed`, `listen-has-failed`, `accept-has-failed`, `may-have-ended`, `was-shut`
              help: see expectations/README.md for the format"#]],
    );
}

#[test]
fn an_answer_of_the_model_that_is_none() {
    let cell = r#""is": "error:invalid-argument""#;
    refused_with(
        MODEL,
        cell,
        r#""is": "error:invalid-arguments""#,
        &expect![[r#"
            expectations/0.2/model.json:31: `invalid-arguments` is no error code of wasi:sockets
              help: name a code of generation.json, or `*`"#]],
    );
    refused_with(
        MODEL,
        cell,
        r#""deviates": false"#,
        &expect![[r#"
            expectations/0.2/model.json:31: an answer is either a pattern (`is`) or a `rule`
              help: give one of them"#]],
    );
    refused_with(
        MODEL,
        cell,
        r#""is": "ok", "rule": "family""#,
        &expect![[r#"
            expectations/0.2/model.json:31: an answer is either a pattern (`is`) or a `rule`
              help: give one of them"#]],
    );
}

#[test]
fn a_requirement_of_the_model_that_is_none() {
    let cites = r#""cites": "unbound.start-listen""#;
    refused_with(
        MODEL,
        cites,
        r#""cites": "a.b""#,
        &expect![[r#"
            expectations/0.2/model.json:164: there is no requirement `a.b`
              help: name an id of requirements.json, or add it there"#]],
    );
    let cites = r#""cites": "stream.ready""#;
    refused_with(
        MODEL,
        cites,
        r#""cites": "a.b""#,
        &expect![[r#"
            expectations/0.2/model.json:1062: there is no requirement `a.b`
              help: name an id of requirements.json, or add it there"#]],
    );
}

#[test]
fn a_rule_of_the_model_that_is_missing() {
    refused_with(
        MODEL,
        r#""there": {"#,
        r#""created": {"#,
        &expect![[r#"
            expectations/0.2/model.json:1062: the rule "there" is missing
              help: say which requirement it cites"#]],
    );
}
