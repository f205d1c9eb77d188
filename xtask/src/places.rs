//! Where the functions of the cases are in the sources.
//!
//! The attribute `#[case]` writes the places into a custom section of a guest.
//! They move to the manifest, so that a function that moves does not by that
//! alone change the bytes of the component.

use crate::manifest::Place;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};

/// The custom section with the places: a line is a case, a file, the first and
/// the last line, separated by tabs.
const PLACES: &str = "wasi-tcp-conformance:places";

/// The custom section that lists the cases, one a line.
const CASES: &str = "wasi-tcp-conformance:cases";

/// The folder of the guests, to which the files in a module are relative.
const FOLDER: &str = "guest-tests";

/// The places, by case.
pub(crate) type Places = BTreeMap<String, Place>;

/// Separates a core module from the places in it.
pub(crate) fn extract(module: &[u8]) -> Result<(Vec<u8>, Places)> {
    let mut places = Places::new();
    let mut cases = Vec::new();
    let mut rest = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("failed to parse the module")?;
        if let Payload::CustomSection(section) = &payload {
            if section.name() == PLACES {
                read_places(text(section.data())?, &mut places)?;
                continue;
            }
            if section.name() == CASES {
                cases.extend(text(section.data())?.lines().map(str::to_owned));
            }
        }
        if let Some((id, range)) = payload.as_section() {
            let data = module.get(usize::try_from(range.start)?..usize::try_from(range.end)?);
            let data = data.context("failed to find a section in the module")?;
            rest.section(&RawSection { id, data });
        }
    }
    check(&cases, &places)?;
    Ok((rest.finish(), places))
}

fn read_places(section: &str, places: &mut Places) -> Result<()> {
    for line in section.lines() {
        let fields: Vec<_> = line.split('\t').collect();
        let [case, file, first, last] = fields[..] else {
            bail!("failed to read the place `{line}`: it has other than four fields");
        };
        let number = |field: &str| {
            let failed = || format!("failed to read the place `{line}`");
            field.parse().with_context(failed)
        };
        let place = Place {
            // Windows has backslashes.
            file: format!("{FOLDER}/{}", file.replace('\\', "/")),
            first: number(first)?,
            last: number(last)?,
        };
        if let Some(other) = places.insert(case.to_owned(), place.clone()) {
            bail!(
                "two functions observe the case `{case}`: at {}:{} and at {}:{}",
                other.file,
                other.first,
                place.file,
                place.first
            );
        }
    }
    Ok(())
}

/// Every case has a place, and every place a case.
fn check(cases: &[String], places: &Places) -> Result<()> {
    for case in cases {
        ensure!(
            places.contains_key(case),
            "the case `{case}` has no place: mark its function with #[case]"
        );
    }
    for (case, place) in places {
        ensure!(
            cases.contains(case),
            "the function `{case}` at {}:{} is marked with #[case], but cases! does not list it",
            place.file,
            place.first
        );
    }
    Ok(())
}

fn text(section: &[u8]) -> Result<&str> {
    std::str::from_utf8(section).context("failed to read a custom section as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use wasm_encoder::{CustomSection, MemorySection, MemoryType};

    /// A module with a memory between its custom sections.
    fn module(sections: &[(&str, &str)]) -> Vec<u8> {
        let mut module = Module::new();
        let mut memory = MemorySection::new();
        memory.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        for (name, text) in sections {
            module.section(&CustomSection {
                name: Cow::Borrowed(name),
                data: Cow::Borrowed(text.as_bytes()),
            });
            if *name == CASES {
                module.section(&memory);
            }
        }
        module.finish()
    }

    fn refusal(sections: &[(&str, &str)]) -> String {
        let error = extract(&module(sections)).unwrap_err();
        format!("{error:#}")
    }

    #[test]
    fn places_leave_the_module() {
        let with = module(&[
            (PLACES, "b\t0.2\\src\\b.rs\t3\t5\na\t0.2/src/a.rs\t7\t7\n"),
            (CASES, "a\nb\n"),
            ("name", "x"),
        ]);
        let (rest, places) = extract(&with).unwrap();
        assert_eq!(rest, module(&[(CASES, "a\nb\n"), ("name", "x")]));
        let place = |file: &str, first, last| Place {
            file: file.to_owned(),
            first,
            last,
        };
        let expected = [
            ("a".to_owned(), place("guest-tests/0.2/src/a.rs", 7, 7)),
            ("b".to_owned(), place("guest-tests/0.2/src/b.rs", 3, 5)),
        ];
        assert_eq!(places, Places::from(expected));
    }

    #[test]
    fn cases_and_places_match() {
        let a = "a\t0.2/src/a.rs\t3\t5\n";
        let again = "a\t0.2/src/a.rs\t3\t5\na\t0.2/src/a.rs\t7\t9\n";
        for (sections, problem) in [
            (
                [(CASES, "a\nb\n"), (PLACES, a)],
                "the case `b` has no place: mark its function with #[case]",
            ),
            (
                [(CASES, "b\n"), (PLACES, "")],
                "the case `b` has no place: mark its function with #[case]",
            ),
            (
                [(CASES, ""), (PLACES, a)],
                "the function `a` at guest-tests/0.2/src/a.rs:3 is marked with #[case], but \
                 cases! does not list it",
            ),
            (
                [(CASES, "a\n"), (PLACES, again)],
                "two functions observe the case `a`: at guest-tests/0.2/src/a.rs:3 and at \
                 guest-tests/0.2/src/a.rs:7",
            ),
        ] {
            assert_eq!(refusal(&sections), problem);
        }
    }

    #[test]
    fn other_places_are_refused() {
        assert_eq!(
            refusal(&[(PLACES, "a\tb\t1\n")]),
            "failed to read the place `a\tb\t1`: it has other than four fields"
        );
        assert_eq!(
            refusal(&[(PLACES, "a\tb\t1\tx\n")]),
            "failed to read the place `a\tb\t1\tx`: invalid digit found in string"
        );
        assert!(extract(b"\0asm").is_err());
    }
}
