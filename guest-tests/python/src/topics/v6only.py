"""An IPv6 socket has nothing to do with IPv4, whatever is done to it.

The ports that it leaves to IPv4 show this, and the clients that do not reach it.
"""

from support import option
from support.address import (
    is_mapped,
    loopback,
    mapped_loopback,
    mapped_wildcard,
    other,
    port_of,
    wildcard,
)
from support.bindings import IPV4, IPV6, Err, ErrorCode
from support.clock import resource_gets_ready
from support.halt import Blocked
from support.observe import answer, code_of, done, seen, succeeded
from support.report import step
from support.setup import address_of, at, bound, create, listen_at, listening, listening_in_both
from support.sockets import accept_now, accept_one, bind_to, close, connect_to, listen_on
from support.table import case, cases

# How many ports to try: another process may hold a port, which is no fault.
ATTEMPTS = 20


def nothing(socket):
    """Leaves a socket as it is."""


def set_everything(socket):
    """Sets every option of a socket."""
    step("set every option")
    for each in option.ALL:
        code = code_of(each.set, socket, each.usual[0])
        # There are options that a host need not have.
        if code is not None and not (each.is_optional and code is ErrorCode.NOT_SUPPORTED):
            raise Blocked("set an option", code)
    code = code_of(socket.set_listen_backlog_size, 100)
    # A socket that listens may refuse this.
    if code not in (None, ErrorCode.NOT_SUPPORTED):
        raise Blocked("set the backlog size", code)


@cases(wildcards_share_port=nothing, wildcards_share_port_after_setters=set_everything)
def share_port(family, configure):
    """Listens on one port of both wildcard addresses, that of `family` first."""
    for _ in range(ATTEMPTS):
        with create(family) as first, create(other(family)) as second:
            configure(first)
            configure(second)
            step("listen at both wildcards")
            at("bind", bind_to, first, wildcard(family))
            port = port_of(address_of(first))

            def listen_at_both():
                listen_on(first)
                listen_at(second, wildcard(other(family), port))

            listens = code_of(listen_at_both)
            if listens is ErrorCode.ADDRESS_IN_USE:
                continue
            return {
                "both-listen": answer(listens),
                "first-client": reaches(loopback(family, port), family, first),
                "second-client": reaches(loopback(other(family), port), other(family), second),
            }
    return {"both-listen": answer(listens)}


def reaches(address, family, listener):
    """Whether `listener` gets a new client that connects to `address`."""

    def reach():
        with connect_to(client, address):
            close(accept_one(listener))

    with create(family) as client:
        step("reach a listener")
        return done(reach)


@cases(
    ipv4_client=(nothing, nothing),
    ipv4_client_after_setters=(set_everything, nothing),
    ipv4_client_after_late_setters=(nothing, set_everything),
)
def clients(_, configure):
    """A client of each family tries to reach a listener at the IPv6 wildcard. A socket holds
    the IPv4 port, so that nobody else can respond there."""
    early, late = configure
    for _ in range(ATTEMPTS):
        with bound(IPV4) as holder:
            port = port_of(address_of(holder))
            with create(IPV6) as listener:
                early(listener)
                step("listen at the wildcard")
                code = code_of(listen_at, listener, wildcard(IPV6, port))
                if code is ErrorCode.ADDRESS_IN_USE:
                    continue
                if code is not None:
                    raise Blocked("bind and listen", code)
                late(listener)
                return {
                    "ipv4-client-arrives": ipv4_client_arrives(port, listener),
                    "ipv6-client": reaches(loopback(IPV6, port), IPV6, listener),
                }
    return "no port is free in both families"


def ipv4_client_arrives(port, listener):
    """It does not matter whether the client connects, only whether it arrives here."""
    with create(IPV4) as client:
        step("connect over IPv4")
        try:
            streams = connect_to(client, loopback(IPV4, port))
        except Err:
            return False
        with streams:
            return resource_gets_ready(listener) and succeeded(accept_now, listener)


@cases(
    bind_mapped=(mapped_loopback(), nothing),
    bind_mapped_wildcard=(mapped_wildcard(), nothing),
    bind_mapped_after_setters=(mapped_loopback(), set_everything),
)
def binds_to(_, argument):
    address, configure = argument
    with create(IPV6) as socket:
        configure(socket)
        step("bind")
        return done(bind_to, socket, address)


@case
def connect_mapped(_):
    with create(IPV6) as socket:
        return connect_to_mapped(socket)


@case
def connect_mapped_from_bound(_):
    with create(IPV6) as socket:
        at("bind", bind_to, socket, wildcard(IPV6))
        return connect_to_mapped(socket)


@case
def connect_mapped_after_setters(_):
    with create(IPV6) as socket:
        set_everything(socket)
        return connect_to_mapped(socket)


def connect_to_mapped(socket):
    """Connects to a listener by an IPv4-mapped address. An IPv4 client shows that the
    listener can be reached. Another one has the same port of IPv6, for a host that rewrites
    the address."""
    listener, beside = listening_in_both()
    with listener, beside:
        port = port_of(address_of(listener))
        step("connect")
        return {
            "mapped": done(connect_to, socket, mapped_loopback(port)),
            "ipv4-client": reaches(loopback(IPV4, port), IPV4, listener),
        }


@case
def addresses(_):
    with listening(IPV6) as listener:
        return mapped_addresses(listener)


@case
def addresses_of_wildcard_listener(_):
    with create(IPV6) as listener:
        at("bind", bind_to, listener, wildcard(IPV6))
        at("listen", listen_on, listener)
        return mapped_addresses(listener)


def mapped_addresses(listener):
    """Which of the addresses of a connection are IPv4-mapped."""

    def mapped(call):
        return seen(lambda: is_mapped(call()))

    with create(IPV6) as client:
        address = loopback(IPV6, port_of(address_of(listener)))
        step("connect and accept")
        with (
            at("connect", connect_to, client, address),
            at("accept", accept_one, listener) as accepted,
        ):
            return {
                "listener": mapped(listener.local_address),
                "client": mapped(client.local_address),
                "client's peer": mapped(client.remote_address),
                "accepted": mapped(accepted.socket.local_address),
                "accepted one's peer": mapped(accepted.socket.remote_address),
            }
