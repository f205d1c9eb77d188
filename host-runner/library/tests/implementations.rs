//! Files that describe an implementation: what they claim, and what is refused.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use std::fs;
use wasi_tcp_conformance::{Claims, Error, Family, Implementation, Policy, Suite};
use wasi_tcp_conformance_core::Call;

/// The implementation that this object describes.
fn described(description: &Value) -> Result<Implementation, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    fs::write(&path, serde_json::to_string_pretty(description).unwrap()).unwrap();
    let suite = Suite::embedded().unwrap();
    Implementation::named(&suite, &path.display().to_string())
}

/// A description of a program that only tells its version, with these fields too.
fn description(more: &Value) -> Value {
    let run = json!(["echo", "{component}", "{case}", "{family}"]);
    let mut description = json!({
        "name": "mine",
        "wasi": ["0.2.6"],
        "version": ["echo", "mine 1.2.3"],
        "run": run,
        "policies": { "denied": { "run": run } },
    });
    for (field, value) in more.as_object().unwrap() {
        description[field] = value.clone();
    }
    description
}

#[test]
fn what_is_claimed_is_what_the_file_says() {
    let mine = described(&description(&json!({}))).unwrap();
    assert_eq!((mine.name(), mine.version()), ("mine", "mine 1.2.3"));
    let claims =
        Claims::new(["0.2.6".parse().unwrap()]).with_policies([Policy::Allowed, Policy::Denied]);
    assert_eq!(*mine.claims(), claims);

    let more = json!({ "wasi": ["0.2.12"], "families": ["ipv6"], "policies": {} });
    let narrow = described(&description(&more)).unwrap();
    let claims = Claims::new(["0.2.12".parse().unwrap()])
        .with_families([Family::Ipv6])
        .with_policies([Policy::Allowed]);
    assert_eq!(*narrow.claims(), claims);
}

#[test]
fn what_is_the_runtimes_own_is_claimed() {
    let more = json!({ "own-loopback": true, "own-calls": ["bind", "accept"], "policies": {} });
    let mine = described(&description(&more)).unwrap();
    let claims = Claims::new(["0.2.6".parse().unwrap()])
        .with_policies([Policy::Allowed])
        .with_own_loopback()
        .with_own_calls([Call::Bind, Call::Accept]);
    assert_eq!(*mine.claims(), claims);

    refused(
        &json!({ "own-calls": ["write"] }),
        &expect![[r#"
            mine.json:4: `own-calls[0]`: unknown variant `write`, expected one of `socket`, `bind`, `connect`, `listen`, `accept`
              help: see docs/implementations.md for the format"#]],
    );
    refused(
        &json!({ "own-loopback": "127.0.0.1" }),
        &expect![[r#"
            mine.json:3: `own-loopback`: invalid type: string "127.0.0.1", expected a boolean
              help: see docs/implementations.md for the format"#]],
    );
    let run = json!(["echo", "{port}", "{component}"]);
    refused(
        &json!({ "own-calls": ["bind"], "delivery": "http", "run": run, "policies": {} }),
        &expect![[r#"
            mine.json:4: `own-calls` is about faults that begin before the runtime does
              help: leave it out: over HTTP, they begin once the server is ready"#]],
    );
}

#[test]
fn a_policy_is_claimed_without_a_command_that_allows_tcp() {
    let run = json!({ "run": ["echo", "{component}", "{case}", "{family}"] });
    let more = json!({ "run": null, "policies": { "no-bind": run } });
    let mine = described(&description(&more)).unwrap();
    assert_eq!(mine.claims().policies, [Policy::NoBind]);

    refused(
        &json!({ "run": null, "policies": {} }),
        &expect![[r#"
            mine.json:3: no command runs a guest: there is neither `run` nor a policy
              help: add `run`, or, if the runtime has no policy that allows all of TCP, the `run` of another policy to `policies`"#]],
    );
}

/// A description with these fields must be refused like this.
fn refused(more: &Value, expected: &Expect) {
    let error = described(&description(more))
        .err()
        .expect("it must be refused");
    assert_eq!(error.exit_code(), 2);
    let said = error.to_string();
    // The folder of the file is another in each run.
    let from = said.find("mine.json").unwrap();
    expected.assert_eq(&said[from..]);
}

#[test]
fn claims_that_mean_nothing_are_refused() {
    refused(
        &json!({ "wasi": [] }),
        &expect![[r#"
            mine.json:23: `wasi` names no version
              help: name the latest version that the runtime has, such as 0.2.6"#]],
    );
    refused(
        &json!({ "wasi": ["0.2"] }),
        &expect![[r#"
        mine.json:25: `wasi[0]`: `0.2` is no version of WASI, such as 0.2.6
          help: see docs/implementations.md for the format"#]],
    );
    refused(
        &json!({ "wasi": ["0.2.99"] }),
        &expect![[r#"
            mine.json:23: this suite does not know WASI 0.2.99
              help: name a version from 0.2.0 to 0.2.12"#]],
    );
    refused(
        &json!({ "wasi": ["0.9.0"] }),
        &expect![[r#"
            mine.json:23: this suite does not know WASI 0.9
              help: the latest versions that it knows: 0.2.12"#]],
    );
    refused(
        &json!({ "wasi": ["0.2.6", "0.2.3"] }),
        &expect![[r#"
            mine.json:23: `wasi` names two versions of a generation
              help: keep the later one"#]],
    );
    refused(
        &json!({ "families": [] }),
        &expect![[r#"
            mine.json:2: `families` names no family
              help: name ipv4 or ipv6, or leave it out for both"#]],
    );
    refused(
        &json!({ "families": ["ipv5"] }),
        &expect![[r#"
        mine.json:3: `families[0]`: unknown variant `ipv5`, expected `ipv4` or `ipv6`
          help: see docs/implementations.md for the format"#]],
    );
}

/// A runtime has policies. Faults are put around it.
#[test]
fn a_policy_that_is_none_is_refused() {
    let run = json!({ "run": ["echo", "{component}", "{case}", "{family}"] });
    refused(
        &json!({ "policies": { "fd-limit": run } }),
        &expect![[r#"
            mine.json:3: `policies.fd-limit`: this is a fault of the host, which the suite puts around the runtime
              help: name one of denied, denied-addresses, own-limit, one-address, no-bind"#]],
    );
    refused(
        &json!({ "policies": { "wasi-0.2.3": run } }),
        &expect![[r#"
            mine.json:3: `policies.wasi-0.2.3`: there is no such policy
              help: name one of denied, denied-addresses, own-limit, one-address, no-bind"#]],
    );
    refused(
        &json!({ "policies": { "allowed": run } }),
        &expect![[r#"
            mine.json:3: `policies.allowed` is the command `run`
              help: leave it out"#]],
    );
    refused(
        &json!({ "policies": { "denied": {} } }),
        &expect![[r#"
            mine.json:4: `policies.denied`: missing field `run`
              help: see docs/implementations.md for the format"#]],
    );
    refused(
        &json!({ "environments": { "denied": run } }),
        &expect![[r#"
            mine.json:2: `environments`: unknown field `environments`, expected one of `$schema`, `name`, `program`, `install`, `note`, `wasi`, `families`, `own-loopback`, `own-calls`, `delivery`, `server-for`, `version`, `prepare`, `run`, `policies`, `env`, `timeout-seconds`, `made-of`, `baseline`, `walks`
              help: see docs/implementations.md for the format"#]],
    );
}

#[test]
fn commands_that_run_no_case_are_refused() {
    refused(
        &json!({ "run": [] }),
        &expect![[r#"
            mine.json:13: `run` is empty
              help: give the program and its arguments"#]],
    );
    refused(
        &json!({ "run": ["echo", "{component}", "{case}"] }),
        &expect![[r#"
            mine.json:13: `run` does not run a case
              help: name {component} or {prepared}, and after it {case} and {family}"#]],
    );
    refused(
        &json!({ "run": ["echo", "{case}", "{family}"] }),
        &expect![[r#"
            mine.json:13: `run` does not run a case
              help: name {component} or {prepared}, and after it {case} and {family}"#]],
    );
    refused(
        &json!({ "run": ["echo", "{cases}"] }),
        &expect![[r#"
            mine.json:13: `run`: there is no placeholder {cases}
              help: use one of {program} {component} {prepared} {case} {family} {dir} {port}"#]],
    );
    refused(
        &json!({ "env": { "A": "{case}" } }),
        &expect![[r#"
            mine.json:2: `env.A` has a placeholder that depends on the trial
              help: use {program} and {dir} alone, and pass the others as arguments"#]],
    );
    refused(
        &json!({ "timeout-seconds": 0 }),
        &expect![[r#"
            mine.json:19: `timeout-seconds` is no time
              help: give a number of seconds above 0"#]],
    );
    refused(
        &json!({ "name": " " }),
        &expect![[r#"
            mine.json:2: `name` is empty
              help: name the implementation, such as my-runtime"#]],
    );
}

#[test]
fn deliveries_that_do_not_fit_are_refused() {
    let http = |run: Value| json!({ "delivery": "http", "run": run });
    let arguments = |run: Value| json!({ "delivery": "arguments", "run": run });
    refused(
        &json!({ "run": ["echo", "{component}", "{case}", "{family}", "{port}"] }),
        &expect![[r#"
            mine.json:13: `run` has {port}, and serves nothing
              help: take it out, or set `delivery` to http"#]],
    );
    refused(
        &http(json!(["echo", "{component}"])),
        &expect![[r#"
        mine.json:14: `run` does not serve a component
          help: name {component} or {prepared}, and {port}, at which it has to listen on 127.0.0.1"#]],
    );
    refused(
        &http(json!(["echo", "{port}"])),
        &expect![[r#"
        mine.json:14: `run` does not serve a component
          help: name {component} or {prepared}, and {port}, at which it has to listen on 127.0.0.1"#]],
    );
    refused(
        &http(json!(["echo", "{port}", "{component}", "{case}"])),
        &expect![[r#"
            mine.json:14: `run` has {case} or {family}, which the component is told in another way
              help: take them out, or leave out `delivery`"#]],
    );
    refused(
        &arguments(json!(["echo"])),
        &expect![[r#"
        mine.json:14: `run` does not run a component
          help: name {component} or {prepared}: its arguments are composed into it"#]],
    );
    refused(
        &arguments(json!(["echo", "{component}", "{port}"])),
        &expect![[r#"
            mine.json:14: `run` has {port}, and serves nothing
              help: take it out, or set `delivery` to http"#]],
    );
    refused(
        &arguments(json!(["echo", "{component}", "{family}"])),
        &expect![[r#"
            mine.json:14: `run` has {case} or {family}, which the component is told in another way
              help: take them out, or leave out `delivery`"#]],
    );
    refused(
        &json!({ "server-for": "component" }),
        &expect![[r#"
        mine.json:19: `server-for` is about servers, and there is none
          help: leave it out, or set `delivery` to http"#]],
    );
    refused(
        &json!({ "delivery": "smtp" }),
        &expect![[r#"
        mine.json:2: `delivery`: unknown variant `smtp`, expected one of `command`, `arguments`, `http`
          help: see docs/implementations.md for the format"#]],
    );
    refused(
        &json!({ "made-of": { "implementation": "jc0" } }),
        &expect![[r#"
            mine.json:2: `made-of`: no implementation `jc0` is shipped
              help: name one of jco-bun, jco-deno, jco-serve, jco, spin, wamr, wash-http, wash, wasmtime-cli, wasmtime-py, wasmtime-serve"#]],
    );
    refused(
        &json!({ "made-of": { "implementation": "jco", "version": "one" } }),
        &expect![[r#"
            mine.json:4: `made-of.version`: unexpected character 'o' while parsing major version number
              help: see docs/implementations.md for the format"#]],
    );
}
