//! The sockets of wasmtime-wasi with one thing wrong, or done in another way
//! that the specification allows.
//!
//! Every method hands over to wasmtime-wasi, but for what `how` names: an entry
//! of `catalogue.rs` or `variants.rs`.

use crate::descriptors;
use crate::host::hang;
use crate::limits::Limit;
use crate::outside;
use crate::streams::{self, Altered};
use bindings::io::poll;
pub(crate) use bindings::sockets::network::ErrorCode as Code;
use bindings::sockets::network::{IpAddressFamily, IpSocketAddress};
use bindings::sockets::tcp::{HostTcpSocket, ShutdownType};
use bindings::sockets::tcp_create_socket::{self, Host as _};
use bindings::sockets::{instance_network, network, tcp};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasi_tcp_conformance::Policy;
use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, Network, Pollable, SocketError, SocketResult,
    TcpSocket, bindings,
};
use wasmtime_wasi::sockets::WasiSocketsCtxView;

/// What the host remembers of the sockets that it made.
#[derive(Default)]
pub struct Memory {
    asked: usize,
    failed: usize,
    failed_family: Option<IpAddressFamily>,
    network_asked: bool,
    last: Option<u32>,
    ports: HashSet<u16>,
    /// How many times the guest polled.
    pub polls: usize,
    /// The socket of each pollable.
    pollables: HashMap<u32, u32>,
    /// How many networks the guest has.
    networks: usize,
    /// How many times the guest started to connect.
    connects: usize,
    /// How many accepted sockets were dropped.
    left: usize,
    /// A descriptor that the host opens once many sockets failed.
    opened_late: Option<std::fs::File>,
    bound: Vec<u16>,
    kept: HashSet<u16>,
    pub(crate) sockets: HashMap<u32, Facts>,
    /// Where a guest may have few sockets.
    pub limit: Option<Limit>,
    /// Whether the guest may not bind and connect.
    is_denied: bool,
    /// Addresses of listeners that had clients.
    lingering: HashSet<SocketAddr>,
    /// What a host opened, and never closes.
    pub(crate) leaked: Vec<std::fs::File>,
}

impl Memory {
    /// At the start, under a policy.
    pub fn of(policy: Policy) -> Self {
        Self {
            limit: (policy == Policy::OwnLimit).then(Limit::default),
            is_denied: matches!(policy, Policy::Denied | Policy::DeniedAddresses),
            ..Self::default()
        }
    }
}

/// What the host remembers of a socket.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts")]
pub(crate) struct Facts {
    family: Option<IpAddressFamily>,
    /// The descriptor of the socket, where a mutant needs it.
    descriptor: Option<i32>,
    /// The socket that the operating system knows, where it is another.
    actual: Option<u32>,
    is_lazy: bool,
    pub(crate) is_broken: bool,
    /// Whether it counts as one of the few.
    pub(crate) is_counted: bool,
    asked: usize,
    pollables: usize,
    accepted: usize,
    shut: usize,
    /// Whether both directions were shut at once.
    both: bool,
    is_accepted: bool,
    bind_failed: bool,
    /// Whether the system denied the socket something.
    was_denied: bool,
    was_refused: bool,
    /// The streams of a connection that was made before the guest asked for it.
    streams: Option<(u32, u32)>,
    /// Whether a pollable was polled since the socket started to connect.
    was_polled: bool,
    /// The operation that is in progress.
    busy: Option<&'static str>,
    /// The operation that was started and not finished.
    pub(crate) stage: Option<&'static str>,
    /// Whether an attempt to connect failed.
    is_closed: bool,
    /// The error of a bind that only its finish is to tell.
    late: Option<Code>,
    /// The listener that accepted it.
    listener: Option<u32>,
    /// The socket that has its options once it is closed.
    spare: Option<u32>,
    /// Whether a duration was set to 1 ns.
    is_shortest: bool,
    /// Whether the host says that an operation worked which it did not do.
    pretends: bool,
    /// The port that was asked for.
    port: u16,
    /// The address that it is bound to.
    bound_to: Option<IpSocketAddress>,
    is_of_wildcard: bool,
    local_port: u16,
    listen_failed: bool,
    /// Whether its backlog was set to the largest number.
    has_largest_backlog: bool,
    /// How many accepted sockets were dropped before it started to connect.
    left_before: usize,
    /// Its stream from the peer.
    input: Option<u32>,
    /// Whether its peer is no socket of the guest.
    pub(crate) is_outside: bool,
}

/// The host's part of `wasi:sockets`, done as `how` says.
pub struct Sockets<'a> {
    pub how: &'a str,
    pub memory: &'a mut Memory,
    pub real: WasiSocketsCtxView<'a>,
}

/// Marks [`Sockets`] for the linker.
pub struct Marker;

impl HasData for Marker {
    type Data<'a> = Sockets<'a>;
}

pub(crate) type This = Resource<TcpSocket>;
type Streams = (Resource<DynInputStream>, Resource<DynOutputStream>);

/// A pollable that is ready, or never will be.
struct Fixed {
    ready: bool,
}

#[async_trait::async_trait]
impl Pollable for Fixed {
    async fn ready(&mut self) {
        if !self.ready {
            std::future::pending::<()>().await;
        }
    }
}

impl Sockets<'_> {
    pub(crate) fn is(&self, how: &str) -> bool {
        self.how == how
    }

    fn needs_descriptors(&self) -> bool {
        self.how.contains("dual_stack") || self.is("shutdown_cuts_off") || self.is("drops_reset")
    }

    pub(crate) fn facts(&mut self, this: &This) -> &mut Facts {
        self.memory.sockets.entry(this.rep()).or_default()
    }

    /// The socket of wasmtime-wasi, which a lazy host opens only now.
    fn actual(&mut self, this: &This) -> SocketResult<This> {
        if self.is("calls_take_a_while") {
            std::thread::sleep(Duration::from_millis(2));
        }
        let facts = self.facts(this).clone();
        if facts.is_broken {
            return Err(Code::InvalidState.into());
        }
        if let (true, None, Some(family)) = (facts.is_lazy, facts.actual, facts.family) {
            let socket = self.real.create_tcp_socket(family)?;
            self.facts(this).actual = Some(socket.rep());
        }
        let rep = self.facts(this).actual.unwrap_or(this.rep());
        Ok(Resource::new_borrow(rep))
    }

    fn is_unopened(&mut self, this: &This) -> bool {
        let facts = self.facts(this);
        facts.is_lazy && facts.actual.is_none()
    }

    /// Whether another socket of the guest is connected to this port.
    fn has_peer_at(&mut self, this: &This, port: u16) -> bool {
        let others = self.others(this).into_iter();
        others
            .filter_map(|it| self.real.remote_address(it).ok())
            .any(|it| SocketAddr::from(it).port() == port)
    }

    /// Nothing can be started while a bind is in progress, be it one that fails late.
    fn binds_still(&mut self, this: &This) -> SocketResult<()> {
        match self.facts(this).late {
            Some(_) => Err(Code::ConcurrencyConflict.into()),
            None => Ok(()),
        }
    }

    /// The error of a host that does not even try to bind.
    fn refuses_to_bind(&mut self, this: &This, to: SocketAddr) -> Option<Code> {
        let facts = self.facts(this).clone();
        match self.how {
            "bind_failure_stays" if facts.bind_failed => Some(Code::InvalidState),
            "a_denied_bind_goes_on" if facts.was_denied => Some(Code::ConcurrencyConflict),
            "ports_linger" if self.memory.lingering.contains(&to) => {
                self.is_unbound(this).then_some(Code::AddressInUse)
            }
            "ports_are_not_reused" if to.port() != 0 && self.memory.ports.contains(&to.port()) => {
                Some(Code::AddressInUse)
            }
            _ => None,
        }
    }

    /// Whether a socket could be bound now: wasmtime-wasi looks at the state before it looks
    /// at the address.
    fn is_unbound(&mut self, this: &This) -> bool {
        let Some(family) = self.facts(this).family else {
            return false;
        };
        let elsewhere = SocketAddr::new(loopback(other(family)), 0);
        let refused = self.bind_now(this, elsewhere).err();
        refused.is_some_and(|it| matches!(it.downcast_ref(), Some(Code::InvalidArgument)))
    }

    /// The error of a host that does not even try to connect.
    fn refuses_to_connect(&mut self, this: &This, to: SocketAddr) -> Option<Code> {
        self.memory.connects += 1;
        self.notes_peer(this, to);
        if let Some(code) = self.refuses_peer(this, to) {
            return Some(code);
        }
        match self.how {
            "a_denied_bind_closes" if self.memory.sockets[&this.rep()].was_denied => {
                Some(Code::InvalidState)
            }
            "connections_run_out" if self.memory.connects > 15 => Some(Code::AddressInUse),
            "guests_reach_their_own_listeners_only" => {
                (!self.is_held(to.port())).then_some(Code::ConnectionRefused)
            }
            _ => None,
        }
    }

    /// Whether a socket of the guest has this port.
    pub(crate) fn is_held(&mut self, port: u16) -> bool {
        let reps: Vec<_> = self.memory.sockets.keys().copied().collect();
        reps.into_iter()
            .filter_map(|it| self.real.local_address(Resource::new_borrow(it)).ok())
            .any(|it| SocketAddr::from(it).port() == port)
    }

    fn network(&mut self) -> SocketResult<Resource<Network>> {
        let network = instance_network::Host::instance_network(&mut self.real);
        network.map_err(SocketError::trap)
    }

    /// Binds at once, whatever the guest thinks.
    fn bind_now(&mut self, this: &This, address: SocketAddr) -> SocketResult<()> {
        let network = self.network()?;
        let this = self.actual(this)?;
        let rep = this.rep();
        now(self.real.start_bind(this, network, address.into()))?;
        self.real.finish_bind(Resource::new_borrow(rep))
    }

    fn listen_now(&mut self, this: &This) -> SocketResult<()> {
        now(self.real.start_listen(again(this)))?;
        self.real.finish_listen(again(this))
    }

    /// Listens with another socket, as one that was just bound would; if that fails,
    /// it is unbound again.
    fn listen_elsewhere(&mut self, actual: &This, ip: IpAddr) -> SocketResult<()> {
        let family = self.real.address_family(again(actual));
        let family = family.map_err(SocketError::trap)?;
        let other = self.real.create_tcp_socket(family)?;
        let listens = self
            .bind_now(&other, SocketAddr::new(ip, 0))
            .and_then(|()| self.listen_now(&other));
        self.memory.sockets.remove(&other.rep());
        self.real.drop(other).map_err(SocketError::trap)?;
        if listens.is_err() {
            self.start_over(actual, Some(family))?;
        }
        listens
    }

    /// Puts a new socket in the place of one.
    fn start_over(&mut self, actual: &This, family: Option<IpAddressFamily>) -> SocketResult<()> {
        if let Some(family) = family {
            let fresh = self.real.create_tcp_socket(family)?;
            let fresh: TcpSocket = self.real.table.delete(fresh)?;
            *self.real.table.get_mut(actual)? = fresh;
        }
        Ok(())
    }

    /// Closes a socket that could have been connected, as every failure to connect
    /// has to. wasmtime-wasi does so only once it has looked at the address.
    fn close(&mut self, this: &This) -> SocketResult<()> {
        let actual = self.actual(this)?;
        let is_listening = self.real.is_listening(again(&actual)).unwrap_or(false);
        let is_connected = self.real.remote_address(again(&actual)).is_ok();
        if !is_listening && !is_connected {
            self.facts(this).is_broken = true;
        }
        Ok(())
    }

    /// Looks after a socket that was just created.
    fn created(
        &mut self,
        this: This,
        family: IpAddressFamily,
        descriptor: Option<i32>,
    ) -> SocketResult<This> {
        *self.facts(&this) = Facts {
            family: Some(family),
            descriptor,
            is_counted: self.counts_creation(),
            ..Facts::default()
        };
        let local = SocketAddr::new(loopback(family), 0);
        match self.how {
            "creation_binds" => self.bind_now(&this, local)?,
            "creation_listens" => {
                self.bind_now(&this, local)?;
                self.listen_now(&this)?;
            }
            "options_have_other_defaults" => {
                self.real.set_keep_alive_enabled(again(&this), true)?;
                self.real.set_hop_limit(again(&this), 100)?;
            }
            "ipv6_is_dual_stack" => self.clear_v6only(&this),
            _ => {}
        }
        self.memory.last = Some(this.rep());
        Ok(this)
    }

    /// Makes a socket of both families of it, if it is one of IPv6.
    fn clear_v6only(&mut self, this: &This) {
        if let (Some(IpAddressFamily::Ipv6), Some(descriptor)) =
            (self.facts(this).family, self.facts(this).descriptor)
        {
            descriptors::clear_v6only(descriptor);
        }
    }

    /// Every other socket that the guest has.
    pub(crate) fn others(&self, this: &This) -> Vec<This> {
        let reps = self.memory.sockets.keys().filter(|it| **it != this.rep());
        reps.map(|it| Resource::new_borrow(*it)).collect()
    }

    /// Hands the streams of a socket over, altered if that is what is to be done.
    fn altered(&mut self, this: &This, streams: Streams) -> SocketResult<Streams> {
        self.facts(this);
        let resets = self
            .is("drops_reset")
            .then_some(self.facts(this).descriptor);
        let is_accepted = self.facts(this).is_accepted;
        let table = &mut *self.real.table;
        let slot: &mut DynInputStream = table.get_mut(&streams.0)?;
        let inner = std::mem::replace(slot, streams::closed_input());
        let how = outside::streams(self.how, self.memory.sockets[&this.rep()].is_outside);
        let mut input = Altered::new(how, inner);
        // tokio may say at first of such a socket that it can be read.
        if is_accepted {
            input = input.read_once();
        }
        *slot = Box::new(input);
        let slot: &mut DynOutputStream = table.get_mut(&streams.1)?;
        let inner = std::mem::replace(slot, streams::closed_output());
        let inner = match resets.flatten() {
            Some(descriptor) => streams::parking(inner, descriptor),
            None => inner,
        };
        *slot = Box::new(Altered::new(how, inner));
        Ok(streams)
    }

    pub(crate) fn fixed(&mut self, ready: bool) -> wasmtime::Result<Resource<DynPollable>> {
        let fixed = self.real.table.push(Fixed { ready })?;
        wasmtime_wasi::p2::subscribe(self.real.table, fixed)
    }

    /// What a finish answers the first times, if it is one that hesitates.
    fn hesitates(&mut self, this: &This, with: &'static str) -> bool {
        let facts = self.facts(this);
        if facts.busy != Some(with) {
            return false;
        }
        facts.asked += 1;
        if facts.asked.is_multiple_of(4) {
            facts.busy = None;
        }
        self.facts(this).busy.is_some() && self.is("finish_hesitates")
    }

    /// Puts the options of a socket back to what they are at first.
    fn reset_options(&mut self, this: &This) -> SocketResult<()> {
        let real = &mut self.real;
        real.set_keep_alive_enabled(again(this), false)?;
        real.set_keep_alive_idle_time(again(this), 7_200_000_000_000)?;
        real.set_keep_alive_interval(again(this), 75_000_000_000)?;
        real.set_keep_alive_count(again(this), 9)?;
        real.set_hop_limit(again(this), 64)?;
        real.set_receive_buffer_size(again(this), 100_000)?;
        real.set_send_buffer_size(again(this), 100_000)
    }
}

/// A setter of an option, and a getter.
type Set<'a, T> = fn(&mut WasiSocketsCtxView<'a>, This, T) -> SocketResult<()>;
type Get<'a, T> = fn(&mut WasiSocketsCtxView<'a>, This) -> SocketResult<T>;

impl<'a> Sockets<'a> {
    /// Sets an option. Where it may not be 0, `one` is its 1.
    fn set<T: Copy + Into<u64>>(
        &mut self,
        this: &This,
        value: T,
        one: Option<T>,
        set: Set<'a, T>,
    ) -> SocketResult<()> {
        let number = value.into();
        let one = one.filter(|_| number == 0);
        let actual = self.optioned(this)?;
        match (self.how, one) {
            ("zero_is_another_error", Some(_)) => return Err(Code::NotSupported.into()),
            ("zero_sets_one", Some(one)) => set(&mut self.real, again(&actual), one)?,
            ("large_values_are_refused", _) if number > 100 => {
                return Err(Code::InvalidArgument.into());
            }
            ("zero_is_accepted", Some(_)) | ("setters_do_nothing", None) => return Ok(()),
            ("setters_set_all_sockets", _) => {
                for other in self.others(this) {
                    let _ = set(&mut self.real, other, value);
                }
            }
            ("options_are_fixed_once_connected", _)
                if self.real.remote_address(again(&actual)).is_ok() =>
            {
                return Err(Code::InvalidState.into());
            }
            ("setters_reach_accepted_sockets", _) => {
                for other in self.others(this) {
                    if self.facts(&other).listener == Some(this.rep()) {
                        set(&mut self.real, other, value)?;
                    }
                }
            }
            ("setters_reach_the_listener", _) => {
                if let Some(listener) = self.facts(this).listener {
                    set(&mut self.real, Resource::new_borrow(listener), value)?;
                }
            }
            ("setters_do_nothing_once_listening", _)
                if self.real.is_listening(again(&actual)).unwrap_or(false) =>
            {
                return Ok(());
            }
            ("a_setter_makes_it_dual_stack", _) => self.clear_v6only(this),
            _ => {}
        }
        let done = set(&mut self.real, actual, value);
        self.of_options(done)
    }

    /// Reads an option, where the option can be read.
    fn get<T>(&mut self, this: &This, get: Get<'a, T>) -> SocketResult<T> {
        let actual = self.optioned(this)?;
        if self.is("options_wait_for_a_bind") && self.real.local_address(again(&actual)).is_err() {
            return Err(Code::InvalidState.into());
        }
        let value = get(&mut self.real, actual);
        self.of_options(value)
    }

    /// The socket whose options are read and set, where that can be done.
    fn optioned(&mut self, this: &This) -> SocketResult<This> {
        let Facts {
            stage,
            is_closed,
            spare,
            ..
        } = *self.facts(this);
        match (self.how, spare) {
            ("options_wait_for_the_end", _) if stage.is_some() => {
                Err(Code::ConcurrencyConflict.into())
            }
            ("options_trap_once_closed", _) if is_closed => {
                Err(SocketError::trap(wasmtime::format_err!("closed")))
            }
            (_, Some(spare)) => Ok(Resource::new_borrow(spare)),
            _ => self.actual(this),
        }
    }

    /// What an option gives: wasmtime-wasi answers with the error that closed a socket.
    fn of_options<T>(&self, done: SocketResult<T>) -> SocketResult<T> {
        match done {
            Err(error) if error.downcast_ref() == Some(&Code::ConnectionRefused) => {
                Err(match self.how {
                    "options_are_vague_once_closed" => Code::Unknown.into(),
                    _ => Code::InvalidState.into(),
                })
            }
            done => done,
        }
    }

    /// Closes a socket whose attempt to connect failed.
    fn failed_to_connect(&mut self, this: &This) -> SocketResult<()> {
        self.facts(this).is_closed = true;
        if let (true, Some(family)) = (
            self.is("options_outlive_a_failure"),
            self.facts(this).family,
        ) {
            let spare = self.real.create_tcp_socket(family)?;
            self.facts(this).spare = Some(spare.rep());
        }
        Ok(())
    }

    /// Whether the host says that the socket has no such option.
    fn is_missing(&self) -> bool {
        self.is("options_are_missing")
    }

    /// Whether keep-alive is off, and its values cannot be set for that.
    fn ignores_keep_alive(&mut self, this: &This) -> bool {
        self.is("keep_alive_has_to_be_on")
            && matches!(self.keep_alive_enabled(again(this)), Ok(false))
    }
}

impl tcp_create_socket::Host for Sockets<'_> {
    fn create_tcp_socket(&mut self, family: IpAddressFamily) -> SocketResult<This> {
        self.count("create", None)?;
        self.memory.asked += 1;
        let failed = self.memory.failed > 0;
        if self.is("failures_open_a_descriptor")
            && self.memory.failed > 100
            && self.memory.opened_late.is_none()
        {
            // At the limit there is none, so it gets one as soon as a socket is dropped.
            self.memory.opened_late = std::fs::File::open("/dev/null").ok();
        }
        let is_ipv6 = matches!(family, IpAddressFamily::Ipv6);
        let refused = match self.how {
            "ipv6_is_refused" | "ipv6_is_not_supported" if is_ipv6 => Some(Code::NotSupported),
            "creation_fails_now_and_then" if self.memory.asked.is_multiple_of(3) => {
                Some(Code::Unknown)
            }
            "creation_needs_a_network" if !self.memory.network_asked => Some(Code::AccessDenied),
            "creation_needs_a_second_try" if self.memory.asked == 1 => Some(Code::Unknown),
            "policy_asks_each_time"
                if self.memory.is_denied && self.memory.asked.is_multiple_of(2) =>
            {
                Some(Code::AccessDenied)
            }
            "limit_never_ends" if failed => Some(Code::NewSocketLimit),
            "limit_stays_for_one_family" if failed && self.memory.failed_family != Some(family) => {
                Some(Code::NewSocketLimit)
            }
            "failure_breaks_the_other_family" if failed => Some(Code::NotSupported),
            "limit_of_its_own" if self.memory.sockets.len() >= 16 => Some(Code::NewSocketLimit),
            _ => None,
        };
        if let Some(code) = refused {
            return Err(code.into());
        }
        match (self.how, self.memory.last) {
            ("families_are_swapped", _) => {
                return self.real.create_tcp_socket(other(family));
            }
            ("families_are_a_lie", _) => {
                let this = self.real.create_tcp_socket(other(family))?;
                return self.created(this, family, None);
            }
            ("a_socket_is_given_twice", Some(last)) => return Ok(Resource::new_own(last)),
            ("descriptors_come_later" | "lazy_sockets_that_were_denied_leak", _) => {
                let lazy: Resource<Fixed> = self.real.table.push(Fixed { ready: true })?;
                let this = Resource::new_own(lazy.rep());
                let this = self.created(this, family, None)?;
                self.facts(&this).is_lazy = true;
                return Ok(this);
            }
            _ => {}
        }
        let before = self.needs_descriptors().then(descriptors::sockets);
        match self.real.create_tcp_socket(family) {
            Ok(this) => {
                let descriptor = before.and_then(|old| descriptors::new_since(&old));
                self.created(this, family, descriptor)
            }
            Err(error) => {
                self.memory.failed += 1;
                self.memory.failed_family = Some(family);
                match self.how {
                    "creation_errors_trap" => Err(SocketError::trap(wasmtime::format_err!(
                        "failed to create a socket"
                    ))),
                    "creation_errors_are_sockets" => Ok(Resource::new_own(u32::MAX >> 4)),
                    "creation_errors_are_unknown" | "denials_are_vague" => {
                        Err(Code::Unknown.into())
                    }
                    "creation_errors_are_vague"
                        if !matches!(error.downcast_ref(), Some(Code::AccessDenied)) =>
                    {
                        Err(Code::Unknown.into())
                    }
                    "creation_failure_breaks_survivors" => {
                        for facts in self.memory.sockets.values_mut() {
                            facts.is_broken = true;
                        }
                        Err(error)
                    }
                    _ => Err(error),
                }
            }
        }
    }
}

impl instance_network::Host for Sockets<'_> {
    fn instance_network(&mut self) -> wasmtime::Result<Resource<Network>> {
        self.memory.network_asked = true;
        if self.is("a_network_is_given_once") && self.memory.networks > 0 {
            return Err(wasmtime::format_err!("there is a network"));
        }
        self.memory.networks += 1;
        instance_network::Host::instance_network(&mut self.real)
    }
}

impl network::Host for Sockets<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<Code> {
        network::Host::convert_error_code(&mut self.real, error)
    }

    fn network_error_code(
        &mut self,
        error: Resource<wasmtime_wasi::p2::IoError>,
    ) -> wasmtime::Result<Option<Code>> {
        network::Host::network_error_code(&mut self.real, error)
    }
}

impl network::HostNetwork for Sockets<'_> {
    fn drop(&mut self, this: Resource<Network>) -> wasmtime::Result<()> {
        self.memory.networks -= 1;
        network::HostNetwork::drop(&mut self.real, this)
    }
}

impl tcp::Host for Sockets<'_> {}

impl HostTcpSocket for Sockets<'_> {
    async fn start_bind(
        &mut self,
        this: This,
        network: Resource<Network>,
        local_address: IpSocketAddress,
    ) -> SocketResult<()> {
        let address = SocketAddr::from(local_address);
        let actual = self.actual(&this)?;
        if self.is("bind_is_always_refused") {
            return Err(Code::AccessDenied.into());
        }
        self.count("bind", Some(&this))?;
        self.binds_still(&this)?;
        if let Some(code) = self.refuses_to_bind(&this, address) {
            return Err(code.into());
        }
        if self.is("low_ports_trap") && address.port() == 1 {
            return Err(SocketError::trap(wasmtime::format_err!("port 1")));
        }
        if address.port() != 0
            && (self.is("ports_wait_for_the_peer") && self.has_peer_at(&this, address.port())
                || self.is("failed_connects_keep_the_port")
                    && self.memory.kept.contains(&address.port())
                || self.is("ports_are_in_use_everywhere")
                    && address.ip() == Ipv4Addr::new(127, 0, 0, 2))
        {
            return Err(Code::AddressInUse.into());
        }
        let local_address = match self.how {
            "chosen_ports_are_ignored" => SocketAddr::new(address.ip(), 0).into(),
            _ => local_address,
        };
        let bound = self.real.start_bind(again(&actual), network, local_address);
        let error = match bound.await {
            Ok(()) => {
                self.facts(&this).port = address.port();
                self.facts(&this).is_of_wildcard = address.ip().is_unspecified();
                self.facts(&this).busy = Some("bind");
                self.facts(&this).stage = Some("bind");
                if self.is("bind_loses_options") {
                    self.reset_options(&actual)?;
                }
                if self.is("bind_listens") {
                    self.listen_elsewhere(&actual, address.ip())?;
                }
                if self.is("buffer_sizes_change") {
                    self.real.set_receive_buffer_size(again(&actual), 200_000)?;
                    self.real.set_send_buffer_size(again(&actual), 200_000)?;
                }
                return Ok(());
            }
            Err(error) => error,
        };
        let code = error.downcast_ref().copied();
        self.facts(&this).bind_failed = true;
        self.facts(&this).was_denied |= code == Some(Code::AccessDenied);
        let is_mapped = matches!(address.ip(), IpAddr::V6(it) if it.to_ipv4_mapped().is_some());
        let is_of_family = matches!(address, SocketAddr::V4(_))
            == matches!(
                self.real.address_family(again(&actual)),
                Ok(IpAddressFamily::Ipv4)
            );
        let takes = match (self.how, code) {
            ("bind_takes_the_other_family", Some(Code::InvalidArgument)) => !is_of_family,
            ("bind_takes_multicast", Some(Code::InvalidArgument)) => is_of_family && !is_mapped,
            ("bind_takes_mapped_addresses", Some(Code::InvalidArgument)) => is_mapped,
            ("bind_takes_the_last_multicast", Some(Code::InvalidArgument)) => {
                is_last_multicast(address.ip())
            }
            ("bind_takes_wildcards_in_use", Some(Code::AddressInUse)) => {
                address.ip().is_unspecified()
            }
            ("bind_takes_what_is_in_use", Some(Code::AddressInUse))
            | ("bind_takes_foreign_addresses", Some(Code::AddressNotBindable))
            | ("bind_works_twice", Some(Code::InvalidState)) => true,
            _ => false,
        };
        if takes {
            self.facts(&this).pretends = true;
            return Ok(());
        }
        match (self.how, code) {
            ("bind_errors_come_late", Some(code))
                if !matches!(code, Code::InvalidState | Code::ConcurrencyConflict) =>
            {
                self.facts(&this).late = Some(code);
                Ok(())
            }
            ("operations_do_not_conflict", Some(Code::ConcurrencyConflict)) => Ok(()),
            ("bind_errors_trap", _) => Err(SocketError::trap(wasmtime::format_err!("bind"))),
            (how, Some(code)) if traps(how, code) => {
                Err(SocketError::trap(wasmtime::format_err!("failed to bind")))
            }
            ("wrong_state_is_unknown", Some(Code::InvalidState)) => Err(Code::Unknown.into()),
            (how, Some(code)) => Err(other_code(how, code).into()),
            _ => Err(error),
        }
    }

    fn finish_bind(&mut self, this: This) -> SocketResult<()> {
        let actual = self.actual(&this)?;
        if self.is("finish_never_ends") || self.hesitates(&this, "bind") {
            return Err(Code::WouldBlock.into());
        }
        if std::mem::take(&mut self.facts(&this).pretends) || self.ends_another(&this, "bind") {
            return Ok(());
        }
        if let Some(code) = self.facts(&this).late.take() {
            return Err(code.into());
        }
        let done = self.real.finish_bind(again(&actual));
        if self.is("a_failed_bind_finishes") && self.facts(&this).bind_failed {
            return Ok(());
        }
        self.ended(&this, "bind");
        if done.is_ok()
            && let Ok(address) = self.real.local_address(again(&actual))
        {
            self.facts(&this).bound_to = Some(address);
            self.memory.ports.insert(SocketAddr::from(address).port());
            self.facts(&this).local_port = SocketAddr::from(address).port();
            self.memory.bound.push(SocketAddr::from(address).port());
        }
        self.finished(done)
    }

    fn start_connect(
        &mut self,
        this: This,
        network: Resource<Network>,
        remote_address: IpSocketAddress,
    ) -> SocketResult<()> {
        let address = SocketAddr::from(remote_address);
        let actual = self.actual(&this)?;
        self.count("connect", Some(&this))?;
        self.binds_still(&this)?;
        if let Some(code) = self.refuses_to_connect(&this, address) {
            return Err(code.into());
        }
        self.facts(&this).left_before = self.memory.left;
        let remote_address = self.peer(address).into();
        if self.is("ports_given_back_answer")
            && self.memory.ports.contains(&address.port())
            && !self.is_held(address.port())
        {
            self.facts(&this).pretends = true;
            return Ok(());
        }
        let started = self
            .real
            .start_connect(again(&actual), network, remote_address);
        if started.is_ok() {
            self.facts(&this).busy = Some("connect");
            self.facts(&this).was_polled = false;
            self.facts(&this).stage = Some("connect");
        }
        match (self.how, &started) {
            ("connect_waits", Ok(())) => {
                // The loopback connects or refuses within milliseconds, or never.
                for _ in 0..100 {
                    if self.is_ready(&actual)? {
                        return started;
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                hang()
            }
            ("refusals_come_at_once", Ok(())) => {
                // The loopback refuses at once, and tokio has to hear of it. Where that
                // takes longer, the refusal comes later: that is allowed too.
                for _ in 0..5 {
                    std::thread::sleep(Duration::from_millis(1));
                    match self.real.finish_connect(again(&actual)) {
                        Ok((input, output)) => {
                            self.facts(&this).streams = Some((input.rep(), output.rep()));
                            break;
                        }
                        Err(error) if matches!(error.downcast_ref(), Some(Code::WouldBlock)) => {}
                        refused => {
                            self.facts(&this).stage = None;
                            self.failed_to_connect(&this)?;
                            return refused.map(drop);
                        }
                    }
                }
                Ok(())
            }
            ("connect_takes_every_address", Err(error))
                if matches!(error.downcast_ref(), Some(Code::InvalidArgument)) =>
            {
                self.facts(&this).pretends = true;
                Ok(())
            }
            ("connect_takes_the_last_multicast", Err(_)) if is_last_multicast(address.ip()) => {
                self.facts(&this).pretends = true;
                Ok(())
            }
            ("connect_works_twice" | "operations_do_not_conflict", Err(error))
                if matches!(
                    error.downcast_ref(),
                    Some(Code::InvalidState | Code::ConcurrencyConflict)
                ) =>
            {
                Ok(())
            }
            ("connect_takes_mapped_addresses", Err(_)) if matches!(address.ip(), IpAddr::V6(it) if it.to_ipv4_mapped().is_some()) =>
            {
                self.facts(&this).pretends = true;
                Ok(())
            }
            (how, Err(error)) => match error.downcast_ref().copied() {
                Some(code) => {
                    let is_bound = self.facts(&this).bound_to.is_some();
                    let stays = self.is("a_refused_address_changes_nothing")
                        || self.is("a_refused_address_leaves_what_is_bound") && is_bound;
                    if code == Code::InvalidArgument && !stays {
                        self.close(&this)?;
                    }
                    Err(other_code(how, code).into())
                }
                None => started,
            },
            _ => started,
        }
    }

    fn finish_connect(&mut self, this: This) -> SocketResult<Streams> {
        let actual = self.actual(&this)?;
        if self.hesitates(&this, "connect") {
            return Err(Code::WouldBlock.into());
        }
        let facts = self.facts(&this);
        if facts.busy == Some("connect") && !facts.was_polled && self.is("connects_when_polled") {
            return Err(Code::WouldBlock.into());
        }
        if self.is("a_peer_that_left_is_waited_for")
            && self.facts(&this).stage == Some("connect")
            && self.facts(&this).left_before < self.memory.left
        {
            return Err(Code::WouldBlock.into());
        }
        // At the first look, whatever is so by then: the loopback may be faster.
        if self.is("connecting_is_an_error") && self.facts(&this).busy.take() == Some("connect") {
            return Err(Code::Unknown.into());
        }
        if std::mem::take(&mut self.facts(&this).pretends) || self.ends_another(&this, "connect") {
            let input = self.real.table.push(streams::closed_input())?;
            let output = self.real.table.push(streams::closed_output())?;
            return Ok((input, output));
        }
        if let Some((input, output)) = self.facts(&this).streams.take() {
            self.ended(&this, "connect");
            let streams = (Resource::new_own(input), Resource::new_own(output));
            return self.altered(&this, streams);
        }
        let Facts {
            family,
            was_refused,
            ..
        } = *self.facts(&this);
        let finished = self.real.finish_connect(again(&actual));
        let waits = matches!(&finished, Err(error)
            if matches!(error.downcast_ref(), Some(Code::WouldBlock)));
        if !waits {
            self.facts(&this).bound_to = None;
            self.ended(&this, "connect");
        }
        match finished {
            Ok(streams) => {
                let is_outside = self.facts(&this).is_outside;
                if self.is("connect_loses_options")
                    || self.is("connecting_outside_loses_options") && is_outside
                {
                    self.reset_options(&actual)?;
                }
                if self.is("buffer_sizes_change") {
                    self.real.set_receive_buffer_size(again(&actual), 300_000)?;
                    self.real.set_send_buffer_size(again(&actual), 300_000)?;
                }
                self.facts(&this).input = Some(streams.0.rep());
                if self.is("output_hears_that_nobody_receives") {
                    return Ok(streams);
                }
                self.altered(&this, streams)
            }
            Err(error) => {
                let code = error.downcast_ref().copied();
                if code == Some(Code::ConnectionRefused) {
                    self.failed_to_connect(&this)?;
                    let port = self.facts(&this).local_port;
                    self.memory.kept.insert(port);
                    if self.refused_outside(&this) {
                        let input = self.real.table.push(streams::closed_input())?;
                        let output = self.real.table.push(streams::closed_output())?;
                        return Ok((input, output));
                    }
                }
                match (self.how, code) {
                    ("finish_connect_code_is_wrong", Some(Code::NotInProgress)) => {
                        Err(Code::InvalidState.into())
                    }
                    ("a_refusal_never_comes", Some(Code::NotInProgress)) if was_refused => {
                        Err(Code::WouldBlock.into())
                    }
                    (_, Some(Code::WouldBlock | Code::NotInProgress)) => Err(error),
                    ("a_refusal_never_comes", _) => {
                        self.facts(&this).was_refused = true;
                        Err(Code::WouldBlock.into())
                    }
                    ("a_refusal_traps", _) => {
                        Err(SocketError::trap(wasmtime::format_err!("refused")))
                    }
                    (how, Some(code)) if traps(how, code) => Err(SocketError::trap(
                        wasmtime::format_err!("failed to connect"),
                    )),
                    ("a_denied_connect_starts_over", Some(Code::AccessDenied))
                    | ("a_failed_connect_starts_over", _) => {
                        self.start_over(&actual, family)?;
                        Err(error)
                    }
                    (how, Some(code)) => Err(other_code(how, code).into()),
                    _ => Err(error),
                }
            }
        }
    }

    async fn start_listen(&mut self, this: This) -> SocketResult<()> {
        let actual = self.actual(&this)?;
        if self.is("bind_is_always_refused") {
            return Err(Code::AccessDenied.into());
        }
        self.count("listen", Some(&this))?;
        self.binds_still(&this)?;
        if self.is("listen_binds") && self.real.local_address(again(&actual)).is_err() {
            let family = self.facts(&this).family.unwrap_or(IpAddressFamily::Ipv4);
            self.bind_now(&this, SocketAddr::new(loopback(family), 0))?;
        }
        if self.is("listen_does_nothing") && self.real.local_address(again(&actual)).is_ok() {
            return Ok(());
        }
        if self.is("the_largest_backlog_is_none") && self.facts(&this).has_largest_backlog {
            return Err(Code::Unknown.into());
        }
        let started = self.real.start_listen(again(&actual)).await;
        if started.is_ok() {
            self.facts(&this).busy = Some("listen");
            self.facts(&this).stage = Some("listen");
        }
        match started {
            Err(error) => match (self.how, error.downcast_ref()) {
                ("two_sockets_listen_at_one_address", Some(Code::AddressInUse)) => {
                    self.facts(&this).pretends = true;
                    Ok(())
                }
                (
                    "a_failed_listen_changes_nothing" | "a_denied_listen_changes_nothing",
                    Some(Code::InvalidState),
                ) if self.facts(&this).listen_failed => Ok(()),
                ("a_failed_listen_changes_nothing", Some(Code::AddressInUse))
                | ("a_denied_listen_changes_nothing", Some(Code::AccessDenied)) => {
                    self.facts(&this).listen_failed = true;
                    Err(error)
                }
                (how, Some(code)) if traps(how, *code) => {
                    Err(SocketError::trap(wasmtime::format_err!("failed to listen")))
                }
                ("listen_works_anywhere", Some(Code::InvalidState))
                | ("operations_do_not_conflict", Some(Code::ConcurrencyConflict)) => Ok(()),
                (how, Some(code)) => Err(other_code(how, *code).into()),
                _ => Err(error),
            },
            done => done,
        }
    }

    fn finish_listen(&mut self, this: This) -> SocketResult<()> {
        let actual = self.actual(&this)?;
        if self.hesitates(&this, "listen") {
            return Err(Code::WouldBlock.into());
        }
        if self.is("listen_does_nothing") {
            return Ok(());
        }
        if self.ends_another(&this, "listen") {
            return Ok(());
        }
        self.facts(&this).bound_to = None;
        self.ended(&this, "listen");
        if std::mem::take(&mut self.facts(&this).pretends) {
            return Ok(());
        }
        let done = self.real.finish_listen(actual);
        if let Err(error) = &done {
            let is_in_use = matches!(error.downcast_ref(), Some(Code::AddressInUse));
            if is_in_use && self.is("two_sockets_listen_at_one_address") {
                return Ok(());
            }
            self.facts(&this).listen_failed |= is_in_use;
        }
        self.finished(done)
    }

    fn accept(
        &mut self,
        this: This,
    ) -> SocketResult<(This, Resource<DynInputStream>, Resource<DynOutputStream>)> {
        let actual = self.actual(&this)?;
        if self.real.is_listening(again(&actual)).unwrap_or(false) {
            self.count("create", None)?;
        }
        let facts = self.facts(&this).clone();
        if self.is("accept_hesitates") {
            self.facts(&this).asked += 1;
            if facts.asked.is_multiple_of(2)
                && self.real.is_listening(again(&actual)).unwrap_or(false)
            {
                return Err(Code::WouldBlock.into());
            }
        }
        if self.is("accept_serves_one_client") && facts.accepted > 0 {
            return Err(Code::WouldBlock.into());
        }
        if self.is("accept_serves_three_clients") && facts.accepted >= 3
            || self.is("accept_serves_eight_clients") && facts.accepted >= 8
        {
            return Err(Code::WouldBlock.into());
        }
        let before = self.is("drops_reset").then(descriptors::sockets);
        match self.real.accept(again(&actual)) {
            Ok((socket, input, output)) => {
                let family = facts.family.unwrap_or(IpAddressFamily::Ipv4);
                self.facts(&this).accepted += 1;
                if let Ok(address) = self.real.local_address(again(&actual)) {
                    self.memory.lingering.insert(address.into());
                }
                *self.facts(&socket) = Facts {
                    family: Some(family),
                    descriptor: before.and_then(|old| descriptors::new_since(&old)),
                    is_accepted: true,
                    is_counted: self.counts_creation(),
                    listener: Some(this.rep()),
                    input: Some(input.rep()),
                    ..Facts::default()
                };
                if self.is("a_client_that_left_closes_the_listener") {
                    let remote = self.real.remote_address(again(&socket));
                    let port = remote.map_or(0, |remote| SocketAddr::from(remote).port());
                    self.facts(&this).is_broken = !self.is_held(port);
                }
                if self.is("accepted_sockets_inherit_nothing") {
                    self.reset_options(&socket)?;
                }
                let (input, output) = self.altered(&socket, (input, output))?;
                if self.is("accept_discards_what_has_arrived") {
                    let stream: &mut DynInputStream = self.real.table.get_mut(&input)?;
                    while stream.read(4096).is_ok_and(|bytes| !bytes.is_empty()) {}
                }
                Ok((socket, input, output))
            }
            Err(error) => match (self.how, error.downcast_ref()) {
                // wasmtime-wasi does not tell a socket that starts to listen from one
                // that listens.
                (how, Some(Code::WouldBlock))
                    if how != "accept_comes_early"
                        && facts.busy == Some("listen")
                        && facts.bound_to.is_some() =>
                {
                    Err(Code::InvalidState.into())
                }
                ("an_accept_that_fails_traps", Some(code)) if is_of_the_limit(*code) => {
                    Err(SocketError::trap(wasmtime::format_err!("accept")))
                }
                ("an_accept_that_fails_loses_the_client", Some(code)) if is_of_the_limit(*code) => {
                    self.facts(&this).is_broken = true;
                    Err(error)
                }
                ("an_accept_that_fails_is_vague", Some(code)) if is_of_the_limit(*code) => {
                    Err(Code::Unknown.into())
                }
                (how, Some(code)) if traps(how, *code) => {
                    Err(SocketError::trap(wasmtime::format_err!("failed to accept")))
                }
                (_, Some(Code::Unknown)) => Err(Code::NewSocketLimit.into()),
                ("accept_waits", Some(Code::WouldBlock)) => hang(),
                ("accept_without_a_client_is_an_error", Some(Code::WouldBlock)) => {
                    Err(Code::Unknown.into())
                }
                ("aborted_clients_are_passed_over", Some(Code::ConnectionAborted))
                | ("accept_waits_in_every_state", Some(Code::InvalidState)) => {
                    Err(Code::WouldBlock.into())
                }
                ("an_aborted_client_closes_the_listener", Some(Code::ConnectionAborted))
                | ("a_refused_call_breaks_the_socket", Some(Code::InvalidState)) => {
                    self.facts(&this).is_broken = true;
                    Err(error)
                }
                (how, Some(code)) => Err(other_code(how, *code).into()),
                _ => Err(error),
            },
        }
    }

    fn local_address(&mut self, this: This) -> SocketResult<IpSocketAddress> {
        if self.is_unopened(&this) {
            return Err(Code::InvalidState.into());
        }
        let actual = self.actual(&this)?;
        let is_connected = self.real.remote_address(again(&actual)).is_ok();
        let facts = self.facts(&this).clone();
        match (self.how, self.real.local_address(again(&actual))) {
            // wasmtime-wasi has an address once it starts to bind.
            (how, Ok(_)) if how != "addresses_come_early" && facts.stage == Some("bind") => {
                Err(Code::InvalidState.into())
            }
            ("addresses_wait_for_the_end", _)
                if facts.bound_to.is_some() && facts.busy.is_some_and(|it| it != "bind") =>
            {
                Err(Code::InvalidState.into())
            }
            // wasmtime-wasi forgets it while it connects.
            (_, Err(_)) if facts.busy == Some("connect") && facts.bound_to.is_some() => {
                Ok(facts.bound_to.unwrap_or(unspecified().into()))
            }
            ("unbound_sockets_have_an_address", Err(_)) => Ok(unspecified().into()),
            ("port_zero_stays", Ok(address)) if self.facts(&this).port == 0 => {
                let mut address = SocketAddr::from(address);
                address.set_port(0);
                Ok(address.into())
            }
            ("connected_sockets_have_no_address", Ok(_)) if is_connected => {
                Err(Code::InvalidState.into())
            }
            ("ports_repeat_after_a_while", Ok(address)) if self.memory.bound.len() > 30 => {
                let mut address = SocketAddr::from(address);
                address.set_port(self.memory.bound[0]);
                Ok(address.into())
            }
            ("wildcards_are_named_once_listening", Ok(address))
                if self.real.is_listening(again(&actual)).unwrap_or(false) =>
            {
                let mut address = SocketAddr::from(address);
                if address.ip().is_unspecified() {
                    let family = self.facts(&this).family.unwrap_or(IpAddressFamily::Ipv4);
                    address.set_ip(loopback(family));
                }
                Ok(address.into())
            }
            ("connecting_keeps_the_wildcard", Ok(address))
                if is_connected && self.facts(&this).is_of_wildcard =>
            {
                let mut address = SocketAddr::from(address);
                address.set_ip(unspecified_ip(address));
                Ok(address.into())
            }
            ("flow_info_is_garbage", Ok(IpSocketAddress::Ipv6(mut address))) => {
                address.flow_info = 0xb0b;
                Ok(IpSocketAddress::Ipv6(address))
            }
            ("scope_ids_are_garbage", Ok(IpSocketAddress::Ipv6(mut address))) => {
                address.scope_id = 0xb0b;
                Ok(IpSocketAddress::Ipv6(address))
            }
            ("local_addresses_are_unspecified", Ok(address)) => {
                let mut address = SocketAddr::from(address);
                address.set_ip(unspecified_ip(address));
                Ok(address.into())
            }
            (_, address) => address,
        }
    }

    fn remote_address(&mut self, this: This) -> SocketResult<IpSocketAddress> {
        if self.is_unopened(&this) || self.is_ahead(&this) {
            return Err(Code::InvalidState.into());
        }
        let actual = self.actual(&this)?;
        let Facts {
            shut, both, stage, ..
        } = *self.facts(&this);
        match (self.how, self.real.remote_address(again(&actual))) {
            ("shutdown_closes_the_socket", Ok(_)) if shut > 0 => Err(Code::InvalidState.into()),
            ("an_ended_connection_traps", _) if both => {
                Err(SocketError::trap(wasmtime::format_err!("ended")))
            }
            ("peers_are_known_early", Err(_)) if matches!(stage, Some("bind" | "listen")) => {
                Ok(unspecified().into())
            }
            ("unconnected_sockets_have_a_peer", Err(_)) => Ok(unspecified().into()),
            ("a_peer_is_oneself", Ok(_)) => self.real.local_address(actual),
            ("ports_outside_are_others", Ok(address)) if self.facts(&this).is_outside => {
                let mut address = SocketAddr::from(address);
                address.set_port(address.port() ^ 1);
                Ok(address.into())
            }
            ("a_missing_peer_is_unknown", Err(_)) => Err(Code::Unknown.into()),
            // wasmtime-wasi answers with the error that closed it.
            (_, Err(_)) => Err(Code::InvalidState.into()),
            (_, address) => address,
        }
    }

    fn is_listening(&mut self, this: This) -> wasmtime::Result<bool> {
        if self.is_unopened(&this) {
            return Ok(false);
        }
        let Ok(actual) = self.actual(&this) else {
            return Ok(false);
        };
        let starts = self.facts(&this).stage == Some("listen");
        Ok(match self.how {
            "everything_listens" => true,
            "bound_sockets_listen" => self.real.local_address(actual).is_ok(),
            "nothing_listens" => false,
            // wasmtime-wasi does not tell a socket that starts to listen from one that
            // listens.
            how if how != "listening_comes_early" && starts => false,
            _ => self.real.is_listening(actual)?,
        })
    }

    fn address_family(&mut self, this: This) -> wasmtime::Result<IpAddressFamily> {
        let facts = self.facts(&this).clone();
        let last = self.memory.last.unwrap_or(this.rep());
        let family = match (facts.is_lazy, facts.family) {
            (true, Some(family)) => family,
            _ => self.real.address_family(again(&this))?,
        };
        let is_connected = !facts.is_lazy && self.real.remote_address(again(&this)).is_ok();
        Ok(match self.how {
            "families_are_a_lie" => facts.family.unwrap_or(family),
            "families_change_once_connected" if is_connected && !facts.is_accepted => other(family),
            "families_are_forgotten_once_closed" if facts.is_closed => other(family),
            "every_family_is_ipv4" => IpAddressFamily::Ipv4,
            "families_are_reported_swapped" => other(family),
            "the_last_family_is_reported" => self.memory.sockets[&last].family.unwrap_or(family),
            "accepted_sockets_are_of_the_other_family" if facts.is_accepted => other(family),
            _ => family,
        })
    }

    fn set_listen_backlog_size(&mut self, this: This, value: u64) -> SocketResult<()> {
        let actual = self.actual(&this)?;
        let is_listening = self.real.is_listening(again(&actual)).unwrap_or(false);
        let is_connected = self.real.remote_address(again(&actual)).is_ok();
        let is_connecting = self.facts(&this).stage == Some("connect");
        self.facts(&this).has_largest_backlog = value == u64::MAX;
        match self.how {
            "a_late_backlog_closes_the_listener" if is_listening && value == u64::MAX => {
                self.facts(&this).is_broken = true;
                Ok(())
            }
            "backlogs_are_small" if value > 1 => self.set_listen_backlog_size(this, 1),
            "backlog_cannot_change_late" if is_listening => Err(Code::InvalidState.into()),
            "backlog_is_fixed" if is_listening && value != 0 => Err(Code::NotSupported.into()),
            "backlog_of_a_connection_changes" if (is_connected || is_connecting) && value != 0 => {
                Ok(())
            }
            _ => {
                let set = HostTcpSocket::set_listen_backlog_size;
                match self.set(&this, value, Some(1), set) {
                    Err(error) => match error.downcast_ref() {
                        // The code for zero is not to be changed.
                        Some(code) if value != 0 => Err(other_code(self.how, *code).into()),
                        _ => Err(error),
                    },
                    done => done,
                }
            }
        }
    }

    fn keep_alive_enabled(&mut self, this: This) -> SocketResult<bool> {
        if self.is_missing() {
            return Err(Code::NotSupported.into());
        }
        self.get(&this, HostTcpSocket::keep_alive_enabled)
    }

    fn set_keep_alive_enabled(&mut self, this: This, value: bool) -> SocketResult<()> {
        if self.is_missing() {
            return Err(Code::NotSupported.into());
        }
        self.set(&this, value, None, HostTcpSocket::set_keep_alive_enabled)
    }

    fn keep_alive_idle_time(&mut self, this: This) -> SocketResult<u64> {
        if self.is("a_nanosecond_is_nothing") && self.facts(&this).is_shortest {
            return Ok(0);
        }
        self.get(&this, HostTcpSocket::keep_alive_idle_time)
    }

    fn set_keep_alive_idle_time(&mut self, this: This, value: u64) -> SocketResult<()> {
        if self.ignores_keep_alive(&this) && value != 0 {
            return Ok(());
        }
        self.facts(&this).is_shortest = value == 1;
        let value = self.rounded(value, 1_000_000_000);
        self.set(
            &this,
            value,
            Some(1),
            HostTcpSocket::set_keep_alive_idle_time,
        )
    }

    fn keep_alive_interval(&mut self, this: This) -> SocketResult<u64> {
        if self.is("a_nanosecond_is_nothing") && self.facts(&this).is_shortest {
            return Ok(0);
        }
        self.get(&this, HostTcpSocket::keep_alive_interval)
    }

    fn set_keep_alive_interval(&mut self, this: This, value: u64) -> SocketResult<()> {
        if self.ignores_keep_alive(&this) && value != 0 {
            return Ok(());
        }
        self.facts(&this).is_shortest = value == 1;
        let value = self.rounded(value, 1_000_000_000);
        self.set(
            &this,
            value,
            Some(1),
            HostTcpSocket::set_keep_alive_interval,
        )
    }

    fn keep_alive_count(&mut self, this: This) -> SocketResult<u32> {
        self.get(&this, HostTcpSocket::keep_alive_count)
    }

    fn set_keep_alive_count(&mut self, this: This, value: u32) -> SocketResult<()> {
        if self.ignores_keep_alive(&this) && value != 0 {
            return Ok(());
        }
        self.set(&this, value, Some(1), HostTcpSocket::set_keep_alive_count)
    }

    fn hop_limit(&mut self, this: This) -> SocketResult<u8> {
        if self.is_missing() {
            return Err(Code::NotSupported.into());
        }
        self.get(&this, HostTcpSocket::hop_limit)
    }

    fn set_hop_limit(&mut self, this: This, value: u8) -> SocketResult<()> {
        if self.is_missing() {
            return Err(Code::NotSupported.into());
        }
        if self.is("hop_limit_counts_keep_alives") && value != 0 {
            return self.set_keep_alive_count(this, value.into());
        }
        let value = match self.how {
            "hop_limit_is_rounded" if value > 1 => value & !1,
            _ => value,
        };
        self.set(&this, value, Some(1), HostTcpSocket::set_hop_limit)
    }

    fn receive_buffer_size(&mut self, this: This) -> SocketResult<u64> {
        self.get(&this, HostTcpSocket::receive_buffer_size)
    }

    fn set_receive_buffer_size(&mut self, this: This, value: u64) -> SocketResult<()> {
        let value = self.rounded(value, 8192);
        self.set(
            &this,
            value,
            Some(1),
            HostTcpSocket::set_receive_buffer_size,
        )
    }

    fn send_buffer_size(&mut self, this: This) -> SocketResult<u64> {
        self.get(&this, HostTcpSocket::send_buffer_size)
    }

    fn set_send_buffer_size(&mut self, this: This, value: u64) -> SocketResult<()> {
        let value = self.rounded(value, 8192);
        self.set(&this, value, Some(1), HostTcpSocket::set_send_buffer_size)
    }

    fn subscribe(&mut self, this: This) -> wasmtime::Result<Resource<DynPollable>> {
        self.facts(&this).pollables += 1;
        let Facts {
            pollables,
            accepted,
            ..
        } = *self.facts(&this);
        match self.how {
            "pollables_are_never_ready" => self.fixed(false),
            "pollables_are_always_ready" => self.fixed(true),
            "only_the_first_pollable_works" if pollables > 1 => self.fixed(false),
            "listeners_are_ready_once" if accepted > 0 => self.fixed(false),
            _ => match self.actual(&this) {
                Ok(actual) => {
                    let pollable = self.real.subscribe(actual)?;
                    self.memory.pollables.insert(pollable.rep(), this.rep());
                    Ok(pollable)
                }
                Err(_) => self.fixed(true),
            },
        }
    }

    fn shutdown(&mut self, this: This, shutdown_type: ShutdownType) -> SocketResult<()> {
        if self.is_ahead(&this) {
            return Err(Code::InvalidState.into());
        }
        let actual = self.actual(&this)?;
        let is_connected = self.real.remote_address(again(&actual)).is_ok();
        if is_connected {
            self.facts(&this).shut += 1;
            self.facts(&this).both |= matches!(shutdown_type, ShutdownType::Both);
        }
        let Facts {
            shut,
            stage,
            input,
            is_outside,
            ..
        } = *self.facts(&this);
        streams::SHUT.store(true, Relaxed);
        if matches!(shutdown_type, ShutdownType::Receive) {
            streams::RECEIVES.store(false, Relaxed);
        }
        match self.how {
            "shutdown_cuts_off" if is_connected => {
                if let Some(descriptor) = self.facts(&this).descriptor {
                    descriptors::shutdown_send(descriptor);
                }
                self.real.shutdown(actual, shutdown_type)
            }
            "shutdown_does_nothing" if is_connected => Ok(()),
            "an_end_is_not_sent_outside"
                if is_outside && matches!(shutdown_type, ShutdownType::Send) =>
            {
                Ok(())
            }
            "shutdown_discards_what_has_arrived" if is_connected => {
                if let Some(input) = input {
                    let input = Resource::<DynInputStream>::new_borrow(input);
                    let stream = self.real.table.get_mut(&input)?;
                    while stream.read(4096).is_ok_and(|bytes| !bytes.is_empty()) {}
                }
                self.real.shutdown(actual, shutdown_type)
            }
            "shutdown_works_early" if matches!(stage, Some("bind" | "listen")) => Ok(()),
            "shutdown_ends_both_directions" => self.real.shutdown(actual, ShutdownType::Both),
            "shutdown_works_once" if shut > 1 => Err(Code::InvalidState.into()),
            "shutdown_takes_the_other_direction" => {
                let other = match shutdown_type {
                    ShutdownType::Receive => ShutdownType::Send,
                    ShutdownType::Send => ShutdownType::Receive,
                    ShutdownType::Both => ShutdownType::Both,
                };
                self.real.shutdown(actual, other)
            }
            _ => match self.real.shutdown(actual, shutdown_type) {
                Err(_) if self.is("shutdown_needs_no_connection") => Ok(()),
                done => done,
            },
        }
    }

    fn drop(&mut self, this: This) -> wasmtime::Result<()> {
        let rep = this.rep();
        let is_listening = HostTcpSocket::is_listening(self, again(&this)).unwrap_or(false);
        let is_unopened = self.is_unopened(&this);
        let facts = self.memory.sockets.remove(&rep).unwrap_or_default();
        self.memory.left += usize::from(facts.is_accepted);
        let leaks = match self.how {
            "drop_leaks" => true,
            "drop_leaks_listeners" => is_listening,
            "failed_calls_leak" => self.memory.failed > 100,
            "sockets_that_were_denied_leak" | "lazy_sockets_that_were_denied_leak" => {
                facts.was_denied
            }
            _ => false,
        };
        if leaks {
            return Ok(());
        }
        if let (true, Some(descriptor)) = (self.is("drops_reset"), facts.descriptor) {
            streams::reset_parked(descriptor);
        }
        if self.is("drop_breaks_another") {
            for other in self.memory.sockets.values_mut() {
                other.is_broken = true;
            }
        }
        if self.is("a_drop_traps") {
            return Err(wasmtime::format_err!("dropped"));
        }
        if self.is("a_drop_in_progress_traps") && matches!(facts.stage, Some("bind" | "listen")) {
            return Err(wasmtime::format_err!("in progress"));
        }
        // Nobody asked for the streams of a connection that was made early.
        if let Some((input, output)) = facts.streams {
            let table = &mut *self.real.table;
            table.delete(Resource::<DynInputStream>::new_own(input))?;
            table.delete(Resource::<DynOutputStream>::new_own(output))?;
        }
        if let Some(spare) = facts.spare {
            self.real.drop(Resource::new_own(spare))?;
        }
        if facts.is_lazy {
            self.real.table.delete(Resource::<Fixed>::new_own(rep))?;
        }
        match facts.actual {
            _ if is_unopened => Ok(()),
            Some(actual) => self.real.drop(Resource::new_own(actual)),
            None => self.real.drop(this),
        }
    }
}

impl Sockets<'_> {
    /// Whether the host has a connection that the guest has not finished yet.
    fn is_ahead(&mut self, this: &This) -> bool {
        self.facts(this).streams.is_some()
    }

    /// Notes that an operation is finished.
    fn ended(&mut self, this: &This, operation: &'static str) {
        let stage = &mut self.facts(this).stage;
        *stage = stage.filter(|stage| *stage != operation);
    }

    /// Whether the finish of an operation ends another one.
    fn ends_another(&mut self, this: &This, operation: &'static str) -> bool {
        let stage = self.facts(this).stage;
        self.is("a_finish_ends_another")
            && stage.is_some_and(|stage| stage != operation && stage != "connect")
    }

    /// What a finish answers.
    fn finished(&mut self, done: SocketResult<()>) -> SocketResult<()> {
        match done {
            Err(error) => match (self.how, error.downcast_ref()) {
                ("finish_needs_no_start", Some(Code::NotInProgress)) => Ok(()),
                ("finish_codes_are_wrong", Some(Code::NotInProgress)) => {
                    Err(Code::InvalidState.into())
                }
                _ => Err(error),
            },
            done => done,
        }
    }

    /// A value as a host keeps it that knows only multiples of a step.
    fn rounded(&self, value: u64, step: u64) -> u64 {
        if self.is("values_are_clamped") && value != 0 {
            (value / step).clamp(1, 8) * step
        } else {
            value
        }
    }

    /// Remembers that the guest polls this.
    pub fn polled(&mut self, pollable: &Resource<DynPollable>) {
        let socket = self.memory.pollables.get(&pollable.rep());
        if let Some(facts) = socket.and_then(|it| self.memory.sockets.get_mut(it)) {
            facts.was_polled = true;
        }
    }

    /// Forgets a pollable: its number may be given to another.
    pub fn dropped(&mut self, pollable: &Resource<DynPollable>) {
        self.memory.pollables.remove(&pollable.rep());
    }

    /// Whether a socket is ready now.
    fn is_ready(&mut self, actual: &This) -> SocketResult<bool> {
        let subscribed = self.real.subscribe(again(actual));
        let pollable = subscribed.map_err(SocketError::trap)?;
        let table = &mut *self.real.table;
        let rep = pollable.rep();
        let ready = now(poll::HostPollable::ready(table, Resource::new_borrow(rep)));
        poll::HostPollable::drop(table, pollable).map_err(SocketError::trap)?;
        ready.map_err(SocketError::trap)
    }
}

/// Whether a code says that there is no room for another socket; wasmtime-wasi
/// says `unknown`.
fn is_of_the_limit(code: Code) -> bool {
    matches!(code, Code::NewSocketLimit | Code::Unknown)
}

/// Whether a code tells what the operating system refused.
fn is_of_the_system(code: Code) -> bool {
    matches!(
        code,
        Code::AccessDenied
            | Code::AddressInUse
            | Code::Timeout
            | Code::RemoteUnreachable
            | Code::ConnectionReset
            | Code::ConnectionAborted
    )
}

/// Whether a host traps on an error of the operating system.
fn traps(how: &str, code: Code) -> bool {
    match how {
        "system_errors_trap" => is_of_the_system(code),
        "unexpected_errors_trap" => code == Code::Unknown,
        _ => false,
    }
}

/// Another code, where the specification documents one and allows any.
fn other_code(how: &str, code: Code) -> Code {
    match (how, code) {
        ("other_codes", Code::InvalidArgument) => Code::NotSupported,
        ("other_codes", Code::AddressInUse | Code::AddressNotBindable) => Code::Unknown,
        ("other_codes", Code::ConnectionRefused) => Code::RemoteUnreachable,
        ("conflicts_are_wrong_states", Code::ConcurrencyConflict) => Code::InvalidState,
        ("system_errors_are_unknown", code) if is_of_the_system(code) => Code::Unknown,
        (_, code) => code,
    }
}

fn is_last_multicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address == Ipv4Addr::new(239, 255, 255, 255),
        IpAddr::V6(address) => address.segments() == [0xffff, 0, 0, 0, 0, 0, 0, 0],
    }
}

/// The same socket, for another call.
pub(crate) fn again(this: &This) -> This {
    Resource::new_borrow(this.rep())
}

pub(crate) fn other(family: IpAddressFamily) -> IpAddressFamily {
    match family {
        IpAddressFamily::Ipv4 => IpAddressFamily::Ipv6,
        IpAddressFamily::Ipv6 => IpAddressFamily::Ipv4,
    }
}

fn loopback(family: IpAddressFamily) -> IpAddr {
    match family {
        IpAddressFamily::Ipv4 => Ipv4Addr::LOCALHOST.into(),
        IpAddressFamily::Ipv6 => std::net::Ipv6Addr::LOCALHOST.into(),
    }
}

fn unspecified_ip(address: SocketAddr) -> IpAddr {
    match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    }
}

fn unspecified() -> SocketAddr {
    SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0)
}

/// What a future gives that does not wait.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(it) => it,
        Poll::Pending => unreachable!("wasmtime-wasi does not wait here"),
    }
}
