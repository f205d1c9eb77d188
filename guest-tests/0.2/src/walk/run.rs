//! Makes the calls of a walk. Each gives an answer, or `None` when what it is about is
//! not there.

use super::call::{BindTo, Call, ConnectTo, Direction, ENABLED, Id, Method, Part};
use super::world::{Watch, World};
use crate::address::{is_unspecified, port, wildcard};
use crate::clock::{Wait, gets_ready, ready_of};
use crate::{
    Connection, ErrorCode, Halt, IpSocketAddress, Observe, ShutdownType, Socket, TcpSocket, Value,
    create_tcp_socket, instance_network, loopback, option, other,
};
use alloc::format;
use alloc::vec::Vec;

impl World {
    /// Makes what a call needs beside the sockets of the walk.
    ///
    /// # Errors
    /// Blocked, when that fails.
    pub fn prepare(&mut self, call: &Call) -> Result<(), Halt> {
        let (socket, to) = match call {
            Call::Method {
                socket,
                method: Method::StartConnect(to),
            } => (*socket, *to),
            _ => return Ok(()),
        };
        let family = self.sockets.get(&socket).map(|member| member.family);
        match (to, family) {
            (ConnectTo::Socket(_), _) | (_, None) => Ok(()),
            (_, Some(family)) => self.hold(family),
        }
    }

    /// Makes a call.
    ///
    /// # Errors
    /// Blocked, when what [`prepare`](Self::prepare) made is of no use.
    pub fn make(&mut self, call: &Call) -> Result<Option<Value>, Halt> {
        Ok(match call {
            Call::Create { new, is_other } => self.create(*new, *is_other),
            Call::Accept {
                new,
                listener,
                wait,
            } => self.accept(*new, *listener, *wait),
            Call::Subscribe { new, socket, part } => self.subscribe(*new, *socket, *part),
            Call::Ready(id) => self.watch(*id).map(|it| it.pollable.ready().into()),
            Call::Block(id) => self.watch(*id).map(|it| {
                let is_ready = gets_ready(&it.pollable);
                if is_ready { "ok" } else { "never" }.into()
            }),
            Call::Poll(ids) => self.poll(ids),
            Call::DropPollable(id) => self.pollables.remove(id).map(|_| "ok".into()),
            // The walk makes it, which knows the calls.
            Call::Again(_) => None,
            Call::Method { socket, method } => return self.method(*socket, *method),
        })
    }

    fn create(&mut self, new: Id, is_other: bool) -> Option<Value> {
        if self.sockets.contains_key(&new) {
            return None;
        }
        let family = if is_other {
            other(self.family)
        } else {
            self.family
        };
        let created = create_tcp_socket(family).map(|socket| self.add(new, socket, family));
        Some(created.observe())
    }

    fn accept(&mut self, new: Id, listener: Id, wait: bool) -> Option<Value> {
        if self.sockets.contains_key(&new) {
            return None;
        }
        let family = self.sockets.get(&listener)?.family;
        let socket = self.socket(listener)?;
        let accepted = settle(wait, || socket.accept_now());
        Some(match accepted {
            Some(Ok(accepted)) => {
                let Connection {
                    input,
                    output,
                    socket,
                } = accepted;
                self.add(new, socket, family);
                self.join(new, (input, output));
                "ok".into()
            }
            Some(Err(code)) => code.observe(),
            None => "never".into(),
        })
    }

    fn subscribe(&mut self, new: Id, id: Id, part: Part) -> Option<Value> {
        if self.pollables.contains_key(&new) {
            return None;
        }
        let member = self.sockets.get(&id)?;
        let pollable = match part {
            Part::Socket => member.socket.as_ref()?.subscribe(),
            Part::In => member.input.as_ref()?.subscribe(),
            Part::Out => member.output.as_ref()?.subscribe(),
        };
        let watch = Watch {
            pollable,
            socket: id,
            part,
        };
        self.pollables.insert(new, watch);
        Some("ok".into())
    }

    fn watch(&self, id: Id) -> Option<&Watch> {
        self.pollables.get(&id)
    }

    /// Tells the places in the list, in which pollables that are not there count too.
    fn poll(&self, ids: &[Id]) -> Option<Value> {
        let (places, pollables): (Vec<usize>, Vec<_>) = ids
            .iter()
            .enumerate()
            .filter_map(|(place, id)| Some((place, &self.watch(*id)?.pollable)))
            .unzip();
        if pollables.is_empty() {
            return None;
        }
        let ready = ready_of(&pollables);
        if ready.is_empty() {
            return Some("never".into());
        }
        let place = |index: u32| places.get(index as usize).copied();
        // A place that no pollable has is told as one after the last.
        let mut ready: Vec<usize> = ready
            .into_iter()
            .map(|index| place(index).unwrap_or(ids.len()))
            .collect();
        ready.sort_unstable();
        Some(ready.into())
    }

    fn method(&mut self, id: Id, method: Method) -> Result<Option<Value>, Halt> {
        let Some(socket) = self.socket(id) else {
            return Ok(None);
        };
        Ok(match method {
            Method::StartBind(to) => self.bind_address(id, to).map(|address| {
                let started = socket.start_bind(&instance_network(), address);
                started.observe()
            }),
            Method::StartConnect(to) => self.connect_address(id, to)?.map(|address| {
                let started = socket.start_connect(&instance_network(), address);
                started.observe()
            }),
            Method::FinishBind { wait } => Some(told(settle(wait, || socket.finish_bind()))),
            Method::FinishListen { wait } => Some(told(settle(wait, || socket.finish_listen()))),
            Method::FinishConnect { wait } => match settle(wait, || socket.finish_connect()) {
                Some(Ok(streams)) => {
                    self.join(id, streams);
                    Some("ok".into())
                }
                outcome => Some(told(outcome.map(|outcome| outcome.map(drop)))),
            },
            Method::LocalAddress => {
                let address = socket.local_address();
                Some(self.show(&format!("s{id}"), address))
            }
            Method::RemoteAddress => {
                let address = socket.remote_address();
                Some(self.show(&format!("s{id}.remote"), address))
            }
            Method::Write { bytes, wait } => self.write(id, bytes, wait),
            Method::Flush => self.flush(id),
            Method::Fill => self.fill(id),
            Method::Drain => self.drain(id),
            Method::Read { bytes, wait } => self.read(id, bytes, wait),
            Method::DropIn => self.drop_stream(id, Part::In).then(|| "ok".into()),
            Method::DropOut => self.drop_stream(id, Part::Out).then(|| "ok".into()),
            Method::Drop => self.drop_socket(id).then(|| "ok".into()),
            _ => Some(plain(socket, method)),
        })
    }

    fn show(&mut self, shower: &str, address: Result<IpSocketAddress, ErrorCode>) -> Value {
        match address {
            Ok(address) => self.names.show(shower, &address),
            Err(code) => code.observe(),
        }
    }

    fn bind_address(&self, id: Id, to: BindTo) -> Option<IpSocketAddress> {
        let family = self.sockets.get(&id)?.family;
        Some(match to {
            BindTo::Loopback => loopback(family, 0),
            BindTo::Any => wildcard(family, 0),
            BindTo::Other => loopback(other(family), 0),
            BindTo::PortOf(holder) => {
                let held = self.socket(holder)?.local_address().ok()?;
                loopback(family, port(&held))
            }
        })
    }

    fn connect_address(&self, id: Id, to: ConnectTo) -> Result<Option<IpSocketAddress>, Halt> {
        let Some(family) = self.sockets.get(&id).map(|member| member.family) else {
            return Ok(None);
        };
        if let ConnectTo::Socket(target) = to {
            return Ok(self.address_of(target));
        }
        let nobody = self.nobody(family)?;
        Ok(nobody.map(|nobody| match to {
            ConnectTo::Any => wildcard(family, port(&nobody)),
            ConnectTo::Other => loopback(other(family), port(&nobody)),
            ConnectTo::Nobody | ConnectTo::Socket(_) => nobody,
        }))
    }

    /// Where a socket can be reached.
    fn address_of(&self, id: Id) -> Option<IpSocketAddress> {
        let family = self.sockets.get(&id)?.family;
        let address = self.socket(id)?.local_address().ok()?;
        Some(if is_unspecified(&address) {
            loopback(family, port(&address))
        } else {
            address
        })
    }
}

/// The methods that need nothing but the socket.
fn plain(socket: &TcpSocket, method: Method) -> Value {
    match method {
        Method::StartListen => socket.start_listen().observe(),
        Method::IsListening => socket.is_listening().observe(),
        Method::AddressFamily => socket.address_family().observe(),
        Method::Get(ENABLED) => socket.keep_alive_enabled().observe(),
        Method::Get(index) => (option::ALL[index].get)(socket).observe(),
        Method::Set(index, value) => (option::ALL[index].set)(socket, value).observe(),
        Method::SetBacklog(value) => socket.set_listen_backlog_size(value).observe(),
        Method::Shutdown(direction) => {
            let what = match direction {
                Direction::Receive => ShutdownType::Receive,
                Direction::Send => ShutdownType::Send,
                Direction::Both => ShutdownType::Both,
            };
            socket.shutdown(what).observe()
        }
        // `World::method` makes every other.
        _ => Value::Null,
    }
}

/// Makes a call, again and again if it `wait`s, until it does not answer `would-block`;
/// `None` when it never does. No pollable is involved, which a walk asks by itself.
fn settle<T>(
    wait: bool,
    mut call: impl FnMut() -> Result<T, ErrorCode>,
) -> Option<Result<T, ErrorCode>> {
    let mut time = Wait::new();
    loop {
        match call() {
            Err(ErrorCode::WouldBlock) if wait => {
                if !time.go_on() {
                    return None;
                }
            }
            outcome => return Some(outcome),
        }
    }
}

fn told(outcome: Option<Result<(), ErrorCode>>) -> Value {
    outcome.map_or_else(|| "never".into(), |outcome| outcome.observe())
}
