//! Walks: sequences of calls on several sockets, and what the model of the socket
//! allows them to answer.

mod answer;
mod call;

pub use answer::{Answer, Port};
pub use call::{
    BindTo, Call, ConnectTo, Direction, MOST_BYTES, Method, NAMES, Part, PollableId, SocketId,
    SocketOption, Walk, WalkFamily,
};
