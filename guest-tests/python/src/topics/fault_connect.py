"""What connect returns when the operating system refuses it, and what state the socket is in
then."""

from support import under_fault
from support.bindings import Err
from support.observe import code_of, done, observe
from support.report import step
from support.setup import address_of, bound, create, listening
from support.sockets import accept_one, close, connect_to
from support.table import case, cases


@case
def code(family):
    with listening(family) as listener, create(family) as client:
        address = address_of(listener)
        step("connect")
        try:
            streams = connect_to(client, address)
        except Err as error:
            return observe(error.value)
        with streams:
            step("accept")
            error = code_of(accept_one, listener)
            return "unaffected" if error is None else under_fault.deferred(error)


@cases(state=create, state_of_bound=bound)
def state_of(family, make):
    with listening(family) as listener:
        client = make(family)
        address = address_of(listener)
        step("connect")
        if code_of(connect_to, client, address) is None:
            close(client)
            return "connected"
        observed = {
            "finish": done(client.finish_connect),
            "closed": under_fault.after_failure(client, family),
        }
        step("drop")
        close(client)
        return observed
