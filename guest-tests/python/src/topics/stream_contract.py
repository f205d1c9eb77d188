"""What the calls of a stream and its pollables promise each other."""

from support.bindings import BOTH, SEND, Err
from support.clock import Attempts, Repeated, gets_ready, pause, resource_gets_ready
from support.halt import Observed
from support.observe import done, observe, seen
from support.report import outside_listener, step
from support.setup import address_of, at, client_of, connected, listening
from support.sockets import accept_one, close
from support.table import case, cases
from support.transfer import Transfer, Wrong, end_of, error_of, read_to_end

# A permit below which a guest can have as many bytes.
MANY = 16 << 20

# How often to write and read a byte without waiting.
ROUNDS = 500


@case
def read_nothing(family):
    with connected(family) as pair:
        client = pair.client
        step("read nothing")
        idle = read(client.input, 0)
        step("let a byte arrive")
        send(pair.server, 1)
        arrived = resource_gets_ready(client.input)
        step("read nothing")
        return {
            "idle": idle,
            "arrived": arrived,
            "waiting": read(client.input, 0),
            "then": end_of(client.input),
        }


@case
def read_nothing_at_the_end(family):
    with connected(family) as pair:
        at("shutdown", pair.server.socket.shutdown, SEND)
        step("read to the end")
        end = end_of(pair.client.input)
        step("read nothing")
        return [end, read(pair.client.input, 0)]


@case
def write_after_shutdown(family):
    """The permit is from before the shutdown."""
    with connected(family) as pair:
        output = pair.client.output
        permit(output)
        at("shutdown", pair.client.socket.shutdown, SEND)
        step("write")
        written = done(output.write, b"x")
        step("flush")
        return {"write": written, "flush": done(output.flush)}


@case
def write_more_than_permitted(family):
    with connected(family) as pair:
        permitted = permit(pair.client.output)
        if permitted > MANY:
            return "more is permitted than a guest has"
        too_many = bytes(permitted + 1)
        step("write")
        return done(pair.client.output.write, too_many)


@case
def write_more_zeroes_than_permitted(family):
    with connected(family) as pair:
        permitted = permit(pair.client.output)
        if permitted > MANY:
            return "more is permitted than a guest has"
        step("write-zeroes")
        return done(pair.client.output.write_zeroes, permitted + 1)


@case
def write_without_permit(family):
    with connected(family) as pair:
        step("write")
        return done(pair.client.output.write, b"x")


@case
def write_nothing(family):
    """Each call that can write nothing; then one byte, which is all that arrives."""
    with connected(family) as pair:
        output, peer = pair.client.output, pair.server.input
        permit(output)
        step("write nothing")
        observed = {"write": done(output.write, b""), "flush": done(output.flush)}
        permit(output)
        step("write no zeroes")
        observed["write-zeroes"] = done(output.write_zeroes, 0)
        step("block to write nothing")
        observed["blocking-write-and-flush"] = done(output.blocking_write_and_flush, b"")
        blocking_zeroes = done(output.blocking_write_zeroes_and_flush, 0)
        observed["blocking-write-zeroes-and-flush"] = blocking_zeroes
        step("let something arrive at the peer")
        pause()
        idle = read(peer, 10)
        send(pair.client, 1)
        step("wait for a byte at the peer")
        arrived = [resource_gets_ready(peer), read(peer, 10)]
        observed["peer"] = {"idle": idle, "arrived": arrived}
        return observed


@case
def input_gets_ready(family):
    """Two pollables of one stream, taken before a byte is there."""
    with connected(family) as pair:
        return gets_ready_between(pair.server, pair.client)


@case
def input_gets_ready_once_accepted(family):
    """The same at the end that was accepted."""
    with connected(family) as pair:
        return gets_ready_between(pair.client, pair.server)


def gets_ready_between(sender, receiver):
    input_stream = receiver.input
    with input_stream.subscribe() as one, input_stream.subscribe() as two:
        step("wait for no byte")
        idle = [one.ready(), two.ready(), read(input_stream, 10)]
        step("wait for a byte")
        send(sender, 1)
        arrived = [gets_ready(one), gets_ready(two), read(input_stream, 10)]
        step("wait for no byte")
        # What is read as empty cannot be ready.
        drained = [read(input_stream, 10), one.ready(), two.ready()]
        return {"idle": idle, "arrived": arrived, "drained": drained}


@case
def end_gets_ready(family):
    """At both ends of a connection."""

    def see(sender, receiver):
        with receiver.input.subscribe() as before:
            at("shutdown", sender.socket.shutdown, SEND)
            step("wait for the end")
            return {
                "ready": gets_ready(before),
                "end": [end_of(receiver.input), end_of(receiver.input)],
                "still": [gets_ready(before), resource_gets_ready(receiver.input)],
            }

    with connected(family) as pair:
        client, server = pair.client, pair.server
        return {"client": see(server, client), "server": see(client, server)}


@case
def fresh_output_is_writable(family):
    with connected(family) as pair:
        step("check-write")
        return {
            "client": [resource_gets_ready(pair.client.output), writable(pair.client.output)],
            "server": [resource_gets_ready(pair.server.output), writable(pair.server.output)],
        }


def writable(output):
    return seen(lambda: output.check_write() > 0)


@cases(
    full_output_waits=lambda pair: (pair.client, pair.server),
    full_output_waits_accepted=lambda pair: (pair.server, pair.client),
)
def full_output(family, ends):
    """Full is a state: nothing can be written until the peer reads."""
    with connected(family) as pair:
        writer, reader = ends(pair)
        output = writer.output
        step("fill")
        transfer = Transfer(output, reader.input, 0)
        with output.subscribe() as one, output.subscribe() as two:
            try:
                full = fill_up(transfer, one, two)
            except Wrong as wrong:
                return wrong.reason
            step("read at the peer")
            arrived = transfer.receive()
            drained = [gets_ready(one), gets_ready(two), writable(output)]
            return {"full": full, "arrived": arrived, "drained": drained}


def fill_up(transfer, one, two):
    """Fills the stream; returns what its pollables and `check-write` say then."""
    attempts = Attempts()
    while True:
        transfer.fill()
        state = [one.ready(), two.ready(), seen(transfer.output.check_write)]
        # A busy system may have made room since.
        if state == [False, False, 0] or not attempts.go_on():
            return state


@case
def full_output_and_no_peer(family):
    """The peer goes while the output stream waits for it."""
    pair = connected(family)
    with pair.listener, pair.client as client:
        step("fill")
        try:
            Transfer(client.output, pair.server.input, 0).fill()
        except Wrong as wrong:
            close(pair.server)
            return wrong.reason
        with client.output.subscribe() as pollable:
            step("drop the peer")
            close(pair.server)
            ready = gets_ready(pollable)
            step("write until an error")
            ends = error_of(client.output)
            return {"ready": ready, "ends": ends, "then": after(client.output)}


@case
def full_output_keeps_data(family):
    with connected(family) as pair:
        step("fill")
        transfer = Transfer(pair.client.output, pair.server.input, 0)
        try:
            transfer.fill()
        except Wrong as wrong:
            return wrong.reason
        step("shutdown")
        at("shutdown", pair.client.socket.shutdown, SEND)
        step("read to the end")
        return transfer.receive_to_end()


@case
def shutdown_wakes(family):
    """Pollables that were taken before."""
    with connected(family) as pair:
        client = pair.client
        with client.input.subscribe() as at_input, client.output.subscribe() as at_output:
            at("shutdown", client.socket.shutdown, BOTH)
            step("wait for both streams")
            return [gets_ready(at_input), gets_ready(at_output)]


@case
def shut_streams_are_ready(family):
    with connected(family) as pair:
        at("shutdown", pair.client.socket.shutdown, BOTH)
        step("wait for both streams")
        return [resource_gets_ready(pair.client.input), resource_gets_ready(pair.client.output)]


@case
def rounds_without_waiting(family):
    """A guest that never waits as long as it can go on."""

    def is_writable():
        return not_empty(output.check_write)

    def arrives():
        return not_empty(peer.read, 1)

    with connected(family) as pair:
        output, peer = pair.client.output, pair.server.input
        step("write and read in rounds")
        repeated = Repeated()
        with output.subscribe() as pollable, peer.subscribe() as at_peer:
            for _ in range(ROUNDS):
                if not repeated.succeeds(is_writable):
                    return {"writable": False, "ready": pollable.ready()}
                written = done(output.write, b"x")
                if written != "ok":
                    return written
                if not repeated.succeeds(arrives):
                    return {"arrives": False, "ready": at_peer.ready()}
        return "all"


def not_empty(call, *arguments):
    """Whether a call gives something, be it an error."""
    try:
        return bool(call(*arguments))
    except Err:
        return True


@case
def writer_without_peer(family):
    pair = connected(family)
    with pair.listener, pair.client as client:
        step("drop the peer")
        close(pair.server)
        step("write until an error")
        ends = error_of(client.output)
        return {"ends": ends, "then": after(client.output)}


@case
def writer_after_reset(family):
    """A peer that goes with bytes unread resets the connection, where that is how the system
    tells."""
    pair = connected(family)
    with pair.listener, pair.client as client:
        send(client, 1000)
        step("let bytes arrive")
        arrived = resource_gets_ready(pair.server.input)
        step("drop the peer")
        close(pair.server)
        step("let the end arrive")
        told = resource_gets_ready(client.input)
        step("write until an error")
        ends = error_of(client.output)
        then = after(client.output)
        return {"arrived": arrived, "told": told, "ends": ends, "then": then}


@case
def writer_after_reset_from_outside(family):
    """The same with a peer that resets at once: an end does not arrive before."""
    with client_of(outside_listener(family)) as client:
        send_to_be_reset(client.output)
        step("let the reset arrive")
        told = resource_gets_ready(client.input)
        step("write until an error")
        ends = error_of(client.output)
        return {"told": told, "ends": ends, "then": after(client.output)}


@case
def client_gone_before_accept(family):
    """What a client sent before it went is not lost."""
    with listening(family) as listener:
        with client_of(address_of(listener)) as client:
            send(client, 1000)
        return accept_and_read(listener)


@case
def client_done_before_accept(family):
    """The same where the client is there still, and says that it has sent all."""
    with listening(family) as listener, client_of(address_of(listener)) as client:
        send(client, 1000)
        at("shutdown", client.socket.shutdown, SEND)
        return accept_and_read(listener)


def accept_and_read(listener):
    step("accept")
    try:
        server = accept_one(listener)
    except Err as error:
        return {"accept": observe(error.value)}
    with server:
        step("read to the end")
        count, end = read_to_end(server.input)
        return {"bytes": "all" if count == 1000 else "not all", "end": end}


@case
def peer_leaves_bytes_unread(family):
    """A peer that goes while bytes wait for it: systems reset the connection then."""
    pair = connected(family)
    with pair.listener, pair.client as client:
        send(client, 1000)
        step("let bytes arrive")
        arrived = resource_gets_ready(pair.server.input)
        step("drop the peer")
        close(pair.server)
        step("read to the end")
        _, end = read_to_end(client.input)
        then = [read(client.input, 1), read(client.input, 1)]
        return {"arrived": arrived, "end": end, "then": then}


def permit(output):
    """How many bytes may be written, which is at least one."""
    step("check-write")
    if not resource_gets_ready(output):
        raise Observed("never writable")
    try:
        permitted = output.check_write()
    except Err as error:
        raise Observed(observe(error.value)) from None
    if permitted == 0:
        raise Observed("ready, and not writable")
    return permitted


def send(sender, count):
    """Sends bytes and waits until they have left."""
    step("send")
    try:
        sender.output.blocking_write_and_flush(b"\7" * count)
    except Err as error:
        raise Observed({"send": observe(error.value)}) from None


def send_to_be_reset(output):
    """Sends one byte to a peer that resets the connection then. An error may tell of the reset
    already; where the byte has not left, no reset comes."""
    step("send")
    done(output.blocking_write_and_flush, b"\7")


def read(input_stream, length):
    """What one read gives: `"empty"`, the number of bytes, or the error."""
    return seen(lambda: len(input_stream.read(length)) or "empty")


def after(output):
    """What an output stream answers after an error."""

    def check():
        output.check_write()
        return "open"

    return [seen(check), seen(check), done(output.flush)]
