//! Texts with a piece of them replaced.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A text with a piece of it taken out and something inserted in its place.
pub fn damaged(bytes: &[u8], at: Index, length: usize, insert: &[u8]) -> Vec<u8> {
    let start = if bytes.is_empty() {
        0
    } else {
        at.index(bytes.len())
    };
    let end = (start + length).min(bytes.len());
    [&bytes[..start], insert, &bytes[end..]].concat()
}

/// What is inserted: bytes that mean something in JSON, or any.
pub fn inserted() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        "",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "null",
        "1e999",
        "-1",
        "\\u0000",
        "\"$trap\":",
        "\"case\":",
        "é",
    ]);
    prop_oneof![
        3 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
    ]
}
