"""A socket that is connecting: its peer has not responded yet."""

from support.address import loopback
from support.bindings import BOTH, RECEIVE, SEND, TcpSocket
from support.clock import AT_ONCE, resource_ready_within_moment
from support.observe import done
from support.report import step
from support.setup import address_of, listening
from support.sockets import accept_now, close, start_bind
from support.sockets import start_connect as start_connect_to
from support.table import case, cases
from support.unresponsive import unresponsive_peer


@case
def start_connect(family):
    """The address is that of a listener, so only the state is in the way."""
    with listening(family) as listener:
        address = address_of(listener)
        return stays_connecting(family, lambda socket: start_connect_to(socket, address))


@cases(
    start_bind=lambda socket: start_bind(socket, loopback(socket.address_family())),
    start_listen=TcpSocket.start_listen,
    finish_bind=TcpSocket.finish_bind,
    finish_listen=TcpSocket.finish_listen,
    accept=accept_now,
    shutdown_receive=lambda socket: socket.shutdown(RECEIVE),
    shutdown_send=lambda socket: socket.shutdown(SEND),
    shutdown_both=lambda socket: socket.shutdown(BOTH),
    set_listen_backlog_size=lambda socket: socket.set_listen_backlog_size(100),
    remote_address=TcpSocket.remote_address,
    local_address=TcpSocket.local_address,
)
def stays_connecting(family, call):
    """Makes a call that is wrong in this state; the attempt to connect goes on."""
    with unresponsive_peer(family) as peer:
        step("call")
        answer = done(call, peer.client)
        step("finish-connect")
        return {"answer": answer, "finish-connect": done(peer.client.finish_connect)}


@case
def is_listening(family):
    with unresponsive_peer(family) as peer:
        return peer.client.is_listening()


@case
def pollable_waits(family):
    with unresponsive_peer(family) as peer:
        step("wait for nothing")
        return {"ready": resource_ready_within_moment(peer.client)}


@case
def drops(family):
    peer = unresponsive_peer(family)
    step("drop")
    close(peer.client)
    peer.close_peer()
    return {"at-once": AT_ONCE}
