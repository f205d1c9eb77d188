"""Brings sockets into the state that a case starts from.

A case does not observe these steps. When one fails, the case is blocked, which no
expectation accepts: an error during set-up is never mistaken for the error that the case
tests.

What these functions return is closed by the case, with `with` or `close`.
"""

from contextlib import ExitStack
from dataclasses import dataclass

from .address import family_of, loopback, port_of
from .bindings import IPV4, IPV6, Err, ErrorCode, TcpSocket, create_tcp_socket
from .halt import Blocked, Observed
from .report import step
from .sockets import Connection, bind_to, close, connect_and_accept, connect_to, listen_on


def at(name, call, *arguments):
    """Makes a call that belongs to a step of the set-up: an error blocks the case there."""
    try:
        return call(*arguments)
    except Err as error:
        raise Blocked(name, error.value) from None


def address_of(socket):
    """The local address of a socket that has one."""
    return at("local-address", socket.local_address)


def peer_of(socket):
    """The remote address of a socket that has one."""
    return at("remote-address", socket.remote_address)


def create(family):
    """Creates a socket."""
    step("create")
    return at("create", create_tcp_socket, family)


def bound(family):
    """Creates a socket that is bound to a free port of the loopback address."""
    socket = create(family)
    step("bind")
    at("bind", bind_to, socket, loopback(family))
    return socket


def listening(family):
    """Creates a socket that listens on a free port of the loopback address."""
    socket = bound(family)
    step("listen")
    at("listen", listen_on, socket)
    return socket


@dataclass
class Pair:
    """The two ends of a connection, and its listener."""

    # The end that called `connect`.
    client: Connection
    # The end that `accept` returned.
    server: Connection
    # The listener, which still listens.
    listener: TcpSocket

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close(self.client, self.server, self.listener)


def connected(family):
    """Makes a connection over the loopback address."""
    listener = listening(family)
    client = create(family)
    step("connect")
    streams, server = at("connect", connect_and_accept, listener, client)
    return Pair(Connection(*streams, client), server, listener)


def client_of(address):
    """Connects a new socket to an address, and does not accept it."""
    socket = create(family_of(address))
    step("connect")
    streams = at("connect", connect_to, socket, address)
    return Connection(*streams, socket)


def closed(family, make):
    """Makes a socket, and closes it by an attempt to connect where nobody listens.

    The first attempt is to a port that a socket holds, so that nobody else can listen
    there. If it succeeds, which is a fault of its own, the second is to a port that is free
    again: one fault should not hide others.
    """
    for is_held in (True, False):
        with ExitStack() as held:
            holder = held.enter_context(bound(family))
            address = address_of(holder)
            if not is_held:
                held.close()
            socket = make(family)
            step("connect in vain")
            try:
                streams = connect_to(socket, address)
            except Err:
                return socket
            close(streams, socket)
    raise Observed("connected to nobody")


def listening_in_both():
    """Creates a listener of each family at one port of the loopback addresses, IPv4 first. A
    client that is led from one address to the other reaches a listener too."""
    name = "listen at the other loopback address"
    for _ in range(19):
        first, second, port = listener_and_other_socket(name)
        try:
            listen_at(second, loopback(IPV6, port))
            return first, second
        except Err as error:
            # Another process may hold the port, which is no fault.
            if error.value is not ErrorCode.ADDRESS_IN_USE:
                raise Blocked(name, error.value) from None
        close(second, first)
    first, second, port = listener_and_other_socket(name)
    at(name, listen_at, second, loopback(IPV6, port))
    return first, second


def listener_and_other_socket(name):
    """An IPv4 listener, an IPv6 socket, and the port of the listener."""
    first = listening(IPV4)
    port = port_of(address_of(first))
    second = create(IPV6)
    step(name)
    return first, second, port


def listen_at(socket, address):
    """Binds to an address, and listens."""
    bind_to(socket, address)
    listen_on(socket)
