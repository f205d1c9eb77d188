"""A socket that was just created."""

from support.address import loopback
from support.bindings import BOTH, RECEIVE, SEND, TcpSocket
from support.observe import done, seen
from support.report import step
from support.setup import create
from support.sockets import accept_now, bind_to, connect_and_accept, listen_on
from support.table import case, cases


@cases(
    local_address=TcpSocket.local_address,
    remote_address=TcpSocket.remote_address,
    is_listening=TcpSocket.is_listening,
    finish_bind=TcpSocket.finish_bind,
    finish_listen=TcpSocket.finish_listen,
    start_listen=TcpSocket.start_listen,
)
def answers(family, call):
    with create(family) as socket:
        return seen(call, socket)


@cases(finish_connect=TcpSocket.finish_connect, accept=accept_now)
def connects_nobody(family, call):
    with create(family) as socket:
        return done(call, socket)


@cases(shutdown_receive=RECEIVE, shutdown_send=SEND, shutdown_both=BOTH)
def shutdown(family, direction):
    with create(family) as socket:
        return done(socket.shutdown, direction)


@case
def pollable_ready(family):
    with create(family) as socket:
        step("subscribe")
        with socket.subscribe() as pollable:
            step("block")
            pollable.block()
            return pollable.ready()


@case
def second_pollable_ready(family):
    with create(family) as socket, socket.subscribe() as first, socket.subscribe() as second:
        step("block")
        second.block()
        return [first.ready(), second.ready()]


@cases(
    harmless_local_address=TcpSocket.local_address,
    harmless_remote_address=TcpSocket.remote_address,
    harmless_finish_bind=TcpSocket.finish_bind,
    harmless_finish_connect=TcpSocket.finish_connect,
    harmless_finish_listen=TcpSocket.finish_listen,
    harmless_start_listen=TcpSocket.start_listen,
    harmless_accept=accept_now,
    harmless_shutdown=lambda socket: socket.shutdown(BOTH),
)
def goes_on_after(family, call):
    """Makes a call that is wrong in this state, then uses the socket as if nothing had
    happened: as a listener that a client reaches."""
    with create(family) as socket:
        step("wrong-state call")
        done(call, socket)
        local_address = seen(socket.local_address)
        bind = done(bind_to, socket, loopback(family))
        listen = done(listen_on, socket)
        with create(family) as client:
            step("connect and accept")
            return {
                "local-address": local_address,
                "bind": bind,
                "listen": listen,
                "accept": done(connect_and_accept, socket, client),
            }
