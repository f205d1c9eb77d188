//! The real pipeline, driven by a scripted adapter; its whole output compared.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use expect_test::expect_file;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::protocol::{Ending, Transcript};
use wasi_tcp_conformance::report::{Record, Report};
use wasi_tcp_conformance::{
    Claims, Error, Generation, Implementation, KnownFailure, Observation, Options, Settings, Suite,
    Verdict, run, summary,
};

/// Prints for each case what the script says, and ends as it says.
struct Scripted(BTreeMap<&'static str, Script>);

/// What a case prints, and how its process ends.
type Script = (&'static str, Ending);

const OK: Ending = Ending::Exited(0);
const TRAP: Ending = Ending::Exited(7);

impl Adapter for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn claims(&self) -> Claims {
        Claims::new([Generation::V0_2.patch(12)])
    }

    fn version(&self) -> Result<String, Error> {
        Ok("1.2.3".to_owned())
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        assert_eq!(request.settings, Settings::default());
        let seconds = if request.topic.name == "preflight" {
            30
        } else {
            7
        };
        assert_eq!(request.time_limit, Duration::from_secs(seconds));
        let case = request.case;
        assert_ne!(case, "panics", "as the script says");
        let (result, ending) = match (request.topic.name.as_str(), case) {
            ("preflight", "hello") => (format!("{:?}", request.family.to_string()), OK),
            ("preflight", "create") => ("\"ok\"".to_owned(), OK),
            ("preflight", "trap" | "host_trap") => (String::new(), TRAP),
            ("preflight", _) => ("refused".to_owned(), Ending::Exited(1)),
            (_, "broken") => return Err("no such program".to_owned()),
            _ => (self.0[case].0.to_owned(), self.0[case].1),
        };
        let step = case.replace('_', " ");
        let mut stdout = format!("a banner\n{{\"step\":{step:?}}}\n");
        match result.as_str() {
            "" => {}
            "refused" => stdout += "{\"refused\":\"no such case\"}\n",
            result => {
                let line = format!("{{\"case\":{case:?},\"observed\":{result}}}\n");
                stdout.push_str(&line);
            }
        }
        let mut transcript = Transcript::new(stdout, ending);
        transcript.stderr = format!("a warning of {case}\n\u{1b}[31mred\n").into_bytes();
        transcript.duration = Duration::from_micros(1500);
        Ok(transcript)
    }
}

/// A suite of these cases, each of which must observe `ok`.
fn suite(cases: &[&str]) -> Suite {
    let expectation = |case: &&str| {
        let mut json = json!({ "case": case, "families": ["ipv4"], "cites": ["a.rule"] });
        match *case {
            "recorded" => {}
            "deviates" => {
                json["must"] = json!(["ok", "error:*"]);
                json["should"] = json!(["ok"]);
            }
            _ => json["must"] = json!(["ok"]),
        }
        Arc::new(serde_json::from_value(json).unwrap())
    };
    let requirement = |id: &str| {
        json!({
            "id": id, "title": id, "text": format!("The text of {id}."),
            "source": { "document": "a document", "item": "an item" },
        })
    };
    let mut suite = Suite::embedded().unwrap();
    "0123456789abcdef".clone_into(&mut suite.digest);
    "fedcba9876543210".clone_into(&mut suite.components);
    let part = &mut suite.generations[0];
    part.topics.truncate(1);
    let topic = Arc::make_mut(&mut part.topics[0]);
    "topic".clone_into(&mut topic.name);
    topic.expectations = cases.iter().map(expectation).collect();
    part.requirements = ["a.rule", "another.rule"]
        .map(|id| serde_json::from_value(requirement(id)).unwrap())
        .to_vec();
    suite
}

fn script() -> BTreeMap<&'static str, Script> {
    BTreeMap::from([
        ("passes", (r#""ok""#, OK)),
        ("recorded", (r#"{"anything":1}"#, OK)),
        ("deviates", (r#""error:unknown""#, OK)),
        ("fails", (r#""error:timeout""#, OK)),
        ("known", (r#""error:timeout""#, OK)),
        ("known_too", (r#""error:timeout""#, OK)),
        ("stale", (r#""ok""#, OK)),
        ("traps", ("", TRAP)),
        ("hangs", ("", Ending::TimedOut(Duration::from_secs(7)))),
        ("crashes", ("", Ending::Signaled(11))),
        ("silent", ("", OK)),
        ("poses", (r#"{"$trap":"poses"}"#, OK)),
        ("nasty", (r#""\u001b[2J\u0007\n<script>""#, OK)),
    ])
}

/// What the pipeline makes of these cases, and what libtest-mimic printed.
fn judge(cases: &[&str]) -> (Report, String) {
    let suite = suite(cases);
    let known = ["known", "known_too", "stale"].map(|case| {
        let trial = format!("0.2/topic::{case}::ipv4").parse().unwrap();
        KnownFailure::new(
            trial,
            Observation::Seen("error:timeout".into()),
            "it is known",
        )
    });
    let implementation = Implementation::identify(Box::new(Scripted(script()))).unwrap();
    let implementation = implementation.with_known_failures(known.to_vec());
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut options = Options::default();
    options.threads = Some(1);
    options.log = Some(log.path().to_owned());
    options.time_limit = Some(Duration::from_secs(7));
    "suite".clone_into(&mut options.reproduce);
    let mut report = run(&suite, vec![implementation], &suite.trials(), &options).unwrap();
    // What depends on the machine and the version.
    report.started = "2026-01-02T03:04:05Z".into();
    report.host.os = "os".into();
    report.host.arch = "arch".into();
    report.suite.version = "0.0.0".into();
    (report, std::fs::read_to_string(log.path()).unwrap())
}

/// The summary as somebody sees it who wants no colours.
fn shown(report: &Report) -> String {
    anstream::adapter::strip_str(&summary(report, false)).to_string()
}

#[test]
fn every_verdict_is_printed_and_recorded() {
    let cases = [
        "passes", "recorded", "deviates", "fails", "known", "stale", "traps", "hangs", "crashes",
        "silent", "poses", "nasty", "broken",
    ];
    let (report, log) = judge(&cases);
    let log = log.split("; finished in").next().unwrap().to_owned() + "\n";
    expect_file!["expected/libtest.txt"].assert_eq(&log);
    expect_file!["expected/summary.txt"].assert_eq(&shown(&report));
    expect_file!["expected/report.json"].assert_eq(&report.to_json());
    assert_eq!(report.exit_code(false), 1);
}

#[test]
fn several_implementations_are_printed_side_by_side() {
    let (mut report, _) = judge(&["passes", "fails", "recorded"]);
    let mut second = report.clone();
    let seen = |value: &str| Some(Observation::Seen(value.into()));
    for record in &mut second.records {
        record.implementation = "another".into();
        match record.trial.case.as_str() {
            "fails" => {
                record.verdict = Verdict::Pass;
                record.observed = seen("ok");
            }
            "recorded" => record.observed = seen("something else"),
            _ => {}
        }
    }
    second.implementations[0].name = "another".into();
    report.implementations.extend(second.implementations);
    report.records.extend(second.records);
    report.planned *= 2;
    expect_file!["expected/side_by_side.txt"].assert_eq(&shown(&report));
}

#[test]
fn exit_codes_follow_the_verdicts() {
    for (cases, exit, strict) in [
        (&["passes"][..], 0, 0),
        (&["passes", "recorded", "known"], 0, 0),
        (&["passes", "deviates"], 0, 1),
        (&["passes", "fails"], 1, 1),
        (&["passes", "stale"], 1, 1),
        (&["passes", "broken"], 3, 3),
        (&["fails", "broken"], 1, 1),
        (&["passes", "panics"], 3, 3),
        (&["panics"], 3, 3),
        (&["known"], 0, 0),
        (&["known", "known_too"], 3, 3),
        (&["known", "known_too", "passes"], 0, 0),
        (&[], 3, 3),
    ] {
        let (report, _) = judge(cases);
        assert_eq!(report.exit_code(false), exit, "{cases:?}");
        assert_eq!(report.exit_code(true), strict, "{cases:?}, strict");
    }
}

/// A trial that panics takes its record with it, and no other.
#[test]
fn a_trial_that_is_lost_is_missed() {
    let (report, _) = judge(&["passes", "panics", "fails"]);
    assert_eq!(report.planned, 3);
    let case = |record: &Record| record.trial.case.clone();
    let cases: Vec<_> = report.records.iter().map(case).collect();
    assert_eq!(cases, ["passes", "fails"]);
    let verdict = "unknown: only 1 of 2 trials ran\n";
    let (report, _) = judge(&["passes", "panics"]);
    let shown = shown(&report);
    assert!(shown.ends_with(verdict), "{shown}");
}

#[test]
fn a_report_that_is_read_back_is_the_same() {
    let (report, _) = judge(&["passes", "deviates", "hangs", "broken", "known"]);
    let read = Report::from_json("r.json", &report.to_json()).unwrap();
    assert_eq!(read, report);
}
