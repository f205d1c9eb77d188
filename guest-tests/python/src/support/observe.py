"""Turns what the guest sees into JSON.

An observation must be the same in every run of an implementation, so that a list of known
failures can contain it. It therefore omits ports that the system chose.
"""

from ipaddress import IPv4Address, IPv6Address

from .address import same
from .bindings import (
    Err,
    ErrorCode,
    IpAddressFamily,
    IpSocketAddress_Ipv4,
    IpSocketAddress_Ipv6,
    StreamError_Closed,
    StreamError_LastOperationFailed,
)
from .sockets import close


def seen(call, *arguments):
    """What a call returns, or the error that it raises."""
    try:
        return observe(call(*arguments))
    except Err as error:
        return observe(error.value)


def done(call, *arguments):
    """Whether a call succeeds: `"ok"`, or its error. What it returns is closed."""
    try:
        close_any(call(*arguments))
    except Err as error:
        return observe(error.value)
    return "ok"


def code_of(call, *arguments):
    """The error that a call raises, and `None` if it succeeds. What it returns is closed."""
    try:
        close_any(call(*arguments))
    except Err as error:
        return error.value
    return None


def succeeded(call, *arguments):
    """Whether a call succeeds. What it returns is closed."""
    return code_of(call, *arguments) is None


def answer(error):
    """What `code_of` returned, as an observation."""
    return "ok" if error is None else observe(error)


def close_any(returned):
    """Closes resources that a call returned; there is nothing to do about other values."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    close(*(part for part in parts if hasattr(part, "__exit__")))


def name_of(code):
    """The code as the interface spells it: `invalid-state`."""
    return code.name.lower().replace("_", "-")


def observe(value):
    """A value of the binding as JSON. Success without a value is `"ok"`."""
    match value:
        case None:
            return "ok"
        case ErrorCode():
            return f"error:{name_of(value)}"
        case StreamError_Closed():
            return "closed"
        case StreamError_LastOperationFailed():
            return "failed"
        case IpAddressFamily():
            return name_of(value)
        case IpSocketAddress_Ipv4():
            return observe_ipv4(value.value)
        case IpSocketAddress_Ipv6():
            return observe_ipv6(value.value)
        case _:
            return value


def observe_ipv4(address):
    """`127.0.0.1:0` for port 0, `127.0.0.1:PORT` for every other port."""
    return f"{IPv4Address(bytes(address.address))}:{observe_port(address.port)}"


def observe_ipv6(address):
    """`[::1]:0` for port 0, `[::1]:PORT` for every other port."""
    parts = b"".join(part.to_bytes(2) for part in address.address)
    return f"[{IPv6Address(parts)}]:{observe_port(address.port)}"


def observe_port(port):
    return "PORT" if port else "0"


def kept(before, call):
    """`"kept"` when a call returns the address from before, `"another"` when it does not."""
    try:
        return "kept" if same(call(), before) else "another"
    except Err as error:
        return observe(error.value)
