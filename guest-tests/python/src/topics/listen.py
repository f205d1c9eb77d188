"""The way from `bound` to `listening`, and a socket that listens."""

from support.address import loopback, same
from support.bindings import BOTH, RECEIVE, SEND, TcpSocket
from support.clock import gets_ready, ready_within_moment, resource_ready_within_moment
from support.observe import done, seen
from support.report import step
from support.setup import address_of, at, bound, create, listening
from support.sockets import (
    accept_now,
    accept_one,
    close,
    connect_and_accept,
    connect_to,
    finish,
    listen_on,
    start_bind,
)
from support.sockets import start_connect as start_connect_to
from support.table import case, cases


@case
def is_listening(family):
    with bound(family) as socket:
        step("listen")
        return {
            "before": socket.is_listening(),
            "start-listen": done(socket.start_listen),
            "finish-listen": done(finish, socket, socket.finish_listen),
            "after": socket.is_listening(),
        }


@case
def is_listening_before_finish(family):
    with bound(family) as socket:
        step("start-listen")
        at("start-listen", socket.start_listen)
        return socket.is_listening()


@case
def local_address(family):
    with bound(family) as socket:
        address = address_of(socket)
        at("listen", listen_on, socket)
        return {"kept": seen(lambda: same(socket.local_address(), address))}


@case
def start_connect(family):
    """The address is that of a listener, so only the state is in the way."""
    with listening(family) as peer:
        address = address_of(peer)
        return stays_listening(family, lambda socket: start_connect_to(socket, address))


@cases(
    start_listen_again=TcpSocket.start_listen,
    start_bind=lambda socket: start_bind(socket, loopback(socket.address_family())),
    finish_listen_again=TcpSocket.finish_listen,
    finish_bind=TcpSocket.finish_bind,
    finish_connect=TcpSocket.finish_connect,
    remote_address=TcpSocket.remote_address,
    shutdown_receive=lambda socket: socket.shutdown(RECEIVE),
    shutdown_send=lambda socket: socket.shutdown(SEND),
    shutdown_both=lambda socket: socket.shutdown(BOTH),
)
def stays_listening(family, call):
    """Makes a call that is wrong in this state, then uses the socket as if nothing had
    happened."""
    with listening(family) as socket:
        address = address_of(socket)
        with create(family) as client:
            step("wrong-state call")
            answer = done(call, socket)
            step("go on")
            return {
                "answer": answer,
                "listening": socket.is_listening(),
                "address-kept": seen(lambda: same(socket.local_address(), address)),
                "accepts": done(connect_and_accept, socket, client),
            }


@case
def accept_empty(family):
    with listening(family) as socket:
        step("accept")
        return done(accept_now, socket)


@case
def pollable_waits_for_client(family):
    with listening(family) as socket, create(family) as client:
        address = address_of(socket)
        step("wait for nobody")
        with socket.subscribe() as pollable:
            before = ready_within_moment(pollable)
            step("connect")
            streams = at("connect", connect_to, client, address)
            step("wait for the client")
            after = gets_ready(pollable)
        with streams:
            return {"before": before, "after": after, "accept": done(accept_one, socket)}


@case
def pollable_waits_again(family):
    with listening(family) as socket, create(family) as client:
        step("connect and accept")
        streams, server = at("connect and accept", connect_and_accept, socket, client)
        step("wait for nobody")
        ready = resource_ready_within_moment(socket)
        accept = done(accept_now, socket)
        close(streams, server)
        return {"ready": ready, "accept": accept}
