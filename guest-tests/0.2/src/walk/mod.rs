//! Walks: sequences of calls on several sockets, which the runner makes up.
//!
//! A walk observes one answer for each call, and judges none. A call on what is not
//! there is skipped, so a walk without some of its calls is a walk too.

mod bytes;
mod call;
mod names;
mod run;
mod world;

use crate::{Halt, IpAddressFamily, Value, json, step};
use alloc::format;
use alloc::vec::Vec;
use call::Call;
use world::World;

/// Makes the calls of a walk, in which `a` is the family; returns the answers.
///
/// # Errors
/// Refused, when it is no walk; blocked, when it needs a socket of its own that cannot
/// be bound.
pub fn walk(calls: &str, family: IpAddressFamily) -> Result<Value, Halt> {
    let parse = |(index, text)| match call::call(text) {
        Ok(call) => Ok((text, call)),
        // The guest ends with it.
        Err(why) => Err(Halt::Refused(
            format!("call {index}, `{text}`: {why}").leak(),
        )),
    };
    let parsed = calls.split(';').enumerate().map(parse);
    let calls = parsed.collect::<Result<Vec<_>, _>>()?;

    let (again, calls) = match calls.split_last() {
        Some(((_, Call::Again(times)), before)) => (Some(*times), before),
        _ => (None, calls.as_slice()),
    };
    let mut answers = round(calls, family)?;
    if let Some(times) = again {
        let repeated = (0..times).map(|_| round(calls, family));
        let mut differs = repeated.filter(|it| !matches!(it, Ok(it) if *it == answers));
        let answer = match differs.next() {
            Some(other) => json!({ "again": other? }),
            None => "ok".into(),
        };
        answers.push(answer);
    }
    Ok(json!({ "walk": answers }))
}

/// Makes the calls, and drops all that they made.
fn round(calls: &[(&str, Call)], family: IpAddressFamily) -> Result<Vec<Value>, Halt> {
    let mut world = World::new(family);
    let mut answers = Vec::new();
    for (index, (text, call)) in calls.iter().enumerate() {
        world.prepare(call)?;
        step(&format!("{index} {text}"));
        let answer = world.make(call)?;
        answers.push(answer.unwrap_or_else(|| "skipped".into()));
    }
    step("drop what is left");
    drop(world);
    Ok(answers)
}
