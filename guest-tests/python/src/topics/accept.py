"""What `accept` returns."""

from contextlib import ExitStack

from support.address import same
from support.observe import observe, seen
from support.report import step
from support.setup import address_of, at, connected, create, listening, peer_of
from support.sockets import accept_one, close, connect_to
from support.table import case
from support.transfer import Transfer


@case
def family(family):
    with connected(family) as pair:
        return observe(pair.server.socket.address_family())


@case
def remote_address(family):
    with connected(family) as pair:
        client = address_of(pair.client.socket)
        return {"client": seen(lambda: same(pair.server.socket.remote_address(), client))}


@case
def local_address(family):
    with connected(family) as pair:
        listener = address_of(pair.listener)
        return {"listener": seen(lambda: same(pair.server.socket.local_address(), listener))}


@case
def not_listening(family):
    with connected(family) as pair:
        return {
            "accepted": pair.server.socket.is_listening(),
            "listener": pair.listener.is_listening(),
        }


@case
def streams_to_client(family):
    with connected(family) as pair:
        step("carry bytes")
        return Transfer(pair.server.output, pair.client.input, 100).run()


@case
def streams_to_server(family):
    with connected(family) as pair:
        step("carry bytes")
        return Transfer(pair.client.output, pair.server.input, 100).run()


@case
def several_clients(family):
    """Three clients wait. Bytes for each reach the right one, whatever the order in which
    they are accepted."""
    with ExitStack() as held:
        listener = held.enter_context(listening(family))
        address = address_of(listener)
        clients = [held.enter_context(create(family)) for _ in range(3)]
        step("connect")
        streams = [
            held.enter_context(at("connect", connect_to, client, address)) for client in clients
        ]
        arrived = ["not accepted"] * len(clients)
        for _ in clients:
            step("accept")
            with at("accept", accept_one, listener) as accepted:
                remote = peer_of(accepted.socket)
                for index, client in enumerate(clients):
                    if same(address_of(client), remote):
                        input_stream, _ = streams[index]
                        transfer = Transfer(accepted.output, input_stream, 100 + index)
                        arrived[index] = transfer.run()
        return arrived


@case
def outlives_listener(family):
    pair = connected(family)
    step("drop the listener")
    close(pair.listener)
    with pair.client as client, pair.server as server:
        return Transfer(client.output, server.input, 100).run()
