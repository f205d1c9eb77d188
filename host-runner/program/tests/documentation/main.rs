//! What the documentation names is there, and what it shows is so. A page is a test
//! of its links; a block of commands is a test.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod console;
#[path = "../elision/mod.rs"]
mod elision;
#[path = "../fixture/mod.rs"]
mod fixture;
#[path = "../line/mod.rs"]
mod line;
mod links;
mod page;
#[path = "../program/mod.rs"]
mod program;
#[path = "../shell/mod.rs"]
mod shell;

use libtest_mimic::{Arguments, Failed, Trial};
use page::Page;
use std::process::ExitCode;

fn main() -> ExitCode {
    let pages = Page::all().expect("the pages can be read");
    let mut tests = vec![
        Trial::test("links::some_were_looked_at", {
            let count = pages.iter().map(links::count).sum();
            move || some_were_looked_at(count)
        }),
        Trial::test("formats::every_schema_has_its_place", formats),
        Trial::test("console::elisions_show_what_they_leave_out", elisions),
    ];
    tests.extend(pages.iter().map(links::test));
    tests.extend(pages.iter().flat_map(console::tests));
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}

fn some_were_looked_at(count: usize) -> Result<(), Failed> {
    if count > 30 {
        return Ok(());
    }
    Err(format!("{count} links").into())
}

/// The page about formats names each that `schema` prints.
fn formats() -> Result<(), Failed> {
    let page = Page::read("docs/formats.md")?;
    for format in ["report", "implementation", "baseline", "expectations"] {
        let named = format!("`schema {format}`");
        if !page.text.contains(&named) {
            return Err(named.into());
        }
    }
    Ok(())
}

fn elisions() -> Result<(), Failed> {
    for (pattern, text, expected) in [
        ("a\nb", "a\nb\n", true),
        ("a\nb", "a", false),
        ("a", "a\nb", false),
        ("a  ", "a", true),
        ("…", "", true),
        ("…\nb", "a\na\nb", true),
        ("…\nb", "a\na\nc", false),
        ("a\n…", "a", true),
        ("a\n…\nb", "a\nc\nb\nb", true),
        ("a…c", "abc", true),
        ("a…c", "abcd", false),
        ("a…c…", "abcd", true),
        ("a…c", "a\nc", false),
        ("a…ü…c", "a ü b c", true),
    ] {
        if elision::shows(pattern, text) != expected {
            return Err(format!("{pattern:?} {text:?}").into());
        }
    }
    Ok(())
}
