//! Every mutant: each operator on each method that it can be applied to, under each
//! condition that makes a difference.
//!
//! What the model allows is left out: it is a legal variant.

use crate::judge::part;
use crate::mutant::{Bytes, Change, Event, Method, Mutant, Operator, Readiness, When};
use crate::sockets::Code;
use std::sync::LazyLock;
use wasi_tcp_conformance::Family;
use wasi_tcp_conformance_core::walk::{Cell, SocketOption, State};

/// All of them.
pub static MUTANTS: LazyLock<Vec<Mutant>> = LazyLock::new(|| {
    let mut all = Catalogue(Vec::new());
    all.operations();
    all.options();
    all.queries();
    all.handles();
    all.pollables();
    all.streams();
    all.0
});

/// The mutant of this name.
pub fn named(name: &str) -> Option<&'static Mutant> {
    MUTANTS.iter().find(|mutant| mutant.to_string() == name)
}

const FAMILIES: [When; 3] = [When::Always, When::Of(Family::Ipv4), When::Of(Family::Ipv6)];

const BASIC: [When; 6] = [
    When::Always,
    When::Of(Family::Ipv4),
    When::Of(Family::Ipv6),
    When::First,
    When::Later,
    When::FromFourth,
];

const EVENTS: [Event; 5] = [
    Event::Bind,
    Event::Listen,
    Event::Connect,
    Event::Accept,
    Event::Shutdown,
];

/// The methods that take an operation further.
const OPERATIONS: [Method; 9] = [
    "start-bind",
    "finish-bind",
    "start-listen",
    "finish-listen",
    "start-connect",
    "finish-connect",
    "accept",
    "set-listen-backlog-size",
    "shutdown",
];

/// The call that stands for a method in the model.
pub fn call_of(method: Method) -> String {
    match method {
        "start-bind" => "start-bind(loopback)".to_owned(),
        "start-connect" => "start-connect(socket)".to_owned(),
        "shutdown" => "shutdown(send)".to_owned(),
        _ => method.to_owned(),
    }
}

fn cell(state: State, method: Method) -> Option<&'static Cell> {
    part().model.cell(state, &call_of(method))
}

/// Whether a call can succeed in a state, and has to.
fn succeeds(state: State, method: Method) -> bool {
    let Some(cell) = cell(state, method) else {
        return false;
    };
    let codes = &part().data.error_codes;
    state != State::Closed
        && cell.answers.iter().any(|answer| {
            answer.rule.is_some()
                || answer.is.as_ref().is_some_and(|pattern| {
                    ["ok".into(), true.into(), false.into()]
                        .iter()
                        .any(|value| pattern.matches(value, codes))
                })
        })
}

/// Whether the model allows a call to answer a code in a state: always, or as a deviation.
pub fn allows(state: State, call: &str, code: Code, as_deviation: bool) -> bool {
    let said = format!("error:{}", code.name()).into();
    let codes = &part().data.error_codes;
    part().model.cell(state, call).is_some_and(|cell| {
        cell.answers.iter().any(|answer| {
            answer.when.is_none()
                && (as_deviation || !answer.deviates)
                && answer
                    .is
                    .as_ref()
                    .is_some_and(|it| it.matches(&said, codes))
        })
    })
}

/// Where a method can succeed.
fn states(method: Method) -> Vec<When> {
    let states = State::ALL.into_iter();
    let states: Vec<_> = states.filter(|state| succeeds(*state, method)).collect();
    // One state is no condition.
    match states.len() {
        0 | 1 => Vec::new(),
        _ => states.into_iter().map(When::In).collect(),
    }
}

/// Where a method always answers an error.
fn errors(method: Method) -> Vec<State> {
    let states = State::ALL.into_iter();
    states
        .filter(|state| cell(*state, method).is_some() && !succeeds(*state, method))
        .collect()
}

pub fn setter(option: SocketOption) -> Method {
    match option {
        SocketOption::KeepAliveEnabled => "set-keep-alive-enabled",
        SocketOption::KeepAliveIdleTime => "set-keep-alive-idle-time",
        SocketOption::KeepAliveInterval => "set-keep-alive-interval",
        SocketOption::KeepAliveCount => "set-keep-alive-count",
        SocketOption::HopLimit => "set-hop-limit",
        SocketOption::ReceiveBufferSize => "set-receive-buffer-size",
        SocketOption::SendBufferSize => "set-send-buffer-size",
    }
}

/// What can be done to a number so that it matters.
fn changes(option: SocketOption) -> Vec<Change> {
    let mut changes = vec![
        Change::PlusOne,
        Change::MinusOne,
        Change::Negated,
        Change::Times(2),
        Change::Over(2),
        Change::Fixed(7),
    ];
    match option {
        SocketOption::KeepAliveEnabled => changes = vec![Change::Fixed(0), Change::Fixed(1)],
        SocketOption::HopLimit => changes.extend([Change::Low(4), Change::Low(7)]),
        SocketOption::KeepAliveCount => changes.extend([Change::Low(4), Change::Low(8)]),
        _ => changes.extend([
            Change::Low(8),
            Change::Low(16),
            Change::Low(32),
            Change::Times(1000),
            Change::Over(1000),
            Change::Times(1_000_000),
            Change::Over(1_000_000),
        ]),
    }
    changes
}

struct Catalogue(Vec<Mutant>);

impl Catalogue {
    fn add(&mut self, method: Method, operator: Operator, when: impl IntoIterator<Item = When>) {
        for when in when {
            self.0.push(Mutant {
                method,
                operator,
                when,
            });
        }
    }

    /// Where a method succeeds, and where it does not.
    fn codes(&mut self, method: Method, code: Code) {
        self.add(method, Operator::Fails(code), BASIC);
        for when in states(method) {
            if matches!(when, When::In(state) if !allows(state, &call_of(method), code, true)) {
                self.add(method, Operator::Fails(code), [when]);
            }
        }
    }

    fn recodes(&mut self, method: Method) {
        let errors = errors(method);
        for code in [Code::WouldBlock, Code::Unknown] {
            let states = errors
                .iter()
                .filter(|state| !allows(**state, &call_of(method), code, true));
            let states: Vec<_> = states.map(|state| When::In(*state)).collect();
            if states.is_empty() {
                continue;
            }
            self.add(method, Operator::Recodes(code), FAMILIES);
            self.add(method, Operator::Recodes(code), states);
        }
        self.add(
            method,
            Operator::Recodes(Code::NotSupported),
            [When::Always],
        );
    }

    fn operations(&mut self) {
        for method in OPERATIONS {
            self.codes(method, Code::Unknown);
            if !method.starts_with("finish") && method != "accept" {
                self.add(method, Operator::Fails(Code::WouldBlock), [When::Always]);
            }
            self.recodes(method);
            self.add(method, Operator::FailsLate(Code::Unknown), FAMILIES);
            for operator in [Operator::Ignored, Operator::Elsewhere] {
                self.add(method, operator, BASIC);
                self.add(method, operator, states(method));
            }
            if method != "set-listen-backlog-size" {
                self.add(method, Operator::Twice, FAMILIES);
            }
        }
        for when in FAMILIES {
            self.add("shutdown", Operator::Swapped, [when]);
            self.add("create-tcp-socket", Operator::Swapped, [when]);
            self.add("create-tcp-socket", Operator::Twice, [when]);
            self.add("create-tcp-socket", Operator::Elsewhere, [when]);
            self.add("create-tcp-socket", Operator::Ignored, [when]);
            self.add(
                "create-tcp-socket",
                Operator::FailsLate(Code::Unknown),
                [when],
            );
            self.add("create-tcp-socket", Operator::Fails(Code::Unknown), [when]);
            self.add(
                "create-tcp-socket",
                Operator::Fails(Code::WouldBlock),
                [when],
            );
        }
        // All of its calls are counted together: there is no socket yet.
        self.add(
            "create-tcp-socket",
            Operator::Fails(Code::Unknown),
            [When::First, When::Later, When::FromFourth],
        );
        for change in [
            Change::PlusOne,
            Change::MinusOne,
            Change::Low(8),
            Change::Low(16),
            Change::Low(32),
            Change::Negated,
        ] {
            self.add(
                "set-listen-backlog-size",
                Operator::Number(change),
                [When::Always],
            );
        }
        for method in [
            "start-bind",
            "start-listen",
            "start-connect",
            "finish-connect",
            "accept",
            "in.drop",
            "out.drop",
        ] {
            self.add(method, Operator::Leaks, FAMILIES);
        }
        self.add("drop", Operator::Leaks, FAMILIES);
        self.add("drop", Operator::Leaks, State::ALL.map(When::In));
        self.add("drop", Operator::Elsewhere, FAMILIES);
    }

    fn options(&mut self) {
        for option in SocketOption::ALL {
            let (get, set) = (option.name(), setter(option));
            for method in [get, set] {
                self.codes(method, Code::Unknown);
                self.add(method, Operator::Fails(Code::WouldBlock), [When::Always]);
                self.add(method, Operator::Elsewhere, BASIC);
                for change in changes(option) {
                    self.add(method, Operator::Number(change), [When::Always]);
                }
            }
            self.add(set, Operator::Ignored, BASIC);
            self.add(set, Operator::Ignored, states(set));
            self.add(set, Operator::Elsewhere, states(set));
            self.add(set, Operator::FailsLate(Code::Unknown), [When::Always]);
            self.add(set, Operator::Twice, [When::Always]);
            self.add(get, Operator::Stale, BASIC);
            self.add(set, Operator::Inherited, [When::Always]);
            for event in EVENTS {
                self.add(set, Operator::LostAt(event), [When::Always]);
            }
            for other in SocketOption::ALL {
                if other != option {
                    self.add(get, Operator::Option(other), [When::Always]);
                    self.add(set, Operator::Option(other), [When::Always]);
                    self.add(set, Operator::Also(other), [When::Always]);
                }
            }
            if option != SocketOption::KeepAliveEnabled {
                // Of the setter of 0, which is the one that is refused.
                for code in [Code::WouldBlock, Code::Unknown, Code::InvalidState] {
                    self.add(set, Operator::Recodes(code), [When::Always]);
                }
            }
        }
    }

    fn queries(&mut self) {
        for method in ["local-address", "remote-address"] {
            self.codes(method, Code::Unknown);
            self.codes(method, Code::WouldBlock);
            self.recodes(method);
            for operator in [Operator::Elsewhere, Operator::Stale] {
                self.add(method, operator, BASIC);
                self.add(method, operator, states(method));
            }
            for change in [Change::PlusOne, Change::Low(8), Change::Fixed(0)] {
                self.add(method, Operator::Number(change), FAMILIES);
            }
            self.add(method, Operator::Swapped, states(method));
            self.add(method, Operator::Swapped, FAMILIES);
        }
        for method in ["is-listening", "address-family"] {
            for operator in [Operator::Elsewhere, Operator::Stale, Operator::Swapped] {
                self.add(method, operator, BASIC);
                self.add(method, operator, State::ALL.map(When::In));
            }
        }
        for method in [
            "local-address",
            "remote-address",
            "is-listening",
            "address-family",
        ] {
            for event in EVENTS {
                self.add(method, Operator::LostAt(event), [When::Always]);
            }
        }
    }

    fn handles(&mut self) {
        for method in [
            "local-address",
            "remote-address",
            "is-listening",
            "address-family",
            "shutdown",
            "subscribe",
            "start-bind",
            "start-listen",
            "start-connect",
        ] {
            self.add(method, Operator::Inherited, [When::Always]);
        }
    }

    fn pollables(&mut self) {
        for method in ["subscribe", "in.ready", "out.ready"] {
            for readiness in [
                Readiness::Never,
                Readiness::Always,
                Readiness::Once,
                Readiness::Stale,
            ] {
                let operator = Operator::Ready(readiness);
                self.add(method, operator, FAMILIES);
                if method == "subscribe" {
                    self.add(method, operator, [When::First, When::Later]);
                    self.add(method, operator, State::ALL.map(When::In));
                } else {
                    let ends = [State::Connected, State::Accepted];
                    self.add(method, operator, ends.map(When::In));
                }
            }
        }
        for readiness in [Readiness::OnlyTheLast, Readiness::OnlyTheFirst] {
            self.add("subscribe", Operator::Ready(readiness), FAMILIES);
        }
        self.add("subscribe", Operator::Elsewhere, FAMILIES);
        for event in EVENTS {
            self.add("subscribe", Operator::LostAt(event), [When::Always]);
        }
    }

    fn streams(&mut self) {
        let ends = [When::In(State::Connected), When::In(State::Accepted)];
        let cuts = [1 << 12, 1 << 16, 1 << 20];
        let pieces = [
            "in.read",
            "in.blocking-read",
            "in.skip",
            "in.blocking-skip",
            "out.write",
            "out.blocking-write-and-flush",
            "out.write-zeroes",
        ];
        for method in pieces {
            let alterations = [Bytes::Dropped, Bytes::Doubled, Bytes::Reordered];
            for bytes in alterations.into_iter().chain([Bytes::Fails]) {
                if bytes == Bytes::Reordered && method.contains("skip") {
                    continue;
                }
                self.add(method, Operator::Bytes(bytes), FAMILIES);
                self.add(method, Operator::Bytes(bytes), ends);
                self.add(method, Operator::Bytes(bytes), [When::First, When::Later]);
            }
            for cut in cuts {
                self.add(method, Operator::Bytes(Bytes::CutAt(cut)), [When::Always]);
                self.add(
                    method,
                    Operator::Bytes(Bytes::PieceCutAt(cut)),
                    [When::Always],
                );
            }
            for operator in [Operator::Ignored, Operator::Bytes(Bytes::EndsEarly)] {
                self.add(method, operator, FAMILIES);
                self.add(method, operator, ends);
            }
            if method.starts_with("in.") {
                self.add(method, Operator::Bytes(Bytes::NeverEnds), FAMILIES);
                self.add(method, Operator::Bytes(Bytes::NeverEnds), ends);
            }
        }
        for change in [Change::PlusOne, Change::Fixed(0), Change::Fixed(4096)] {
            self.add("out.check-write", Operator::Number(change), FAMILIES);
            self.add("out.check-write", Operator::Number(change), ends);
        }
        for operator in [
            Operator::Bytes(Bytes::EndsEarly),
            Operator::Bytes(Bytes::NeverEnds),
            Operator::Bytes(Bytes::Fails),
        ] {
            self.add("out.check-write", operator, FAMILIES);
            self.add("out.flush", operator, FAMILIES);
        }
        self.add("out.flush", Operator::Ignored, FAMILIES);
    }
}
