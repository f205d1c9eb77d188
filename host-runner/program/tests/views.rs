//! Every view of one report, whole, and what a hostile runtime could do to it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fixture;
mod program;

use expect_test::expect_file;
use fixture::{NASTY, report};
use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_junit::TestCaseStatus;
use serde_json::{Value, json};
use std::path::Path;
use wasi_tcp_conformance::report::{Record, Report, WalkAnswers};
use wasi_tcp_conformance::{Observation, Verdict, summary};
use wasi_tcp_conformance_cli::views::{self, Comparison};

/// What no view may contain: control characters, and text that turns around.
fn assert_harmless(text: &str) {
    for character in text.chars() {
        assert!(
            character == '\n' || !character.is_control(),
            "{character:?}"
        );
        assert_ne!(character, '\u{202e}');
    }
}

/// The styles are ours, and stripped where they are not wanted.
#[test]
fn the_summary_is_harmless() {
    let styled = summary(&report(), false);
    let text = anstream::adapter::strip_str(&styled).to_string();
    assert_harmless(&text);
    expect_file!["expected/views/summary.txt"].assert_eq(&text);
}

#[test]
fn the_summary_says_once_what_is_the_same() {
    let mut report = report().of(&"first".into());
    let fails = report.records[2].clone();
    for at in 0..30 {
        let mut another = fails.clone();
        another.trial.case = format!("fails_{at}");
        report.records.push(another);
    }
    let text = summary(&report, false);
    assert_eq!(
        text.matches(r#"{"bind":"panic","listen":[1,2]}"#).count(),
        1
    );
    let trials = "0.2/topic::fails_4::ipv4\n                  … and 25 more that are the same\n";
    assert!(text.contains(trials), "{text}");
}

/// Both readings of a tentative requirement are in every view, and where they are
/// discussed.
#[test]
fn views_say_how_else_a_requirement_is_read() {
    let link = "https://example.org/discussion";
    let mut whole: Value = serde_json::from_str(&report().to_json()).unwrap();
    whole["generations"][0]["requirements"][0]["tentative"] =
        json!({ "otherwise": "It need not.", "link": link });
    let deviates = &mut whole["records"][1];
    assert_eq!(deviates["verdict"], "deviation");
    deviates["must"] = json!(["error:timeout"]);
    deviates["should"] = Value::Null;
    deviates["otherwise"] = json!(["error:unknown"]);
    let report = Report::from_json("fixture", &whole.to_string()).unwrap();
    let saved: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(saved["records"][1]["otherwise"], json!(["error:unknown"]));
    for strict in [false, true] {
        for text in [
            summary(&report, strict),
            views::markdown(&report, strict),
            views::html(&report, strict),
            views::junit(&report, strict),
            views::github(&report, strict),
        ] {
            for said in ["A socket does what it should.", "It need not.", link] {
                assert!(text.contains(said), "{said}: {text}");
            }
        }
    }
    let read = |record: &Record| report.read_otherwise(record).is_some();
    assert_eq!(report.records.iter().filter(|it| read(it)).count(), 1);
}

#[test]
fn junit_has_a_case_for_each_trial() {
    let text = views::junit(&report(), false);
    assert_harmless(&text);
    expect_file!["expected/views/junit.xml"].assert_eq(&text);
    assert_eq!(text.matches("<testcase ").count(), 18);
    assert_eq!(text.matches("<failure ").count(), 4);
    assert_eq!(
        views::junit(&report(), true).matches("<failure ").count(),
        6,
        "deviations are failures when strict"
    );
}

/// As the reader of nextest's reports sees it.
#[test]
fn junit_says_to_its_readers_what_the_report_says() {
    let report = report();
    let text = views::junit(&report, false);
    let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!(read.tests, report.records.len());
    assert_eq!(read.test_suites.len(), report.implementations.len());
    for (suite, implementation) in read.test_suites.iter().zip(&report.implementations) {
        assert_eq!(suite.name.as_str(), implementation.name.as_raw());
        let is_own = |record: &&Record| record.implementation == implementation.name;
        let records: Vec<_> = report.records.iter().filter(is_own).collect();
        assert_eq!(suite.test_cases.len(), records.len());
        for (case, record) in suite.test_cases.iter().zip(records) {
            assert_eq!(case.name.as_str(), record.trial.to_string());
            let is_green = matches!(case.status, TestCaseStatus::Success { .. });
            let is_fine = matches!(record.verdict, Verdict::Pass | Verdict::Deviation);
            assert_eq!(is_green, is_fine, "{}", record.trial);
        }
    }
}

#[test]
fn markdown_is_tables_whose_cells_hold_anything() {
    let text = views::markdown(&report(), false);
    assert_harmless(&text);
    expect_file!["expected/views/report.md"].assert_eq(&text);
    let mut columns = Vec::new();
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => columns.push(0),
            Event::Start(Tag::TableCell) => *columns.last_mut().unwrap() += 1,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Strong | Tag::Emphasis) => {
                panic!("{event:?} in what a runtime said")
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let name = html.trim_matches(['<', '>', '/', '\n']);
                let ours = ["code", "br", "sub", "details", "summary"];
                assert!(
                    ours.iter().any(|our| name.starts_with(our)),
                    "{html} is not ours"
                );
            }
            _ => {}
        }
    }
    assert_eq!(columns[..3], [9, 9, 9]);
    assert_eq!(columns[3..].iter().filter(|count| **count != 6).count(), 0);
    assert_eq!(columns.len(), 3 + 5 + 8);
}

#[test]
fn markdown_fits_into_a_comment() {
    let mut report = report();
    let nasty = report.records[7].clone();
    report.records.extend(vec![nasty; 2000]);
    let text = views::markdown(&report, false);
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains(" more: see the HTML report."));
}

#[test]
fn html_has_a_row_for_each_trial_and_no_markup_but_its_own() {
    let text = views::html(&report(), false);
    assert_harmless(&text);
    assert_eq!(text.matches("<details class=\"trial\"").count(), 9);
    for (ours, count) in [
        ("<script", 1),
        ("<style", 1),
        ("<img", 0),
        ("<i>", 0),
        ("<b>", 0),
    ] {
        assert_eq!(text.matches(ours).count(), count, "{ours}");
    }
    assert!(text.len() < 250_000, "{}", text.len());
    // Style sheet and script are files of their own.
    let inner = |text: &str, from: &str, to: &str| {
        let (before, rest) = text.split_once(from).unwrap();
        let (_, after) = rest.split_once(to).unwrap();
        format!("{before}{from}…{to}{after}")
    };
    let text = inner(&text, "<style>", "</style>");
    let text = inner(&text, "<script>", "</script>");
    let text = inner(&text, "style-src ", "\">");
    expect_file!["expected/views/report.html"].assert_eq(&text);
}

#[test]
fn html_marks_the_fields_that_differ() {
    let mut report = report();
    let must = json!([{ "bind": "ok", "listen": [1, 2] }]);
    report.records[2].must = serde_json::from_value(must).unwrap();
    let text = views::html(&report, false);
    let marked = r"{<mark>&#34;bind&#34;:&#34;panic&#34;</mark>,&#34;listen&#34;:[1,2]}";
    assert_eq!(text.matches(marked).count(), 2, "the finding and the trial");
    assert_eq!(text.matches("<mark>").count(), 2);
}

#[test]
fn annotations_are_one_line_each_and_few() {
    let mut report = report();
    let text = views::github(&report, false);
    assert_harmless(&text);
    expect_file!["expected/views/github.txt"].assert_eq(&text);
    for line in text.lines() {
        let is_ours = line.starts_with("::error title=") || line.starts_with("::warning title=");
        assert!(is_ours, "{line}");
    }
    let fails = report.records[2].clone();
    for at in 0..30 {
        let mut another = fails.clone();
        another.requirements = vec![format!("rule-{at}").into()];
        report.records.push(another);
    }
    let text = views::github(&report, false);
    assert_eq!(text.matches("::error title").count(), 10);
}

#[test]
fn badges_say_how_many_conform() {
    let report = report();
    let image = views::badge(&report.of(&"first".into()), false);
    expect_file!["expected/views/badge.svg"].assert_eq(&image);
    assert!(views::badge(&report, false).contains("1 of 2 conform"));
    assert_harmless(&views::badge(&report.of(&"second<i>".into()), false));
    let shields: Value = serde_json::from_str(&views::shields(&report, false)).unwrap();
    assert_eq!(shields["schemaVersion"], 1);
    assert_eq!(shields["message"], "1 of 2 conform");
    assert_eq!(shields["color"], "red");
}

#[test]
fn a_comparison_tells_every_kind_of_change() {
    let old = report();
    let mut new = report();
    new.records
        .retain(|record| record.trial.case != "inapplicable");
    new.planned = new.records.len();
    for record in &mut new.records {
        let implementation = record.implementation.as_raw();
        let (verdict, observed) = match (implementation, record.trial.case.as_str()) {
            ("first", "passes") => (
                Verdict::Fail,
                json!({ "$crash": { "how": "signal 11", "step": "accept" } }),
            ),
            ("first", "deviates") => (Verdict::Deviation, json!("error:timeout")),
            ("first", "fails") => (Verdict::Fail, json!(NASTY)),
            ("first", "known") => (Verdict::StaleKnownFailure, json!("ok")),
            ("first", "stale") => (Verdict::Error, json!({ "$unobserved": "no such program" })),
            ("first", "breaks") => (Verdict::Pass, json!("ok")),
            ("second<i>", "passes") => (Verdict::Deviation, json!("error:unknown")),
            ("second<i>", "fails") => (Verdict::Fail, json!("ok")),
            _ => continue,
        };
        record.verdict = verdict;
        record.observed = Some(serde_json::from_value(observed).unwrap());
    }
    let comparison = Comparison::between(("old.json", &old), ("new|.json", &new));
    let text = comparison.text();
    assert_eq!(
        text.lines().last(),
        Some(
            "1 regressed, 1 not judged any more, 1 fails in another way, 1 new deviations, \
             1 changed within what is allowed, 1 judged by other expectations, 1 fixed, 1 new, \
             2 gone, 8 unchanged"
        )
    );
    assert_eq!(comparison.exit_code(), 1);
    assert_harmless(&text);
    expect_file!["expected/views/compare.txt"].assert_eq(&text);
    expect_file!["expected/views/compare.md"].assert_eq(&comparison.markdown());
    let same = Comparison::between(("old.json", &old), ("old.json", &old));
    assert_eq!(same.exit_code(), 0);
    assert!(same.text().ends_with("\n18 unchanged\n"));
}

/// Of what matters most, everything.
#[test]
fn a_long_comparison_shows_every_regression() {
    let mut old = report().of(&"first".into());
    let mut new = old.clone();
    for at in 0..60 {
        let mut record = old.records[0].clone();
        record.trial.case = format!("case_{at}");
        new.records.push(record.clone());
        if at % 2 == 0 {
            old.records.push(record);
            new.records.last_mut().unwrap().verdict = Verdict::Fail;
            new.records.last_mut().unwrap().observed = Some(Observation::Seen(json!("wrong")));
        }
    }
    let text = Comparison::between(("old.json", &old), ("new.json", &new)).text();
    assert!(text.contains("\nnew (30):\n"), "{text}");
    assert_eq!(
        text.matches("      before  not in the report\n").count(),
        20
    );
    assert!(
        text.contains("    … and 10 more: see --markdown FILE\n"),
        "{text}"
    );
    assert!(text.contains("\nregressed (30):\n"), "{text}");
    assert_eq!(text.matches("      after   fail \"wrong\"\n").count(), 30);
}

#[test]
fn what_is_lost_is_no_success() {
    let old = report();
    let mut new = report();
    new.records[0].verdict = Verdict::Error;
    let comparison = Comparison::between(("a", &old), ("b", &new));
    assert_eq!(comparison.exit_code(), 3);
    new.records.remove(0);
    let comparison = Comparison::between(("a", &old), ("b", &new));
    assert_eq!(comparison.exit_code(), 3);
    // A filter left it out. Another suite may have dropped it.
    new.planned = new.records.len();
    let comparison = Comparison::between(("a", &old), ("b", &new));
    assert_eq!(comparison.exit_code(), 3);
    assert!(
        comparison
            .text()
            .contains("the same suite judged before, 1 in all")
    );
    new.suite.digest = "another".into();
    let comparison = Comparison::between(("a", &old), ("b", &new));
    assert_eq!(comparison.exit_code(), 0);
}

/// An upgrade changes the name where the version is part of it.
#[test]
fn one_implementation_is_compared_whatever_its_name() {
    let old = report().of(&"first".into());
    let mut new = old.clone();
    new.implementations[0].name = "first@2".into();
    for record in &mut new.records {
        record.implementation = "first@2".into();
    }
    let comparison = Comparison::between(("a", &old), ("b", &new));
    assert!(comparison.text().ends_with("\n9 unchanged\n"));
}

/// What a guest saw and a trap are told apart, however the value reads.
#[test]
fn a_value_that_reads_like_a_trap_is_another_observation() {
    let old = report().of(&"first".into());
    let mut new = old.clone();
    new.records[3].observed = Some(Observation::Seen(json!("{\"$trap\":\"accept\"}")));
    let comparison = Comparison::between(("a", &old), ("b", &new));
    let text = comparison.text();
    let changed = "1 fails in another way, 8 unchanged\n";
    assert!(text.ends_with(changed), "{text}");
}

/// The keys of an object, sorted.
fn keys(object: &Value) -> Vec<&str> {
    let object = object.as_object();
    let mut keys: Vec<_> = object
        .map(|object| object.keys().map(String::as_str).collect())
        .unwrap_or_default();
    keys.sort_unstable();
    keys
}

#[test]
fn the_schema_of_a_report_names_its_fields() {
    let said = program::run_in(Path::new("."), &["schema", "report"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let schema: Value = serde_json::from_str(&said.out).unwrap();
    let mut report = report();
    report.records[3].walk = Some(WalkAnswers::new(vec![], vec![]));
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(keys(&schema["properties"]), keys(&json));
    for (definition, example) in [
        // A known failure: of all records it has the most fields.
        ("Record", &json["records"][3]),
        ("WalkAnswers", &json["records"][3]["walk"]),
        ("Counts", &json["summary"]),
        ("Coverage", &json["requirements"][0]),
        ("HostFacts", &json["host"]),
        ("SuiteFacts", &json["suite"]),
        ("ImplementationFacts", &json["implementations"][0]),
        ("Skipped", &json["skipped"][0]),
        ("Catalogue", &json["generations"][0]),
        ("ErrorCodes", &json["generations"][0]["error_codes"]),
    ] {
        let properties = &schema["$defs"][definition]["properties"];
        assert_eq!(keys(properties), keys(example), "{definition}");
    }
}

#[test]
fn a_report_that_is_read_back_is_the_same() {
    let report = report();
    let read = Report::from_json("report.json", &report.to_json()).unwrap();
    assert_eq!(read, report);
}
