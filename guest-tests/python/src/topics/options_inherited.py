"""What an accepted socket inherits from its listener."""

from support.observe import observe
from support.option import each
from support.report import step
from support.setup import at, bound, connected, create, listening
from support.sockets import connect_and_accept, listen_on
from support.table import case, cases


@case
def family(family):
    with connected(family) as pair:
        return observe(pair.server.socket.address_family())


@cases(**each("inherited"))
def inherited(family, option):
    with bound(family) as listener:
        value = option.change(listener)
        step("listen, connect and accept")
        at("listen", listen_on, listener)
        return {"inherited": accepted_has(listener, family, option, value)}


@cases(**each("after_listen"))
def after_listen(family, option):
    with listening(family) as listener:
        before = option.value(listener)
        value = option.change(listener)
        step("connect and accept")
        return {
            "changed": value != before,
            "inherited": accepted_has(listener, family, option, value),
        }


def accepted_has(listener, family, option, value):
    """Whether a socket that is accepted has this value."""
    with create(family) as client:
        streams, accepted = at("connect and accept", connect_and_accept, listener, client)
        with streams, accepted:
            return option.has(accepted.socket, value)
