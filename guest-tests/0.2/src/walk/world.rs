//! What is there while a walk goes on: its sockets, their streams and pollables.

use super::call::{Id, Part};
use super::names::Names;
use crate::bindings::wasi::io::poll::Pollable;
use crate::bindings::wasi::io::streams::{InputStream, OutputStream};
use crate::{At, Halt, IpAddressFamily, IpSocketAddress, Streams, TcpSocket, bound, same};
use alloc::collections::{BTreeMap, btree_map::Entry};

/// Everything that a walk has made.
///
/// The order of the fields is the order in which they are dropped: a pollable must not
/// outlive what it is about.
pub struct World {
    pub pollables: BTreeMap<Id, Watch>,
    pub sockets: BTreeMap<Id, Member>,
    /// Bound sockets that never listen, at most one of each family: `true` is IPv4.
    held: BTreeMap<bool, TcpSocket>,
    pub family: IpAddressFamily,
    pub names: Names,
}

/// A pollable, and what it is about.
pub struct Watch {
    pub pollable: Pollable,
    pub socket: Id,
    pub part: Part,
}

/// A socket of a walk. It keeps its name when it is dropped, and its peer may still
/// read what it wrote.
///
/// The order of the fields is the order in which they are dropped.
pub struct Member {
    pub input: Option<InputStream>,
    pub output: Option<OutputStream>,
    pub socket: Option<TcpSocket>,
    pub family: IpAddressFamily,
    /// The local and the remote address, from when it was connected.
    ends: Option<(IpSocketAddress, IpSocketAddress)>,
    /// How many bytes it has written, and read.
    pub sent: usize,
    pub received: usize,
    /// Who may have written what it has read, once it has read something.
    pub writers: Option<Writers>,
}

/// A set of sockets.
#[derive(Clone, Copy)]
pub struct Writers(u16);

impl Writers {
    /// The members that satisfy a condition.
    #[must_use]
    pub fn filter(self, mut keeps: impl FnMut(Id) -> bool) -> Self {
        let kept = (0..16).filter(|id| self.0 & (1 << id) != 0 && keeps(*id));
        Self(kept.fold(0, |all, id| all | 1 << id))
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl World {
    /// Nothing yet. The family is that which a walk calls `a`.
    pub fn new(family: IpAddressFamily) -> Self {
        Self {
            pollables: BTreeMap::new(),
            sockets: BTreeMap::new(),
            held: BTreeMap::new(),
            family,
            names: Names::default(),
        }
    }

    /// A socket, unless it was dropped or never made.
    pub fn socket(&self, id: Id) -> Option<&TcpSocket> {
        self.sockets.get(&id)?.socket.as_ref()
    }

    /// Adds a socket.
    pub fn add(&mut self, id: Id, socket: TcpSocket, family: IpAddressFamily) {
        let member = Member {
            input: None,
            output: None,
            socket: Some(socket),
            family,
            ends: None,
            sent: 0,
            received: 0,
            writers: None,
        };
        self.sockets.insert(id, member);
    }

    /// Gives a socket its streams, and learns where both ends are: the peer may be gone
    /// when that is of use.
    pub fn join(&mut self, id: Id, streams: Streams) {
        // A faulty host can give them a second time.
        self.drop_stream(id, Part::In);
        self.drop_stream(id, Part::Out);
        let Some(member) = self.sockets.get_mut(&id) else {
            return;
        };
        let (input, output) = streams;
        member.input = Some(input);
        member.output = Some(output);
        if let Some(socket) = &member.socket
            && let (Ok(local), Ok(remote)) = (socket.local_address(), socket.remote_address())
        {
            member.ends = Some((local, remote));
        }
    }

    /// The sockets that may have written what a socket reads: the other end of its
    /// connection. If that cannot be told, all of them.
    pub fn writers_to(&self, id: Id) -> Writers {
        let all = self.sockets.keys().fold(0, |all, id| all | 1 << id);
        let all = Writers(all);
        let Some((local, remote)) = self.ends(id) else {
            return all;
        };
        let peer = all.filter(|other| {
            self.ends(other)
                .is_some_and(|(from, to)| same(from, remote) && same(to, local))
        });
        if peer.is_empty() { all } else { peer }
    }

    fn ends(&self, id: Id) -> Option<&(IpSocketAddress, IpSocketAddress)> {
        self.sockets.get(&id)?.ends.as_ref()
    }

    /// Makes sure that there is a bound socket of a family that does not listen.
    ///
    /// # Errors
    /// Blocked, when that fails.
    pub fn hold(&mut self, family: IpAddressFamily) -> Result<(), Halt> {
        if let Entry::Vacant(free) = self.held.entry(family == IpAddressFamily::Ipv4) {
            free.insert(bound(family)?);
        }
        Ok(())
    }

    /// The address of the socket that [`hold`](Self::hold) made.
    ///
    /// # Errors
    /// Blocked, when the socket does not tell it.
    pub fn nobody(&self, family: IpAddressFamily) -> Result<Option<IpSocketAddress>, Halt> {
        let held = self.held.get(&(family == IpAddressFamily::Ipv4));
        held.map(|held| held.local_address().at("local-address"))
            .transpose()
    }

    /// Drops a socket, and first what belongs to it; returns whether it was there.
    pub fn drop_socket(&mut self, id: Id) -> bool {
        self.drop_stream(id, Part::In);
        self.drop_stream(id, Part::Out);
        self.pollables.retain(|_, watch| watch.socket != id);
        let member = self.sockets.get_mut(&id);
        member.is_some_and(|member| member.socket.take().is_some())
    }

    /// Drops a stream, and first its pollables; returns whether it was there.
    pub fn drop_stream(&mut self, id: Id, part: Part) -> bool {
        self.pollables
            .retain(|_, watch| watch.socket != id || watch.part != part);
        let Some(member) = self.sockets.get_mut(&id) else {
            return false;
        };
        match part {
            Part::Socket => false,
            Part::In => member.input.take().is_some(),
            Part::Out => member.output.take().is_some(),
        }
    }
}
