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

    /// Whether clients reach it, now or later.
    pub(super) fn is_bound_for_clients(self) -> bool {
        matches!(self, Self::Bound | Self::ListenInProgress | Self::Listening)
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

/// What a socket is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing yet.
    Idle,
    Listener,
    Client,
    Accepted,
}

impl Role {
    /// The roles that a socket in a state can have. A connection that may have ended
    /// leaves it open whether its sockets are closed.
    pub(super) fn of(state: State) -> &'static [Self] {
        match state {
            State::Unbound | State::BindInProgress | State::Bound => &[Self::Idle],
            State::ListenInProgress | State::Listening => &[Self::Listener],
            State::ConnectInProgress | State::Connected => &[Self::Client],
            State::Accepted => &[Self::Accepted],
            State::Closed => &[Self::Listener, Self::Client],
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Listener => "listener",
            Self::Client => "client",
            Self::Accepted => "accepted",
        }
    }
}

/// `model.json` of a generation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
    /// Where another requirement than that of the cell is contradicted.
    #[serde(borrow)]
    #[schemars(with = "Vec<Fitting>")]
    pub fitting: Vec<&'a RawValue>,
    /// What answers have to say beyond one call.
    pub rules: BTreeMap<RuleName, Rule>,
    /// What the walks of the suite do not take.
    pub not_walked: Vec<NotWalked>,
}

/// What the walks of the suite do not take, and why.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NotWalked {
    /// Cells that walks keep away from, such as `closed remote-address`, or
    /// `* in.ready`: the readiness of an input stream in every state.
    #[serde(default)]
    pub cells: Vec<String>,
    /// Changes of the state that it is up to the host to make, such as
    /// `bound start-listen > closed`.
    #[serde(default)]
    pub transitions: Vec<String>,
    /// Why, in a sentence.
    pub because: String,
}

/// The requirement that an answer contradicts, where it is not that of the cell: the
/// first one that fits.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fitting {
    /// The states.
    #[serde(rename = "in")]
    pub states: Vec<State>,
    /// The calls; all of them by default.
    #[serde(default)]
    pub calls: Vec<String>,
    /// What the call answered; anything by default.
    pub answer: Option<Pattern>,
    /// What is so when the call is made; always by default.
    pub when: Option<Condition>,
    /// The requirement.
    pub cites: String,
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
    /// The requirement that it deviates from; that of the cell by default.
    pub cites: Option<String>,
}

/// When an answer is allowed, or a requirement fits.
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
    /// The address that is bound is one of the other family.
    BindsToOther,
    /// The address that is bound is the wildcard.
    BindsToWildcard,
    /// The address that is bound has a chosen port.
    BindsToPort,
    /// The socket connects to where nobody listened.
    NobodyListens,
    /// The socket connects to an address that nobody can connect to.
    BadAddress,
    /// A bind has failed.
    BindHasFailed,
    /// The socket is closed because it could not listen.
    ListenHasFailed,
    /// An accept has failed.
    AcceptHasFailed,
    /// The connection may have ended.
    MayHaveEnded,
    /// A direction of the connection was shut.
    WasShut,
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
    OptionAfterListen,
    OptionKept,
    OptionAfterZero,
    AnyValue,
    ReadyOnceFinished,
    ReadyWithAClient,
    NotReadyWithoutAClient,
    WaitsEnd,
    PollableOfInput,
    PollableOfOutput,
    PollReports,
    BytesInOrder,
    InputEnds,
    NoEarlyEnd,
    BytesKept,
    InputShut,
    InputFailed,
    OutputShut,
    OutputTakes,
    OutputGoesOn,
    Again,
    Created,
    There,
}

impl RuleName {
    const ALL: [Self; 33] = [
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
        Self::OptionAfterListen,
        Self::OptionKept,
        Self::OptionAfterZero,
        Self::AnyValue,
        Self::ReadyOnceFinished,
        Self::ReadyWithAClient,
        Self::NotReadyWithoutAClient,
        Self::WaitsEnd,
        Self::PollableOfInput,
        Self::PollableOfOutput,
        Self::PollReports,
        Self::BytesInOrder,
        Self::InputEnds,
        Self::NoEarlyEnd,
        Self::BytesKept,
        Self::InputShut,
        Self::InputFailed,
        Self::OutputShut,
        Self::OutputTakes,
        Self::OutputGoesOn,
        Self::Again,
        Self::Created,
        Self::There,
    ];
}

/// What a rule says, and which requirement it follows from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// The requirement; that of the cell by default.
    pub cites: Option<String>,
    /// The rule, in a sentence.
    pub says: String,
}

/// The model of a generation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Model {
    pub(super) cells: BTreeMap<(State, String), Cell>,
    pub(super) fitting: Vec<Fitting>,
    pub(super) rules: BTreeMap<RuleName, Rule>,
    pub(crate) codes: ErrorCodes,
    pub(super) not_walked: Vec<NotWalked>,
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
            let answers = cell.answers.iter();
            let cited = answers.filter_map(|answer| answer.cites.as_ref());
            if let Some(id) = cited.chain([&cell.cites]).find(|id| !known(id)) {
                return Err(mistake(unknown_requirement(id)));
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
        let mut fitting = Vec::new();
        for part in file.fitting {
            let fits: Fitting = text.parse_part(part)?;
            let mistake = |problem| text.mistake(part, problem);
            check_fitting(&fits, &known_calls, codes).map_err(mistake)?;
            if !known(&fits.cites) {
                return Err(mistake(unknown_requirement(&fits.cites)));
            }
            fitting.push(fits);
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
            if let Some(id) = rule.cites.as_ref().filter(|id| !known(id)) {
                return Err(in_rules(unknown_requirement(id)));
            }
        }
        let model = Self {
            cells,
            fitting,
            rules: file.rules,
            codes: codes.clone(),
            not_walked: file.not_walked,
        };
        match model.unknown_part() {
            Some(part) => {
                let what = format!("the model has no `{part}`");
                let help = "name a cell or a transition as the coverage does";
                Err(text.mistake_in("not-walked", Problem::new(what, help)))
            }
            None => Ok(model),
        }
    }

    /// A part that the walks of the suite are said not to take, and that is none.
    fn unknown_part(&self) -> Option<&String> {
        let (cells, transitions) = (self.cells(), self.transitions());
        self.not_walked.iter().find_map(|part| {
            let is_known = |cell: &&String| cells.contains(*cell) || cell.starts_with("* ");
            let cell = part.cells.iter().find(|cell| !is_known(cell));
            let mut changes = part.transitions.iter();
            cell.or_else(|| changes.find(|change| !transitions.contains(*change)))
        })
    }

    /// The keys of every part of the model that the walks of the suite do not take.
    pub fn not_walked(&self) -> BTreeSet<String> {
        let parts = self.not_walked.iter();
        let parts = parts.flat_map(|part| part.cells.iter().chain(&part.transitions));
        parts.cloned().collect()
    }

    /// The keys of every call on a stream, as in the coverage.
    #[must_use]
    pub fn stream_calls() -> BTreeSet<String> {
        COVERED_STREAM_CALLS
            .map(|call| format!("stream {call}"))
            .into()
    }

    /// The keys of every option in every state and role, as in the coverage.
    pub fn roles(&self) -> BTreeSet<String> {
        let cells = self.cells.keys().filter(|(_, call)| is_about_option(call));
        cells
            .flat_map(|(state, call)| {
                let roles = Role::of(*state).iter();
                roles.map(move |role| format!("{state} {call} ({})", role.name()))
            })
            .collect()
    }

    /// The requirements that the model cites.
    pub fn cites(&self) -> BTreeSet<&str> {
        let cells = self.cells.values().map(|cell| cell.cites.as_str());
        let answers = self.cells.values().flat_map(|cell| &cell.answers);
        let answers = answers.filter_map(|answer| answer.cites.as_deref());
        let fitting = self.fitting.iter().map(|fits| fits.cites.as_str());
        let rules = self.rules.values();
        let rules = rules.filter_map(|rule| rule.cites.as_deref());
        cells.chain(answers).chain(fitting).chain(rules).collect()
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

fn check_fitting(
    fits: &Fitting,
    calls: &BTreeSet<String>,
    codes: &ErrorCodes,
) -> Result<(), Problem> {
    if let Some(call) = fits.calls.iter().find(|call| !calls.contains(*call)) {
        return Err(unknown_call(call));
    }
    match &fits.answer {
        Some(pattern) => pattern.check(codes).map_err(unknown_code),
        None => Ok(()),
    }
}

fn unknown_call(call: &str) -> Problem {
    Problem::new(
        format!("`{call}` is no call of the model"),
        "name a call as the other cells do",
    )
}

fn unknown_code(what: String) -> Problem {
    Problem::new(what, "name a code of generation.json, or `*`")
}

fn check(cell: &Cell, calls: &BTreeSet<String>, codes: &ErrorCodes) -> Result<(), Problem> {
    if let Some(call) = cell.calls.iter().find(|call| !calls.contains(*call)) {
        return Err(unknown_call(call));
    }
    if cell.answers.iter().all(|answer| answer.deviates) {
        return Err(Problem::new(
            "every answer of the cell is a deviation, or there is none",
            "say what is right",
        ));
    }
    for answer in &cell.answers {
        match (&answer.is, answer.rule) {
            (Some(pattern), None) => pattern.check(codes).map_err(unknown_code)?,
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
        Call::Create { .. } | Call::DropPollable(_) | Call::Again(_) => return None,
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
            | Method::Fill
            | Method::Drain
            | Method::Read { .. }
            | Method::DropIn
            | Method::DropOut => return None,
            method => method.to_string().trim_end_matches('!').to_owned(),
        },
    };
    Some(name)
}

/// The calls on streams, by what they are in the coverage.
const COVERED_STREAM_CALLS: [&str; 11] = [
    "write",
    "write before accept",
    "read",
    "flush",
    "fill",
    "drain",
    "end",
    "in.drop",
    "out.drop",
    "out.ready",
    "out.ready after fill",
];

/// Whether a call reads or sets an option that can be read.
pub(super) fn is_about_option(call: &str) -> bool {
    let name = call.strip_prefix("set-").unwrap_or(call);
    let name = name.trim_end_matches("(0)");
    SocketOption::ALL.iter().any(|option| option.name() == name)
}

/// The names of the calls on the streams of a socket.
const STREAM_CALLS: [&str; 9] = [
    "write",
    "flush",
    "fill",
    "drain",
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
        Method::Fill => Some("fill"),
        Method::Drain => Some("drain"),
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
