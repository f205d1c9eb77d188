"""The asynchronous operations of a socket, each as one call.

An implementation may finish an operation at once, or answer `would-block` first. A caller
sees no difference.
"""

from dataclasses import dataclass

from .bindings import Err, ErrorCode, InputStream, OutputStream, TcpSocket, instance_network
from .clock import Attempts


def close(*resources):
    """Gives resources back, in this order, as leaving a `with` block does."""
    for resource in resources:
        resource.__exit__(None, None, None)


@dataclass
class Connection:
    """A connected socket with its streams.

    They are closed in the order of the fields: a stream must not outlive its socket.
    """

    input: InputStream
    output: OutputStream
    socket: TcpSocket

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close(self.input, self.output, self.socket)


class Streams(tuple):
    """The stream from the peer and the stream to it, which can be closed together."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close(*self)


def start_bind(socket, address):
    """Starts to bind to an address of the default network."""
    with instance_network() as network:
        socket.start_bind(network, address)


def start_connect(socket, address):
    """Starts to connect to an address of the default network."""
    with instance_network() as network:
        socket.start_connect(network, address)


def bind_to(socket, address):
    """Binds to an address."""
    start_bind(socket, address)
    finish(socket, socket.finish_bind)


def listen_on(socket):
    """Listens for clients."""
    socket.start_listen()
    finish(socket, socket.finish_listen)


def connect_to(socket, address):
    """Connects to an address, and returns the streams of the connection."""
    start_connect(socket, address)
    return finish_connecting(socket)


def finish_connecting(socket):
    """Waits for the connection, and returns its streams."""
    return Streams(finish(socket, socket.finish_connect))


def accept_now(listener):
    """Calls `accept` once."""
    socket, input_stream, output_stream = listener.accept()
    return Connection(input_stream, output_stream, socket)


def accept_one(listener):
    """Waits for a client and accepts it."""
    return finish(listener, lambda: accept_now(listener))


def connect_and_accept(listener, client):
    """Connects `client` to `listener` and accepts it: the streams of the client, and the
    connection at the other end."""
    streams = connect_to(client, listener.local_address())
    try:
        return streams, accept_one(listener)
    except Err:
        streams.__exit__()
        raise


def finish(socket, call):
    """Calls `call` until it says something other than `would-block`.

    The guest blocks on the socket's pollable between two calls, so a call is in vain only
    where the pollable is ready too early.
    """
    attempts = Attempts()
    while True:
        try:
            return call()
        except Err as error:
            if error.value is not ErrorCode.WOULD_BLOCK or not attempts.go_on():
                raise
        with socket.subscribe() as pollable:
            pollable.block()
