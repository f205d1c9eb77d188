//! The calls of a walk, as a person writes them: `s0=create(a);s0.start-bind(loopback)`.

use std::fmt;
use std::str::FromStr;

/// The number of sockets, and of pollables, that a walk can name.
pub const NAMES: u8 = 10;

/// The most bytes that one call of a walk writes or reads.
pub const MOST_BYTES: u32 = 1 << 20;

/// How often a walk is made again at most.
const MOST_TIMES: u32 = 1000;

/// A sequence of calls on several sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a walk is its calls")]
pub struct Walk {
    /// The calls, in the order in which they are made.
    pub calls: Vec<Call>,
}

/// A socket of a walk, `s0` to `s9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a name is its number")]
pub struct SocketId(pub u8);

/// A pollable of a walk, `p0` to `p9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a name is its number")]
pub struct PollableId(pub u8);

/// A family of a walk: that of its trial, or the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two families")]
pub enum WalkFamily {
    /// The family of the trial, `a`.
    Own,
    /// The other one, `b`.
    Other,
}

/// One call of a walk. A pause mark (`!`) is the field `wait`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the guest has to know every call")]
pub enum Call {
    /// `s0=create(a)`.
    Create {
        /// The name of the new socket.
        new: SocketId,
        /// Its family.
        family: WalkFamily,
    },
    /// `s2=s0.accept` or `s2=s0.accept!`.
    Accept {
        /// The name of the accepted socket.
        new: SocketId,
        /// The listener.
        listener: SocketId,
        /// Whether it waits for a client.
        wait: bool,
    },
    /// `s0.is-listening`, and every other method of a socket or its streams.
    Method {
        /// The socket.
        socket: SocketId,
        /// The method, with its arguments.
        method: Method,
    },
    /// `p0=s1.subscribe`, `p0=s1.in.subscribe` or `p0=s1.out.subscribe`.
    Subscribe {
        /// The name of the pollable.
        new: PollableId,
        /// The socket.
        socket: SocketId,
        /// What of it.
        part: Part,
    },
    /// `p0.ready`.
    Ready(PollableId),
    /// `p0.block!`.
    Block(PollableId),
    /// `poll(p0,p1)!`.
    Poll(Vec<PollableId>),
    /// `p0.drop`.
    DropPollable(PollableId),
    /// `again(70)`, which comes last: makes all calls before it once more, so many
    /// times, each time with nothing left of the time before.
    Again(u32),
}

/// What of a socket a pollable is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a socket has two streams")]
pub enum Part {
    /// The socket itself.
    Socket,
    /// Its input stream.
    In,
    /// Its output stream.
    Out,
}

/// A method of a socket or of its streams, with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the guest has to know every method"
)]
pub enum Method {
    /// `start-bind(loopback)`.
    StartBind(BindTo),
    /// `finish-bind`, or `finish-bind!`.
    FinishBind {
        /// Whether it waits for another answer than `would-block`.
        wait: bool,
    },
    /// `start-listen`.
    StartListen,
    /// `finish-listen`, or `finish-listen!`.
    FinishListen {
        /// Whether it waits for another answer than `would-block`.
        wait: bool,
    },
    /// `start-connect(s0)`.
    StartConnect(ConnectTo),
    /// `finish-connect`, or `finish-connect!`.
    FinishConnect {
        /// Whether it waits for another answer than `would-block`.
        wait: bool,
    },
    /// `local-address`.
    LocalAddress,
    /// `remote-address`.
    RemoteAddress,
    /// `is-listening`.
    IsListening,
    /// `address-family`.
    AddressFamily,
    /// `hop-limit`, and so on.
    Get(SocketOption),
    /// `set-hop-limit(64)`, and so on.
    Set(SocketOption, u64),
    /// `set-listen-backlog-size(16)`, which has no getter.
    SetBacklog(u64),
    /// `shutdown(send)`.
    Shutdown(Direction),
    /// `write(1000)`, or `write!(1000)`.
    Write {
        /// How many bytes.
        bytes: u32,
        /// Whether it waits until all of them are taken.
        wait: bool,
    },
    /// `flush!`, which waits until it is done.
    Flush,
    /// `fill!`: writes until the stream takes no more.
    Fill,
    /// `drain!`: reads all that the other end has written.
    Drain,
    /// `read(1000)`, or `read!(1000)`.
    Read {
        /// How many bytes at most.
        bytes: u32,
        /// Whether it waits until they are there, or the stream ends.
        wait: bool,
    },
    /// `in.drop`.
    DropIn,
    /// `out.drop`.
    DropOut,
    /// `drop`: first of what belongs to the socket and is there still, then of itself.
    Drop,
}

/// What a socket is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the guest has to know every address"
)]
pub enum BindTo {
    /// `loopback`: port 0 of the loopback address.
    Loopback,
    /// `any`: port 0 of the wildcard.
    Any,
    /// `port:s1`: the loopback address, and the port that this socket has.
    PortOf(SocketId),
    /// `other`: port 0 of the loopback address of the other family.
    Other,
}

/// What a socket is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the guest has to know every address"
)]
pub enum ConnectTo {
    /// `s0`: the local port of this socket, and its address, or the loopback address
    /// if it has the wildcard.
    Socket(SocketId),
    /// `nobody`: a port of a bound socket that does not listen.
    Nobody,
    /// `any`: the wildcard address.
    Any,
    /// `other`: the loopback address of the other family.
    Other,
}

/// What is shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the interface has three")]
pub enum Direction {
    /// `receive`.
    Receive,
    /// `send`.
    Send,
    /// `both`.
    Both,
}

/// An option that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the interface has seven")]
pub enum SocketOption {
    /// `keep-alive-enabled`, the only one that is a truth value.
    KeepAliveEnabled,
    /// `keep-alive-idle-time`, in nanoseconds.
    KeepAliveIdleTime,
    /// `keep-alive-interval`, in nanoseconds.
    KeepAliveInterval,
    /// `keep-alive-count`.
    KeepAliveCount,
    /// `hop-limit`.
    HopLimit,
    /// `receive-buffer-size`.
    ReceiveBufferSize,
    /// `send-buffer-size`.
    SendBufferSize,
}

impl SocketOption {
    /// Every option, in the order of the interface.
    pub const ALL: [Self; 7] = [
        Self::KeepAliveEnabled,
        Self::KeepAliveIdleTime,
        Self::KeepAliveInterval,
        Self::KeepAliveCount,
        Self::HopLimit,
        Self::ReceiveBufferSize,
        Self::SendBufferSize,
    ];

    /// The name of its getter.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KeepAliveEnabled => "keep-alive-enabled",
            Self::KeepAliveIdleTime => "keep-alive-idle-time",
            Self::KeepAliveInterval => "keep-alive-interval",
            Self::KeepAliveCount => "keep-alive-count",
            Self::HopLimit => "hop-limit",
            Self::ReceiveBufferSize => "receive-buffer-size",
            Self::SendBufferSize => "send-buffer-size",
        }
    }

    /// The largest value that its type can hold.
    #[must_use]
    pub fn maximum(self) -> u64 {
        match self {
            Self::KeepAliveEnabled => 1,
            Self::KeepAliveCount => u64::from(u32::MAX),
            Self::HopLimit => u64::from(u8::MAX),
            _ => u64::MAX,
        }
    }

    /// Whether it is the size of a buffer.
    #[must_use]
    pub fn is_buffer(self) -> bool {
        matches!(self, Self::ReceiveBufferSize | Self::SendBufferSize)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.name() == name)
    }

    fn value(self, text: &str) -> Result<u64, String> {
        if self == Self::KeepAliveEnabled {
            return match text {
                "true" => Ok(1),
                "false" => Ok(0),
                _ => Err(format!("`{text}` is neither `true` nor `false`")),
            };
        }
        number(text, self.maximum())
    }
}

impl Direction {
    /// Every direction.
    pub const ALL: [Self; 3] = [Self::Receive, Self::Send, Self::Both];

    /// Its name in the interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Send => "send",
            Self::Both => "both",
        }
    }
}

impl Call {
    /// The sockets that the call is about, itself first, without one that it makes.
    #[must_use]
    pub fn uses(&self) -> Vec<SocketId> {
        match self {
            Self::Create { .. }
            | Self::Ready(_)
            | Self::Block(_)
            | Self::Poll(_)
            | Self::DropPollable(_)
            | Self::Again(_) => Vec::new(),
            Self::Accept { listener, .. } => vec![*listener],
            Self::Subscribe { socket, .. } => vec![*socket],
            Self::Method { socket, method } => match method {
                Method::StartBind(BindTo::PortOf(other))
                | Method::StartConnect(ConnectTo::Socket(other)) => vec![*socket, *other],
                _ => vec![*socket],
            },
        }
    }

    /// The socket that the call makes.
    #[must_use]
    pub fn makes(&self) -> Option<SocketId> {
        match self {
            Self::Create { new, .. } | Self::Accept { new, .. } => Some(*new),
            _ => None,
        }
    }

    /// The pollables that the call needs.
    #[must_use]
    pub fn polls(&self) -> Vec<PollableId> {
        match self {
            Self::Ready(one) | Self::Block(one) | Self::DropPollable(one) => vec![*one],
            Self::Poll(several) => several.clone(),
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, call) in self.calls.iter().enumerate() {
            let separator = if index == 0 { "" } else { ";" };
            write!(f, "{separator}{call}")?;
        }
        Ok(())
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

impl fmt::Display for PollableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { new, family } => {
                let family = match family {
                    WalkFamily::Own => "a",
                    WalkFamily::Other => "b",
                };
                write!(f, "{new}=create({family})")
            }
            Self::Accept {
                new,
                listener,
                wait,
            } => write!(f, "{new}={listener}.accept{}", mark(*wait)),
            Self::Method { socket, method } => write!(f, "{socket}.{method}"),
            Self::Subscribe { new, socket, part } => {
                let part = match part {
                    Part::Socket => "",
                    Part::In => "in.",
                    Part::Out => "out.",
                };
                write!(f, "{new}={socket}.{part}subscribe")
            }
            Self::Ready(pollable) => write!(f, "{pollable}.ready"),
            Self::Block(pollable) => write!(f, "{pollable}.block!"),
            Self::Poll(pollables) => {
                let names: Vec<String> = pollables.iter().map(ToString::to_string).collect();
                write!(f, "poll({})!", names.join(","))
            }
            Self::DropPollable(pollable) => write!(f, "{pollable}.drop"),
            Self::Again(times) => write!(f, "again({times})"),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartBind(to) => write!(f, "start-bind({to})"),
            Self::FinishBind { wait } => write!(f, "finish-bind{}", mark(*wait)),
            Self::StartListen => f.write_str("start-listen"),
            Self::FinishListen { wait } => write!(f, "finish-listen{}", mark(*wait)),
            Self::StartConnect(to) => write!(f, "start-connect({to})"),
            Self::FinishConnect { wait } => write!(f, "finish-connect{}", mark(*wait)),
            Self::LocalAddress => f.write_str("local-address"),
            Self::RemoteAddress => f.write_str("remote-address"),
            Self::IsListening => f.write_str("is-listening"),
            Self::AddressFamily => f.write_str("address-family"),
            Self::Get(option) => f.write_str(option.name()),
            Self::Set(SocketOption::KeepAliveEnabled, value) => {
                write!(f, "set-keep-alive-enabled({})", *value != 0)
            }
            Self::Set(option, value) => write!(f, "set-{}({value})", option.name()),
            Self::SetBacklog(value) => write!(f, "set-listen-backlog-size({value})"),
            Self::Shutdown(direction) => write!(f, "shutdown({})", direction.name()),
            Self::Write { bytes, wait } => write!(f, "write{}({bytes})", mark(*wait)),
            Self::Flush => f.write_str("flush!"),
            Self::Fill => f.write_str("fill!"),
            Self::Drain => f.write_str("drain!"),
            Self::Read { bytes, wait } => write!(f, "read{}({bytes})", mark(*wait)),
            Self::DropIn => f.write_str("in.drop"),
            Self::DropOut => f.write_str("out.drop"),
            Self::Drop => f.write_str("drop"),
        }
    }
}

impl fmt::Display for BindTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("loopback"),
            Self::Any => f.write_str("any"),
            Self::PortOf(socket) => write!(f, "port:{socket}"),
            Self::Other => f.write_str("other"),
        }
    }
}

impl fmt::Display for ConnectTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(socket) => write!(f, "{socket}"),
            Self::Nobody => f.write_str("nobody"),
            Self::Any => f.write_str("any"),
            Self::Other => f.write_str("other"),
        }
    }
}

fn mark(wait: bool) -> &'static str {
    if wait { "!" } else { "" }
}

impl FromStr for Walk {
    type Err = String;

    /// Reads a walk. What it accepts, [`Display`](fmt::Display) writes back as it was.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut calls = Vec::new();
        for (index, part) in text.split(';').enumerate() {
            let call = part
                .parse()
                .map_err(|why| format!("call {index}, `{part}`: {why}"))?;
            if let Some(Call::Again(_)) = calls.last() {
                return Err(format!(
                    "call {index}, `{part}`: nothing comes after `again`"
                ));
            }
            calls.push(call);
        }
        Ok(Self { calls })
    }
}

/// Reads a walk that is a list of calls.
///
/// # Errors
/// What is wrong with the first that is none, or that there is none.
pub fn parse_calls(calls: &[String]) -> Result<Walk, String> {
    if calls.is_empty() {
        return Err("there is no call".to_owned());
    }
    let parse = |(index, text): (usize, &String)| {
        let call: Result<Call, String> = text.parse();
        call.map_err(|why| format!("call {index}, `{text}`: {why}"))
    };
    let calls: Result<_, _> = calls.iter().enumerate().map(parse).collect();
    calls.map(|calls| Walk { calls })
}

impl FromStr for SocketId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        name(text, 's', "socket").map(Self)
    }
}

impl FromStr for PollableId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        name(text, 'p', "pollable").map(Self)
    }
}

impl FromStr for Call {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((new, rest)) = text.split_once('=') {
            return assignment(new, rest);
        }
        if let Some(names) = text
            .strip_prefix("poll(")
            .and_then(|text| text.strip_suffix(")!"))
        {
            let names: Result<Vec<PollableId>, String> = names.split(',').map(str::parse).collect();
            return names.map(Self::Poll);
        }
        if let Some(times) = text
            .strip_prefix("again(")
            .and_then(|text| text.strip_suffix(')'))
        {
            let times = number(times, u64::from(MOST_TIMES))?;
            let times = u32::try_from(times).unwrap_or(MOST_TIMES);
            return Ok(Self::Again(times));
        }
        let (object, method) = text
            .split_once('.')
            .ok_or("a call is a name, a dot and a method")?;
        if object.starts_with('p') {
            let pollable = object.parse()?;
            return match method {
                "ready" => Ok(Self::Ready(pollable)),
                "block!" => Ok(Self::Block(pollable)),
                "drop" => Ok(Self::DropPollable(pollable)),
                _ => Err(format!("a pollable has no method `{method}`")),
            };
        }
        let socket = object.parse()?;
        let method = method.parse()?;
        Ok(Self::Method { socket, method })
    }
}

fn assignment(new: &str, rest: &str) -> Result<Call, String> {
    match rest {
        "create(a)" | "create(b)" => {
            let family = if rest == "create(a)" {
                WalkFamily::Own
            } else {
                WalkFamily::Other
            };
            let new = new.parse()?;
            return Ok(Call::Create { new, family });
        }
        _ => {}
    }
    let (socket, method) = rest
        .split_once('.')
        .ok_or("only `create(a)`, `create(b)`, `accept` and `subscribe` give something")?;
    let socket = socket.parse()?;
    let part = match method {
        "accept" | "accept!" => {
            return Ok(Call::Accept {
                new: new.parse()?,
                listener: socket,
                wait: method.ends_with('!'),
            });
        }
        "subscribe" => Part::Socket,
        "in.subscribe" => Part::In,
        "out.subscribe" => Part::Out,
        _ => return Err(format!("`{method}` gives nothing that could be named")),
    };
    let new = new.parse()?;
    Ok(Call::Subscribe { new, socket, part })
}

impl FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((method, rest)) = text.split_once('(') else {
            return without_argument(text);
        };
        let argument = rest.strip_suffix(')').ok_or("a bracket is not closed")?;
        let wait = method.ends_with('!');
        match method {
            "start-bind" => Ok(Self::StartBind(argument.parse()?)),
            "start-connect" => Ok(Self::StartConnect(argument.parse()?)),
            "shutdown" => Direction::ALL
                .into_iter()
                .find(|direction| direction.name() == argument)
                .map(Self::Shutdown)
                .ok_or_else(|| format!("`{argument}` is not `receive`, `send` or `both`")),
            "write" | "write!" => {
                let bytes = size(argument)?;
                Ok(Self::Write { bytes, wait })
            }
            "read" | "read!" => {
                let bytes = size(argument)?;
                Ok(Self::Read { bytes, wait })
            }
            "set-listen-backlog-size" => number(argument, u64::MAX).map(Self::SetBacklog),
            _ => {
                let option = method.strip_prefix("set-").and_then(SocketOption::named);
                let option = option.ok_or_else(|| format!("there is no `{method}(…)`"))?;
                Ok(Self::Set(option, option.value(argument)?))
            }
        }
    }
}

fn without_argument(text: &str) -> Result<Method, String> {
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
        "accept" | "accept!" => return Err("name what accept gives: `s1=s0.accept`".to_owned()),
        _ => Method::Get(
            SocketOption::named(text).ok_or_else(|| format!("a socket has no method `{text}`"))?,
        ),
    })
}

impl FromStr for BindTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "loopback" => Ok(Self::Loopback),
            "any" => Ok(Self::Any),
            "other" => Ok(Self::Other),
            _ => match text.strip_prefix("port:") {
                Some(socket) => socket.parse().map(Self::PortOf),
                None => Err(format!(
                    "`{text}` is not `loopback`, `any`, `other` or `port:` and a socket"
                )),
            },
        }
    }
}

impl FromStr for ConnectTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "nobody" => Ok(Self::Nobody),
            "any" => Ok(Self::Any),
            "other" => Ok(Self::Other),
            _ => text.parse().map(Self::Socket),
        }
    }
}

fn name(text: &str, prefix: char, what: &str) -> Result<u8, String> {
    let digit = text.strip_prefix(prefix).filter(|digit| digit.len() == 1);
    digit
        .and_then(|digit| digit.parse().ok())
        .filter(|number| *number < NAMES)
        .ok_or_else(|| format!("`{text}` is no {what}: they are {prefix}0 to {prefix}9"))
}

fn size(text: &str) -> Result<u32, String> {
    let size = number(text, u64::from(MOST_BYTES))?;
    u32::try_from(size).map_err(|error| error.to_string())
}

/// A number in its shortest form, so that a walk has one spelling.
fn number(text: &str, most: u64) -> Result<u64, String> {
    text.parse()
        .ok()
        .filter(|number: &u64| number.to_string() == text && *number <= most)
        .ok_or_else(|| format!("`{text}` is no number from 0 to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_CALL: &str = "s0=create(a);s1=create(b);s0.start-bind(loopback);s0.start-bind(any);\
s0.start-bind(port:s1);s0.start-bind(other);s0.finish-bind;s0.finish-bind!;s0.start-listen;\
s0.finish-listen;s0.finish-listen!;s1.start-connect(s0);s1.start-connect(nobody);\
s1.start-connect(any);s1.start-connect(other);s1.finish-connect;s1.finish-connect!;\
s2=s0.accept;s2=s0.accept!;s1.local-address;s1.remote-address;s1.is-listening;\
s1.address-family;s1.hop-limit;s1.set-hop-limit(64);s1.keep-alive-enabled;\
s1.set-keep-alive-enabled(true);s1.set-keep-alive-enabled(false);s1.keep-alive-idle-time;\
s1.set-keep-alive-idle-time(18446744073709551615);s1.keep-alive-interval;\
s1.set-keep-alive-interval(0);s1.keep-alive-count;s1.set-keep-alive-count(4294967295);\
s1.receive-buffer-size;s1.set-receive-buffer-size(65536);s1.send-buffer-size;\
s1.set-send-buffer-size(65536);s0.set-listen-backlog-size(16);s1.shutdown(receive);\
s1.shutdown(send);s1.shutdown(both);s1.write(1000);s1.write!(1000);s1.flush!;s1.read(1000);\
s1.read!(1000);p0=s1.subscribe;p1=s1.in.subscribe;p2=s1.out.subscribe;p0.ready;p0.block!;\
poll(p0,p1)!;p0.drop;s1.in.drop;s1.out.drop;s1.drop";

    #[test]
    fn a_walk_is_written_as_it_was_read() {
        let walk: Walk = EVERY_CALL.parse().unwrap();
        assert_eq!(walk.to_string(), EVERY_CALL);
        assert_eq!(walk.calls.len(), EVERY_CALL.split(';').count());
    }

    #[test]
    fn a_mistake_is_told_with_its_call() {
        for (text, told) in [
            ("", "call 0, ``: a call is a name, a dot and a method"),
            ("s0=create(c)", "call 0, `s0=create(c)`: only `create(a)`"),
            ("s0=create(a);", "call 1, ``"),
            ("s10=create(a)", "`s10` is no socket: they are s0 to s9"),
            ("s0=create(a);s0.close", "a socket has no method `close`"),
            ("s0.accept", "name what accept gives"),
            ("s0.set-hop-limit(256)", "`256` is no number from 0 to 255"),
            ("s0.set-hop-limit(064)", "`064` is no number"),
            ("s0.set-hop-limit(64", "a bracket is not closed"),
            ("s0.set-keep-alive-enabled(1)", "neither `true` nor `false`"),
            ("s0.shutdown(all)", "`all` is not"),
            ("s0.start-bind(port:p1)", "`p1` is no socket"),
            ("s0.write(1048577)", "no number from 0 to 1048576"),
            ("poll()!", "`` is no pollable"),
            ("poll(p0)", "`poll(p0)`: a call is a name"),
            ("p0=s0.ready", "gives nothing that could be named"),
            ("p0.subscribe", "a pollable has no method"),
            ("s0.finish-bind!!", "a socket has no method"),
        ] {
            let error = text.parse::<Walk>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
