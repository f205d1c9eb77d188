//! The calls of a walk, read from `s0=create(a);s0.start-bind(loopback)`.
//!
//! The grammar is that of the runner, which writes the text. This file depends on
//! no interface of WASI, so that it also compiles where the runner does.

use alloc::string::ToString;
use alloc::vec::Vec;

/// The names of the options, in the order of [`option::ALL`](crate::option::ALL).
pub const OPTIONS: [&str; 7] = [
    "keep-alive-enabled",
    "keep-alive-idle-time",
    "keep-alive-interval",
    "keep-alive-count",
    "hop-limit",
    "receive-buffer-size",
    "send-buffer-size",
];

/// The largest value of each option.
const MAXIMA: [u64; 7] = [
    1,
    u64::MAX,
    u64::MAX,
    u32::MAX as u64,
    u8::MAX as u64,
    u64::MAX,
    u64::MAX,
];

/// The place of the only option that is a truth value.
pub const ENABLED: usize = 0;

/// The most bytes that one call writes or reads.
const MOST_BYTES: u64 = 1 << 20;

/// How often a walk is made again at most.
const MOST_TIMES: u64 = 1000;

/// Why a text is not a call.
pub type Refusal = &'static str;

/// The number of a socket, or of a pollable.
pub type Id = u8;

/// One call. `wait` is the mark `!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `s0=create(a)`, or `s0=create(b)`, which is of the other family.
    Create { new: Id, is_other: bool },
    /// `s2=s0.accept`
    Accept { new: Id, listener: Id, wait: bool },
    /// `s0.start-listen`
    Method { socket: Id, method: Method },
    /// `p0=s0.in.subscribe`
    Subscribe { new: Id, socket: Id, part: Part },
    /// `p0.ready`
    Ready(Id),
    /// `p0.block!`
    Block(Id),
    /// `poll(p0,p1)!`
    Poll(Vec<Id>),
    /// `p0.drop`
    DropPollable(Id),
    /// `again(70)`, which comes last: makes all calls before it once more, so many
    /// times, each time with nothing left of the time before.
    Again(u64),
}

/// What of a socket a pollable is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The socket itself.
    Socket,
    /// Its input stream.
    In,
    /// Its output stream.
    Out,
}

/// A method of a socket, or of one of its streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    StartBind(BindTo),
    FinishBind {
        wait: bool,
    },
    StartListen,
    FinishListen {
        wait: bool,
    },
    StartConnect(ConnectTo),
    FinishConnect {
        wait: bool,
    },
    LocalAddress,
    RemoteAddress,
    IsListening,
    AddressFamily,
    /// Reads the option at this place of [`OPTIONS`].
    Get(usize),
    /// Sets the option at this place of [`OPTIONS`].
    Set(usize, u64),
    SetBacklog(u64),
    Shutdown(Direction),
    Write {
        bytes: usize,
        wait: bool,
    },
    Flush,
    /// Writes until the stream takes no more.
    Fill,
    Read {
        bytes: u64,
        wait: bool,
    },
    /// Reads all that the other end has written.
    Drain,
    DropIn,
    DropOut,
    Drop,
}

/// What a socket is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindTo {
    /// Port 0 of the loopback address.
    Loopback,
    /// Port 0 of the wildcard address.
    Any,
    /// Port 0 of the loopback address of the other family.
    Other,
    /// The loopback address, and the port of this socket.
    PortOf(Id),
}

/// What a socket connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectTo {
    /// The address of this socket.
    Socket(Id),
    /// The address of a socket that does not listen.
    Nobody,
    /// The wildcard address.
    Any,
    /// The loopback address of the other family.
    Other,
}

/// What is shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Receive,
    Send,
    Both,
}

/// Reads one call.
///
/// # Errors
/// Why it is none.
pub fn call(text: &str) -> Result<Call, Refusal> {
    if let Some((new, given)) = text.split_once('=') {
        return assignment(new, given);
    }
    if let Some(list) = text.strip_prefix("poll(") {
        let list = list.strip_suffix(")!").ok_or("a poll ends with `)!`")?;
        let pollables = list.split(',').map(pollable).collect::<Result<_, _>>()?;
        return Ok(Call::Poll(pollables));
    }
    if let Some(times) = text.strip_prefix("again(") {
        let times = times.strip_suffix(')').ok_or("a bracket is not closed")?;
        return number(times, MOST_TIMES).map(Call::Again);
    }
    let (object, name) = text
        .split_once('.')
        .ok_or("a call is a name, a dot and a method")?;
    if object.starts_with('p') {
        let pollable = pollable(object)?;
        return match name {
            "ready" => Ok(Call::Ready(pollable)),
            "block!" => Ok(Call::Block(pollable)),
            "drop" => Ok(Call::DropPollable(pollable)),
            _ => Err("a pollable has no such method"),
        };
    }
    Ok(Call::Method {
        socket: socket(object)?,
        method: method(name)?,
    })
}

fn assignment(new: &str, given: &str) -> Result<Call, Refusal> {
    if let "create(a)" | "create(b)" = given {
        return Ok(Call::Create {
            new: socket(new)?,
            is_other: given == "create(b)",
        });
    }
    let (object, name) = given
        .split_once('.')
        .ok_or("only `create(a)`, `create(b)`, `accept` and `subscribe` give something")?;
    let of = socket(object)?;
    let part = match name {
        "accept" | "accept!" => {
            return Ok(Call::Accept {
                new: socket(new)?,
                listener: of,
                wait: name == "accept!",
            });
        }
        "subscribe" => Part::Socket,
        "in.subscribe" => Part::In,
        "out.subscribe" => Part::Out,
        _ => return Err("the method gives nothing that could be named"),
    };
    Ok(Call::Subscribe {
        new: pollable(new)?,
        socket: of,
        part,
    })
}

fn method(text: &str) -> Result<Method, Refusal> {
    let Some((name, rest)) = text.split_once('(') else {
        return without_argument(text);
    };
    let argument = rest.strip_suffix(')').ok_or("a bracket is not closed")?;
    let wait = name.ends_with('!');
    match name {
        "start-bind" => bind_to(argument).map(Method::StartBind),
        "start-connect" => connect_to(argument).map(Method::StartConnect),
        "shutdown" => direction(argument).map(Method::Shutdown),
        "set-listen-backlog-size" => number(argument, u64::MAX).map(Method::SetBacklog),
        "write" | "write!" => {
            let bytes = number(argument, MOST_BYTES)?;
            let bytes = usize::try_from(bytes).map_err(|_| "there are too many bytes")?;
            Ok(Method::Write { bytes, wait })
        }
        "read" | "read!" => {
            let bytes = number(argument, MOST_BYTES)?;
            Ok(Method::Read { bytes, wait })
        }
        _ => {
            let option = name.strip_prefix("set-").and_then(option);
            let option = option.ok_or("there is no such method with an argument")?;
            Ok(Method::Set(option, value(option, argument)?))
        }
    }
}

fn without_argument(text: &str) -> Result<Method, Refusal> {
    let wait = text.ends_with('!');
    Ok(match text {
        "finish-bind" | "finish-bind!" => Method::FinishBind { wait },
        "start-listen" => Method::StartListen,
        "finish-listen" | "finish-listen!" => Method::FinishListen { wait },
        "finish-connect" | "finish-connect!" => Method::FinishConnect { wait },
        "local-address" => Method::LocalAddress,
        "remote-address" => Method::RemoteAddress,
        "is-listening" => Method::IsListening,
        "address-family" => Method::AddressFamily,
        "flush!" => Method::Flush,
        "fill!" => Method::Fill,
        "drain!" => Method::Drain,
        "in.drop" => Method::DropIn,
        "out.drop" => Method::DropOut,
        "drop" => Method::Drop,
        _ => Method::Get(option(text).ok_or("a socket has no such method")?),
    })
}

fn bind_to(text: &str) -> Result<BindTo, Refusal> {
    match text {
        "loopback" => Ok(BindTo::Loopback),
        "any" => Ok(BindTo::Any),
        "other" => Ok(BindTo::Other),
        _ => {
            let of = text.strip_prefix("port:").ok_or("nothing binds to that")?;
            socket(of).map(BindTo::PortOf)
        }
    }
}

fn connect_to(text: &str) -> Result<ConnectTo, Refusal> {
    match text {
        "nobody" => Ok(ConnectTo::Nobody),
        "any" => Ok(ConnectTo::Any),
        "other" => Ok(ConnectTo::Other),
        _ => socket(text).map(ConnectTo::Socket),
    }
}

fn direction(text: &str) -> Result<Direction, Refusal> {
    match text {
        "receive" => Ok(Direction::Receive),
        "send" => Ok(Direction::Send),
        "both" => Ok(Direction::Both),
        _ => Err("what is shut down is `receive`, `send` or `both`"),
    }
}

fn option(name: &str) -> Option<usize> {
    OPTIONS.iter().position(|option| *option == name)
}

fn value(option: usize, text: &str) -> Result<u64, Refusal> {
    match (option, text) {
        (ENABLED, "true") => Ok(1),
        (ENABLED, "false") => Ok(0),
        (ENABLED, _) => Err("the value is neither `true` nor `false`"),
        _ => number(text, MAXIMA[option]),
    }
}

fn socket(text: &str) -> Result<Id, Refusal> {
    id(text, b's').ok_or("sockets are s0 to s9")
}

fn pollable(text: &str) -> Result<Id, Refusal> {
    id(text, b'p').ok_or("pollables are p0 to p9")
}

fn id(text: &str, prefix: u8) -> Option<Id> {
    match *text.as_bytes() {
        [first, digit @ b'0'..=b'9'] if first == prefix => Some(digit - b'0'),
        _ => None,
    }
}

/// A number in its shortest form, so that a walk has one spelling.
fn number(text: &str, most: u64) -> Result<u64, Refusal> {
    let number: u64 = text.parse().map_err(|_| "the argument is no number")?;
    if number.to_string() != text {
        return Err("a number has its shortest form");
    }
    if number > most {
        return Err("the number is too large");
    }
    Ok(number)
}
