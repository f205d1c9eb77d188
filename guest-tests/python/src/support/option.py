"""The options of a socket, and how to read and set each."""

from collections.abc import Callable
from dataclasses import dataclass

from .bindings import Err, ErrorCode, TcpSocket
from .clock import SECOND
from .halt import Blocked, Observed
from .observe import observe, seen
from .report import step

U32_MAX = 2**32 - 1
U64_MAX = 2**64 - 1


@dataclass(frozen=True)
class SocketOption:
    """An option whose value is a number. On and off are 1 and 0."""

    # Reads the option of a socket.
    get: Callable
    # Sets the option of a socket to a value.
    set: Callable
    # Two values that every system accepts.
    usual: tuple
    # The largest value of the type.
    maximum: int
    # Whether a host may be unable to set it. Of other options, the text says that no value
    # but 0 is an error.
    is_optional: bool = False

    def change(self, socket):
        """Sets a usual value other than the present one. Returns the value that is read
        back, since an implementation may round it."""
        present = self.value(socket)
        step("set the option")
        self.put(socket, self.other_than(present))
        return self.value(socket)

    def other_than(self, value):
        """A usual value other than this one."""
        usual, other = self.usual
        return other if value == usual else usual

    def value(self, socket):
        """Reads the option; ends the case where it is not supported."""
        try:
            return self.get(socket)
        except Err as error:
            if error.value is ErrorCode.NOT_SUPPORTED:
                raise Observed(observe(error.value)) from None
            raise Blocked("read the option", error.value) from None

    def put(self, socket, value):
        """Sets the option; ends the case where it is not supported, and need not be."""
        try:
            self.set(socket, value)
        except Err as error:
            if self.is_optional and error.value is ErrorCode.NOT_SUPPORTED:
                raise Observed(observe(error.value)) from None
            raise Blocked("set the option", error.value) from None

    def has(self, socket, value):
        """Whether the option has this value."""
        return seen(lambda: self.get(socket) == value)


KEEP_ALIVE_ENABLED = SocketOption(
    get=lambda socket: int(socket.keep_alive_enabled()),
    set=lambda socket, value: socket.set_keep_alive_enabled(value != 0),
    usual=(1, 0),
    maximum=1,
    is_optional=True,
)

KEEP_ALIVE_IDLE_TIME = SocketOption(
    get=TcpSocket.keep_alive_idle_time,
    set=TcpSocket.set_keep_alive_idle_time,
    usual=(600 * SECOND, 900 * SECOND),
    maximum=U64_MAX,
)

KEEP_ALIVE_INTERVAL = SocketOption(
    get=TcpSocket.keep_alive_interval,
    set=TcpSocket.set_keep_alive_interval,
    usual=(30 * SECOND, 60 * SECOND),
    maximum=U64_MAX,
)

KEEP_ALIVE_COUNT = SocketOption(
    get=TcpSocket.keep_alive_count,
    set=TcpSocket.set_keep_alive_count,
    usual=(5, 6),
    maximum=U32_MAX,
)

HOP_LIMIT = SocketOption(
    get=TcpSocket.hop_limit,
    set=TcpSocket.set_hop_limit,
    usual=(42, 43),
    maximum=255,
    is_optional=True,
)

RECEIVE_BUFFER_SIZE = SocketOption(
    get=TcpSocket.receive_buffer_size,
    set=TcpSocket.set_receive_buffer_size,
    usual=(0x8000, 0x10000),
    maximum=U64_MAX,
)

SEND_BUFFER_SIZE = SocketOption(
    get=TcpSocket.send_buffer_size,
    set=TcpSocket.set_send_buffer_size,
    usual=(0x8000, 0x10000),
    maximum=U64_MAX,
)

# All options that have a getter. The names end those of the cases about them.
BY_NAME = {
    "keep_alive_enabled": KEEP_ALIVE_ENABLED,
    "keep_alive_idle_time": KEEP_ALIVE_IDLE_TIME,
    "keep_alive_interval": KEEP_ALIVE_INTERVAL,
    "keep_alive_count": KEEP_ALIVE_COUNT,
    "hop_limit": HOP_LIMIT,
    "receive_buffer_size": RECEIVE_BUFFER_SIZE,
    "send_buffer_size": SEND_BUFFER_SIZE,
}

ALL = tuple(BY_NAME.values())


def each(prefix, *but):
    """A case for each option, apart from those named: `{prefix}_hop_limit` for `hop_limit`."""
    return {f"{prefix}_{name}": option for name, option in BY_NAME.items() if name not in but}
