//! What a mutant by operator is: a method, what is done to it, and when.

use crate::sockets::Code;
use std::fmt;
use wasi_tcp_conformance::Family;
use wasi_tcp_conformance_core::walk::{SocketOption, State};

/// A method of the interface, as the interface spells it. Those of streams and pollables
/// begin with `in.`, `out.` or `pollable.`.
pub type Method = &'static str;

/// A host with one thing altered, mechanically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mutant {
    pub method: Method,
    pub operator: Operator,
    pub when: When,
}

/// What is done to a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Answers this code, and does nothing.
    Fails(Code),
    /// Does it, and answers this code all the same.
    FailsLate(Code),
    /// Answers this code in place of another one.
    Recodes(Code),
    /// Answers another code that the model allows there: the n-th of them.
    RecodesLegally(usize),
    /// Answers `ok`, and does nothing.
    Ignored,
    /// Does it to another live socket.
    Elsewhere,
    /// Does it twice.
    Twice,
    /// Answers what it answered the first time.
    Stale,
    /// Changes the number.
    Number(Change),
    /// A setter sets this option in place of its own; a getter reads it.
    Option(SocketOption),
    /// A setter sets this option too.
    Also(SocketOption),
    /// Its effect is lost at this event.
    LostAt(Event),
    /// Its effect is kept for the next socket with the same number.
    Inherited,
    /// Takes another direction, or family.
    Swapped,
    /// Loses a descriptor.
    Leaks,
    /// A pollable is ready, or not, whatever there is.
    Ready(Readiness),
    /// A stream does this to its bytes.
    Bytes(Bytes),
    /// Answers `would-block` so many times.
    Hesitates(usize),
    /// A poll reports one pollable that is ready.
    ReportsOne(Pick),
    /// At most so many sockets, or bytes.
    AtMost(usize),
}

/// What is done to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    PlusOne,
    MinusOne,
    Low(u32),
    Times(u64),
    Over(u64),
    Negated,
    Fixed(u64),
    Rounded(u64),
    Least(u64),
    Most(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Bind,
    Listen,
    Connect,
    Accept,
    Shutdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Never,
    Always,
    /// Only at the first look.
    Once,
    /// What it was when the guest subscribed.
    Stale,
    /// Of several pollables, only the last is ever ready.
    OnlyTheLast,
    OnlyTheFirst,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes {
    Dropped,
    Doubled,
    Reordered,
    /// What comes after so many bytes is lost.
    CutAt(usize),
    /// What is more than so many in one piece is lost.
    PieceCutAt(usize),
    EndsEarly,
    NeverEnds,
    Fails,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    First,
    Last,
    InTurn,
}

/// When a mutant does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Always,
    /// Only for sockets of this family.
    Of(Family),
    /// Only in this state.
    In(State),
    /// Only at the first call on a socket.
    First,
    /// At all calls on a socket but the first.
    Later,
    /// From the fourth call on any socket on.
    FromFourth,
}

impl Change {
    pub fn of(self, value: u64) -> u64 {
        match self {
            Self::PlusOne => value.wrapping_add(1),
            Self::MinusOne => value.wrapping_sub(1),
            Self::Low(bits) => value & ((1 << bits) - 1),
            Self::Times(factor) => value.saturating_mul(factor),
            Self::Over(divisor) => value / divisor,
            Self::Negated => value.wrapping_neg(),
            Self::Fixed(value) => value,
            Self::Rounded(step) => (value / step).max(1).saturating_mul(step),
            Self::Least(least) => value.max(least),
            Self::Most(most) => value.min(most),
        }
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method,
            operator,
            when,
        } = self;
        write!(f, "{method}/{operator}/{when}")
    }
}

impl Operator {
    /// Its kind, as the score counts it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Fails(_) => "fails",
            Self::FailsLate(_) => "fails-late",
            Self::Recodes(_) => "recodes",
            Self::RecodesLegally(_) => "recodes-legally",
            Self::Ignored => "ignored",
            Self::Elsewhere => "elsewhere",
            Self::Twice => "twice",
            Self::Stale => "stale",
            Self::Number(_) => "number",
            Self::Option(_) => "option",
            Self::Also(_) => "also",
            Self::LostAt(_) => "lost-at",
            Self::Inherited => "inherited",
            Self::Swapped => "swapped",
            Self::Leaks => "leaks",
            Self::Ready(_) => "ready",
            Self::Bytes(_) => "bytes",
            Self::Hesitates(_) => "hesitates",
            Self::ReportsOne(_) => "reports-one",
            Self::AtMost(_) => "at-most",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Fails(code) | Self::FailsLate(code) | Self::Recodes(code) => {
                write!(f, "{kind}:{}", code.name())
            }
            Self::RecodesLegally(number) | Self::Hesitates(number) | Self::AtMost(number) => {
                write!(f, "{kind}:{number}")
            }
            Self::Number(change) => write!(f, "{kind}:{}", kebab(&format!("{change:?}"))),
            Self::Option(option) | Self::Also(option) => write!(f, "{kind}:{}", option.name()),
            Self::LostAt(event) => write!(f, "{kind}:{}", kebab(&format!("{event:?}"))),
            Self::Ready(it) => write!(f, "{kind}:{}", kebab(&format!("{it:?}"))),
            Self::Bytes(it) => write!(f, "{kind}:{}", kebab(&format!("{it:?}"))),
            Self::ReportsOne(it) => write!(f, "{kind}:{}", kebab(&format!("{it:?}"))),
            _ => f.write_str(kind),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Of(family) => write!(f, "{family}"),
            Self::In(state) => write!(f, "{state}"),
            Self::First => f.write_str("first"),
            Self::Later => f.write_str("later"),
            Self::FromFourth => f.write_str("from-fourth"),
        }
    }
}

/// `CutAt(4096)` as `cut-at-4096`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        match letter {
            '(' => text.push('-'),
            ')' => {}
            'A'..='Z' => {
                if !text.is_empty() {
                    text.push('-');
                }
                text.push(letter.to_ascii_lowercase());
            }
            _ => text.push(letter),
        }
    }
    text
}
