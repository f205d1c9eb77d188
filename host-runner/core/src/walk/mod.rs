//! Walks: sequences of calls on several sockets, and what the model of the socket
//! allows them to answer.

mod answer;
mod call;
mod coverage;
mod model;
mod shrink;

pub use answer::{Answer, Port};
pub use call::{
    BindTo, Call, ConnectTo, Direction, MOST_BYTES, Method, NAMES, Part, PollableId, SocketId,
    SocketOption, Walk, WalkFamily,
};
pub use coverage::Coverage;
pub use model::{Allowed, Cell, Condition, Model, ModelFile, Rule, RuleName, State, call_name};
pub use shrink::shrink;
