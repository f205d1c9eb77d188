//! `wasi:sockets/tcp` and `wasi:sockets/tcp-create-socket` with a mutant.

use super::answers::{Streams, call_to};
use super::{NONE, Operated, family, trap};
use crate::mutant::{Event, Operator};
use crate::sockets::{Code, This, again, now, other};
use wasi_tcp_conformance_core::walk::{SocketOption, State};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::network::{self, IpAddressFamily, IpSocketAddress};
use wasmtime_wasi::p2::bindings::sockets::tcp::{self, HostTcpSocket, ShutdownType};
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket::{self, Host as _};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, Network, SocketError, SocketResult,
};

/// The number of a handle to nothing.
const NOTHING: u32 = u32::MAX >> 4;

impl tcp_create_socket::Host for Operated<'_> {
    fn create_tcp_socket(&mut self, of: IpAddressFamily) -> SocketResult<This> {
        let none = Resource::new_borrow(NONE);
        self.facts(&none).family = family(of);
        let operator = self.fires("create-tcp-socket", &none);
        let count = self.memory.sockets.len() - 1;
        let mut of = of;
        match operator {
            Some(Operator::Fails(code)) => return Err(code.into()),
            Some(Operator::Ignored) => return Ok(Resource::new_own(NOTHING)),
            Some(Operator::Elsewhere) => {
                if let Some(last) = self.memory.last {
                    return Ok(Resource::new_own(last));
                }
            }
            Some(Operator::Swapped) => of = other(of),
            Some(Operator::AtMost(most)) if count >= most => {
                return Err(Code::NewSocketLimit.into());
            }
            _ => {}
        }
        let this = self.inner.create_tcp_socket(of)?;
        match operator {
            Some(Operator::FailsLate(code)) => {
                HostTcpSocket::drop(&mut self.inner, this).map_err(trap)?;
                return Err(code.into());
            }
            Some(Operator::Twice) => {
                self.inner.create_tcp_socket(of)?;
            }
            _ => {}
        }
        self.made(&this, of, State::Unbound)?;
        Ok(this)
    }
}

impl tcp::Host for Operated<'_> {}

impl network::HostNetwork for Operated<'_> {
    fn drop(&mut self, this: Resource<Network>) -> wasmtime::Result<()> {
        network::HostNetwork::drop(&mut self.inner, this)
    }
}

impl network::Host for Operated<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<Code> {
        network::Host::convert_error_code(&mut self.inner, error)
    }

    fn network_error_code(
        &mut self,
        error: Resource<wasmtime_wasi::p2::IoError>,
    ) -> wasmtime::Result<Option<Code>> {
        network::Host::network_error_code(&mut self.inner, error)
    }
}

impl HostTcpSocket for Operated<'_> {
    async fn start_bind(
        &mut self,
        this: This,
        network: Resource<Network>,
        local_address: IpSocketAddress,
    ) -> SocketResult<()> {
        if self.is_confused("start-bind", &this) {
            return Err(Code::InvalidState.into());
        }
        let of = self.facts(&this).family;
        let call = call_to("start-bind", of, local_address.into());
        self.call(
            "start-bind",
            &call,
            &this,
            |_| Ok(()),
            |inner, this| {
                let network = Resource::new_borrow(network.rep());
                now(inner.start_bind(this, network, local_address))
            },
        )
    }

    fn finish_bind(&mut self, this: This) -> SocketResult<()> {
        self.call(
            "finish-bind",
            "finish-bind",
            &this,
            |_| Ok(()),
            HostTcpSocket::finish_bind,
        )
    }

    fn start_connect(
        &mut self,
        this: This,
        network: Resource<Network>,
        remote_address: IpSocketAddress,
    ) -> SocketResult<()> {
        if self.is_confused("start-connect", &this) {
            return Err(Code::InvalidState.into());
        }
        let of = self.facts(&this).family;
        let call = call_to("start-connect", of, remote_address.into());
        self.call(
            "start-connect",
            &call,
            &this,
            |_| Ok(()),
            |inner, this| {
                let network = Resource::new_borrow(network.rep());
                inner.start_connect(this, network, remote_address)
            },
        )
    }

    fn finish_connect(&mut self, this: This) -> SocketResult<Streams> {
        let streams = self.call(
            "finish-connect",
            "finish-connect",
            &this,
            Self::closed_streams,
            HostTcpSocket::finish_connect,
        )?;
        self.inherit_shutdown(&this)?;
        self.streams(&this, streams)
    }

    async fn start_listen(&mut self, this: This) -> SocketResult<()> {
        if self.is_confused("start-listen", &this) {
            return Err(Code::InvalidState.into());
        }
        self.call(
            "start-listen",
            "start-listen",
            &this,
            |_| Ok(()),
            |inner, this| now(inner.start_listen(this)),
        )
    }

    fn finish_listen(&mut self, this: This) -> SocketResult<()> {
        self.call(
            "finish-listen",
            "finish-listen",
            &this,
            |_| Ok(()),
            HostTcpSocket::finish_listen,
        )
    }

    fn accept(
        &mut self,
        this: This,
    ) -> SocketResult<(This, Resource<DynInputStream>, Resource<DynOutputStream>)> {
        // wasmtime accepts as soon as it starts to listen.
        if self.facts(&this).state == State::ListenInProgress
            && matches!(
                self.mutant.map(|it| it.operator),
                Some(Operator::Hesitates(_))
            )
        {
            return Err(Code::InvalidState.into());
        }
        let of = self.inner.address_family(again(&this)).map_err(trap)?;
        let (socket, input, output) = self.call(
            "accept",
            "accept",
            &this,
            |host| {
                let socket = host.inner.create_tcp_socket(of)?;
                let (input, output) = host.closed_streams()?;
                Ok((socket, input, output))
            },
            HostTcpSocket::accept,
        )?;
        self.made(&socket, of, State::Accepted)?;
        let (address, peer) = (
            self.inner.local_address(again(&socket)).ok(),
            self.inner.remote_address(again(&socket)).ok(),
        );
        let facts = self.facts(&socket);
        (facts.address, facts.peer) = (address, peer);
        facts.events.push(Event::Accept);
        self.disinherit(&this, &socket);
        self.inherit_shutdown(&socket)?;
        let (input, output) = self.streams(&socket, (input, output))?;
        Ok((socket, input, output))
    }

    fn local_address(&mut self, this: This) -> SocketResult<IpSocketAddress> {
        let answer = self.call(
            "local-address",
            "local-address",
            &this,
            |_| Err(Code::InvalidState.into()),
            HostTcpSocket::local_address,
        );
        self.altered_address("local-address", &this, answer)
    }

    fn remote_address(&mut self, this: This) -> SocketResult<IpSocketAddress> {
        let answer = self.call(
            "remote-address",
            "remote-address",
            &this,
            |_| Err(Code::InvalidState.into()),
            HostTcpSocket::remote_address,
        );
        self.altered_address("remote-address", &this, answer)
    }

    fn is_listening(&mut self, this: This) -> wasmtime::Result<bool> {
        let method = "is-listening";
        let operator = self.fires(method, &this);
        let asked = match operator {
            Some(Operator::Elsewhere) => self.another(&this).unwrap_or(again(&this)),
            _ => again(&this),
        };
        let value = self.inner.is_listening(asked)?;
        if self.is_lost(method, &this) {
            return Ok(false);
        }
        let was = self.facts(&this).legacy.as_ref().map(|it| it.state);
        if was == Some(State::Listening) && self.does(method, Operator::Inherited, &this) {
            return Ok(true);
        }
        Ok(self.altered_flag(method, &this, value))
    }

    fn address_family(&mut self, this: This) -> wasmtime::Result<IpAddressFamily> {
        let method = "address-family";
        let operator = self.fires(method, &this);
        let asked = match operator {
            Some(Operator::Elsewhere) => {
                let others = self.memory.sockets.iter();
                let facts = self.memory.sockets.get(&this.rep()).map(|it| it.family);
                let different = others
                    .filter(|(rep, it)| Some(it.family) != facts && **rep != NONE)
                    .map(|(rep, _)| *rep)
                    .max();
                Resource::new_borrow(different.unwrap_or(this.rep()))
            }
            _ => again(&this),
        };
        let value = self.inner.address_family(asked)?;
        if self.is_lost(method, &this) {
            return Ok(other(value));
        }
        let was = self.facts(&this).legacy.as_ref().map(|it| it.family);
        if let Some(was) = was
            && self.does(method, Operator::Inherited, &this)
        {
            let is_same = was == family(value);
            return Ok(if is_same { value } else { other(value) });
        }
        let is_ipv6 = matches!(value, IpAddressFamily::Ipv6);
        let is_altered = self.altered_flag(method, &this, is_ipv6) != is_ipv6;
        Ok(if is_altered { other(value) } else { value })
    }

    fn set_listen_backlog_size(&mut self, this: This, value: u64) -> SocketResult<()> {
        let method = "set-listen-backlog-size";
        let number = match self.mutant {
            Some(it) if it.method == method && value != 0 => match it.operator {
                Operator::Number(change) => change.of(value),
                _ => value,
            },
            _ => value,
        };
        let call = if value == 0 {
            format!("{method}(0)")
        } else {
            method.to_owned()
        };
        self.call(
            method,
            &call,
            &this,
            |_| Ok(()),
            |inner, this| inner.set_listen_backlog_size(this, number),
        )
    }

    fn keep_alive_enabled(&mut self, this: This) -> SocketResult<bool> {
        self.get_option(SocketOption::KeepAliveEnabled, &this)
            .map(|value| value != 0)
    }

    fn set_keep_alive_enabled(&mut self, this: This, value: bool) -> SocketResult<()> {
        self.set_option(SocketOption::KeepAliveEnabled, &this, value.into())
    }

    fn keep_alive_idle_time(&mut self, this: This) -> SocketResult<u64> {
        self.get_option(SocketOption::KeepAliveIdleTime, &this)
    }

    fn set_keep_alive_idle_time(&mut self, this: This, value: u64) -> SocketResult<()> {
        self.set_option(SocketOption::KeepAliveIdleTime, &this, value)
    }

    fn keep_alive_interval(&mut self, this: This) -> SocketResult<u64> {
        self.get_option(SocketOption::KeepAliveInterval, &this)
    }

    fn set_keep_alive_interval(&mut self, this: This, value: u64) -> SocketResult<()> {
        self.set_option(SocketOption::KeepAliveInterval, &this, value)
    }

    fn keep_alive_count(&mut self, this: This) -> SocketResult<u32> {
        let value = self.get_option(SocketOption::KeepAliveCount, &this)?;
        Self::narrow(value, u32::MAX.into())
    }

    fn set_keep_alive_count(&mut self, this: This, value: u32) -> SocketResult<()> {
        self.set_option(SocketOption::KeepAliveCount, &this, value.into())
    }

    fn hop_limit(&mut self, this: This) -> SocketResult<u8> {
        let value = self.get_option(SocketOption::HopLimit, &this)?;
        Self::narrow(value, u8::MAX.into())
    }

    fn set_hop_limit(&mut self, this: This, value: u8) -> SocketResult<()> {
        self.set_option(SocketOption::HopLimit, &this, value.into())
    }

    fn receive_buffer_size(&mut self, this: This) -> SocketResult<u64> {
        self.get_option(SocketOption::ReceiveBufferSize, &this)
    }

    fn set_receive_buffer_size(&mut self, this: This, value: u64) -> SocketResult<()> {
        self.set_option(SocketOption::ReceiveBufferSize, &this, value)
    }

    fn send_buffer_size(&mut self, this: This) -> SocketResult<u64> {
        self.get_option(SocketOption::SendBufferSize, &this)
    }

    fn set_send_buffer_size(&mut self, this: This, value: u64) -> SocketResult<()> {
        self.set_option(SocketOption::SendBufferSize, &this, value)
    }

    fn subscribe(&mut self, this: This) -> wasmtime::Result<Resource<DynPollable>> {
        let asked = if self.does("subscribe", Operator::Elsewhere, &this) {
            self.another(&this).unwrap_or(again(&this))
        } else {
            again(&this)
        };
        let pollable = self.inner.subscribe(asked)?;
        self.watch(&this, &pollable)?;
        Ok(pollable)
    }

    fn shutdown(&mut self, this: This, shutdown_type: ShutdownType) -> SocketResult<()> {
        let swaps = self.does("shutdown", Operator::Swapped, &this);
        let direction = match shutdown_type {
            ShutdownType::Receive if swaps => ShutdownType::Send,
            ShutdownType::Send if swaps => ShutdownType::Receive,
            direction => direction,
        };
        let done = self.call(
            "shutdown",
            "shutdown(send)",
            &this,
            |_| Ok(()),
            |inner, this| inner.shutdown(this, direction),
        );
        if done.is_ok() {
            self.facts(&this).shut = Some(direction);
        }
        done
    }

    fn drop(&mut self, this: This) -> wasmtime::Result<()> {
        let rep = this.rep();
        let operator = self.fires("drop", &this);
        if operator == Some(Operator::Elsewhere)
            && let Some(other) = self.another(&this)
        {
            self.memory.sockets.remove(&other.rep());
            return HostTcpSocket::drop(&mut self.inner, Resource::new_own(other.rep()));
        }
        if let Some(facts) = self.memory.sockets.remove(&rep) {
            self.memory.dropped.insert(rep, facts.legacy());
        }
        if operator == Some(Operator::Leaks) {
            return Ok(());
        }
        HostTcpSocket::drop(&mut self.inner, this)
    }
}
