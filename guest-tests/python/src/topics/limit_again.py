"""More sockets, one after another, than the process may have descriptors, in each way in
which a socket comes to its end."""

from support.address import loopback
from support.bindings import Err, create_tcp_socket
from support.clock import succeeds_in_time
from support.observe import answer, code_of
from support.report import step
from support.setup import address_of, at, bound, listening
from support.sockets import (
    bind_to,
    close,
    connect_and_accept,
    connect_to,
    listen_on,
    start_bind,
    start_connect,
)
from support.table import case

# More rounds than there are descriptors.
ROUNDS = 70


def rounds(life):
    """Repeats a life of sockets, which are all dropped at its end. A host may take its time to
    give descriptors back."""
    last = None

    def lives():
        nonlocal last
        last = code_of(life)
        return last is None

    step("live again and again")
    for _ in range(ROUNDS):
        if not succeeds_in_time(lives):
            return answer(last)
    return "ok"


@case
def bind_in_progress(family):
    def life():
        with create_tcp_socket(family) as socket:
            start_bind(socket, loopback(family))

    return rounds(life)


@case
def connect_in_progress(family):
    with listening(family) as listener:
        address = address_of(listener)

        def life():
            with create_tcp_socket(family) as socket:
                start_connect(socket, address)

        return rounds(life)


@case
def closed(family):
    """Nobody listens at the port of a socket that is bound, and connecting to it fails."""
    with bound(family) as holder:
        address = address_of(holder)

        def fail():
            with create_tcp_socket(family) as socket:
                return code_of(connect_to, socket, address)

        # By which code it fails is judged elsewhere.
        step("connect in vain")
        first = at("create", fail)

        def life():
            code = fail()
            if None not in (code, first) and code is not first:
                raise Err(code)

        return rounds(life)


@case
def whole_life(family):
    def life():
        with create_tcp_socket(family) as listener:
            bind_to(listener, loopback(family))
            listen_on(listener)
            with create_tcp_socket(family) as client:
                close(*connect_and_accept(listener, client))

    return rounds(life)
