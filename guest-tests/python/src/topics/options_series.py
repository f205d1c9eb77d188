"""The options of a socket, set many times in every state, among other sockets."""

from support.address import loopback
from support.bindings import RECEIVE, SEND, Err
from support.clock import SECOND
from support.observe import done, succeeded
from support.option import BY_NAME, U64_MAX, each
from support.report import step
from support.setup import at, connected, create
from support.sockets import bind_to, connect_and_accept, listen_on
from support.table import case, cases

# Values in ascending order. They differ in every part of a number, so that one that is cut
# short is out of order.
TIMES = tuple(seconds * SECOND for seconds in (1, 2, 4, 5, 60, 299, 7201))
SIZES = (4096, 0x2000, 0xF000, 0x10000, 0x11000, 0x1F000, 0x1_0000_1000)
BACKLOGS = (1, 2, 128, 4096, 0x1_0000, 0x1_0000_0000, U64_MAX, 16)


class Series:
    """An option, and values for it."""

    def __init__(self, name, values):
        self.name = name
        self.option = BY_NAME[name]
        self.values = values
        # Whether the text does not allow to clamp and round its values.
        self.is_exact = self.option.maximum <= 255

    def on(self, socket, *others):
        """Sets all values twice over, and returns what went wrong: `[]` is right."""
        wrong = []
        for _ in range(2):
            last = 0
            for value in self.values:
                last, reasons = self.set_one(value, last, socket, others)
                wrong += [reason for reason in reasons if reason not in wrong]
        return wrong

    def set_one(self, value, last, socket, others):
        """Sets a value; returns what is read then, and what went wrong."""
        option = self.option
        # A socket that has what is set would not show that it was not set.
        beside = self.differ(others, value)
        rest = self.rest(socket)
        step("set the option")
        option.put(socket, value)
        read = option.value(socket)
        checks = {
            "a larger value reads smaller": read < last,
            "reads not what was set": self.is_exact and read != value,
        }
        step("set what was read")
        if read > 0 or self.is_exact:
            option.put(socket, read)
        checks["what was read reads not the same"] = option.value(socket) != read
        checks["another option changed"] = self.rest(socket) != rest
        now = [option.value(other) for other in others]
        checks["another socket changed"] = now != beside
        return read, [reason for reason, is_wrong in checks.items() if is_wrong]

    def differ(self, others, value):
        """Sets a value at the others that differs from this one; returns what they read."""
        for other in others:
            self.option.put(other, self.option.other_than(value))
        return [self.option.value(other) for other in others]

    def rest(self, socket):
        """The other options. A system may adjust the buffers of a socket that is connected at
        any time, and they come last."""
        names = [name for name in BY_NAME if name != self.name]
        if succeeded(socket.remote_address):
            names = [name for name in names if not name.endswith("buffer_size")]
        return [value_of(BY_NAME[name], socket) for name in names]


def value_of(option, socket):
    """The value of an option, and `None` where it cannot be read."""
    try:
        return option.get(socket)
    except Err:
        return None


@cases(
    series_keep_alive_enabled=Series("keep_alive_enabled", (0, 1)),
    series_keep_alive_idle_time=Series("keep_alive_idle_time", TIMES),
    series_keep_alive_interval=Series("keep_alive_interval", TIMES),
    series_keep_alive_count=Series("keep_alive_count", (1, 2, 8, 15, 17, 100, 255, 257)),
    series_hop_limit=Series("hop_limit", (1, 2, 15, 16, 17, 64, 127, 128, 255)),
    series_receive_buffer_size=Series("receive_buffer_size", SIZES),
    series_send_buffer_size=Series("send_buffer_size", SIZES),
)
def in_series(family, series):
    with create(family) as beside, create(family) as listener:
        observed = {"unbound": series.on(listener, beside)}
        step("bind")
        at("bind", bind_to, listener, loopback(family))
        observed["bound"] = series.on(listener, beside)
        step("listen")
        at("listen", listen_on, listener)
        observed["listening"] = series.on(listener, beside)
        step("connect")
        with create(family) as client:
            streams, accepted = at("connect", connect_and_accept, listener, client)
            with streams, accepted:
                server = accepted.socket
                observed["connected"] = series.on(client, beside, listener, server)
                observed["accepted"] = series.on(server, beside, listener, client)
        return observed


@case
def series_listen_backlog_size(family):
    """A backlog is a hint, and no value but 0 is an error."""
    with create(family) as listener:
        observed = {"unbound": set_backlogs(listener)}
        step("bind")
        at("bind", bind_to, listener, loopback(family))
        observed["bound"] = set_backlogs(listener)
        step("listen")
        at("listen", listen_on, listener)
        with create(family) as client:
            observed["accept"] = done(connect_and_accept, listener, client)
        observed["listening"] = set_backlogs(listener)
        with create(family) as client:
            observed["accept-again"] = done(connect_and_accept, listener, client)
        return observed


def set_backlogs(socket):
    """Sets one size after another; returns `"ok"` or the first error."""

    def set_all():
        for size in BACKLOGS:
            socket.set_listen_backlog_size(size)

    step("set the backlog size")
    return done(set_all)


@cases(**each("after_shutdown"))
def after_shutdown(family, option):
    def is_kept(direction):
        with connected(family) as pair:
            value = option.change(pair.client.socket)
            step("shutdown")
            at("shutdown", pair.client.socket.shutdown, direction)
            return option.has(pair.client.socket, value)

    return {"send": is_kept(SEND), "receive": is_kept(RECEIVE)}
