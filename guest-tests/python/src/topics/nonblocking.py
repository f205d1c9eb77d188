"""No call blocks: only pollables wait.

A call that blocks waits for this guest, so it never returns. To return is all that a call
has to do, however long it takes.
"""

from support.bindings import SEND, Err
from support.clock import AT_ONCE
from support.observe import done, seen
from support.report import step
from support.setup import at, connected, create, listening
from support.sockets import accept_now, close, connect_and_accept, start_connect
from support.table import case
from support.unresponsive import unresponsive_peer

CHUNK = bytes(1 << 16)


@case
def accept_nobody(family):
    with listening(family) as socket:
        step("accept")
        return {"accept": done(accept_now, socket), "at-once": AT_ONCE}


@case
def accept_nobody_any_more(family):
    with listening(family) as socket, create(family) as client:
        served = at("connect and accept", connect_and_accept, socket, client)
        step("accept")
        accept = done(accept_now, socket)
        close(*served)
        return {"accept": accept, "at-once": AT_ONCE}


@case
def connect_silent(family):
    with unresponsive_peer(family) as peer, create(family) as socket:
        step("start-connect")
        start = done(start_connect, socket, peer.address)
        step("finish-connect")
        finish = done(socket.finish_connect)
        step("finish-connect again")
        again = done(socket.finish_connect)
        return {
            "start-connect": start,
            "finish-connect": [finish, again],
            "at-once": [AT_ONCE, AT_ONCE, AT_ONCE],
        }


@case
def read_nothing(family):
    with connected(family) as pair:
        step("read")
        return {"read": seen(lambda: len(pair.client.input.read(100))), "at-once": AT_ONCE}


@case
def write_unread(family):
    with connected(family) as pair:
        step("write what nobody reads")
        fill(pair.server)
        return {"at-once": AT_ONCE}


@case
def shutdown_unread(family):
    with connected(family) as pair:
        step("write what nobody reads")
        fill(pair.server)
        step("shutdown")
        return {"shutdown": done(pair.server.socket.shutdown, SEND), "at-once": AT_ONCE}


def fill(connection):
    """Writes until nothing more is permitted, or enough to fill every buffer.

    The end that writes is the one that a pair closes last: to close it may wait until what
    it wrote is sent or refused.
    """
    try:
        for _ in range(1 << 8):
            permitted = connection.output.check_write()
            if permitted == 0:
                return
            connection.output.write(CHUNK[:permitted])
    except Err:
        return
