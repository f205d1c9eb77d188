"""Makes the calls of a walk. Each gives an answer, or `None` when what it is about is not
there."""

from support.address import other
from support.bindings import Err, ErrorCode, ShutdownType, create_tcp_socket
from support.clock import Wait, gets_ready, ready_of
from support.observe import done, observe, seen
from support.option import BY_NAME
from support.sockets import accept_now, close
from support.sockets import start_bind as start_bind_to
from support.sockets import start_connect as start_connect_to

from . import carried
from .world import Member, Watch

# What is answered where a wait has no end.
NEVER = "never"


def create(world, new, which):
    if new in world.members:
        return None
    family = world.family if which == "a" else other(world.family)
    try:
        world.members[new] = Member(create_tcp_socket(family), family)
    except Err as error:
        return observe(error.value)
    return "ok"


def accept(world, new, listener, wait):
    socket = world.socket(listener)
    if new in world.members or socket is None:
        return None

    def accept_and_add():
        accepted = accept_now(socket)
        world.members[new] = Member(accepted.socket, world.members[listener].family)
        world.join(new, accepted.input, accepted.output)

    return settle(wait, accept_and_add)


def settle(wait, call):
    """Makes a call, again and again if it is to `wait`, until it does not answer
    `would-block`. No pollable is involved, which a walk asks by itself."""
    time = Wait()
    while True:
        try:
            call()
            return "ok"
        except Err as error:
            if not wait or error.value is not ErrorCode.WOULD_BLOCK:
                return observe(error.value)
        if not time.go_on():
            return NEVER


def subscribe(world, new, name, part):
    part = part.removesuffix(".")
    of = world.stream(name, part) if part else world.socket(name)
    if new in world.pollables or of is None:
        return None
    world.pollables[new] = Watch(of.subscribe(), name, part)
    return "ok"


def ready(world, name):
    watch = world.pollables.get(name)
    return None if watch is None else watch.pollable.ready()


def block(world, name):
    watch = world.pollables.get(name)
    if watch is None:
        return None
    return "ok" if gets_ready(watch.pollable) else NEVER


def poll(world, names):
    """Tells the places in the list, in which pollables that are not there count too."""
    names = names.split(",")
    places = [place for place, name in enumerate(names) if name in world.pollables]
    if not places:
        return None
    reported = ready_of([world.pollables[names[place]].pollable for place in places])
    if not reported:
        return NEVER
    # A place that no pollable has is told as one after the last.
    return sorted(places[index] if index < len(places) else len(names) for index in reported)


def drop_pollable(world, name):
    watch = world.pollables.pop(name, None)
    if watch is None:
        return None
    close(watch.pollable)
    return "ok"


def again(_world, _times):
    """The walk makes it, which knows the calls."""


def start_bind(world, name, target):
    socket = world.socket(name)
    address = None if socket is None else world.bind_address(name, target)
    return None if address is None else done(start_bind_to, socket, address)


def start_connect(world, name, target):
    socket = world.socket(name)
    address = None if socket is None else world.connect_address(name, target)
    return None if address is None else done(start_connect_to, socket, address)


def finish_bind(world, name, wait):
    socket = world.socket(name)
    return None if socket is None else settle(wait, socket.finish_bind)


def finish_listen(world, name, wait):
    socket = world.socket(name)
    return None if socket is None else settle(wait, socket.finish_listen)


def finish_connect(world, name, wait):
    socket = world.socket(name)
    if socket is None:
        return None
    return settle(wait, lambda: world.join(name, *socket.finish_connect()))


def start_listen(world, name):
    socket = world.socket(name)
    return None if socket is None else done(socket.start_listen)


def local_address(world, name):
    socket = world.socket(name)
    if socket is None:
        return None
    return seen(lambda: world.names.show(name, socket.local_address()))


def remote_address(world, name):
    socket = world.socket(name)
    if socket is None:
        return None
    return seen(lambda: world.names.show(f"{name}.remote", socket.remote_address()))


def is_listening(world, name):
    socket = world.socket(name)
    return None if socket is None else socket.is_listening()


def address_family(world, name):
    socket = world.socket(name)
    return None if socket is None else observe(socket.address_family())


def option_of(name):
    return BY_NAME[name.replace("-", "_")]


def get_option(world, name, option):
    socket = world.socket(name)
    if socket is None:
        return None
    if option == "keep-alive-enabled":
        return seen(socket.keep_alive_enabled)
    return seen(option_of(option).get, socket)


def set_option(world, name, option, value):
    socket = world.socket(name)
    if socket is None:
        return None
    if isinstance(value, str):
        value = int(value == "true")
    return done(option_of(option).set, socket, value)


def set_backlog(world, name, size):
    socket = world.socket(name)
    return None if socket is None else done(socket.set_listen_backlog_size, size)


def shutdown(world, name, direction):
    socket = world.socket(name)
    return None if socket is None else done(socket.shutdown, ShutdownType[direction.upper()])


def write(world, name, wait, count):
    return carried.write(world, name, count, bool(wait))


def read(world, name, wait, count):
    return carried.read(world, name, count, bool(wait))


def flush(world, name):
    return carried.flush(world, name)


def fill(world, name):
    return carried.fill(world, name)


def drain(world, name):
    return carried.drain(world, name)


def drop_stream(world, name, part):
    # Without a socket there is no stream: it is dropped with it.
    return "ok" if world.drop_stream(name, part) else None


def drop_socket(world, name):
    return "ok" if world.drop_socket(name) else None
