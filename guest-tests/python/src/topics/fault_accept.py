"""What accept returns when the operating system refuses it, and what state the listener is in
then."""

from support import under_fault
from support.address import loopback, same
from support.bindings import BOTH, Err, ErrorCode
from support.clock import resource_gets_ready, succeeds_soon
from support.observe import code_of, done, kept, observe
from support.report import step
from support.setup import address_of, at, create, listening, peer_of
from support.sockets import accept_now, close, connect_to, start_bind, start_connect
from support.table import case


@case
def code(family):
    with listening(family) as listener, create(family) as client:
        address = address_of(listener)
        step("connect")
        with at("connect", connect_to, client, address):
            try:
                server = accept(listener)
            except Err as error:
                return observe(error.value)
            with server:
                local = address_of(client)
                remote = peer_of(server.socket)
                return "unaffected" if same(local, remote) else "another client"


@case
def state(family):
    listener = listening(family)
    with create(family) as client:
        address = address_of(listener)
        step("connect")
        with at("connect", connect_to, client, address):
            if code_of(accept, listener) is None:
                close(listener)
                return "accepted"
            step("ask the listener")
            observed = {
                "is-listening": listener.is_listening(),
                "local-address": kept(address, listener.local_address),
                "start-bind": done(start_bind, listener, loopback(family)),
                "start-listen": done(listener.start_listen),
                "start-connect": done(start_connect, listener, under_fault.nobody(family)),
                "finish-listen": done(listener.finish_listen),
                "shutdown": done(listener.shutdown, BOTH),
                "accept": under_fault.attempted(code_of(accept_now, listener)),
            }
            step("drop")
            close(listener)
            return observed


def accept(listener):
    """Accepts a client that waits; `would-block` if the listener never says anything else."""
    step("accept")
    server, code = None, None

    def attempt():
        nonlocal server, code
        is_ready = resource_gets_ready(listener)
        try:
            server = accept_now(listener)
        except Err as error:
            code = error.value
        return server is not None or not is_ready or code is not ErrorCode.WOULD_BLOCK

    succeeds_soon(attempt)
    if server is None:
        raise Err(code)
    return server
