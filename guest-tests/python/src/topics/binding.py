"""How the binding keeps Python and the rules of handles together.

A handle has one owner, a Python object. It is given back when its `with` block ends, or when
nothing refers to the object any more. Whether that has happened shows at the port of a
listener: another socket can bind to it, or not.
"""

import gc

from support.address import loopback
from support.bindings import (
    BOTH,
    RECEIVE,
    Err,
    Ipv4SocketAddress,
    create_tcp_socket,
    instance_network,
)
from support.observe import done, observe
from support.report import step
from support.setup import address_of, connected, create, listen_at, listening
from support.sockets import close
from support.table import case, cases

# More than the 64 descriptors that `fd-limit` leaves.
MANY = 256


def raised_by(call, *arguments):
    """The exception that a call raises, or `"returned"`."""
    try:
        call(*arguments)
    except Exception as error:
        return {"raised": type(error).__name__}
    return "returned"


def listening_alone(family):
    """A listener that nothing but the caller refers to.

    An error that a call raised, such as `would-block`, may be part of a cycle that refers to
    the socket: see `out_of_scope_after_error`.
    """
    socket = listening(family)
    gc.collect()
    return socket


def listens_again(family, address):
    """Whether a new socket can listen at an address: the one that did is gone."""
    with create(family) as socket:
        step("listen again")
        return done(listen_at, socket, address)


# How the binding says what a call answers.


@case
def error_is_raised(family):
    """An error of the interface is an exception that holds the value of the interface."""
    with create(family) as socket:
        try:
            socket.local_address()
        except Err as error:
            return {
                "is-exception": isinstance(error, Exception),
                "type": type(error.value).__name__,
                "value": observe(error.value),
            }
        return "no error"


@case
def types_of_values(family):
    with connected(family) as pair:
        step("ask for values")
        return {
            "bool": type(pair.listener.is_listening()).__name__,
            "enum": type(pair.listener.address_family()).__name__,
            "list-of-u8": type(pair.client.input.read(1)).__name__,
            "nothing": type(pair.client.output.flush()).__name__,
            "u64": type(pair.client.output.check_write()).__name__,
            "variant": type(pair.listener.local_address()).__name__,
        }


# When a handle is given back.


@case
def with_gives_back(family):
    with listening(family) as socket:
        address = address_of(socket)
    return listens_again(family, address)


@case
def with_gives_back_after_exception(family):
    try:
        with listening(family) as socket:
            address = address_of(socket)
            raise ValueError("a mistake of the program")
    except ValueError:
        return listens_again(family, address)


@case
def with_is_the_object(family):
    socket = create(family)
    with socket as itself:
        return itself is socket


@case
def out_of_scope(family):
    """A function without `with` returns."""

    def listen_briefly():
        socket = listening_alone(family)
        return address_of(socket)

    return listens_again(family, listen_briefly())


@case
def out_of_scope_after_error(family):
    """The same after a call that raised an error, which was caught and forgotten."""

    def listen_briefly():
        socket = listening_alone(family)
        done(socket.remote_address)
        return address_of(socket)

    gc.disable()
    address = listen_briefly()
    before = listens_again(family, address)
    step("collect")
    gc.collect()
    return {"before": before, "collected": listens_again(family, address)}


@case
def out_of_scope_at_limit(family):
    """More of them, one after another, than there are descriptors."""
    step("create many")
    for _ in range(MANY):
        code = done(create_tcp_socket_and_forget, family)
        if code != "ok":
            return code
    return "ok"


def create_tcp_socket_and_forget(family):
    create_tcp_socket(family)


@case
def held_by_exception(family):
    """An exception that is kept holds the frames that it went through, and their sockets."""

    def fail():
        socket = listening_alone(family)
        raise ValueError(address_of(socket))

    try:
        fail()
    except ValueError as error:
        kept = error
    address = kept.args[0]
    while_kept = listens_again(family, address)
    kept = None
    return {"kept": while_kept, "dropped": listens_again(family, address)}


class Cycle:
    """A socket that only something refers to which refers to itself."""

    def __init__(self, socket):
        self.socket = socket
        self.itself = self


@case
def cycle(family):
    """A reference cycle keeps a socket until the collector finds it."""
    gc.disable()
    socket = listening(family)
    address = address_of(socket)
    Cycle(socket)
    del socket
    before = listens_again(family, address)
    step("collect")
    gc.collect()
    return {"before": before, "collected": listens_again(family, address)}


@case
def cycle_at_limit(family):
    """As many of them as there are descriptors; and then the collector finds them."""
    gc.disable()
    step("create many")
    for _ in range(MANY):
        before = done(create_in_cycle, family)
        if before != "ok":
            break
    step("collect")
    gc.collect()
    step("create again")
    return {"before": before, "collected": done(create_tcp_socket, family)}


def create_in_cycle(family):
    Cycle(create_tcp_socket(family))


# What becomes of a handle that is gone.


@case
def call_after_exit(family):
    with create(family) as socket:
        pass
    step("call a method")
    return raised_by(socket.address_family)


@case
def argument_after_exit(family):
    with instance_network() as network:
        pass
    with create(family) as socket:
        step("pass it")
        return raised_by(socket.start_bind, network, loopback(family))


@case
def exit_twice(family):
    socket = create(family)
    close(socket)
    step("exit again")
    return raised_by(close, socket)


@case
def enter_after_exit(family):
    """`with` does nothing on entry, so it is the second exit that fails."""

    def enter():
        with socket:
            step("inside")

    socket = create(family)
    close(socket)
    step("enter")
    return raised_by(enter)


@case
def out_of_scope_before_streams(family):
    """The socket is forgotten before its streams: nothing keeps the order but the program."""
    pair = connected(family)
    gc.collect()
    client = pair.client
    step("forget the socket")
    client.socket = None
    step("close the streams")
    close(client.input, client.output, pair.server, pair.listener)
    return "ok"


# Arguments that are none.


@cases(
    enum_as_text="ipv4",
    enum_as_number=0,
    enum_of_another_type=BOTH,
)
def wrong_enum(_, value):
    step("create with a wrong family")
    return raised_by(create_tcp_socket, value)


@case
def enum_of_another_type_in_range(_):
    """The first value of another enum, in place of the first family: only numbers cross."""
    step("create with a wrong family")
    return raised_by(create_tcp_socket, RECEIVE)


@case
def variant_without_its_case(family):
    """The record that a variant holds, in place of the variant."""
    address = Ipv4SocketAddress(port=0, address=(127, 0, 0, 1))
    with create(family) as socket, instance_network() as network:
        step("bind")
        return raised_by(socket.start_bind, network, address)


@case
def handle_of_another_type(family):
    with create(family) as socket:
        step("bind with a socket as the network")
        return raised_by(socket.start_bind, socket, loopback(family))


@case
def nothing_as_handle(family):
    with create(family) as socket:
        step("bind without a network")
        return raised_by(socket.start_bind, None, loopback(family))


@cases(number_too_large=256, number_negative=-1, number_as_text="64")
def wrong_number(family, value):
    with create(family) as socket:
        step("set-hop-limit")
        return raised_by(socket.set_hop_limit, value)


@case
def number_as_fraction(family):
    with create(family) as socket:
        step("set-hop-limit")
        return raised_by(socket.set_hop_limit, 64.5)


@case
def text_as_bytes(family):
    with connected(family) as pair:
        step("write")
        pair.client.output.check_write()
        return raised_by(pair.client.output.write, "text")
