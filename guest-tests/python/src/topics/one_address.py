"""What a policy lets through that allows one loopback address and denies another."""

from support.address import loopback, port_of, second_loopback
from support.bindings import Err
from support.observe import code_of, done, observe, seen
from support.report import outside_listener, step
from support.setup import bound, create
from support.sockets import bind_to, connect_and_accept, connect_to, listen_on
from support.table import case, cases
from support.transfer import Transfer
from support.under_fault import after_failure


@case
def allowed(family):
    with create(family) as listener, create(family) as client:
        step("bind and listen")
        bind = done(bind_to, listener, loopback(family))
        listen = done(listen_on, listener)
        step("connect and accept")
        return {"bind": bind, "listen": listen, "client": serve(listener, client)}


def serve(listener, client):
    try:
        streams, server = connect_and_accept(listener, client)
    except Err as error:
        return observe(error.value)
    with streams as (_, output), server:
        step("carry bytes")
        return Transfer(output, server.input, 100).run()


@case
def denied_bind(family):
    with create(family) as socket:
        step("bind")
        return done(bind_to, socket, second_loopback())


@case
def bind_after_denied(family):
    """The socket is unbound still, and may be bound where the policy allows it."""
    with create(family) as socket:
        step("bind in vain")
        denied = done(bind_to, socket, second_loopback())
        step("bind again")
        return {
            "denied": denied,
            "local-address": seen(socket.local_address),
            "bind": done(bind_to, socket, loopback(family)),
            "bound-to": seen(socket.local_address),
        }


@cases(denied_connect=create, denied_connect_from_bound=bound)
def connect_denied(family, make):
    address = denied_listener(family)
    with make(family) as socket:
        step("connect")
        return done(connect_to, socket, address)


@cases(closed_after_denied=create, closed_after_denied_from_bound=bound)
def closed_after(family, make):
    address = denied_listener(family)
    with make(family) as socket:
        step("connect in vain")
        if code_of(connect_to, socket, address) is None:
            return "connected"
        return after_failure(socket, family)


def denied_listener(family):
    """Where the runner listens, and the policy denies it."""
    return second_loopback(port_of(outside_listener(family)))
