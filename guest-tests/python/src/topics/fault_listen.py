"""What listen returns when the operating system refuses it, and what state the socket is in
then."""

from support import under_fault
from support.address import loopback
from support.halt import Observed
from support.observe import code_of, done, observe
from support.report import step
from support.setup import create
from support.sockets import bind_to, close, listen_on
from support.table import case


@case
def code(family):
    with not_refused_yet(family) as socket:
        step("listen")
        error = code_of(listen_on, socket)
        return under_fault.from_listening(socket, family) if error is None else observe(error)


@case
def state(family):
    socket = not_refused_yet(family)
    step("listen")
    if code_of(listen_on, socket) is None:
        close(socket)
        return "listening"
    observed = {
        "finish": done(socket.finish_listen),
        "closed": under_fault.after_failure(socket, family),
    }
    step("drop")
    close(socket)
    return observed


def not_refused_yet(family):
    """A bound socket. An implementation may listen as soon as it binds, and then this is where
    the fault is met."""
    socket = create(family)
    step("bind")
    if code_of(bind_to, socket, loopback(family)) is not None:
        close(socket)
        raise Observed("not bound")
    return socket
