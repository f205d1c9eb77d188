"""What `create-tcp-socket` returns."""

from support.address import loopback, other, same
from support.bindings import create_tcp_socket
from support.observe import done, observe, seen
from support.option import HOP_LIMIT, KEEP_ALIVE_ENABLED
from support.report import step
from support.setup import address_of, at, bound, connected, create, listening
from support.sockets import bind_to, close, connect_and_accept, connect_to, listen_on
from support.table import case

# More than the 64 descriptors that `fd-limit` leaves, and too few to use up the ports of a
# small machine.
ROUNDS = 100


@case
def returns_socket(family):
    return done(create_tcp_socket, family)


@case
def family(family):
    with create(family) as socket:
        return observe(socket.address_family())


@case
def family_alternating(family):
    with (
        create(family) as first,
        create(other(family)) as second,
        create(family) as third,
        create(other(family)) as fourth,
    ):
        sockets = (first, second, third, fourth)
        return [observe(socket.address_family()) for socket in sockets]


@case
def family_serves(family):
    """A socket may report a family that it is not of, so it is put to use: it binds to an
    address of the family and reaches a listener there."""
    with create(family) as server, create(family) as client:
        step("bind, listen, connect")
        return {
            "bind": done(bind_to, server, loopback(family)),
            "listen": done(listen_on, server),
            "connect": done(connect_and_accept, server, client),
            "family": observe(server.address_family()),
        }


@case
def binding_leaves_other(family):
    with create(family) as before, bound(family) as socket, create(family) as after:
        address = address_of(socket)
        return {
            "older": seen(before.local_address),
            "younger": seen(after.local_address),
            "older-binds": done(bind_to, before, loopback(family)),
            "bound-one-kept": same(address_of(socket), address),
        }


@case
def configuring_leaves_other(family):
    with create(family) as configured, create(family) as untouched:
        hop_limit = HOP_LIMIT.value(untouched)
        keep_alive = KEEP_ALIVE_ENABLED.value(untouched)
        HOP_LIMIT.change(configured)
        KEEP_ALIVE_ENABLED.change(configured)
        return {
            "hop-limit-kept": HOP_LIMIT.has(untouched, hop_limit),
            "keep-alive-kept": KEEP_ALIVE_ENABLED.has(untouched, keep_alive),
        }


@case
def dropping_leaves_other(family):
    with create(family) as older:
        dropped = create(family)
        with create(family) as younger:
            step("drop")
            close(dropped)
            return {
                "older-family": observe(older.address_family()),
                "older-binds": done(bind_to, older, loopback(family)),
                "younger-family": observe(younger.address_family()),
                "younger-binds": done(bind_to, younger, loopback(family)),
            }


@case
def in_memory(family):
    def family_of_new_socket():
        with create_tcp_socket(family) as socket:
            return socket.address_family()

    return seen(family_of_new_socket)


@case
def drop_unbound(family):
    """Far more sockets than the 64 descriptors that `fd-limit` leaves."""
    step("create and drop")
    for _ in range(1000):
        close(at("create, after some rounds", create_tcp_socket, family))
    return "ok"


@case
def drop_bound(family):
    for _ in range(ROUNDS):
        close(bound(family))
    return "ok"


@case
def drop_listening(family):
    for _ in range(ROUNDS):
        close(listening(family))
    return "ok"


@case
def drop_connected(family):
    for _ in range(ROUNDS):
        close(connected(family))
    return "ok"


@case
def drop_refused(family):
    """A socket that failed to connect is closed, but still has its descriptor."""
    for _ in range(ROUNDS):
        with bound(family) as holder:
            free = address_of(holder)
        with create(family) as socket:
            step("connect to a closed port")
            done(connect_to, socket, free)
    return "ok"
