"""How far a socket gets under a fault, and what is left of it: where the operating system
refuses to create sockets, or what is done with them.

Until it is bound or connected, a socket may be a mere object in memory; on a virtual
network it may remain one. So the guest goes on as far as it gets:

- `error:CODE`: creation failed;
- `deferred:CODE`: creation succeeded, and a later step failed;
- `unaffected`: everything up to an accepted connection worked.
"""

from .address import loopback
from .bindings import BOTH, Err, ErrorCode, create_tcp_socket
from .clock import resource_gets_ready
from .observe import done, name_of, observe
from .report import step
from .sockets import (
    accept_now,
    bind_to,
    close,
    connect_and_accept,
    listen_on,
    start_bind,
    start_connect,
)


def from_creation(family):
    """How far a new socket gets."""
    step("create")
    try:
        socket = create_tcp_socket(family)
    except Err as error:
        return observe(error.value)
    with socket:
        step("bind")
        try:
            bind_to(socket, loopback(family))
        except Err as error:
            return deferred(error.value)
        return from_bound(socket, family)


def from_bound(socket, family):
    """How far a bound socket gets."""
    step("listen")
    try:
        listen_on(socket)
    except Err as error:
        return deferred(error.value)
    return from_listening(socket, family)


def from_listening(socket, family):
    """How far a listener gets."""
    step("create, connect, accept")
    try:
        with create_tcp_socket(family) as client:
            streams, server = connect_and_accept(socket, client)
            close(streams, server)
    except Err as error:
        return deferred(error.value)
    return "unaffected"


def deferred(code):
    """The observation of a fault that appeared after creation."""
    return f"deferred:{name_of(code)}"


def attempted(code):
    """What the outcome of a call shows of the state of its socket: whether the state let it
    through. What became of it then is up to the fault."""
    if code in (ErrorCode.INVALID_STATE, ErrorCode.CONCURRENCY_CONFLICT):
        return observe(code)
    return "attempted"


def after_failure(socket, family):
    """What a socket answers that failed to listen or to connect."""
    step("ask the socket")
    return {
        "pollable-ready": resource_gets_ready(socket),
        "start-bind": done(start_bind, socket, loopback(family)),
        "start-listen": done(socket.start_listen),
        "start-connect": done(start_connect, socket, nobody(family)),
        "accept": done(accept_now, socket),
        "shutdown": done(socket.shutdown, BOTH),
        "is-listening": socket.is_listening(),
    }


def nobody(family):
    """An address to which a connect can be started, whoever listens there."""
    return loopback(family, 9)
