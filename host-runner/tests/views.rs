//! Every view of one report, whole, and what a hostile runtime could do to it.

mod fixture;

use expect_test::expect_file;
use fixture::report;
use pulldown_cmark::{Event, Options, Parser, Tag};
use wasi_tcp_conformance::report;

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
