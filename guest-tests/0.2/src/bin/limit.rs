//! What happens when there are as many sockets as there can be.
//!
//! The environment leaves the process 64 descriptors, or the implementation gives a
//! guest few sockets. The limit is reached at the call that takes what is short: at
//! creation, or where an implementation needs nothing for a mere socket, at `bind`,
//! `listen` or `connect`. Each has its cases, and the observation of the others says
//! where the limit is: `unaffected` beyond all of them, `deferred:CODE` behind
//! creation, `reached at CALL` before the call of the case.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::clock::{ready_within_moment, succeeds_in_time};
use guests::transfer::Transfer;
use guests::{
    At, Connection, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Observe, Pair, Socket,
    Streams, TcpSocket, Value, case, client_of, connected, create_tcp_socket, json, listening,
    loopback, other, step, under_fault,
};

guests::cases!(
    code,
    survivors_bind,
    survivors_getters,
    recovers,
    recovers_other_family,
    failed_calls_free,
    shape,
    accept,
    accept_failed_calls_free,
    bind_code,
    bind_survivors,
    bind_recovers,
    bind_failed_calls_free,
    listen_code,
    listen_survivors,
    listen_recovers,
    listen_failed_calls_free,
    connect_code,
    connect_survivors,
    connect_recovers,
    connect_failed_calls_free,
    reached,
);

/// Enough sockets to be sure that nothing limits creation.
const MANY: usize = 256;

#[case]
fn code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(json!(fill(family)?.error.observe()))
}

/// A survivor goes on, at the latest when there is room: an implementation may need more
/// for a socket that is bound, or listens.
#[case]
fn survivors_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let mut limit = fill(family)?;
    let Some(mut survivor) = limit.sockets.pop() else {
        return Ok(json!("none"));
    };
    step("use a survivor");
    let use_it = |survivor: &TcpSocket| (survivor.bind(loopback(family, 0)), survivor.listen());
    let (mut bound, mut listens) = use_it(&survivor);
    if let (true, Some(next)) = (bound.is_err() || listens.is_err(), limit.sockets.pop()) {
        step("drop some");
        let left = limit.sockets.len().saturating_sub(8);
        limit.sockets.truncate(left);
        step("use another survivor");
        survivor = next;
        (bound, listens) = use_it(&survivor);
    }
    Ok(json!({
        "bind": bound.observe(),
        "listen": listens.observe(),
        "listening": survivor.is_listening(),
        "local-address": survivor.local_address().observe(),
    }))
}

#[case]
fn survivors_getters(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill(family)?;
    let Some(survivor) = limit.sockets.first() else {
        return Ok(json!("none"));
    };
    step("ask a survivor");
    Ok(json!({
        "address-family": survivor.address_family().observe(),
        "is-listening": survivor.is_listening(),
        "keep-alive-enabled": survivor.keep_alive_enabled().map(drop).observe(),
        "hop-limit": survivor.hop_limit().map(drop).observe(),
        "receive-buffer-size": survivor.receive_buffer_size().map(drop).observe(),
    }))
}

#[case]
fn recovers(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    recovers_with(family, family)
}

#[case]
fn recovers_other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    recovers_with(family, other(family))
}

fn recovers_with(family: IpAddressFamily, then: IpAddressFamily) -> Result<impl Observe, Halt> {
    let mut limit = fill(family)?;
    step("drop one");
    limit.sockets.pop();
    step("create again");
    Ok(create_tcp_socket(then).map(|socket| socket.address_family() == then))
}

/// A runtime may open a descriptor of its own meanwhile, so one less may fit.
#[case]
fn failed_calls_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill(family)?;
    let fitted = limit.sockets.len();
    step("fail 1000 times");
    let failed = (0..1000)
        .filter(|_| create_tcp_socket(family).is_err())
        .count();
    drop(limit);
    let again = fill(family)?;
    Ok(json!({
        "failed": failed,
        "fit-but-one": again.sockets.len() + 1 >= fitted,
    }))
}

#[case]
fn shape(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill(family)?;
    Ok(json!({
        "fit": limit.sockets.len(),
        "other-family": create_tcp_socket(other(family)).map(drop).observe(),
    }))
}

/// A client waits while there is no room for it, and until there is.
#[case]
fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let mut limit = accept_at_limit(family)?;
    step("drop some");
    let left = limit.sockets.len().saturating_sub(8);
    limit.sockets.truncate(left);
    step("accept below the limit");
    let mut below = Err(limit.error);
    succeeds_in_time(|| {
        below = limit.listener.accept_one().map(drop);
        below.is_ok()
    });
    Ok(json!({ "at-limit": limit.error.observe(), "below": below.observe() }))
}

#[case]
fn accept_failed_calls_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = accept_at_limit(family)?;
    step("fail 1000 times");
    let failed = (0..1000)
        .filter(|_| limit.listener.accept_now().is_err())
        .count();
    let fitted = limit.sockets.len();
    drop(limit.sockets);
    step("fill again");
    Ok(json!({
        "failed": failed,
        "fit-but-one": fit_again(fitted, || Ok(use_up(family)?.len()))?,
    }))
}

/// A listener with a client that waits, when there are as many sockets as there can be.
struct LimitOfAccept {
    listener: TcpSocket,
    _client: Connection,
    sockets: Vec<TcpSocket>,
    /// What accept answers.
    error: ErrorCode,
}

fn accept_at_limit(family: IpAddressFamily) -> Result<LimitOfAccept, Halt> {
    let listener = listening(family)?;
    let client = client_of(listener.local_address().at("local-address")?)?;
    let sockets = use_up(family)?;
    step("accept at the limit");
    match listener.accept_one() {
        Ok(_) => Err(Halt::Observed("accepts take no descriptor".into())),
        Err(error) => Ok(LimitOfAccept {
            listener,
            _client: client,
            sockets,
            error,
        }),
    }
}

#[case]
fn bind_code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    code_at(Call::Bind, family)
}

#[case]
fn bind_survivors(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill_at(Call::Bind, family)?;
    step("ask both");
    let failed = limit.failed.local_address().map(drop);
    Ok(json!({
        "bound": limit.passed.first().map(|it| it.socket.local_address().observe()),
        "failed": failed.observe(),
    }))
}

#[case]
fn bind_recovers(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    recovers_at(Call::Bind, family)
}

#[case]
fn bind_failed_calls_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    failed_calls_free_at(Call::Bind, family)
}

#[case]
fn listen_code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    code_at(Call::Listen, family)
}

#[case]
fn listen_survivors(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill_at(Call::Listen, family)?;
    step("ask both");
    Ok(json!({
        "listening": limit.passed.first().map(|it| it.socket.is_listening()),
        "failed": limit.failed.is_listening(),
    }))
}

#[case]
fn listen_recovers(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    recovers_at(Call::Listen, family)
}

#[case]
fn listen_failed_calls_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    failed_calls_free_at(Call::Listen, family)
}

#[case]
fn connect_code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    code_at(Call::Connect, family)
}

/// A connection that was made before goes on.
#[case]
fn connect_survivors(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let _limit = fill_at(Call::Connect, family)?;
    step("carry bytes");
    Ok(Transfer::new(&client.output, &server.input, 1000).run())
}

#[case]
fn connect_recovers(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    recovers_at(Call::Connect, family)
}

#[case]
fn connect_failed_calls_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    failed_calls_free_at(Call::Connect, family)
}

/// The call that takes what is short.
#[case]
fn reached(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    if is_reached(fill(family))?.is_some() {
        return Ok("create");
    }
    for (call, name) in [
        (Call::Bind, "bind"),
        (Call::Listen, "listen"),
        (Call::Connect, "connect"),
    ] {
        if is_reached(fill_at(call, family))?.is_some() {
            return Ok(name);
        }
    }
    Ok("no call")
}

/// What there is at the limit, if this is where it is.
fn is_reached<T>(filled: Result<T, Halt>) -> Result<Option<T>, Halt> {
    match filled {
        Ok(limit) => Ok(Some(limit)),
        Err(Halt::Observed(_)) => Ok(None),
        Err(blocked) => Err(blocked),
    }
}

/// A call that takes a socket further.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Bind,
    Listen,
    Connect,
}

/// A socket that a call took further, and what came with it. The streams are
/// dropped first.
struct Passed {
    _streams: Option<Streams>,
    socket: TcpSocket,
}

/// As many sockets as can be taken further by a call.
struct LimitOf {
    passed: Vec<Passed>,
    /// The one with which it failed.
    failed: TcpSocket,
    /// Those with which it was not tried.
    left: Vec<TcpSocket>,
    error: ErrorCode,
    /// Where clients connect to.
    listener: TcpSocket,
    _served: Vec<Connection>,
}

impl LimitOf {
    /// Calls it with another socket: the one that failed may be closed.
    fn again(&mut self, call: Call, family: IpAddressFamily) -> Result<(), ErrorCode> {
        if call == Call::Bind {
            return self.failed.bind(loopback(family, 0));
        }
        let Some(next) = self.left.pop() else {
            return Err(self.error);
        };
        let address = self.listener.local_address()?;
        self.passed.push(Passed {
            _streams: take_further(&next, call, address)?,
            socket: next,
        });
        Ok(())
    }
}

fn take_further(
    socket: &TcpSocket,
    call: Call,
    address: IpSocketAddress,
) -> Result<Option<Streams>, ErrorCode> {
    match call {
        Call::Bind => socket.bind(loopback(socket.address_family(), 0))?,
        Call::Listen => socket.listen()?,
        Call::Connect => return socket.connect(address).map(Some),
    }
    Ok(None)
}

/// Makes the call with one socket after the other until it fails.
///
/// Where it never fails, or a call before it does, the observation tells.
fn fill_at(call: Call, family: IpAddressFamily) -> Result<LimitOf, Halt> {
    let reached = |at: &str| Halt::Observed(alloc::format!("reached at {at}").into());
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    step("create many");
    let mut left = Vec::new();
    while left.len() < MANY {
        left.push(create_tcp_socket(family).map_err(|_| reached("create"))?);
    }
    if call == Call::Listen {
        step("bind all");
        for socket in &left {
            let bound = socket.bind(loopback(family, 0));
            bound.map_err(|_| reached("bind"))?;
        }
    }
    step("go on until one fails");
    let (mut passed, mut served) = (Vec::new(), Vec::new());
    while let Some(socket) = left.pop() {
        match take_further(&socket, call, address) {
            Ok(streams) => passed.push(Passed {
                _streams: streams,
                socket,
            }),
            Err(error) => {
                return Ok(LimitOf {
                    passed,
                    failed: socket,
                    left,
                    error,
                    listener,
                    _served: served,
                });
            }
        }
        // The client is served, as long as there is room: the queue stays short.
        if call == Call::Connect && ready_within_moment(&listener.subscribe()) {
            served.extend(listener.accept_now());
        }
    }
    Err(Halt::Observed("unaffected".into()))
}

fn code_at(call: Call, family: IpAddressFamily) -> Result<Value, Halt> {
    Ok(json!(fill_at(call, family)?.error.observe()))
}

fn recovers_at(call: Call, family: IpAddressFamily) -> Result<Value, Halt> {
    let mut limit = fill_at(call, family)?;
    step("drop one");
    limit.passed.pop();
    step("call it again");
    Ok(json!(succeeds_in_time(|| limit
        .again(call, family)
        .is_ok())))
}

fn failed_calls_free_at(call: Call, family: IpAddressFamily) -> Result<Value, Halt> {
    let mut limit = fill_at(call, family)?;
    let fitted = limit.passed.len();
    step("fail 100 times");
    let failed = (0..100)
        .filter(|_| limit.again(call, family).is_err())
        .count();
    drop(limit);
    step("fill again");
    Ok(json!({
        "failed": failed,
        "fit-but-one": fit_again(fitted, || Ok(fill_at(call, family)?.passed.len()))?,
    }))
}

/// Whether as many fit as before, but for one: a host may open something of its own
/// when it first fails, and keep it.
fn fit_again(before: usize, fill: impl Fn() -> Result<usize, Halt>) -> Result<bool, Halt> {
    let mut outcome = Ok(false);
    succeeds_in_time(|| {
        outcome = fill().map(|fitted| fitted + 1 >= before);
        !matches!(outcome, Ok(false))
    });
    outcome
}

/// Uses up what there is for sockets, by the call that takes it.
fn use_up(family: IpAddressFamily) -> Result<Vec<TcpSocket>, Halt> {
    if let Some(limit) = is_reached(fill(family))? {
        return Ok(limit.sockets);
    }
    for call in [Call::Bind, Call::Listen] {
        if let Some(limit) = is_reached(fill_at(call, family))? {
            return Ok(limit.passed.into_iter().map(|it| it.socket).collect());
        }
    }
    Err(Halt::Observed("unaffected".into()))
}

/// As many sockets as can be created, and the error of the next creation.
struct Limit {
    sockets: Vec<TcpSocket>,
    error: ErrorCode,
}

/// Creates sockets until creation fails.
///
/// Where it never fails, the observation tells why: `deferred:…` if some of the
/// sockets can't be used, `unaffected` if all can.
fn fill(family: IpAddressFamily) -> Result<Limit, Halt> {
    step("fill");
    let mut sockets = Vec::new();
    while sockets.len() < MANY {
        match create_tcp_socket(family) {
            Ok(socket) => sockets.push(socket),
            Err(error) => return Ok(Limit { sockets, error }),
        }
    }
    step("use them all");
    for socket in &sockets {
        if let Err(code) = socket.bind(loopback(family, 0)) {
            return Err(Halt::Observed(under_fault::deferred(code)));
        }
    }
    let last = sockets
        .pop()
        .map(|socket| under_fault::from_bound(&socket, family));
    Err(Halt::Observed(last.unwrap_or_default()))
}
