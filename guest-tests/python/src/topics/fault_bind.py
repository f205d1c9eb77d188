"""What bind returns when the operating system refuses it, and what state the socket is in
then."""

from support import under_fault
from support.address import loopback
from support.bindings import BOTH
from support.clock import resource_gets_ready
from support.observe import code_of, done, observe, seen
from support.report import step
from support.setup import create
from support.sockets import accept_now, bind_to, close, start_connect
from support.table import case


@case
def code(family):
    with create(family) as socket:
        step("bind")
        error = code_of(bind_to, socket, loopback(family))
        return under_fault.from_bound(socket, family) if error is None else observe(error)


@case
def state(family):
    socket = create(family)
    step("bind")
    if code_of(bind_to, socket, loopback(family)) is None:
        close(socket)
        return "bound"
    step("ask the socket")
    observed = {
        "local-address": seen(socket.local_address),
        "finish-bind": done(socket.finish_bind),
        "start-listen": done(socket.start_listen),
        "accept": done(accept_now, socket),
        "shutdown": done(socket.shutdown, BOTH),
        "is-listening": socket.is_listening(),
        "pollable-ready": resource_gets_ready(socket),
    }
    step("use it again")
    bind = code_of(bind_to, socket, loopback(family))
    connect = code_of(start_connect, socket, under_fault.nobody(family))
    step("drop")
    close(socket)
    return {
        "at-once": observed,
        "bind": under_fault.attempted(bind),
        "start-connect": under_fault.attempted(connect),
    }
