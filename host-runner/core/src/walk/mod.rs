//! Walks: sequences of calls on several sockets, and what the model of the socket
//! allows them to answer.

mod answer;
mod call;
#[cfg(test)]
mod citations;
mod coverage;
mod generate;
mod model;
mod replay;
mod shrink;
mod simulated;
mod steering;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Port};
pub use call::{
    BindTo, Call, ConnectTo, Direction, MOST_BYTES, Method, NAMES, Part, PollableId, SocketId,
    SocketOption, Walk, WalkFamily, parse_calls,
};
pub use coverage::Coverage;
pub use generate::{expected_answers, generate};
pub use model::{Allowed, Cell, Condition, Model, ModelFile, Rule, RuleName, State, call_name};
pub use replay::{Contradiction, Replayed, replay};
pub use shrink::shrink;
pub use steering::Steering;
