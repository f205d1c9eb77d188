//! The sockets of wasmtime with a mutant between them and the guest.

mod answers;
mod memory;
mod options;
mod poll;
mod sockets;
mod streams;

pub use memory::Memory;

use crate::catalogue::allows;
use crate::mutant::{Event, Method, Mutant, Operator, When};
use crate::sockets::{Code, Sockets, This, again};
use memory::Facts;
use serde_json::Value;
use wasi_tcp_conformance::Family;
use wasi_tcp_conformance_core::walk::State;
use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::p2::bindings::sockets::network::IpAddressFamily;
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket as _;
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket::Host as _;
use wasmtime_wasi::p2::{SocketError, SocketResult};

/// The host's part of `wasi:sockets` and `wasi:io/poll`, with one mutant.
pub struct Operated<'a> {
    pub mutant: Option<Mutant>,
    pub memory: &'a mut Memory,
    pub inner: Sockets<'a>,
}

/// Marks [`Operated`] for the linker.
pub struct Marker;

impl HasData for Marker {
    type Data<'a> = Operated<'a>;
}

/// A socket that is not there yet has this number.
const NONE: u32 = u32::MAX;

pub fn family(family: IpAddressFamily) -> Family {
    match family {
        IpAddressFamily::Ipv4 => Family::Ipv4,
        IpAddressFamily::Ipv6 => Family::Ipv6,
    }
}

impl<'a> Operated<'a> {
    fn facts(&mut self, this: &This) -> &mut Facts {
        let new = || Facts::new(Family::Ipv4, State::Unbound, None);
        self.memory.sockets.entry(this.rep()).or_insert_with(new)
    }

    /// The operator, if the mutant is about this method, and it is the time for it. To ask
    /// is to count a call.
    fn fires(&mut self, method: Method, this: &This) -> Option<Operator> {
        let mutant = self.mutant?;
        if mutant.method != method {
            return None;
        }
        self.memory.calls += 1;
        self.facts(this).calls += 1;
        self.is_time(this).then_some(mutant.operator)
    }

    /// Whether it is the time for the mutant, at the call that was counted last.
    fn is_time(&mut self, this: &This) -> bool {
        let (all, calls) = (self.memory.calls, self.facts(this).calls);
        match self.mutant.map(|it| it.when) {
            Some(When::First) => calls == 1,
            Some(When::Later) => calls > 1,
            Some(When::FromFourth) => all > 3,
            _ => self.applies(this),
        }
    }

    /// Whether the mutant is about such a socket, whatever was called before.
    fn applies(&mut self, this: &This) -> bool {
        let facts = self.facts(this);
        let (family, state) = (facts.family, facts.state);
        match self.mutant.map(|it| it.when) {
            Some(When::Of(of)) => of == family,
            Some(When::In(within)) => within == state,
            Some(_) => true,
            None => false,
        }
    }

    /// Whether the mutant does this to such a socket.
    fn does(&mut self, method: Method, operator: Operator, this: &This) -> bool {
        self.mutant
            .is_some_and(|it| it.method == method && it.operator == operator)
            && self.applies(this)
    }

    /// Whether the effect of a method was lost at an event.
    fn is_lost(&mut self, method: Method, this: &This) -> bool {
        let events = self.facts(this).events.clone();
        events
            .into_iter()
            .any(|event| self.does(method, Operator::LostAt(event), this))
    }

    /// Another live socket: of the same family if there is one.
    fn another(&mut self, this: &This) -> Option<This> {
        let family = self.facts(this).family;
        let others = self.memory.sockets.iter();
        let other = others
            .filter(|(rep, _)| **rep != this.rep() && **rep != NONE)
            .max_by_key(|(rep, facts)| (facts.family == family, **rep));
        other.map(|(rep, _)| Resource::new_borrow(*rep))
    }

    /// Makes a call, as the mutant wants it. `nothing` is what it answers that does nothing.
    fn call<T>(
        &mut self,
        method: Method,
        call: &str,
        this: &This,
        nothing: impl FnOnce(&mut Self) -> SocketResult<T>,
        run: impl Fn(&mut Sockets<'a>, This) -> SocketResult<T>,
    ) -> SocketResult<T> {
        let state = self.facts(this).state;
        let operator = self.fires(method, this);
        let is_legal = |code| allows(state, call, code, false);
        match operator {
            Some(Operator::Fails(code)) if !is_legal(code) => return Err(code.into()),
            Some(Operator::Ignored) => return nothing(self),
            Some(Operator::Hesitates(times)) if self.hesitates(method, this, times) => {
                return Err(Code::WouldBlock.into());
            }
            Some(Operator::Elsewhere) => {
                if let Some(other) = self.another(this)
                    && let Ok(done) = run(&mut self.inner, again(&other))
                {
                    self.followed(method, &other, Done::Well);
                    return Ok(done);
                }
            }
            Some(Operator::Twice) => {
                let first = run(&mut self.inner, again(this));
                self.followed(method, this, Done::of(&first));
                first?;
                return run(&mut self.inner, again(this));
            }
            _ => {}
        }
        let done = run(&mut self.inner, again(this));
        let how = Done::of(&done);
        self.followed(method, this, how);
        match (operator, how) {
            (Some(Operator::FailsLate(other)), Done::Well) if !is_legal(other) => Err(other.into()),
            (Some(Operator::Recodes(other)), Done::Badly(code))
                if code != other && !is_legal(other) =>
            {
                Err(other.into())
            }
            (Some(Operator::RecodesLegally(number)), Done::Badly(code)) => {
                Err(legally(state, call, code, number).into())
            }
            (Some(Operator::Leaks), Done::Badly(_)) => {
                self.leak(this)?;
                done
            }
            _ => done,
        }
    }

    /// Whether an operation goes on: a finish answers that for a time, and an accept a
    /// number of times.
    fn hesitates(&mut self, method: Method, this: &This, times: usize) -> bool {
        let facts = self.facts(this);
        match (method, facts.state) {
            ("finish-bind", State::BindInProgress)
            | ("finish-listen", State::ListenInProgress)
            | ("finish-connect", State::ConnectInProgress) => facts
                .ends
                .is_some_and(|end| tokio::time::Instant::now() < end),
            ("accept", State::Listening) => {
                facts.hesitated += 1;
                !facts.hesitated.is_multiple_of(times + 1)
            }
            _ => false,
        }
    }

    /// Notes where a call led.
    fn followed(&mut self, method: Method, this: &This, done: Done) {
        let succeeded = done == Done::Well;
        let refused = [
            Code::WouldBlock,
            Code::NotInProgress,
            Code::InvalidState,
            Code::ConcurrencyConflict,
        ];
        if matches!(done, Done::Badly(code) if refused.contains(&code)) {
            return;
        }
        let event = self.facts(this).follow(method, succeeded);
        if method.starts_with("start-") && succeeded {
            self.slow_down(method, this);
        }
        if succeeded && event.is_some() {
            let local = self.inner.local_address(again(this)).ok();
            let remote = self.inner.remote_address(again(this)).ok();
            let facts = self.facts(this);
            facts.address = local.or(facts.address);
            facts.peer = remote.or(facts.peer);
        }
        if let Some(event) = event.filter(|event| *event != Event::Accept) {
            self.lose_options(event, this);
        }
    }

    /// Sets when an operation ends that is a slow one.
    fn slow_down(&mut self, method: Method, this: &This) {
        if let Some(Mutant {
            method: finish,
            operator: Operator::Hesitates(times),
            ..
        }) = self.mutant
            && finish.strip_prefix("finish-") == method.strip_prefix("start-")
        {
            let time = std::time::Duration::from_millis(times as u64);
            self.facts(this).ends = Some(tokio::time::Instant::now() + time);
        }
    }

    /// Loses a descriptor.
    fn leak(&mut self, this: &This) -> SocketResult<()> {
        let family = match self.facts(this).family {
            Family::Ipv6 => IpAddressFamily::Ipv6,
            Family::Ipv4 => IpAddressFamily::Ipv4,
        };
        self.inner.real.create_tcp_socket(family).map(drop)
    }
}

/// How a call went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Well,
    Badly(Code),
    Trapped,
}

impl Done {
    fn of<T>(done: &SocketResult<T>) -> Self {
        match done {
            Ok(_) => Self::Well,
            Err(error) => error
                .downcast_ref()
                .map_or(Self::Trapped, |it| Self::Badly(*it)),
        }
    }
}

/// Another code that the model allows in place of one, with the same consequences.
fn legally(state: State, call: &str, code: Code, number: usize) -> Code {
    let generation = crate::judge::part();
    let codes = &generation.data.error_codes;
    let said = |code: Code| Value::from(format!("error:{}", code.name()));
    let Some(allowed) = generation.model.cell(state, call) else {
        return code;
    };
    let entries = || {
        let answers = allowed.answers.iter().filter(|answer| !answer.deviates);
        answers.filter_map(|answer| Some((answer, answer.is.as_ref()?)))
    };
    let same: Vec<_> = entries()
        .filter(|(_, is)| is.matches(&said(code), codes))
        .map(|(answer, _)| (answer.when, answer.next.clone()))
        .collect();
    let others: Vec<Code> = LEGAL
        .into_iter()
        .filter(|other| *other != code)
        .filter(|other| {
            entries().any(|(answer, is)| {
                is.matches(&said(*other), codes)
                    && same.contains(&(answer.when, answer.next.clone()))
            })
        })
        .collect();
    match others.len() {
        0 => code,
        count => others[number % count],
    }
}

/// The codes that a legal variant tries.
const LEGAL: [Code; 9] = [
    Code::Unknown,
    Code::InvalidState,
    Code::ConcurrencyConflict,
    Code::NotSupported,
    Code::AccessDenied,
    Code::NotInProgress,
    Code::InvalidArgument,
    Code::ConnectionRefused,
    Code::AddressInUse,
];

fn trap(error: wasmtime::Error) -> SocketError {
    SocketError::trap(error)
}
