//! The command line of a guest that gets none: the runner writes it into the component.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use bindings::exports::wasi::cli::environment::Guest;
use core::hint::black_box;
// The allocator, and what a panic does.
use delivery as _;

#[allow(missing_docs, reason = "generated code")]
mod bindings {
    wit_bindgen::generate!({ world: "arguments", generate_all });
}

/// How many bytes of arguments there can be.
const ROOM: usize = 16 * 1024;

/// Tells the runner where they are.
const MARK: &[u8; 32] = b"wasi-tcp-conformance:arguments:\n";

/// The arguments, a line each, up to the first null byte; before it is written to, the mark.
static ARGUMENTS: [u8; ROOM] = {
    let mut bytes = [0; ROOM];
    let mut at = 0;
    while at < MARK.len() {
        bytes[at] = MARK[at];
        at += 1;
    }
    bytes
};

struct Arguments;

impl Guest for Arguments {
    fn get_environment() -> Vec<(String, String)> {
        Vec::new()
    }

    fn get_arguments() -> Vec<String> {
        // Nothing may be concluded from what was compiled in.
        let bytes = black_box(&ARGUMENTS);
        let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(ROOM);
        let text = String::from_utf8_lossy(&bytes[..length]);
        text.lines().map(ToOwned::to_owned).collect()
    }

    fn initial_cwd() -> Option<String> {
        None
    }
}

bindings::export!(Arguments with_types_in bindings);
