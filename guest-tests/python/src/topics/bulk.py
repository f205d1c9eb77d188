"""More than a mebibyte through each call of a stream, in both directions."""

from random import Random

from support.bindings import SEND, Err
from support.clock import Attempts, resource_gets_ready
from support.observe import observe
from support.report import step
from support.setup import at, connected
from support.table import cases

# How many bytes are sent before the last ones.
LENGTH = (1 << 20) + 200_003

# The last bytes are so few that any system buffers them.
LAST = 1000

# The first piece is so large, and each that follows four times as large as all before.
FIRST = 5003

# Of what is skipped or zero, how many bytes are told apart behind it.
MARK = 16

# What one call of these may write.
BLOCKING_LIMIT = 4096


class Wrong(Exception):
    """What went wrong on the way, as an observation."""


@cases(
    write_and_read=("write", "read"),
    write_and_blocking_read=("write", "blocking-read"),
    write_and_skip=("write", "skip"),
    write_and_blocking_skip=("write", "blocking-skip"),
    write_zeroes=("write-zeroes", "read"),
    blocking_write_and_flush=("blocking-write", "read"),
    blocking_write_zeroes_and_flush=("blocking-write-zeroes", "read"),
)
def bulk(family, calls):
    with connected(family) as one, connected(family) as two:
        return {
            "to-server": carry(one.client, one.server, *calls),
            "to-client": carry(two.server, two.client, *calls),
        }


def carry(sender, receiver, send, receive):
    """Carries all bytes and then the end."""
    line = Line(sender.output, receiver.input, send, receive)
    try:
        step("send and receive")
        line.all_but_the_last()
        step("send the last bytes")
        line.last()
        step("shutdown")
        at("shutdown", sender.socket.shutdown, SEND)
        step("receive the last bytes")
        line.rest()
    except Wrong as wrong:
        return {"bytes": wrong.args[0]}
    step("receive the end")
    return {"bytes": "whole", "end": line.end()}


class Line:
    """Bytes on their way, and the calls by which they are sent and received."""

    def __init__(self, output, input_stream, by, until):
        self.output = output
        self.input = input_stream
        self.by = by
        self.until = until
        # What to send: no few of these bytes repeat.
        self.bytes = Random(1).randbytes(2 * LENGTH + LAST + BLOCKING_LIMIT + MARK)
        self.sent = bytearray()
        self.received = 0

    def all_but_the_last(self):
        """What comes after a piece makes room for it, and shows what it lost: a piece is not
        received to its last byte before the next one is on its way."""
        attempts = Attempts()
        while len(self.sent) < LENGTH:
            before = len(self.sent)
            if self.send(min(max(4 * before, FIRST), LENGTH)):
                attempts = Attempts()
                self.receive_up_to(before)
            elif self.received < len(self.sent):
                self.receive()
            else:
                self.wait_until_writable(attempts)

    def last(self):
        """Once they are flushed, nothing is left that the end of the stream could overtake."""
        before = len(self.sent)
        attempts = Attempts()
        while not self.send(LAST):
            if self.received < before:
                self.receive()
            else:
                self.wait_until_writable(attempts)
        self.receive_up_to(before)
        sending(self.output.blocking_flush)

    def rest(self):
        self.receive_up_to(len(self.sent))

    def end(self):
        """What comes where only the end is due."""
        attempts = Attempts()
        while True:
            try:
                count = self.receive_one()
            except Err as error:
                return observe(error.value)
            if count > 0:
                return "more than was sent"
            if self.until.startswith("blocking"):
                return "nothing"
            if not attempts.go_on() or not resource_gets_ready(self.input):
                return "stalled"

    def receive_one(self):
        """Asks for one byte; returns how many there are."""
        match self.until:
            case "read":
                return len(self.input.read(1))
            case "blocking-read":
                return len(self.input.blocking_read(1))
            case "skip":
                return self.input.skip(1)
            case "blocking-skip":
                return self.input.blocking_skip(1)

    def wait_until_writable(self, attempts):
        if not attempts.go_on() or not resource_gets_ready(self.output):
            raise Wrong("never writable")

    def send(self, most):
        """Sends a piece, if the stream takes one; returns whether it did."""
        match self.by:
            case "write":
                size = self.permitted(most)
                self.write(size)
                return size > 0
            case "write-zeroes":
                size = self.permitted(most)
                if size > 0:
                    sending(self.output.write_zeroes, size)
                    self.sent += bytes(size)
                self.write(self.permitted(MARK))
                return size > 0
            case "blocking-write":
                self.blocking_write(min(most, BLOCKING_LIMIT))
            case "blocking-write-zeroes":
                size = min(most, BLOCKING_LIMIT - MARK)
                sending(self.output.blocking_write_zeroes_and_flush, size)
                self.sent += bytes(size)
                self.blocking_write(MARK)
        return True

    def permitted(self, most):
        """How many bytes the stream takes now."""
        return min(most, sending(self.output.check_write))

    def write(self, size):
        if size > 0:
            piece = self.piece(size)
            sending(self.output.write, piece)
            self.sent += piece

    def blocking_write(self, size):
        piece = self.piece(size)
        sending(self.output.blocking_write_and_flush, piece)
        self.sent += piece

    def piece(self, size):
        """The next bytes to send."""
        start = len(self.sent)
        return self.bytes[start : start + size]

    def receive_up_to(self, position):
        while self.received < position:
            self.receive()

    def receive(self):
        """Receives some of the bytes that are on their way."""
        left = len(self.sent) - self.received
        # Of what is skipped, the bytes behind it tell which bytes it was.
        skipped = max(left - MARK, 0)
        match self.until:
            case "read":
                self.read(left, self.input.read)
            case "blocking-read":
                self.read(left, self.input.blocking_read)
            case "skip":
                self.skip(skipped, self.input.skip)
                self.read(MARK, self.input.read)
            case "blocking-skip":
                if skipped > 0 and self.skip(skipped, self.input.blocking_skip) == 0:
                    raise Wrong("skipped nothing")
                self.read(MARK, self.input.read)

    def skip(self, most, call):
        count = receiving(call, most)
        if count > most:
            raise Wrong("skipped more than asked for")
        self.received += count
        return count

    def read(self, most, call):
        """Reads at least one byte."""
        most = min(most, len(self.sent) - self.received)
        attempts = Attempts()
        while most > 0:
            some = receiving(call, most)
            if self.sent[self.received : self.received + len(some)] != some:
                raise Wrong("other bytes")
            self.received += len(some)
            if some:
                return
            if not attempts.go_on() or not resource_gets_ready(self.input):
                raise Wrong("stalled")


def sending(call, *arguments):
    try:
        return call(*arguments)
    except Err as error:
        raise Wrong({"send": observe(error.value)}) from None


def receiving(call, *arguments):
    try:
        return call(*arguments)
    except Err as error:
        raise Wrong({"receive": observe(error.value)}) from None
