"""The options of a new socket."""

from support.observe import done, seen
from support.option import U64_MAX, each
from support.report import step
from support.setup import create
from support.table import case, cases


@cases(**each("default", "keep_alive_enabled"))
def default(family, option):
    with create(family) as socket:
        return seen(option.get, socket)


@case
def default_keep_alive_enabled(family):
    with create(family) as socket:
        return seen(socket.keep_alive_enabled)


@cases(**each("zero", "keep_alive_enabled"))
def zero(family, option):
    """The option is changed before, so that it shows if zero stands for the default."""
    with create(family) as socket:
        value = option.change(socket)
        step("set it to 0")
        return {"set": done(option.set, socket, 0), "kept": option.has(socket, value)}


@case
def zero_listen_backlog_size(family):
    with create(family) as socket:
        return done(socket.set_listen_backlog_size, 0)


@cases(**each("any_other", "keep_alive_enabled"))
def any_other(family, option):
    return set_each(family, option.set, option.usual[0], option.maximum)


@case
def any_other_listen_backlog_size(family):
    def set_backlog(socket, size):
        socket.set_listen_backlog_size(size)

    return set_each(family, set_backlog, 100, U64_MAX)


def set_each(family, set_option, usual, maximum):
    with (
        create(family) as for_one,
        create(family) as for_usual,
        create(family) as for_maximum,
    ):
        return {
            "one": done(set_option, for_one, 1),
            "usual": done(set_option, for_usual, usual),
            "maximum": done(set_option, for_maximum, maximum),
        }


@cases(**each("round_trip", "keep_alive_enabled"))
def round_trip(family, option):
    with create(family) as socket:

        def read_back(value):
            option.set(socket, value)
            return option.get(socket)

        return {
            "one": seen(read_back, 1),
            "usual": seen(read_back, option.usual[0]),
            "maximum": seen(read_back, option.maximum),
        }


@case
def round_trip_keep_alive_enabled(family):
    with create(family) as socket:

        def read_back(value):
            socket.set_keep_alive_enabled(value)
            return socket.keep_alive_enabled()

        return [seen(read_back, value) for value in (True, False, True)]


@cases(**each("own"))
def own(family, option):
    with create(family) as older, create(family) as changed, create(family) as younger:
        value = option.value(older)
        option.change(changed)
        observed = {
            "older-kept": option.has(older, value),
            "younger-kept": option.has(younger, value),
        }
        with create(family) as newest:
            observed["new-one-has-default"] = option.has(newest, value)
        return observed
