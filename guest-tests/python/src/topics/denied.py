"""What remains where the policy of the runtime forbids TCP."""

from support.address import loopback
from support.bindings import Err, create_tcp_socket
from support.halt import Observed
from support.observe import done
from support.report import outside_listener, step
from support.sockets import bind_to, connect_to
from support.table import case


@case
def create(family):
    step("create")
    return done(create_tcp_socket, family)


@case
def create_again(family):
    """Whether every call gets the same answer."""
    step("create often")
    first = done(create_tcp_socket, family)
    same = all(done(create_tcp_socket, family) == first for _ in range(200))
    return {"first": first, "same-each-time": same}


@case
def bind(family):
    with socket_of(family) as socket:
        step("bind")
        return done(bind_to, socket, loopback(family))


@case
def connect(family):
    """Somebody listens, so only the policy is in the way."""
    listener = outside_listener(family)
    with socket_of(family) as socket:
        step("connect")
        return done(connect_to, socket, listener)


def socket_of(family):
    step("create")
    try:
        return create_tcp_socket(family)
    except Err:
        raise Observed("no socket") from None
