"""Dropping a socket before or after its streams and pollables.

Not the order to follow: everywhere else, children are closed before what they belong to.
"""

from support.report import step
from support.setup import connected, create
from support.sockets import close
from support.table import case
from support.transfer import Transfer


@case
def socket_before_streams(family):
    pair = connected(family)
    client = pair.client
    step("drop the socket")
    close(client.socket)
    step("drop the streams")
    close(client.input, client.output)
    close(pair.server, pair.listener)
    return "ok"


@case
def socket_before_used_streams(family):
    """Whether streams work after their socket is dropped."""
    pair = connected(family)
    client = pair.client
    step("drop the socket")
    close(client.socket)
    step("use the streams")
    carried = Transfer(client.output, pair.server.input, 100).run()
    close(client.input, client.output)
    close(pair.server, pair.listener)
    return carried == "whole"


@case
def socket_before_pollable(family):
    socket = create(family)
    pollable = socket.subscribe()
    step("drop the socket")
    close(socket)
    step("drop the pollable")
    close(pollable)
    return "ok"


@case
def stream_before_pollable(family):
    pair = connected(family)
    pollable = pair.client.input.subscribe()
    step("drop the stream")
    close(pair.client)
    step("drop the pollable")
    close(pollable, pair.server, pair.listener)
    return "ok"
