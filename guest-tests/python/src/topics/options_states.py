"""The options of a socket in the states beyond `unbound`, and of keep-alive while it is off."""

from support.address import loopback
from support.bindings import Err
from support.observe import done, observe, seen
from support.option import (
    KEEP_ALIVE_COUNT,
    KEEP_ALIVE_ENABLED,
    KEEP_ALIVE_IDLE_TIME,
    KEEP_ALIVE_INTERVAL,
    each,
)
from support.report import step
from support.setup import address_of, at, closed, connected, create
from support.sockets import finish, finish_connecting, start_bind, start_connect
from support.table import case, cases


@cases(**each("while_connected"))
def while_connected(family, option):
    with connected(family) as pair:
        return {
            "client": set_twice(pair.client.socket, option),
            "server": set_twice(pair.server.socket, option),
        }


@cases(**each("in_progress"))
def in_progress(family, option):
    with create(family) as socket, create(family) as client:
        step("start-bind")
        at("start-bind", start_bind, socket, loopback(family))
        bind = set_twice(socket, option)
        at("finish-bind", finish, socket, socket.finish_bind)
        step("start-listen")
        at("start-listen", socket.start_listen)
        listen = set_twice(socket, option)
        at("finish-listen", finish, socket, socket.finish_listen)
        address = address_of(socket)
        step("start-connect")
        at("start-connect", start_connect, client, address)
        connect = set_twice(client, option)
        with at("finish-connect", finish_connecting, client):
            return {"bind": bind, "listen": listen, "connect": connect}


def set_twice(socket, option):
    """Sets one value and then another, and tells whether they read differently. A host may
    clamp and round most options, and then they need not."""
    read = []
    for value in option.usual:
        step("set the option")
        try:
            option.set(socket, value)
        except Err as error:
            return {"set": observe(error.value)}
        step("read the option")
        try:
            read.append(option.get(socket))
        except Err as error:
            return {"get": observe(error.value)}
    return "same" if read[0] == read[1] else "changes"


@cases(**each("once_closed"))
def once_closed(family, option):
    """A socket that failed to connect is of no use, but may be asked."""
    with closed(family, create) as socket:
        step("read the option")
        get = done(option.get, socket)
        step("set the option")
        return {"get": get, "set": done(option.set, socket, option.usual[0])}


@case
def once_closed_listen_backlog_size(family):
    with closed(family, create) as socket:
        step("set the backlog size")
        return done(socket.set_listen_backlog_size, 100)


@cases(**each("apart"))
def apart(family, option):
    """A socket has the options of its listener when it is accepted; later changes of either
    are its own. Two connections, so that both options start out equal."""
    with connected(family) as one, connected(family) as two:
        return {
            "accepted-kept": kept_over_change(one.server.socket, one.listener, option),
            "listener-kept": kept_over_change(two.listener, two.server.socket, option),
        }


def kept_over_change(socket, changed, option):
    """Whether a socket has the same value after another one was given a new value."""
    value = option.value(socket)
    option.change(changed)
    return option.has(socket, value)


@cases(
    while_off_keep_alive_idle_time=KEEP_ALIVE_IDLE_TIME,
    while_off_keep_alive_interval=KEEP_ALIVE_INTERVAL,
    while_off_keep_alive_count=KEEP_ALIVE_COUNT,
)
def while_off(family, option):
    """A value is set on a socket while its keep-alive is off, and on one where it is on. Once
    it is on at both, both have the same."""
    with create(family) as off, create(family) as on:
        KEEP_ALIVE_ENABLED.put(off, 0)
        KEEP_ALIVE_ENABLED.put(on, 1)
        value = option.other_than(option.value(on))
        step("set the option")
        was_set = done(option.set, off, value)
        option.put(on, value)
        step("turn it on")
        KEEP_ALIVE_ENABLED.put(off, 1)
        return {"set": was_set, "counts": option.has(off, option.value(on))}


@cases(
    smallest_keep_alive_idle_time=KEEP_ALIVE_IDLE_TIME,
    smallest_keep_alive_interval=KEEP_ALIVE_INTERVAL,
)
def smallest(family, option):
    """A nanosecond, which no system has: it is rounded."""
    with create(family) as socket:
        step("set it to 1 ns")
        return {
            "set": done(option.set, socket, 1),
            "zero": seen(lambda: option.get(socket) == 0),
        }
