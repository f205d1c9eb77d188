//! Every view of one report, whole, and what a hostile runtime could do to it.

mod fixture;

use expect_test::expect_file;
use fixture::{NASTY, report};
use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_junit::TestCaseStatus;
use serde_json::Value;
use wasi_tcp_conformance::report::{self, Comparison, Kind, Record, Report};
use wasi_tcp_conformance::{Verdict, schema};

/// What no view may contain: control characters, and text that turns around.
fn assert_harmless(text: &str) {
    for it in text.chars() {
        assert!(it == '\n' || !it.is_control(), "{it:?}");
        assert_ne!(it, '\u{202e}');
    }
}

#[test]
fn the_summary_is_harmless() {
    let text = report::terminal::summary(&report(), false);
    assert_harmless(&text);
    expect_file!["expected/views/summary.txt"].assert_eq(&text);
}

#[test]
fn junit_has_a_case_for_each_trial() {
    let text = report::junit(&report(), false);
    assert_harmless(&text);
    expect_file!["expected/views/junit.xml"].assert_eq(&text);
    assert_eq!(text.matches("<testcase ").count(), 18);
    assert_eq!(text.matches("<failure ").count(), 4);
    assert_eq!(
        report::junit(&report(), true).matches("<failure ").count(),
        6,
        "deviations are failures when strict"
    );
}

/// As the reader of nextest's reports sees it.
#[test]
fn junit_says_to_its_readers_what_the_report_says() {
    let report = report();
    let text = report::junit(&report, false);
    let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!(read.tests, report.records.len());
    assert_eq!(read.test_suites.len(), report.implementations.len());
    for (suite, implementation) in read.test_suites.iter().zip(&report.implementations) {
        assert_eq!(suite.name.as_str(), implementation.name);
        let own = |it: &&Record| it.implementation == implementation.name;
        let records: Vec<_> = report.records.iter().filter(own).collect();
        assert_eq!(suite.test_cases.len(), records.len());
        for (case, record) in suite.test_cases.iter().zip(records) {
            assert_eq!(case.name.as_str(), record.trial);
            let passed = matches!(case.status, TestCaseStatus::Success { .. });
            let is_fine = matches!(record.verdict, Verdict::Pass | Verdict::Deviation);
            assert_eq!(passed, is_fine, "{}", record.trial);
        }
    }
}

#[test]
fn markdown_is_tables_whose_cells_hold_anything() {
    let text = report::markdown(&report(), false);
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
                    ours.iter().any(|it| name.starts_with(it)),
                    "{html} is not ours"
                );
            }
            _ => {}
        }
    }
    assert_eq!(columns[..3], [9, 9, 9]);
    assert_eq!(columns[3..].iter().filter(|it| **it != 6).count(), 0);
    assert_eq!(columns.len(), 3 + 5 + 8);
}

#[test]
fn markdown_fits_into_a_comment() {
    let mut report = report();
    let nasty = report.records[7].clone();
    report.records.extend(vec![nasty; 2000]);
    let text = report::markdown(&report, false);
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains(" more: see the HTML report."));
}

#[test]
fn html_has_a_row_for_each_trial_and_no_markup_but_its_own() {
    let text = report::html(&report(), false);
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
fn annotations_are_one_line_each_and_few() {
    let mut report = report();
    let text = report::github(&report, false);
    assert_harmless(&text);
    expect_file!["expected/views/github.txt"].assert_eq(&text);
    assert!(
        text.lines()
            .all(|it| it.starts_with("::error title=") || it.starts_with("::warning title="))
    );
    let fails = report.records[2].clone();
    for at in 0..30 {
        let mut another = fails.clone();
        another.requirements = vec![format!("rule-{at}")];
        report.records.push(another);
    }
    assert_eq!(
        report::github(&report, false)
            .matches("::error title")
            .count(),
        10
    );
}

#[test]
fn badges_say_how_many_conform() {
    let report = report();
    let image = report::badge(&report.of("first"), false);
    expect_file!["expected/views/badge.svg"].assert_eq(&image);
    assert!(report::badge(&report, false).contains("1 of 2 conform"));
    assert_harmless(&report::badge(&report.of("second<i>"), false));
    let shields: serde_json::Value =
        serde_json::from_str(&report::shields(&report, false)).unwrap();
    assert_eq!(shields["schemaVersion"], 1);
    assert_eq!(shields["message"], "1 of 2 conform");
    assert_eq!(shields["color"], "red");
}

#[test]
fn a_comparison_tells_every_kind_of_change() {
    let old = report();
    let mut new = report();
    new.records
        .retain(|it| it.trial != "topic::inapplicable::ipv4");
    new.planned = new.records.len();
    for it in &mut new.records {
        let (verdict, observed) = match (it.implementation.as_str(), it.case.as_str()) {
            ("first", "passes") => (Verdict::Fail, "crash:signal 11@accept"),
            ("first", "deviates") => (Verdict::Deviation, "error:timeout"),
            ("first", "fails") => (Verdict::Fail, NASTY),
            ("first", "known") => (Verdict::StaleKnownFailure, "ok"),
            ("first", "stale") => (Verdict::Error, "unobserved:no such program"),
            ("first", "breaks") => (Verdict::Pass, "ok"),
            ("second<i>", "passes") => (Verdict::Deviation, "error:unknown"),
            ("second<i>", "fails") => (Verdict::Fail, "ok"),
            _ => continue,
        };
        it.verdict = verdict;
        it.observed = observed.into();
    }
    let comparison = Comparison::between(("old.json", &old), ("new|.json", &new));
    for (kind, count) in [
        (Kind::Regressed, 1),
        (Kind::Lost, 1),
        (Kind::FailsOtherwise, 1),
        (Kind::NewDeviation, 1),
        (Kind::Changed, 1),
        (Kind::JudgedOtherwise, 1),
        (Kind::Fixed, 1),
        (Kind::New, 1),
        (Kind::Gone, 2),
    ] {
        assert_eq!(comparison.count(kind), count, "{kind:?}");
    }
    assert_eq!(comparison.exit_code(), 1);
    assert_harmless(&comparison.text());
    expect_file!["expected/views/compare.txt"].assert_eq(&comparison.text());
    expect_file!["expected/views/compare.md"].assert_eq(&comparison.markdown());
    let same = Comparison::between(("old.json", &old), ("old.json", &old));
    assert_eq!(same.exit_code(), 0);
    assert!(same.text().ends_with("\n18 unchanged\n"));
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
}

/// An upgrade changes the name where the version is part of it.
#[test]
fn one_implementation_is_compared_whatever_its_name() {
    let old = report().of("first");
    let mut new = old.clone();
    new.implementations[0].name = "first@2".to_owned();
    for it in &mut new.records {
        it.implementation = "first@2".to_owned();
    }
    let comparison = Comparison::between(("a", &old), ("b", &new));
    assert!(comparison.text().ends_with("\n9 unchanged\n"));
}

/// The keys of an object, sorted.
fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object
        .as_object()
        .map(|it| it.keys().map(String::as_str).collect())
        .unwrap_or_default();
    keys.sort_unstable();
    keys
}

#[test]
fn the_schema_of_a_report_names_its_fields() {
    let schema: Value = serde_json::from_str(&schema::report()).unwrap();
    let json: Value = serde_json::from_str(&report().to_json()).unwrap();
    assert_eq!(keys(&schema["properties"]), keys(&json));
    for (definition, example) in [
        ("Record", &json["records"][0]),
        ("Summary", &json["summary"]),
        ("Coverage", &json["requirements"][0]),
        ("HostFacts", &json["host"]),
        ("SuiteFacts", &json["suite"]),
    ] {
        let properties = &schema["$defs"][definition]["properties"];
        assert_eq!(keys(properties), keys(example), "{definition}");
    }
}

#[test]
fn a_report_of_another_format_is_refused() {
    let json = report().to_json();
    for (format, said) in [
        ("\"format\": 2,", "its format is 2, not 1"),
        ("", "its format is null, not 1"),
    ] {
        let text = json.replacen("\"format\": 1,", format, 1);
        let error = Report::from_json("report.json", &text).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}
