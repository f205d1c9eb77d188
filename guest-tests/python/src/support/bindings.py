"""The parts of the binding that the guest uses, under short names.

The binding is that of Spin's SDK for Python. Its modules are named after interfaces and
versions. An operation that fails raises `Err`, whose `value` is the error of the interface.
"""

from componentize_py_types import Err
from spin_sdk.wit.imports.wasi_cli_environment_0_2_6 import get_arguments
from spin_sdk.wit.imports.wasi_cli_stdout_0_2_6 import get_stdout
from spin_sdk.wit.imports.wasi_clocks_monotonic_clock_0_2_6 import now, subscribe_duration
from spin_sdk.wit.imports.wasi_io_poll_0_2_6 import poll
from spin_sdk.wit.imports.wasi_io_streams_0_2_6 import (
    InputStream,
    OutputStream,
    StreamError_Closed,
    StreamError_LastOperationFailed,
)
from spin_sdk.wit.imports.wasi_sockets_instance_network_0_2_6 import instance_network
from spin_sdk.wit.imports.wasi_sockets_network_0_2_6 import (
    ErrorCode,
    IpAddressFamily,
    IpSocketAddress_Ipv4,
    IpSocketAddress_Ipv6,
    Ipv4SocketAddress,
    Ipv6SocketAddress,
)
from spin_sdk.wit.imports.wasi_sockets_tcp_0_2_6 import ShutdownType, TcpSocket
from spin_sdk.wit.imports.wasi_sockets_tcp_create_socket_0_2_6 import create_tcp_socket

IPV4 = IpAddressFamily.IPV4
IPV6 = IpAddressFamily.IPV6
RECEIVE = ShutdownType.RECEIVE
SEND = ShutdownType.SEND
BOTH = ShutdownType.BOTH

__all__ = [
    "BOTH",
    "IPV4",
    "IPV6",
    "RECEIVE",
    "SEND",
    "Err",
    "ErrorCode",
    "InputStream",
    "IpAddressFamily",
    "IpSocketAddress_Ipv4",
    "IpSocketAddress_Ipv6",
    "Ipv4SocketAddress",
    "Ipv6SocketAddress",
    "OutputStream",
    "ShutdownType",
    "StreamError_Closed",
    "StreamError_LastOperationFailed",
    "TcpSocket",
    "create_tcp_socket",
    "get_arguments",
    "get_stdout",
    "instance_network",
    "now",
    "poll",
    "subscribe_duration",
]
