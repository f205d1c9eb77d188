"""A socket that is connected, at either end."""

from support import setup
from support.address import loopback, same
from support.bindings import TcpSocket
from support.clock import resource_gets_ready
from support.observe import done, seen
from support.report import step
from support.setup import address_of, listening, peer_of
from support.sockets import accept_now, start_bind
from support.sockets import start_connect as start_connect_to
from support.table import case, cases
from support.transfer import Transfer


@case
def client_addresses(family):
    with setup.connected(family) as pair:
        return addresses(pair.client.socket)


@case
def server_addresses(family):
    with setup.connected(family) as pair:
        return addresses(pair.server.socket)


def addresses(socket):
    return {"local": seen(socket.local_address), "remote": seen(socket.remote_address)}


@case
def is_listening(family):
    with setup.connected(family) as pair:
        return {
            "client": pair.client.socket.is_listening(),
            "server": pair.server.socket.is_listening(),
        }


@case
def pollable_ready(family):
    with setup.connected(family) as pair:
        return {
            "client": resource_gets_ready(pair.client.socket),
            "server": resource_gets_ready(pair.server.socket),
        }


@case
def start_connect(family):
    """The address is that of a listener, so only the state is in the way."""
    with listening(family) as listener:
        address = address_of(listener)
        return stays_connected(family, lambda socket: start_connect_to(socket, address))


@cases(
    start_bind=lambda socket: start_bind(socket, loopback(socket.address_family())),
    start_listen=TcpSocket.start_listen,
    accept=accept_now,
    finish_bind=TcpSocket.finish_bind,
    finish_connect=TcpSocket.finish_connect,
    finish_listen=TcpSocket.finish_listen,
)
def stays_connected(family, call):
    """Makes a call that is wrong in this state at both ends; the connection goes on."""
    with setup.connected(family) as pair:
        client, server = pair.client, pair.server
        remote = peer_of(client.socket)
        step("wrong-state call")
        answers = [done(call, end.socket) for end in (client, server)]
        step("go on")
        return {
            "client": answers[0],
            "server": answers[1],
            "peer-kept": seen(lambda: same(client.socket.remote_address(), remote)),
            "bytes": Transfer(client.output, server.input, 100).run(),
        }
