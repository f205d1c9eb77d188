"""What the streams of a connection carry."""

from support.bindings import SEND
from support.report import step
from support.setup import at, connected
from support.sockets import close
from support.table import case
from support.transfer import Transfer, Wrong, end_of, run_all

MEBIBYTE = 1 << 20


@case
def mebibyte_to_server(family):
    with connected(family) as pair:
        step("carry bytes")
        return Transfer(pair.client.output, pair.server.input, MEBIBYTE).run()


@case
def mebibyte_to_client(family):
    with connected(family) as pair:
        step("carry bytes")
        return Transfer(pair.server.output, pair.client.input, MEBIBYTE).run()


@case
def mebibyte_each_way(family):
    with connected(family) as pair:
        step("carry bytes")
        return run_all(
            Transfer(pair.client.output, pair.server.input, MEBIBYTE),
            Transfer(pair.server.output, pair.client.input, MEBIBYTE),
        )


@case
def small_pieces(family):
    with connected(family) as pair:
        step("carry bytes")
        return Transfer(pair.client.output, pair.server.input, 100, piece=1).run()


@case
def read_gives_no_more_than_asked(family):
    """A read returns no more than asked for, and the next one returns the rest."""
    with connected(family) as pair:
        step("write")
        transfer = Transfer(pair.client.output, pair.server.input, 1000, piece=100)
        try:
            transfer.send()
        except Wrong as wrong:
            return wrong.reason
        step("read")
        return {"arrived": transfer.receive(), "at-most": transfer.largest_read <= 100}


@case
def two_connections(family):
    """The bytes of one connection do not turn up in another."""
    with connected(family) as one, connected(family) as two:
        step("carry bytes")
        return run_all(
            Transfer(one.client.output, one.server.input, 10_000),
            Transfer(two.client.output, two.server.input, 50_000),
            Transfer(two.server.output, two.client.input, 20_000),
        )


@case
def end_after_bytes(family):
    with connected(family) as pair:
        step("carry bytes")
        arrived = Transfer(pair.client.output, pair.server.input, 10_000).run()
        at("shutdown", pair.client.socket.shutdown, SEND)
        step("read to the end")
        return {
            "arrived": arrived,
            "then": end_of(pair.server.input),
            "then-again": end_of(pair.server.input),
        }


@case
def end_when_peer_dropped(family):
    pair = connected(family)
    step("drop one end")
    close(pair.server)
    step("read at the other")
    with pair.listener, pair.client as client:
        return end_of(client.input)


@case
def half_close(family):
    """A request up to its end, then the response up to its end."""
    with connected(family) as pair:
        step("request")
        request = say(pair.client, pair.server, 100_000)
        step("response")
        response = say(pair.server, pair.client, 200_000)
        return {"request": request, "response": response}


def say(sender, receiver, length):
    arrived = Transfer(sender.output, receiver.input, length).run()
    at("shutdown", sender.socket.shutdown, SEND)
    return [arrived, end_of(receiver.input)]
