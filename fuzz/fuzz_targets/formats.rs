//! Whatever a file holds, it is read or refused without a panic, and what was read
//! is the same after it was written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::str::from_utf8;
use wasi_tcp_conformance_core::json::{Format, Text};
use wasi_tcp_conformance_core::report::Report;
use wasi_tcp_conformance_core::{
    ErrorCodes, Known, KnownFailure, Observation, Pattern, Settings, TrialName, parse_baseline,
    parse_expectations, parse_requirements,
};

fuzz_target!(|data: &[u8]| {
    let Some((format, rest)) = data.split_first() else {
        return;
    };
    let Ok(content) = from_utf8(rest) else {
        return;
    };
    match format % 9 {
        0 => report(content),
        1 => baseline(content),
        2 => expectations(content),
        3 => drop(parse_requirements(text(content))),
        4 => value::<Pattern>(content),
        5 => value::<Observation>(content),
        6 => value::<KnownFailure>(content),
        7 => value::<Settings>(content),
        _ => name(content),
    }
});

fn text(content: &str) -> Text<'_> {
    Text {
        file: "file.json",
        text: content,
        format: Format::Expectations,
    }
}

fn report(content: &str) {
    if let Ok(read) = Report::from_json("file.json", content) {
        let again = Report::from_json("file.json", &read.to_json());
        assert_eq!(again.unwrap(), read);
    }
}

fn baseline(content: &str) {
    let trials = ["0.2/a::b::ipv4", "0.2/a::b::ipv6@denied,fd-limit"];
    let trials: BTreeSet<TrialName> = trials.iter().map(|it| it.parse().unwrap()).collect();
    let _ = parse_baseline("file.json", content, &trials, &[]);
}

fn expectations(content: &str) {
    let mut codes = ErrorCodes::default();
    codes.outcomes = vec!["unknown".to_owned()];
    codes.others = vec!["would-block".to_owned()];
    let requirements = r#"{"requirements": [
        {"id": "a.b", "title": "", "text": "", "source": {"document": "", "item": ""}},
        {"id": "a.c", "title": "", "text": "", "source": {"document": "", "item": ""},
         "tentative": {"otherwise": "no", "link": "https://example.org"}}
    ]}"#;
    let requirements = parse_requirements(text(requirements)).unwrap();
    let known = Known {
        cases: &["a".to_owned(), "b".to_owned()],
        requirements: &requirements,
        codes: &codes,
    };
    let _ = parse_expectations(text(content), known);
}

fn value<T: Serialize + DeserializeOwned + PartialEq + Debug>(content: &str) {
    if let Ok(read) = serde_json::from_str::<T>(content) {
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<T>(&written).unwrap(), read);
    }
}

fn name(content: &str) {
    if let Ok(name) = content.parse::<TrialName>() {
        assert_eq!(name.to_string(), content);
    }
}
