//! The command line and the standard output of a guest that HTTP delivers.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::{string::String, vec::Vec};
use bindings::exports::conformance::delivery::console;
use bindings::exports::wasi::cli::{environment, stdout};
use bindings::wasi::io::streams::OutputStream;
use core::cell::RefCell;
// The allocator, and what a panic does.
use delivery as _;

#[expect(clippy::pedantic, reason = "generated code")]
#[allow(missing_docs, reason = "generated code")]
mod bindings {
    wit_bindgen::generate!({ world: "http-console", generate_all });
}

struct Console;

/// What the guest gets.
struct Given {
    arguments: Vec<String>,
    output: Option<OutputStream>,
}

struct State(RefCell<Given>);

// SAFETY: a component has one thread.
unsafe impl Sync for State {}

static STATE: State = State(RefCell::new(Given {
    arguments: Vec::new(),
    output: None,
}));

impl console::Guest for Console {
    fn open(arguments: Vec<String>, output: OutputStream) {
        *STATE.0.borrow_mut() = Given {
            arguments,
            output: Some(output),
        };
    }

    /// The body can only be finished once its stream is dropped.
    fn close() {
        STATE.0.borrow_mut().output = None;
    }
}

impl environment::Guest for Console {
    fn get_environment() -> Vec<(String, String)> {
        Vec::new()
    }

    fn get_arguments() -> Vec<String> {
        STATE.0.borrow().arguments.clone()
    }

    fn initial_cwd() -> Option<String> {
        None
    }
}

impl stdout::Guest for Console {
    /// A body has one stream, so this can be asked for once.
    fn get_stdout() -> OutputStream {
        let output = STATE.0.borrow_mut().output.take();
        output.expect("the guest asks for its output once")
    }
}

bindings::export!(Console with_types_in bindings);
