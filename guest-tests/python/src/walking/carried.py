"""The bytes of a walk: who wrote a byte, and its position, determine its value.

So a reader notices bytes that are lost, duplicated, changed, out of order, or those of another
connection.
"""

from support.bindings import Err, StreamError_Closed
from support.clock import Wait, resource_ready_within_moment
from support.transfer import PATTERN, PERIOD

# How many bytes one call writes at most.
PIECE = PERIOD

# How often in a row a stream may be ready and take nothing.
FRUITLESS = 20

# How many bytes fill every buffer, or nothing does.
PLENTY = 1 << 24

# How far apart two writers are in the pattern.
APART = 6007


def bytes_at(writer, position, size):
    """The bytes that a socket writes from a position on."""
    start = (position + APART * int(writer.removeprefix("s"))) % PERIOD
    pattern = PATTERN * (size // PERIOD + 1)
    return pattern[start : start + size]


def write(world, name, count, wait):
    """Writes as many bytes as the stream permits; `wait` for room until all are written."""
    output = world.stream(name, "out")
    if output is None:
        return None
    member = world.members[name]
    written = 0
    time = Wait()
    while True:
        try:
            size = min(output.check_write(), count - written, PIECE)
            if size > 0:
                output.write(bytes_at(name, member.sent, size))
        except Err as error:
            return told(error.value)
        if size > 0:
            member.sent += size
            written += size
            time = Wait()
        # One call of `write` may be less than what the stream permits.
        is_full = size < PIECE
        if written == count or (not wait and is_full):
            return written
        if size == 0 and not time.go_on():
            return "never"


def fill(world, name):
    """Writes until the stream takes no more, for a moment; returns how many bytes."""
    written = 0
    fruitless = 0
    while True:
        now = write(world, name, PLENTY - written, wait=False)
        if not isinstance(now, int):
            return now
        written += now
        # A stream that is ready takes a byte, but not every host knows.
        fruitless = 0 if now else fruitless + 1
        is_full = now == 0 and not resource_ready_within_moment(world.stream(name, "out"))
        if is_full or written >= PLENTY or fruitless >= FRUITLESS:
            return written


def flush(world, name):
    """Flushes, and waits until the stream takes bytes again."""
    output = world.stream(name, "out")
    if output is None:
        return None
    time = Wait()
    try:
        output.flush()
        while output.check_write() == 0:
            if not time.go_on():
                return "never"
    except Err as error:
        return told(error.value)
    return "ok"


def drain(world, name):
    """Reads all that the other end has written, or up to the end."""
    if name not in world.members:
        return None
    member = world.members[name]
    writers = world.writers_to(name) if member.writers is None else member.writers
    most = max((world.members[writer].sent for writer in writers), default=0)
    return read(world, name, max(most - member.received, 0), wait=True)


def read(world, name, count, wait):
    """Reads what is there; `wait` for as many bytes, or the end."""
    input_stream = world.stream(name, "in")
    if input_stream is None:
        return None
    total = 0
    is_right = True
    time = Wait()
    while True:
        piece, is_end = b"", False
        try:
            piece = input_stream.read(count - total)
        except Err as error:
            is_end = isinstance(error.value, StreamError_Closed)
            if not is_end:
                return told(error.value)
        if piece:
            is_right = is_next(world, name, piece) and is_right
            # More than were asked for are counted too.
            total += len(piece)
            time = Wait()
        if is_end or not wait or total >= count:
            return {"bytes": total, "right": is_right, "end": is_end}
        if not piece and not time.go_on():
            return "never"


def is_next(world, name, piece):
    """Whether bytes are those that the peer of a socket wrote next."""
    member = world.members[name]
    writers = world.writers_to(name) if member.writers is None else member.writers
    member.writers = {
        writer for writer in writers if bytes_at(writer, member.received, len(piece)) == piece
    }
    member.received += len(piece)
    return bool(member.writers)


def told(error):
    return "error:closed" if isinstance(error, StreamError_Closed) else "error:failed"
