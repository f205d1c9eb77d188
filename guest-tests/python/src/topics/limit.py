"""What happens when there are as many sockets as there can be.

The environment leaves the process 64 descriptors, or the implementation gives a guest few
sockets. The limit is reached at the call that takes what is short: at creation, or where an
implementation needs nothing for a mere socket, at `bind`, `listen` or `connect`. Each has
its cases, and the observation of the others says where the limit is: `unaffected` beyond
all of them, `deferred:CODE` behind creation, `reached at CALL` before the call of the case.
"""

from contextlib import ExitStack, suppress

from support import under_fault
from support.address import loopback, other
from support.bindings import Err, TcpSocket, create_tcp_socket
from support.clock import resource_ready_within_moment, succeeds_in_time
from support.halt import Observed
from support.observe import answer, code_of, done, observe, seen
from support.report import step
from support.setup import address_of, client_of, connected, listening
from support.sockets import (
    accept_now,
    accept_one,
    bind_to,
    close,
    connect_to,
    listen_on,
)
from support.table import case, cases
from support.transfer import Transfer

# Enough sockets to be sure that nothing limits creation.
MANY = 256


class Limit:
    """As many sockets as can be created, and the error of the next creation."""

    def __init__(self, sockets, error):
        self.sockets = sockets
        self.error = error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.drop(len(self.sockets))

    def drop(self, count):
        """Closes so many of the sockets, the last ones first."""
        for _ in range(min(count, len(self.sockets))):
            close(self.sockets.pop())


@case
def code(family):
    with fill(family) as limit:
        return observe(limit.error)


@case
def survivors_bind(family):
    """A survivor goes on, at the latest when there is room: an implementation may need more
    for a socket that is bound, or listens."""
    with fill(family) as limit, ExitStack() as survivors:
        if not limit.sockets:
            return "none"
        survivor = survivors.enter_context(limit.sockets.pop())
        step("use a survivor")
        bind, listen = use(survivor, family)
        if (bind, listen) != ("ok", "ok") and limit.sockets:
            next_one = survivors.enter_context(limit.sockets.pop())
            step("drop some")
            limit.drop(8)
            step("use another survivor")
            survivor = next_one
            bind, listen = use(survivor, family)
        return {
            "bind": bind,
            "listen": listen,
            "listening": survivor.is_listening(),
            "local-address": seen(survivor.local_address),
        }


def use(socket, family):
    return done(bind_to, socket, loopback(family)), done(listen_on, socket)


@case
def survivors_getters(family):
    with fill(family) as limit:
        if not limit.sockets:
            return "none"
        survivor = limit.sockets[0]
        step("ask a survivor")
        return {
            "address-family": seen(survivor.address_family),
            "is-listening": survivor.is_listening(),
            "keep-alive-enabled": done(survivor.keep_alive_enabled),
            "hop-limit": done(survivor.hop_limit),
            "receive-buffer-size": done(survivor.receive_buffer_size),
        }


@case
def recovers(family):
    return recovers_with(family, family)


@case
def recovers_other_family(family):
    return recovers_with(family, other(family))


def recovers_with(family, then):
    def is_of_family():
        with create_tcp_socket(then) as socket:
            return socket.address_family() is then

    with fill(family) as limit:
        step("drop one")
        limit.drop(1)
        step("create again")
        return seen(is_of_family)


@case
def failed_calls_free(family):
    """A runtime may open a descriptor of its own meanwhile, so one less may fit."""
    with fill(family) as limit:
        fitted = len(limit.sockets)
        step("fail 1000 times")
        failed = count_failures(1000, create_tcp_socket, family)
    with fill(family) as again:
        return {"failed": failed, "fit-but-one": len(again.sockets) + 1 >= fitted}


def count_failures(times, call, *arguments):
    """How many of the calls fail. What the others return is closed."""
    return sum(code_of(call, *arguments) is not None for _ in range(times))


@case
def shape(family):
    with fill(family) as limit:
        return {
            "fit": len(limit.sockets),
            "other-family": done(create_tcp_socket, other(family)),
        }


@case
def accept(family):
    """A client waits while there is no room for it, and until there is."""
    with accept_at_limit(family) as limit:
        step("drop some")
        limit.drop(8)
        step("accept below the limit")
        below = limit.error

        def accepts():
            nonlocal below
            below = code_of(accept_one, limit.listener)
            return below is None

        succeeds_in_time(accepts)
        return {"at-limit": observe(limit.error), "below": answer(below)}


@case
def accept_failed_calls_free(family):
    with accept_at_limit(family) as limit:
        step("fail 1000 times")
        failed = count_failures(1000, accept_now, limit.listener)
        fitted = len(limit.sockets)
        limit.drop(fitted)
        step("fill again")

        def fit():
            with use_up(family) as again:
                return len(again.sockets)

        return {"failed": failed, "fit-but-one": fit_again(fitted, fit)}


class LimitOfAccept(Limit):
    """A listener with a client that waits, when there are as many sockets as there can be.
    The error is what `accept` answers."""

    def __init__(self, listener, client, sockets, error):
        super().__init__(sockets, error)
        self.listener = listener
        self.client = client

    def __exit__(self, *_):
        close(self.client, self.listener)
        super().__exit__()


def accept_at_limit(family):
    listener = listening(family)
    client = client_of(address_of(listener))
    try:
        sockets = use_up(family).sockets
    except Observed:
        close(client, listener)
        raise
    step("accept at the limit")
    error = code_of(accept_one, listener)
    limit = LimitOfAccept(listener, client, sockets, error)
    if error is None:
        close(limit)
        raise Observed("accepts take no descriptor")
    return limit


@cases(bind_code="bind", listen_code="listen", connect_code="connect")
def code_at(family, call):
    with fill_at(call, family) as limit:
        return observe(limit.error)


@case
def bind_survivors(family):
    with fill_at("bind", family) as limit:
        step("ask both")
        first = limit.first_passed()
        return {
            "bound": first and seen(first.local_address),
            "failed": done(limit.failed.local_address),
        }


@case
def listen_survivors(family):
    with fill_at("listen", family) as limit:
        step("ask both")
        first = limit.first_passed()
        return {
            "listening": first and first.is_listening(),
            "failed": limit.failed.is_listening(),
        }


@case
def connect_survivors(family):
    """A connection that was made before goes on."""
    with connected(family) as pair, fill_at("connect", family):
        step("carry bytes")
        return Transfer(pair.client.output, pair.server.input, 1000).run()


@cases(bind_recovers="bind", listen_recovers="listen", connect_recovers="connect")
def recovers_at(family, call):
    with fill_at(call, family) as limit:
        step("drop one")
        limit.drop_passed()
        step("call it again")
        return succeeds_in_time(lambda: code_of(limit.again) is None)


@cases(
    bind_failed_calls_free="bind",
    listen_failed_calls_free="listen",
    connect_failed_calls_free="connect",
)
def failed_calls_free_at(family, call):
    def fit():
        with fill_at(call, family) as again:
            return len(again.passed)

    with fill_at(call, family) as limit:
        fitted = len(limit.passed)
        step("fail 100 times")
        failed = count_failures(100, limit.again)
    step("fill again")
    return {"failed": failed, "fit-but-one": fit_again(fitted, fit)}


@case
def reached(family):
    """The call that takes what is short."""
    if is_reached(lambda: fill(family)):
        return "create"
    for call in ("bind", "listen", "connect"):
        if is_reached(lambda call=call: fill_at(call, family)):
            return call
    return "no call"


def is_reached(filled):
    """Whether this is where the limit is."""
    try:
        close(filled())
    except Observed:
        return False
    return True


class LimitOf:
    """As many sockets as can be taken further by a call."""

    def __init__(self, call, family, listener):
        self.call = call
        self.family = family
        # Where clients connect to.
        self.listener = listener
        # The sockets that the call took further, each with its streams if it has any.
        self.passed = []
        # The one with which it failed, and how.
        self.failed = None
        self.error = None
        # Those with which it was not tried.
        self.left = []
        self.served = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        while self.passed:
            self.drop_passed()
        sockets = self.left if self.failed is None else [self.failed, *self.left]
        close(*sockets, *self.served, self.listener)

    def first_passed(self) -> TcpSocket | None:
        return self.passed[0][0] if self.passed else None

    def drop_passed(self):
        """Closes the last of the sockets that the call took further."""
        if self.passed:
            socket, streams = self.passed.pop()
            close(*streams, socket)

    def again(self):
        """Calls it with another socket: the one that failed may be closed."""
        if self.call == "bind":
            bind_to(self.failed, loopback(self.family))
        elif self.left:
            self.take_further(self.left.pop())
        else:
            raise Err(self.error)

    def take_further(self, socket):
        """Makes the call, and keeps the socket if it succeeds."""
        streams = ()
        try:
            match self.call:
                case "bind":
                    bind_to(socket, loopback(self.family))
                case "listen":
                    listen_on(socket)
                case "connect":
                    streams = connect_to(socket, self.listener.local_address())
        except Err:
            if self.failed is None:
                self.failed = socket
            else:
                close(socket)
            raise
        self.passed.append((socket, streams))


def fill_at(call, family):
    """Makes the call with one socket after the other until it fails.

    Where it never fails, or a call before it does, the observation tells.
    """
    limit = LimitOf(call, family, listening(family))
    try:
        step("create many")
        while len(limit.left) < MANY:
            limit.left.append(reached_at("create", create_tcp_socket, family))
        if call == "listen":
            step("bind all")
            for socket in limit.left:
                reached_at("bind", bind_to, socket, loopback(family))
        step("go on until one fails")
        while limit.left:
            limit.error = code_of(limit.take_further, limit.left.pop())
            if limit.error is not None:
                return limit
            # The client is served, as long as there is room: the queue stays short.
            if call == "connect" and resource_ready_within_moment(limit.listener):
                serve(limit)
        raise Observed("unaffected")
    except Observed:
        close(limit)
        raise


def reached_at(name, call, *arguments):
    """Makes a call before the one that is to fail."""
    try:
        return call(*arguments)
    except Err:
        raise Observed(f"reached at {name}") from None


def serve(limit):
    """Accepts a client, if that is possible."""
    with suppress(Err):
        limit.served.append(accept_now(limit.listener))


def fit_again(before, fit):
    """Whether as many fit as before, but for one: a host may open something of its own when
    it first fails, and keep it."""
    return succeeds_in_time(lambda: fit() + 1 >= before)


def use_up(family):
    """Uses up what there is for sockets, by the call that takes it."""
    try:
        return fill(family)
    except Observed:
        pass
    for call in ("bind", "listen"):
        try:
            limit = fill_at(call, family)
        except Observed:
            continue
        passed = [socket for socket, _ in limit.passed]
        limit.passed = []
        close(limit)
        return Limit(passed, limit.error)
    raise Observed("unaffected")


def fill(family):
    """Creates sockets until creation fails.

    Where it never fails, the observation tells why: `deferred:…` if some of the sockets
    can't be used, `unaffected` if all can.
    """
    step("fill")
    sockets = []
    while len(sockets) < MANY:
        try:
            sockets.append(create_tcp_socket(family))
        except Err as error:
            return Limit(sockets, error.value)
    with Limit(sockets, None):
        step("use them all")
        for socket in sockets:
            code = code_of(bind_to, socket, loopback(family))
            if code is not None:
                raise Observed(under_fault.deferred(code))
        raise Observed(under_fault.from_bound(sockets[-1], family))
