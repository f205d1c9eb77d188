"""Connections to a listener outside the guest: all that a guest gets from a host where it may
connect, and neither bind nor listen."""

from contextlib import ExitStack

from support.address import loopback, port_of, same
from support.bindings import Err
from support.clock import resource_gets_ready
from support.observe import done, kept, observe, seen
from support.report import outside_listener, step
from support.setup import address_of, client_of, create
from support.sockets import Connection, close, connect_to, start_connect
from support.table import case
from support.transfer import Transfer, run_all


@case
def connect(family):
    address = outside_listener(family)
    with create(family) as socket:
        step("connect")
        return done(connect_to, socket, address)


@case
def remote_address(family):
    address = outside_listener(family)
    with connected(family) as client:
        remote = client.socket.remote_address
        is_listener = seen(lambda: same(remote(), address)) is True
        return {"remote": seen(remote), "is-listener": is_listener}


@case
def local_address(family):
    with connected(family) as client:
        try:
            local = client.socket.local_address()
        except Err as error:
            return observe(error.value)
        return {
            "has-port": port_of(local) != 0,
            "is-loopback": same(local, loopback(family, port_of(local))),
        }


@case
def state(family):
    with connected(family) as client:
        return {
            "family": observe(client.socket.address_family()),
            "is-listening": client.socket.is_listening(),
            "pollable-ready": resource_gets_ready(client.socket),
        }


@case
def connects_once(family):
    """The address is that of a listener, so only the state is in the way."""
    address = outside_listener(family)
    with connected(family) as client:
        step("connect again")
        return {
            "start-connect": done(start_connect, client.socket, address),
            "finish-connect": done(client.socket.finish_connect),
            "remote-address": kept(address, client.socket.remote_address),
        }


@case
def one_after_another(family):
    """Each is dropped before the next."""
    for _ in range(20):
        close(connected(family))
    return "ok"


@case
def at_the_same_time(family):
    many = 8
    with ExitStack() as held:
        clients = []
        while len(clients) < many:
            socket = create(family)
            step("connect one more")
            try:
                streams = connect_to(socket, outside_listener(family))
            except Err as error:
                close(socket)
                return {"connected": len(clients), "then": observe(error.value)}
            clients.append(held.enter_context(Connection(*streams, socket)))
        ports = {port_of(address_of(client.socket)) for client in clients}
        step("carry bytes")
        transfers = [
            Transfer(client.output, client.input, 1000 * length)
            for length, client in enumerate(clients, start=1)
        ]
        return {
            "connected": len(clients),
            "ports-differ": len(ports) == len(clients),
            "bytes": run_all(*transfers),
        }


def connected(family):
    return client_of(outside_listener(family))
