//! The model of a socket, as data: what each call may answer in each state.

use super::{BindTo, Call, ConnectTo, Method, Part, SocketOption};
use crate::json::Text;
use crate::{Error, ErrorCodes, Pattern, Problem, Requirement};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A state of a socket. A connected socket that came from `accept` has one of its own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the diagram is exhaustive")]
#[allow(missing_docs, reason = "the semantics name them")]
pub enum State {
    Unbound,
    BindInProgress,
    Bound,
    ListenInProgress,
    Listening,
    ConnectInProgress,
    Connected,
    Accepted,
    Closed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Unbound,
        Self::BindInProgress,
        Self::Bound,
        Self::ListenInProgress,
        Self::Listening,
        Self::ConnectInProgress,
        Self::Connected,
        Self::Accepted,
        Self::Closed,
    ];

    /// Its name in the data.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unbound => "unbound",
            Self::BindInProgress => "bind-in-progress",
            Self::Bound => "bound",
            Self::ListenInProgress => "listen-in-progress",
            Self::Listening => "listening",
            Self::ConnectInProgress => "connect-in-progress",
            Self::Connected => "connected",
            Self::Accepted => "accepted",
            Self::Closed => "closed",
        }
    }

    pub(super) fn is_connected(self) -> bool {
        matches!(self, Self::Connected | Self::Accepted)
    }

    pub(super) fn is_in_progress(self) -> bool {
        matches!(
            self,
            Self::BindInProgress | Self::ListenInProgress | Self::ConnectInProgress
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `model.json` of a generation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "The model of a socket")]
#[non_exhaustive]
pub struct ModelFile<'a> {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// The states.
    pub states: Vec<State>,
    /// What calls may answer. Each call has one cell in each state.
    #[serde(borrow)]
    #[schemars(with = "Vec<Cell>")]
    pub cells: Vec<&'a RawValue>,
    /// What answers have to say beyond one call.
    pub rules: BTreeMap<RuleName, Rule>,
}

/// What calls may answer in some states.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Cell {
    /// The states.
    #[serde(rename = "in")]
    pub states: Vec<State>,
    /// The calls.
    pub calls: Vec<String>,
    /// The requirement that says so.
    pub cites: String,
    /// The answers that are allowed.
    pub answers: Vec<Allowed>,
}

/// An answer that is allowed. It is a pattern, or a rule that the runner computes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Allowed {
    /// The answer.
    pub is: Option<Pattern>,
    /// The rule that it keeps.
    pub rule: Option<RuleName>,
    /// When it is allowed; always by default.
    pub when: Option<Condition>,
    /// The states that the socket can be in then; the same one by default.
    #[serde(default)]
    pub next: Vec<State>,
    /// The states that it can be in by the other reading of the requirement, which
    /// is a deviation.
    #[serde(default)]
    pub otherwise: Vec<State>,
    /// Whether it is a deviation.
    #[serde(default)]
    pub deviates: bool,
}

/// When an answer is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the replay computes each")]
pub enum Condition {
    /// The address can be bound.
    BindCanSucceed,
    /// The address may be in use, or is none of the family.
    BindCanFail,
    /// No other socket listens at the address.
    ListenCanSucceed,
    /// Another socket has the address.
    ListenCanFail,
    /// Somebody listened at the address while the socket was connecting.
    ConnectCanSucceed,
    /// Perhaps nobody listens there, or not for so many clients.
    ConnectCanFail,
    /// A client may wait.
    AClientMayWait,
    /// Perhaps no client waits yet.
    NoClientMayWait,
    /// A client may have left before it was accepted.
    AClientMayHaveLeft,
    /// No pollable said that the operation has ended.
    MayGoOn,
}

/// A rule that the runner computes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the replay computes each")]
#[allow(missing_docs, reason = "the data says what each is")]
pub enum RuleName {
    LocalAddress,
    LocalAddressIfBound,
    AnyAddress,
    RemoteAddress,
    Family,
    OptionValue,
    OptionReadable,
    OptionExact,
    OptionClamped,
    OptionInherited,
    OptionKept,
    AnyValue,
    ReadyOnceFinished,
    ReadyWithAClient,
    WaitsEnd,
    PollableOfInput,
    PollableOfOutput,
    PollReports,
    BytesInOrder,
    InputEnds,
    BytesKept,
    InputShut,
    OutputShut,
    OutputTakes,
    Created,
    There,
}

impl RuleName {
    const ALL: [Self; 26] = [
        Self::LocalAddress,
        Self::LocalAddressIfBound,
        Self::AnyAddress,
        Self::RemoteAddress,
        Self::Family,
        Self::OptionValue,
        Self::OptionReadable,
        Self::OptionExact,
        Self::OptionClamped,
        Self::OptionInherited,
        Self::OptionKept,
        Self::AnyValue,
        Self::ReadyOnceFinished,
        Self::ReadyWithAClient,
        Self::WaitsEnd,
        Self::PollableOfInput,
        Self::PollableOfOutput,
        Self::PollReports,
        Self::BytesInOrder,
        Self::InputEnds,
        Self::BytesKept,
        Self::InputShut,
        Self::OutputShut,
        Self::OutputTakes,
        Self::Created,
        Self::There,
    ];
}

/// What a rule says, and which requirement it follows from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// The requirement.
    pub cites: String,
    /// The rule, in a sentence.
    pub says: String,
}

/// The model of a generation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Model {
    pub(super) cells: BTreeMap<(State, String), Cell>,
    pub(super) rules: BTreeMap<RuleName, Rule>,
    pub(crate) codes: ErrorCodes,
}

impl Model {
    /// Reads the model of a generation.
    ///
    /// # Errors
    /// The first mistake, with its line and what to do about it.
    pub fn parse(
        text: Text<'_>,
        requirements: &[Requirement],
        codes: &ErrorCodes,
    ) -> Result<Self, Error> {
        let file: ModelFile<'_> = text.parse()?;
        let known = |id: &str| requirements.iter().any(|it| it.id == *id);
        let known_calls = call_names();
        let mut cells = BTreeMap::new();
        for part in file.cells {
            let cell: Cell = text.parse_part(part)?;
            let mistake = |problem| text.mistake(part, problem);
            check(&cell, &known_calls, codes).map_err(mistake)?;
            if !known(&cell.cites) {
                return Err(mistake(unknown_requirement(&cell.cites)));
            }
            for state in &cell.states {
                for call in &cell.calls {
                    if cells.insert((*state, call.clone()), cell.clone()).is_some() {
                        let what = format!("`{call}` in the state `{state}` has two cells");
                        return Err(mistake(Problem::new(what, "keep one of them")));
                    }
                }
            }
        }
        let mut pairs = State::ALL
            .into_iter()
            .flat_map(|state| known_calls.iter().map(move |call| (state, call.clone())));
        if let Some((state, call)) = pairs.find(|pair| !cells.contains_key(pair)) {
            let what = format!("`{call}` in the state `{state}` has no cell");
            return Err(text.mistake_in("cells", Problem::new(what, "say what it may answer")));
        }
        let in_rules = |problem| text.mistake_in("rules", problem);
        for name in RuleName::ALL {
            let Some(rule) = file.rules.get(&name) else {
                let name = serde_json::to_string(&name).unwrap_or_default();
                let what = format!("the rule {name} is missing");
                return Err(in_rules(Problem::new(
                    what,
                    "say which requirement it cites",
                )));
            };
            if !known(&rule.cites) {
                return Err(in_rules(unknown_requirement(&rule.cites)));
            }
        }
        Ok(Self {
            cells,
            rules: file.rules,
            codes: codes.clone(),
        })
    }

    /// The requirements that the model cites.
    pub fn cites(&self) -> BTreeSet<&str> {
        let cells = self.cells.values().map(|cell| cell.cites.as_str());
        let rules = self.rules.values().map(|rule| rule.cites.as_str());
        cells.chain(rules).collect()
    }

    /// The keys of every cell, as in the coverage.
    pub fn cells(&self) -> BTreeSet<String> {
        let keys = self.cells.keys();
        keys.map(|(state, call)| format!("{state} {call}"))
            .collect()
    }

    /// Whether there is such a cell: a state or `*`, and a call. Calls on streams, and
    /// the readiness of streams, have cells of their own only here.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        let Some((state, name)) = key.split_once(' ') else {
            return false;
        };
        let mut states = State::ALL.into_iter();
        let is_state = state == "*" || states.any(|it| it.name() == state);
        is_state && (call_names().contains(name) || STREAM_CALLS.contains(&name))
    }

    /// The keys of every transition, as in the coverage.
    pub fn transitions(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for ((state, call), cell) in &self.cells {
            for next in cell.answers.iter().flat_map(|allowed| &allowed.next) {
                keys.insert(format!("{state} {call} > {next}"));
            }
        }
        keys
    }

    /// What a call may answer in a state: the cell, by the name of the call.
    #[must_use]
    pub fn cell(&self, state: State, call: &str) -> Option<&Cell> {
        self.cells.get(&(state, call.to_owned()))
    }
}

fn unknown_requirement(id: &str) -> Problem {
    Problem::new(
        format!("there is no requirement `{id}`"),
        "name an id of requirements.json, or add it there",
    )
}

fn check(cell: &Cell, calls: &BTreeSet<String>, codes: &ErrorCodes) -> Result<(), Problem> {
    if let Some(call) = cell.calls.iter().find(|call| !calls.contains(*call)) {
        return Err(Problem::new(
            format!("`{call}` is no call of the model"),
            "name a call as the other cells do",
        ));
    }
    if cell.answers.iter().all(|answer| answer.deviates) {
        return Err(Problem::new(
            "every answer of the cell is a deviation, or there is none",
            "say what is right",
        ));
    }
    for answer in &cell.answers {
        match (&answer.is, answer.rule) {
            (Some(pattern), None) => pattern
                .check(codes)
                .map_err(|what| Problem::new(what, "name a code of generation.json, or `*`"))?,
            (None, Some(_)) => {}
            _ => {
                return Err(Problem::new(
                    "an answer is either a pattern (`is`) or a `rule`",
                    "give one of them",
                ));
            }
        }
    }
    Ok(())
}

/// The name of a call on a socket in the cells: with the kind of its argument, where
/// that matters. Calls on streams have none.
#[must_use]
pub fn call_name(call: &Call) -> Option<String> {
    let name = match call {
        Call::Accept { .. } => "accept".to_owned(),
        Call::Subscribe { .. } => "subscribe".to_owned(),
        Call::Ready(_) | Call::Block(_) | Call::Poll(_) => "ready".to_owned(),
        Call::Create { .. } | Call::DropPollable(_) => return None,
        Call::Method { method, .. } => match method {
            Method::StartBind(BindTo::PortOf(_)) => "start-bind(port)".to_owned(),
            Method::StartConnect(ConnectTo::Socket(_)) => "start-connect(socket)".to_owned(),
            Method::Set(option, value) => {
                let is_zero = *value == 0 && *option != SocketOption::KeepAliveEnabled;
                let zero = if is_zero { "(0)" } else { "" };
                format!("set-{}{zero}", option.name())
            }
            Method::SetBacklog(0) => "set-listen-backlog-size(0)".to_owned(),
            Method::SetBacklog(_) => "set-listen-backlog-size".to_owned(),
            Method::Write { .. }
            | Method::Flush
            | Method::Read { .. }
            | Method::DropIn
            | Method::DropOut => return None,
            method => method.to_string().trim_end_matches('!').to_owned(),
        },
    };
    Some(name)
}

/// The names of the calls on the streams of a socket.
const STREAM_CALLS: [&str; 7] = [
    "write",
    "flush",
    "read",
    "in.drop",
    "out.drop",
    ready_name(Part::In),
    ready_name(Part::Out),
];

/// The name of a call on a stream, without its arguments.
pub(super) fn stream_call_name(call: &Call) -> Option<&'static str> {
    let Call::Method { method, .. } = call else {
        return None;
    };
    match method {
        Method::Write { .. } => Some("write"),
        Method::Flush => Some("flush"),
        Method::Read { .. } => Some("read"),
        Method::DropIn => Some("in.drop"),
        Method::DropOut => Some("out.drop"),
        _ => None,
    }
}

/// The name of the readiness of a socket, or of one of its streams.
pub(super) const fn ready_name(part: Part) -> &'static str {
    match part {
        Part::Socket => "ready",
        Part::In => "in.ready",
        Part::Out => "out.ready",
    }
}

/// The names of every call that has cells.
fn call_names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = [
        "start-bind(loopback)",
        "start-bind(any)",
        "start-bind(port)",
        "start-bind(other)",
        "finish-bind",
        "start-listen",
        "finish-listen",
        "start-connect(socket)",
        "start-connect(nobody)",
        "start-connect(any)",
        "start-connect(other)",
        "finish-connect",
        "accept",
        "local-address",
        "remote-address",
        "is-listening",
        "address-family",
        "set-listen-backlog-size",
        "set-listen-backlog-size(0)",
        "shutdown(receive)",
        "shutdown(send)",
        "shutdown(both)",
        "subscribe",
        "ready",
        "drop",
    ]
    .map(str::to_owned)
    .into();
    for option in SocketOption::ALL {
        let name = option.name();
        names.insert(name.to_owned());
        names.insert(format!("set-{name}"));
        if option != SocketOption::KeepAliveEnabled {
            names.insert(format!("set-{name}(0)"));
        }
    }
    names
}
