"""The way from `unbound` to `bound`."""

from support.address import absent, broadcast, loopback, multicast, other, same
from support.observe import done, seen
from support.report import step
from support.setup import address_of, bound, connected, create, listening
from support.sockets import bind_to, close, finish, listen_on, start_bind
from support.table import case
from support.transfer import end_of


@case
def ephemeral(family):
    with bound(family) as socket:
        return seen(socket.local_address)


@case
def ephemeral_port_is_free(family):
    with bound(family) as one, bound(family) as two, listening(family) as three:
        first, second, third = (address_of(socket) for socket in (one, two, three))
        is_shared = same(first, second) or same(second, third) or same(first, third)
        return {"different": not is_shared}


@case
def start_bind_again(family):
    with bound(family) as socket:
        address = address_of(socket)
        step("start-bind again")
        return {
            "start-bind": done(start_bind, socket, loopback(family)),
            "address-kept": has_address(socket, address),
            "listen": done(listen_on, socket),
        }


@case
def finish_bind_again(family):
    with bound(family) as socket:
        address = address_of(socket)
        step("finish-bind again")
        return {
            "finish-bind": done(socket.finish_bind),
            "address-kept": has_address(socket, address),
            "listen": done(listen_on, socket),
        }


def has_address(socket, address):
    return seen(lambda: same(socket.local_address(), address))


@case
def other_family(family):
    return bind_new_to(family, loopback(other(family)))


@case
def multicast_address(family):
    return bind_new_to(family, multicast(family))


@case
def broadcast_address(family):
    return bind_new_to(family, broadcast())


@case
def in_use(family):
    with listening(family) as listener:
        return bind_new_to(family, address_of(listener))


@case
def not_bindable(family):
    return bind_new_to(family, absent(family))


def bind_new_to(family, address):
    with create(family) as socket:
        step("bind")
        return done(bind_to, socket, address)


@case
def retry_after_other_family(family):
    return retry_after(family, loopback(other(family)))


@case
def retry_after_multicast_address(family):
    return retry_after(family, multicast(family))


@case
def retry_after_in_use(family):
    with listening(family) as listener:
        return retry_after(family, address_of(listener))


@case
def retry_after_not_bindable(family):
    return retry_after(family, absent(family))


def retry_after(family, address):
    with create(family) as socket:
        step("bind in vain")
        failed = done(bind_to, socket, address)
        between = seen(socket.local_address)
        step("bind again")
        return {
            "failed": failed,
            "local-address": between,
            "bind": done(bind_to, socket, loopback(family)),
            "listen": done(listen_on, socket),
        }


@case
def finish_after_other_family(family):
    return finish_after(family, loopback(other(family)))


@case
def finish_after_in_use(family):
    with listening(family) as listener:
        return finish_after(family, address_of(listener))


def finish_after(family, address):
    """Nothing is in progress once a bind has failed, be it at its start or its end."""

    def bind_again():
        start_bind(socket, loopback(family))
        finish(socket, socket.finish_bind)

    with create(family) as socket:
        step("bind in vain")
        failed = done(bind_to, socket, address)
        step("finish-bind again")
        finished = done(socket.finish_bind)
        step("bind again")
        return {"failed": failed, "finish-bind": finished, "bind": done(bind_again)}


@case
def reuse(family):
    with connected(family) as pair:
        address = address_of(pair.listener)
        step("close the connection")
    return bind_and_listen(family, address)


@case
def reuse_after_server_closed_first(family):
    """The end that closes first is the one that lingers. Here, it has the port of the
    listener."""
    pair = connected(family)
    address = address_of(pair.listener)
    step("close the server's end")
    close(pair.server)
    step("close the client's end")
    end_of(pair.client.input)
    close(pair.client, pair.listener)
    return bind_and_listen(family, address)


def bind_and_listen(family, address):
    with create(family) as socket:
        step("bind to the port again")
        return {"bind": done(bind_to, socket, address), "listen": done(listen_on, socket)}
