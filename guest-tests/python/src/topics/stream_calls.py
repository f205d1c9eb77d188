"""The calls of a stream that carry bytes in other ways than `read` and `write`."""

from support.bindings import SEND, Err, InputStream, OutputStream
from support.clock import Attempts, resource_gets_ready
from support.halt import Observed
from support.observe import done, observe, seen
from support.report import step
from support.setup import at, connected
from support.table import case, cases
from support.transfer import end_of

# How many bytes are sent: no more than one of the blocking calls takes.
LENGTH = 3000

# The bytes that are sent.
BYTES = (bytes(range(251)) * (LENGTH // 251 + 1))[:LENGTH]

# The bytes of which a call asks for more, and how many it asks for.
FEW = b"0123456789"
MORE = 100


@case
def blocking_read(family):
    with connected(family) as pair:
        send(pair.server.output, BYTES)
        step("blocking-read")
        arrived = b""
        while len(arrived) < LENGTH:
            try:
                some = pair.client.input.blocking_read(LENGTH)
            except Err as error:
                return observe(error.value)
            if not some:
                return "empty"
            arrived += some
        return compared(arrived, BYTES)


@cases(skip=(InputStream.skip, False), blocking_skip=(InputStream.blocking_skip, True))
def skips(family, call):
    """Skips the first third, and reads the rest."""
    skip, waits = call
    with connected(family) as pair:
        send(pair.server.output, BYTES)
        step("skip")
        input_stream = pair.client.input
        skipped, reason = moved(
            LENGTH // 3, waits, [input_stream], lambda left: skip(input_stream, left)
        )
        if reason is not None:
            return {"skipped": skipped, "then": reason}
        step("read the rest")
        return {"skipped": skipped, "rest": received(input_stream, BYTES[LENGTH // 3 :])}


@case
def blocking_write_and_flush(family):
    with connected(family) as pair:
        send(pair.client.output, BYTES)
        return received(pair.server.input, BYTES)


@case
def blocking_flush(family):
    with connected(family) as pair:
        output = pair.client.output
        permit(output)
        step("write")
        written = done(output.write, b"x")
        step("blocking-flush")
        return {
            "write": written,
            "flush": done(output.blocking_flush),
            "writable": seen(lambda: output.check_write() > 0),
            "received": received(pair.server.input, b"x"),
        }


@case
def write_zeroes(family):
    with connected(family) as pair:
        output = pair.client.output
        length = min(LENGTH, permit(output))
        step("write-zeroes")
        written = done(output.write_zeroes, length)
        step("flush")
        return {
            "write": written,
            "flush": done(output.flush),
            "received": received(pair.server.input, bytes(length)),
        }


@case
def blocking_write_zeroes_and_flush(family):
    with connected(family) as pair:
        step("blocking-write-zeroes-and-flush")
        return {
            "write": done(pair.client.output.blocking_write_zeroes_and_flush, LENGTH),
            "received": received(pair.server.input, bytes(LENGTH)),
        }


@cases(
    splice=(OutputStream.splice, False),
    blocking_splice=(OutputStream.blocking_splice, True),
)
def splices(family, call):
    """Moves bytes from one connection to another."""
    splice, waits = call
    with connected(family) as source, connected(family) as target:
        send(source.client.output, BYTES)
        step("splice")
        input_stream, output = source.server.input, target.client.output
        spliced, reason = moved(
            LENGTH,
            waits,
            [input_stream, output],
            lambda left: splice(output, input_stream, left),
        )
        if reason is not None:
            return {"spliced": spliced, "then": reason}
        step("blocking-flush")
        try:
            output.blocking_flush()
        except Err as error:
            return {"flush": observe(error.value)}
        return {"spliced": spliced, "received": received(target.server.input, BYTES)}


@case
def calls_at_the_end(family):
    """Where a read says that the stream is closed, so do the others."""
    with connected(family) as pair:
        at("shutdown", pair.server.socket.shutdown, SEND)
        input_stream = pair.client.input
        step("read to the end")
        observed = {"read": end_of(input_stream)}
        step("blocking-read")
        observed["blocking-read"] = seen(lambda: len(input_stream.blocking_read(1)))
        step("skip")
        observed["skip"] = seen(input_stream.skip, 1)
        step("blocking-skip")
        observed["blocking-skip"] = seen(input_stream.blocking_skip, 1)
        step("splice")
        observed["splice"] = seen(pair.client.output.splice, input_stream, 1)
        return observed


@case
def read_of_more(family):
    """Fewer bytes are there than a call asks for, and no more will come."""
    with connected(family) as pair:
        input_stream = pair.client.input
        send(pair.server.output, FEW)
        step("read")
        attempts = Attempts()
        try:
            while not (first := input_stream.read(MORE)):
                if not attempts.go_on() or not resource_gets_ready(input_stream):
                    return "stalled"
        except Err as error:
            return observe(error.value)
        return with_rest(first, input_stream)


@case
def blocking_read_of_more(family):
    with connected(family) as pair:
        send(pair.server.output, FEW)
        step("blocking-read")
        try:
            first = pair.client.input.blocking_read(MORE)
        except Err as error:
            return observe(error.value)
        return with_rest(first, pair.client.input)


@case
def blocking_skip_of_more(family):
    with connected(family) as pair:
        send(pair.server.output, FEW)
        step("blocking-skip")
        try:
            skipped = pair.client.input.blocking_skip(MORE)
        except Err as error:
            return observe(error.value)
        return of_few(skipped, lambda: received(pair.client.input, FEW[skipped:]))


@case
def blocking_splice_of_more(family):
    with connected(family) as source, connected(family) as target:
        send(source.client.output, FEW)
        step("blocking-splice")
        input_stream, output = source.server.input, target.client.output
        try:
            spliced = output.blocking_splice(input_stream, MORE)
        except Err as error:
            return observe(error.value)
        return of_few(
            spliced,
            lambda: [
                received(target.server.input, FEW[:spliced]),
                received(input_stream, FEW[spliced:]),
            ],
        )


def with_rest(first, input_stream):
    """What the first read gave, and whether it and the rest are the bytes that were sent."""
    count = len(first)

    def both():
        rest = received(input_stream, FEW[count:])
        return [compared(first, FEW[:count]), rest]

    return of_few(count, both)


def of_few(count, rest):
    """What a call gave that asked for more bytes than are there, and then the rest."""
    if count == 0:
        return "nothing"
    if count > len(FEW):
        return "more than was sent"
    return {"bytes": "some", "rest": rest()}


def permit(output):
    """How many bytes may be written."""
    step("check-write")
    if not resource_gets_ready(output):
        raise Observed("never writable")
    try:
        return output.check_write()
    except Err as error:
        raise Observed(observe(error.value)) from None


def send(output, some):
    step("blocking-write-and-flush")
    try:
        output.blocking_write_and_flush(some)
    except Err as error:
        raise Observed({"send": observe(error.value)}) from None


def moved(length, waits, streams, go):
    """Calls `go` until it has moved `length` bytes, and if it never `waits`, waits for the
    streams where it moved none; returns how many it moved, and why it did not move all."""
    attempts = Attempts()
    count = 0
    while count < length:
        try:
            some = go(length - count)
        except Err as error:
            return count, observe(error.value)
        if some > length - count:
            return count, "more than asked for"
        if some > 0:
            attempts = Attempts()
            count += some
        elif waits:
            return count, "nothing"
        elif not attempts.go_on() or not all(map(resource_gets_ready, streams)):
            return count, "stalled"
    return count, None


def received(input_stream, expected):
    """`"whole"` when just these bytes arrive, or what went wrong."""
    step("read at the peer")
    attempts = Attempts()
    arrived = b""
    while len(arrived) < len(expected):
        try:
            some = input_stream.read(len(expected) - len(arrived))
        except Err as error:
            return observe(error.value)
        if some:
            attempts = Attempts()
            arrived += some
        elif not attempts.go_on() or not resource_gets_ready(input_stream):
            return "stalled"
    return compared(arrived, expected)


def compared(arrived, expected):
    return "whole" if arrived == expected else "other bytes"
