"""Bytes on their way from an output stream to an input stream.

The position of a byte determines its value, so that the receiver notices a byte that is
lost, duplicated, changed or out of order.
"""

from contextlib import ExitStack

from .bindings import Err, StreamError_Closed
from .clock import (
    Attempts,
    one_gets_ready,
    resource_gets_ready,
    resource_ready_within_moment,
)
from .observe import observe

# How many bytes to write or read at once. It is no power of two, so that pieces do not
# coincide with the buffers on the way.
PIECE = 8191

# More bytes than any system buffers.
PLENTY = 64 << 20

# After how many pieces a stream whose peer is gone must have given an error: more than any
# system buffers.
ERROR_WITHIN = 10_000

# The bytes repeat after a prime number of them, which no buffer is a multiple of. Twice
# over, so that a piece that runs past the end is still one slice.
PERIOD = 65_521
PATTERN = 2 * bytes((place * 0x9E3779B1 >> 24) & 0xFF for place in range(PERIOD))


class Wrong(Exception):
    """What went wrong with a transfer."""

    @property
    def reason(self):
        return self.args[0]


class Transfer:
    """Bytes that are sent to one stream and received from another."""

    def __init__(self, output, input_stream, length, piece=PIECE, flushes=True):
        self.output = output
        self.input = input_stream
        self.length = length
        self.piece = piece
        # Whether to flush the output stream after the last byte.
        self.flushes = flushes
        # Transfers of different seeds differ in their bytes.
        self.seed = length
        self.sent = 0
        self.received = 0
        # The largest number of bytes that one read returned.
        self.largest_read = 0

    def run(self):
        """Sends and receives all bytes; returns `"whole"`, or what went wrong."""
        return run_all(self)

    def send(self):
        """Sends all bytes, and receives only while the output stream is full.

        Raises `Wrong` with what went wrong.
        """
        attempts = Attempts()
        while self.sent < self.length:
            if self.write() or (not self.is_writable_soon() and self.read()):
                attempts = Attempts()
            elif not attempts.go_on() or not wait(self):
                raise Wrong("stalled")

    def fill(self):
        """Sends until the output stream is full, and receives nothing; the transfer is then
        as long as what was sent.

        Raises `Wrong` with what went wrong, or `"never full"` when the stream takes more
        than any system buffers.
        """
        self.flushes = False
        self.length = PLENTY
        attempts = Attempts()
        while self.sent < self.length:
            if self.write():
                attempts = Attempts()
            elif not self.is_writable_soon():
                self.length = self.sent
                return
            elif not attempts.go_on():
                raise Wrong("ready, and not writable")
        raise Wrong("never full")

    def receive(self):
        """Receives the rest of what was sent; returns `"whole"`, or what went wrong."""
        return run_all(self)

    def receive_to_end(self):
        """Receives the rest, and then expects the end of the stream."""
        arrived = self.receive()
        if arrived == "whole" and end_of(self.input) != "closed":
            return "whole, without an end"
        return arrived

    def write(self):
        """Writes as much as the output stream permits; returns whether any byte moved."""
        try:
            permitted = self.output.check_write()
            size = min(self.length - self.sent, self.piece, permitted)
            if size == 0:
                return False
            self.output.write(self.bytes_at(self.sent, size))
            self.sent += size
            if self.flushes and self.sent == self.length:
                self.output.flush()
        except Err:
            raise Wrong("writing failed") from None
        return True

    def is_writable_soon(self):
        return resource_ready_within_moment(self.output)

    def read(self):
        """Reads the bytes that have arrived; returns whether there were any."""
        try:
            arrived = self.input.read(self.piece)
        except Err as error:
            is_end = isinstance(error.value, StreamError_Closed)
            raise Wrong("cut short" if is_end else "reading failed") from None
        self.largest_read = max(self.largest_read, len(arrived))
        is_more = self.received + len(arrived) > self.length
        if is_more or arrived != self.bytes_at(self.received, len(arrived)):
            raise Wrong("other bytes")
        self.received += len(arrived)
        return bool(arrived)

    def bytes_at(self, position, size):
        """The bytes from a position on."""
        start = (position + self.seed) % PERIOD
        return PATTERN[start : start + size]

    def step(self):
        """Writes and reads once; returns whether any byte moved."""
        wrote = self.sent < self.length and self.write()
        read = self.received < self.length and self.read()
        return wrote or read

    def is_done(self):
        return self.received == self.length


def run_all(*transfers):
    """Runs transfers at the same time; returns `"whole"`, or what went wrong."""
    attempts = Attempts()
    try:
        while True:
            # Each of them makes a step, also after one that has moved.
            moved = any([transfer.step() for transfer in transfers])
            if all(transfer.is_done() for transfer in transfers):
                return "whole"
            if moved:
                attempts = Attempts()
            elif not attempts.go_on() or not wait(*transfers):
                return "stalled"
    except Wrong as wrong:
        return wrong.reason


def wait(*transfers):
    """Waits until one of the transfers can go on; returns whether one can."""
    with ExitStack() as pollables:
        waiting = []
        for transfer in transfers:
            if transfer.received < transfer.length:
                waiting.append(pollables.enter_context(transfer.input.subscribe()))
            if transfer.sent < transfer.length:
                waiting.append(pollables.enter_context(transfer.output.subscribe()))
        return one_gets_ready(waiting)


def end_of(input_stream):
    """What an input stream gives where only its end is due: `"closed"`, `"failed"`,
    `"bytes"`, or `"stalled"` when nothing comes."""
    attempts = Attempts()
    while True:
        try:
            if input_stream.read(1):
                return "bytes"
        except Err as error:
            return observe(error.value)
        if not attempts.go_on() or not resource_gets_ready(input_stream):
            return "stalled"


def error_of(output):
    """Writes until the stream gives an error, which a stream must do soon whose peer is
    gone. Returns the error, or `"stalled"`, or `"open"` when the stream takes bytes without
    end."""
    for _ in range(ERROR_WITHIN):
        try:
            permitted = permitted_by(output)
            if permitted is None:
                return "stalled"
            output.write(bytes(min(PIECE, permitted)))
        except Err as error:
            return observe(error.value)
    return "open"


def permitted_by(output):
    """How many bytes an output stream takes, and `None` if it never takes any."""
    attempts = Attempts()
    while True:
        permitted = output.check_write()
        if permitted > 0:
            return permitted
        if not attempts.go_on() or not resource_gets_ready(output):
            return None


def read_to_end(input_stream):
    """What an input stream gives up to its end: how many bytes, and how it ends."""
    count = 0
    attempts = Attempts()
    while True:
        try:
            arrived = input_stream.read(PIECE)
        except Err as error:
            return count, observe(error.value)
        if arrived:
            count += len(arrived)
            attempts = Attempts()
        elif not attempts.go_on() or not resource_gets_ready(input_stream):
            return count, "stalled"


def state_of(output):
    """The state of an output stream: `"open"` when it takes bytes, `"closed"`, `"failed"`,
    or `"stalled"` when it neither takes bytes nor ends."""
    try:
        return "stalled" if permitted_by(output) is None else "open"
    except Err as error:
        return observe(error.value)
