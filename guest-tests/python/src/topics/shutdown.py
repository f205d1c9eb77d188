"""The end of a connection, one direction at a time."""

from support import transfer
from support.bindings import BOTH, RECEIVE, SEND, Err
from support.clock import pause, resource_gets_ready
from support.observe import done, observe
from support.report import step
from support.setup import at, connected
from support.table import case, cases
from support.transfer import Transfer, Wrong

# More than one write takes, and no more than systems buffer.
SOME = 100_000


def shut_down(end, direction):
    """Shuts down an end of a connection, as a step of the set-up."""
    step("shutdown")
    at("shutdown", end.socket.shutdown, direction)


@case
def send_ends_peer_input(family):
    with connected(family) as pair:
        shut_down(pair.client, SEND)
        step("read at the peer")
        return transfer.end_of(pair.server.input)


@case
def send_closes_output(family):
    with connected(family) as pair:
        shut_down(pair.client, SEND)
        step("check-write")
        return transfer.state_of(pair.client.output)


@case
def send_leaves_input(family):
    with connected(family) as pair:
        shut_down(pair.client, SEND)
        step("carry bytes the other way")
        return Transfer(pair.server.output, pair.client.input, 1000).run()


@case
def receive_closes_input(family):
    with connected(family) as pair:
        shut_down(pair.client, RECEIVE)
        step("read")
        return transfer.end_of(pair.client.input)


@case
def receive_discards(family):
    """Bytes that have arrived unread can no longer be read."""
    with connected(family) as pair:
        step("let bytes arrive")
        is_sent = send(Transfer(pair.server.output, pair.client.input, 1000)) is None
        arrived = resource_gets_ready(pair.client.input)
        shut_down(pair.client, RECEIVE)
        step("read")
        return {
            "sent": is_sent,
            "arrived": arrived,
            "read": transfer.end_of(pair.client.input),
        }


def send(sent):
    """Sends the bytes of a transfer; returns what went wrong, or nothing."""
    try:
        sent.send()
    except Wrong as wrong:
        return wrong.reason
    return None


@case
def receive_leaves_output(family):
    with connected(family) as pair:
        shut_down(pair.client, RECEIVE)
        step("carry bytes the other way")
        return Transfer(pair.client.output, pair.server.input, 1000).run()


@case
def both_ends_peer_input(family):
    with connected(family) as pair:
        shut_down(pair.client, BOTH)
        step("read at the peer")
        return transfer.end_of(pair.server.input)


@case
def both_closes_streams(family):
    with connected(family) as pair:
        shut_down(pair.client, BOTH)
        step("use the streams")
        return {
            "input": transfer.end_of(pair.client.input),
            "output": transfer.state_of(pair.client.output),
        }


@case
def accepted_send_ends_peer_input(family):
    with connected(family) as pair:
        shut_down(pair.server, SEND)
        step("read at the peer")
        return {
            "peer": transfer.end_of(pair.client.input),
            "output": transfer.state_of(pair.server.output),
        }


@case
def accepted_receive_closes_input(family):
    with connected(family) as pair:
        shut_down(pair.server, RECEIVE)
        step("read")
        return transfer.end_of(pair.server.input)


@cases(
    receive_twice=(RECEIVE, RECEIVE),
    send_twice=(SEND, SEND),
    both_twice=(BOTH, BOTH),
    receive_then_send=(RECEIVE, SEND),
    both_after_send=(SEND, BOTH),
)
def one_after_the_other(family, directions):
    with connected(family) as pair:
        step("shutdown twice")
        return [done(pair.client.socket.shutdown, direction) for direction in directions]


@cases(keeps_data=True, keeps_unflushed_data=False)
def keeps(family, flushes):
    """What was written before the shutdown arrives, be it flushed or not."""
    with connected(family) as pair:
        step("write")
        sent = Transfer(pair.client.output, pair.server.input, SOME, flushes=flushes)
        reason = send(sent)
        if reason is not None:
            return reason
        shut_down(pair.client, SEND)
        step("read to the end")
        return sent.receive_to_end()


@case
def send_keeps_what_is_unread(family):
    """Bytes that wait at the end that shuts down are there still, and the peer sees no more
    than an end."""
    with connected(family) as pair:
        step("let bytes arrive")
        sent = Transfer(pair.server.output, pair.client.input, 1000)
        reason = send(sent)
        if reason is not None:
            return reason
        arrived = resource_gets_ready(pair.client.input)
        shut_down(pair.client, SEND)
        step("read at the peer")
        peer = transfer.end_of(pair.server.input)
        step("read what has arrived")
        return {"arrived": arrived, "peer": peer, "bytes": sent.receive()}


@case
def receive_is_not_told(family):
    """The peer learns of no end, and may write. Some systems reset the connection once bytes
    come that nobody is to receive."""
    with connected(family) as pair:
        client, server = pair.client, pair.server
        shut_down(client, RECEIVE)
        step("let an end arrive at the peer")
        pause()
        read = read_one(server.input)
        output = transfer.state_of(server.output)
        step("write at the peer")
        written = done(server.output.blocking_write_and_flush, bytes(1000))
        step("carry bytes the other way")
        back = Transfer(client.output, server.input, 1000).run()
        return {
            "peer": {"read": read, "output": output},
            "later": {"write": written, "back": back},
        }


def read_one(input_stream):
    try:
        return "bytes" if input_stream.read(1) else "empty"
    except Err as error:
        return observe(error.value)
