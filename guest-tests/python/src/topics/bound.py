"""A socket that is bound."""

from support import setup
from support.address import same
from support.bindings import BOTH, RECEIVE, SEND, TcpSocket
from support.clock import resource_gets_ready
from support.observe import done, seen
from support.report import step
from support.setup import address_of, create
from support.sockets import accept_now, close, connect_and_accept, listen_on
from support.table import case, cases


@case
def local_address(family):
    with setup.bound(family) as socket:
        return seen(socket.local_address)


@case
def is_listening(family):
    with setup.bound(family) as socket:
        return socket.is_listening()


@case
def pollable_ready(family):
    with setup.bound(family) as socket:
        return resource_gets_ready(socket)


@cases(
    remote_address=TcpSocket.remote_address,
    accept=accept_now,
    shutdown_receive=lambda socket: socket.shutdown(RECEIVE),
    shutdown_send=lambda socket: socket.shutdown(SEND),
    shutdown_both=lambda socket: socket.shutdown(BOTH),
    finish_connect=TcpSocket.finish_connect,
    finish_listen=TcpSocket.finish_listen,
)
def stays_bound(family, call):
    """Makes a call that is wrong in this state, then uses the socket as if nothing had
    happened."""

    def listen_and_accept():
        listen_on(socket)
        close(*connect_and_accept(socket, client))

    with setup.bound(family) as socket:
        address = address_of(socket)
        with create(family) as client:
            step("wrong-state call")
            answer = done(call, socket)
            step("go on")
            return {
                "answer": answer,
                "address-kept": seen(lambda: same(socket.local_address(), address)),
                "listens-and-accepts": done(listen_and_accept),
            }
