"""The pollable of a socket among others."""

from contextlib import ExitStack

from support import bindings
from support.bindings import subscribe_duration
from support.clock import gets_ready, succeeds
from support.observe import done
from support.report import step
from support.setup import address_of, at, connected, create, listening
from support.sockets import accept_now, accept_one, connect_to, finish_connecting, start_connect
from support.table import case
from support.transfer import Transfer, Wrong


@case
def accept_beside_timer(family):
    with subscribe_duration(0) as timer:
        return accept_beside(family, timer, 0)


@case
def accept_beside_socket(family):
    with create(family) as unbound, unbound.subscribe() as always:
        return accept_beside(family, always, 0)


@case
def accept_after_ready_one(family):
    """Like `accept_beside_timer`, but the timer comes first."""
    with subscribe_duration(0) as timer:
        return accept_beside(family, timer, 1)


def accept_beside(family, always, place):
    with listening(family) as listener:
        address = address_of(listener)
        with (
            create(family) as client,
            at("connect", connect_to, client, address),
            listener.subscribe() as pollable,
        ):
            return {
                "reported": reported(pollable, always, place),
                "ready": gets_ready(pollable),
                "accept": done(accept_one, listener),
            }


@case
def connect_beside_timer(family):
    with subscribe_duration(0) as timer:
        return connect_beside(family, timer)


@case
def connect_beside_socket(family):
    with create(family) as unbound, unbound.subscribe() as always:
        return connect_beside(family, always)


def connect_beside(family, always):
    with listening(family) as listener:
        address = address_of(listener)
        with create(family) as client:
            at("start-connect", start_connect, client, address)
            with client.subscribe() as pollable:
                return {
                    "reported": reported(pollable, always, 0),
                    "ready": gets_ready(pollable),
                    "connect": done(finish_connecting, client),
                }


@case
def read_beside_timer(family):
    with connected(family) as pair:
        step("write")
        transfer = Transfer(pair.client.output, pair.server.input, 100)
        try:
            transfer.send()
        except Wrong as wrong:
            return wrong.reason
        with pair.server.input.subscribe() as pollable, subscribe_duration(0) as timer:
            return {
                "reported": reported(pollable, timer, 0),
                "ready": gets_ready(pollable),
                "bytes": transfer.receive(),
            }


def reported(one, always, place):
    """Polls `one`, which gets ready, together with `always`, until the poll reports `one` at
    `place`. Returns whether it did."""
    step("poll")
    pair = [one, always] if place == 0 else [always, one]
    return succeeds(lambda: place in bindings.poll(pair))


@case
def two_pollables_of_a_socket(family):
    """Both are reported, each in its place."""
    with create(family) as socket, socket.subscribe() as one, socket.subscribe() as two:
        step("poll")
        is_reported = [False, False]

        def both_are_reported():
            for index in bindings.poll([one, two]):
                is_reported[index % 2] = True
            return all(is_reported)

        succeeds(both_are_reported)
        return is_reported


@case
def pollables_kept_for_many_clients(family):
    """A pollable belongs to the socket, not to a client: each one tells of all that come."""
    rounds = []
    with listening(family) as listener, ExitStack() as held:
        address = address_of(listener)
        pollables = []
        for _ in range(6):
            pollables.append(held.enter_context(listener.subscribe()))
            with create(family) as client:
                step("connect")
                with at("connect", connect_to, client, address):
                    step("poll")
                    ready = all(gets_ready(pollable) for pollable in pollables)
                    step("accept")
                    accept = done(accept_one, listener)
                    rounds.append([ready, accept, done(accept_now, listener)])
    return rounds[0] if rounds == rounds[:1] * 6 else rounds


@case
def ready_ones_only(family):
    """A listener without a client is not reported beside a socket that is ready."""
    with create(family) as unbound, listening(family) as listener:
        with unbound.subscribe() as ready, listener.subscribe() as waiting:
            step("poll")
            return bindings.poll([waiting, ready, waiting])


@case
def nothing(_):
    step("poll")
    return bindings.poll([])
