"""Which addresses and ports a socket gets, keeps, shares and gives back."""

from contextlib import ExitStack

from support.address import (
    first_multicast,
    is_unspecified,
    labels,
    last_multicast,
    loopback,
    port_of,
    same,
    second_loopback,
    wildcard,
    with_labels,
)
from support.bindings import Err, ErrorCode, create_tcp_socket
from support.observe import answer, code_of, done, observe, seen
from support.report import step
from support.setup import (
    address_of,
    at,
    bound,
    connected,
    create,
    listen_at,
    listening,
    peer_of,
)
from support.sockets import (
    accept_one,
    bind_to,
    close,
    connect_and_accept,
    connect_to,
    listen_on,
    start_bind,
    start_connect,
)
from support.table import case, cases

# How many ports to try: another process may take a port, which is no fault.
ATTEMPTS = 20

# How many sockets to hold at once, where the implementation allows as many.
MANY = 48


@case
def wildcard_listener(family):
    with create(family) as listener:
        step("bind to the wildcard")
        at("bind", bind_to, listener, wildcard(family))
        address = address_of(listener)
        at("listen", listen_on, listener)
        kept = seen(lambda: same(listener.local_address(), address))
        step("connect over the loopback address")
        with create(family) as client:

            def arrive():
                with connect_to(client, loopback(family, port_of(address))):
                    close(accept_one(listener))

            return {
                "local-address": "the wildcard" if is_unspecified(address) else "another",
                "port-is-set": port_of(address) != 0,
                "kept": kept,
                "client": done(arrive),
            }


@cases(specific_port=loopback, specific_port_of_wildcard=wildcard)
def bind_to_chosen(family, address):
    """Binds to a port that was free a moment ago."""

    def attempt():
        with bound(family) as before:
            chosen = address(family, port_of(address_of(before)))
        with create(family) as socket:
            step("bind to a chosen port")
            code = code_of(bind_to, socket, chosen)
            local = None
            if code is None:
                local = seen(lambda: compared(socket.local_address(), chosen))
            observed = {"bind": answer(code), "local-address": local}
            return observed, code is ErrorCode.ADDRESS_IN_USE

    return retry(attempt)


def compared(address, chosen):
    """What is left of a chosen address."""
    return {
        "address-kept": same(address, chosen),
        "port-kept": port_of(address) == port_of(chosen),
    }


def retry(attempt):
    """Repeats an attempt while another process is in its way."""
    for _ in range(ATTEMPTS):
        observed, is_disturbed = attempt()
        if not is_disturbed:
            break
    return observed


def listening_at_wildcard(family):
    listener = create(family)
    step("listen at the wildcard")
    at("bind", bind_to, listener, wildcard(family))
    at("listen", listen_on, listener)
    return listener


@case
def in_use_wildcard(family):
    with listening_at_wildcard(family) as listener, create(family) as socket:
        port = port_of(address_of(listener))
        step("bind to the wildcard again")
        return done(bind_to, socket, wildcard(family, port))


@case
def loopback_below_wildcard(family):
    """Systems differ: some give the client to the more specific address."""
    with listening_at_wildcard(family) as listener, create(family) as socket:
        port = port_of(address_of(listener))
        step("bind to the loopback address")
        return {
            "bind": done(bind_to, socket, loopback(family, port)),
            "listen": done(listen_on, socket),
        }


@case
def reuse_peer_open(family):
    """The client stays open, so the server's end cannot finish its goodbye."""
    pair = connected(family)
    with pair.client:
        address = address_of(pair.listener)
        step("close the server's end")
        close(pair.server, pair.listener)
        with create(family) as socket:
            step("bind to the port again")
            return {"bind": done(bind_to, socket, address), "listen": done(listen_on, socket)}


@case
def bind_multicast_edges(family):
    def bind(address):
        with create(family) as socket:
            step("bind")
            return done(bind_to, socket, address)

    return {"first": bind(first_multicast(family)), "last": bind(last_multicast(family))}


@case
def connect_multicast_edges(family):
    def connect(address):
        with create(family) as socket:
            step("connect")
            return done(connect_to, socket, address)

    return {
        "first": connect(first_multicast(family, 9)),
        "last": connect(last_multicast(family, 9)),
    }


@case
def connect_from_wildcard(family):
    with listening(family) as listener, create(family) as socket:
        at("bind", bind_to, socket, wildcard(family))
        before = address_of(socket)
        step("connect")
        streams, accepted = at("connect", connect_and_accept, listener, socket)
        with streams, accepted:
            now = at("local-address once connected", socket.local_address)
            peer = peer_of(accepted.socket)
            return {
                "port-kept": port_of(now) == port_of(before) == port_of(peer),
                "concrete": not is_unspecified(now),
                "what-the-peer-sees": same(now, peer),
            }


@cases(connect_to_port_given_back=bound, connect_to_dropped_listener=listening)
def connect_after_drop(family, make):
    """Another process may listen at the port by then, or the system may pick it for the
    client, which then reaches itself. Neither happens again and again."""

    def attempt():
        with make(family) as before:
            address = address_of(before)
        with create(family) as client:
            step("connect")
            code = code_of(connect_to, client, address)
            return answer(code), code is None

    return retry(attempt)


def two_bound(family):
    """Two sockets with one address, as far as the implementation lets them."""
    first = bound(family)
    address = address_of(first)
    second = create(family)
    step("bind to the same address")
    return first, second, code_of(bind_to, second, address)


@case
def two_listeners(family):
    first, second, bind = two_bound(family)
    with first, second:
        step("listen twice")
        first_listens = code_of(listen_on, first)
        second_listens = bind if bind is not None else code_of(listen_on, second)
        return {
            "first": answer(first_listens),
            "both": first_listens is None and second_listens is None,
        }


@case
def failed_listen_closes(family):
    first, second, bind = two_bound(family)
    with first, second:
        if bind is not None:
            return "bind refuses the address"
        at("listen", listen_on, first)
        step("listen in vain")
        failed = done(listen_on, second)
        step("use the socket that failed")
        return {
            "failed": failed,
            "is-listening": second.is_listening(),
            "start-listen": done(second.start_listen),
            "start-bind": done(start_bind, second, loopback(family)),
            "start-connect": done(start_connect, second, address_of(first)),
        }


@case
def failed_connect_frees_port(family):
    """A socket holds the port that is connected to, so that nobody else can listen there."""

    def attempt():
        with bound(family) as holder:
            with bound(family) as socket:
                address = address_of(socket)
                step("connect in vain")
                failed = done(connect_to, socket, address_of(holder))
                again = done(socket.start_listen)
            with create(family) as following:
                step("bind to its port")
                code = code_of(listen_at, following, address)
                observed = {"failed": failed, "start-listen": again, "next": answer(code)}
                return observed, code is ErrorCode.ADDRESS_IN_USE

    return retry(attempt)


def labels_at(call):
    """The labels of the address that a call returns: null, where the address has none."""
    try:
        return labels(call())
    except Err as error:
        return observe(error.value)


@case
def flow_and_scope(family):
    with bound(family) as socket:
        bound_to = labels_at(socket.local_address)
        at("listen", listen_on, socket)
        return {"bound": bound_to, "listening": labels_at(socket.local_address)}


@case
def flow_and_scope_of_connection(family):
    with connected(family) as pair:
        client, server = pair.client.socket, pair.server.socket
        return {
            "client": labels_at(client.local_address),
            "client's peer": labels_at(client.remote_address),
            "accepted": labels_at(server.local_address),
            "accepted one's peer": labels_at(server.remote_address),
        }


@case
def flow_and_scope_given(family):
    with create(family) as socket:
        step("bind")
        return {
            "bind": done(bind_to, socket, with_labels(loopback(family), 0x12345, 1)),
            "local-address": labels_at(socket.local_address),
        }


@case
def connect_to_itself(family):
    with bound(family) as socket:
        address = address_of(socket)
        step("connect to itself")
        return done(connect_to, socket, address)


@case
def second_loopback_address(family):
    def attempt():
        with listening(family) as first, create(family) as second:
            other_address = second_loopback(port_of(address_of(first)))
            step("listen at a second loopback address")
            code = code_of(bind_to, second, other_address)
            if code is ErrorCode.ADDRESS_NOT_BINDABLE:
                return "there is no second loopback address", False
            if code is None:
                code = code_of(listen_on, second)
            if code is not None:
                return {"listen": answer(code)}, code is ErrorCode.ADDRESS_IN_USE
            observed = {
                "listen": "ok",
                "first-client": reach(first),
                "second-client": reach(second),
            }
            return observed, False

    def reach(listener):
        with create(family) as client:
            step("reach a listener")
            return done(connect_and_accept, listener, client)

    return retry(attempt)


@case
def ephemeral_ports_differ(family):
    ports = []
    with ExitStack() as sockets:
        while len(ports) < MANY:
            step("create one more")
            try:
                socket = sockets.enter_context(create_tcp_socket(family))
            except Err:
                break
            at("bind", bind_to, socket, loopback(family))
            ports.append(port_of(address_of(socket)))
    return {"some": len(ports) > 1, "different": len(set(ports)) == len(ports)}


@case
def port_one(family):
    """Many systems keep low ports for their administrator."""
    with create(family) as socket:
        step("bind to port 1")
        return done(bind_to, socket, loopback(family, 1))
