//! The real pipeline, driven by a scripted adapter; its whole output compared.

use expect_test::expect_file;
use libtest_mimic::Arguments;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::protocol::{Ending, Transcript};
use wasi_tcp_conformance::report::{Report, terminal};
use wasi_tcp_conformance::{
    Environment, Error, Implementation, KnownFailure, Options, Planned, Suite, Verdict,
    WasiVersion, run, trial,
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

    fn wasi_version(&self) -> WasiVersion {
        WasiVersion::LAST
    }

    fn version(&self) -> Result<String, Error> {
        Ok("1.2.3".to_owned())
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        assert_eq!(request.environment, Environment::Default);
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
        transcript.stderr = format!("noise of {case}\n\u{1b}[31mred\n").into_bytes();
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
        serde_json::from_value(json).unwrap()
    };
    let requirement = |id: &str| {
        json!({
            "id": id, "title": id, "text": format!("The text of {id}."),
            "source": { "document": "a document", "item": "an item" },
        })
    };
    let mut suite = Suite::embedded().unwrap();
    suite.topics.truncate(1);
    "topic".clone_into(&mut suite.topics[0].name);
    suite.topics[0].expectations = cases.iter().map(expectation).collect();
    suite.requirements = ["a.rule", "another.rule"]
        .map(|id| serde_json::from_value(requirement(id)).unwrap())
        .to_vec();
    "0123456789abcdef".clone_into(&mut suite.digest);
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
        ("nasty", (r#""\u001b[2J\u0007\n<script>""#, OK)),
    ])
}

/// What the pipeline makes of these cases, and what libtest-mimic printed.
fn judge(cases: &[&str]) -> (Report, String) {
    let suite = suite(cases);
    let known = |case: &str| {
        let trial = format!("topic::{case}::ipv4");
        KnownFailure::new(trial, "error:timeout".into(), "it is known".to_owned())
    };
    let baseline = vec![known("known"), known("known_too"), known("stale")];
    let implementation = Implementation::new(Box::new(Scripted(script())), baseline).unwrap();
    let plan: Vec<_> = trial::all(&suite)
        .into_iter()
        .map(|trial| Planned {
            trial,
            implementation: 0,
        })
        .collect();
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut options = Options::default();
    options.arguments = Arguments {
        test_threads: Some(1),
        logfile: Some(log.path().display().to_string()),
        ..Arguments::default()
    };
    options.time_limit = Some(Duration::from_secs(7));
    "suite".clone_into(&mut options.reproduce);
    let mut report = run(&suite, vec![implementation], &plan, &options).unwrap();
    // The one thing that depends on the machine.
    report.host.os = "os".into();
    report.host.arch = "arch".into();
    report.suite.version = "0.0.0".into();
    (report, std::fs::read_to_string(log.path()).unwrap())
}

#[test]
fn every_verdict_is_printed_and_recorded() {
    let cases = [
        "passes", "recorded", "deviates", "fails", "known", "stale", "traps", "hangs", "crashes",
        "nasty", "broken",
    ];
    let (report, log) = judge(&cases);
    let log = log.split("; finished in").next().unwrap().to_owned() + "\n";
    expect_file!["expected/libtest.txt"].assert_eq(&log);
    expect_file!["expected/summary.txt"].assert_eq(&terminal::summary(&report, false));
    expect_file!["expected/report.json"].assert_eq(&report.to_json());
    assert_eq!(report.exit_code(false), 1);
}

#[test]
fn several_implementations_are_printed_side_by_side() {
    let (mut report, _) = judge(&["passes", "fails", "recorded"]);
    let mut second = report.clone();
    for record in &mut second.records {
        record.implementation = "another".to_owned();
        if record.case == "fails" {
            record.verdict = Verdict::Pass;
            record.observed = "ok".into();
        } else if record.case == "recorded" {
            record.observed = "something else".into();
        }
    }
    second.implementations[0].name = "another".to_owned();
    report.implementations.extend(second.implementations);
    report.records.extend(second.records);
    report.planned *= 2;
    expect_file!["expected/side_by_side.txt"].assert_eq(&terminal::summary(&report, false));
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

#[test]
fn a_report_that_is_read_back_is_the_same() {
    let (report, _) = judge(&["passes", "deviates", "hangs"]);
    assert_eq!(
        Report::from_json("r.json", &report.to_json()).unwrap(),
        report
    );
}
