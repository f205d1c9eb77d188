//! Answers a request with what the guest prints: the query holds its arguments.
//!
//! The body is finished when the guest has returned, so one that is cut off tells of a
//! trap.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use bindings::conformance::delivery::console;
use bindings::exports::wasi::http::incoming_handler::Guest;
use bindings::wasi::cli::run::run;
use bindings::wasi::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use bindings::wasi::io::streams::OutputStream;

#[expect(clippy::pedantic, reason = "generated code")]
#[allow(missing_docs, reason = "generated code")]
mod bindings {
    wit_bindgen::generate!({ world: "http-handler", generate_all });
}

/// What a request without arguments is answered, so that the runner knows whom it asks.
const GREETING: &[u8] = b"{\"delivery\":\"http\"}\n";

struct Handler;

impl Guest for Handler {
    fn handle(request: IncomingRequest, response: ResponseOutparam) {
        let arguments = arguments(&request);
        drop(request);
        let answer = OutgoingResponse::new(Fields::new());
        let body = answer.body().expect("it is asked for once");
        let output = body.write().expect("it is asked for once");
        ResponseOutparam::set(response, Ok(answer));
        if arguments.is_empty() {
            greet(&output);
            // The body can only be finished once its stream is dropped.
            drop(output);
        } else {
            serve(arguments, output);
        }
        // Nobody can be told that it failed.
        let _ = OutgoingBody::finish(body, None);
    }
}

fn arguments(request: &IncomingRequest) -> Vec<String> {
    let path = request.path_with_query().unwrap_or_default();
    delivery::arguments(&path)
}

fn greet(output: &OutputStream) {
    let _ = output.blocking_write_and_flush(GREETING);
}

fn serve(arguments: Vec<String>, output: OutputStream) {
    // Before the arguments is the name of the program.
    let mut all = vec!["guest".to_owned()];
    all.extend(arguments);
    console::open(&all, output);
    // What the guest printed says how it went.
    let _ = run();
    console::close();
}

bindings::export!(Handler with_types_in bindings);
