"""What is there while a walk goes on: its sockets, their streams and pollables."""

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

from support.address import family_of, is_unspecified, loopback, other, port_of, same, wildcard
from support.bindings import IPV4, Err
from support.setup import address_of, bound
from support.sockets import close


class Watch:
    """A pollable, and what it is about: a socket, and `""`, `"in"` or `"out"`."""

    def __init__(self, pollable, socket, part):
        self.pollable = pollable
        self.socket = socket
        self.part = part


class Member:
    """A socket of a walk. It keeps its name when it is dropped, and its peer may still read
    what it wrote."""

    def __init__(self, socket, family):
        self.socket = socket
        self.family = family
        # The streams, by the names `"in"` and `"out"`.
        self.streams = {}
        # The local and the remote address, from when it was connected.
        self.ends = None
        # How many bytes it has written, and read.
        self.sent = 0
        self.received = 0
        # Who may have written what it has read, once it has read something.
        self.writers = None

    def learn_ends(self):
        """Learns where both ends are: the peer may be gone when that is of use."""
        with suppress(Err):
            self.ends = self.socket.local_address(), self.socket.remote_address()


class World:
    """Everything that a walk has made."""

    def __init__(self, family):
        # The family that a walk calls `a`.
        self.family = family
        self.pollables = {}
        self.members = {}
        # Bound sockets that never listen, at most one of each family.
        self.held = {}
        self.names = Names()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """A pollable must not outlive what it is about."""
        for watch in self.pollables.values():
            close(watch.pollable)
        self.pollables.clear()
        for name in sorted(self.members):
            self.drop_socket(name)
        close(*self.held.values())

    def socket(self, name):
        """A socket, unless it was dropped or never made."""
        member = self.members.get(name)
        return None if member is None else member.socket

    def stream(self, name, part):
        """A stream of a socket, unless it was dropped or never made."""
        member = self.members.get(name)
        return None if member is None else member.streams.get(part)

    def join(self, name, input_stream, output):
        """Gives a socket its streams."""
        # A faulty host can give them a second time.
        self.drop_stream(name, "in")
        self.drop_stream(name, "out")
        member = self.members[name]
        member.streams = {"in": input_stream, "out": output}
        member.learn_ends()

    def writers_to(self, name):
        """The sockets that may have written what a socket reads: the other end of its
        connection. If that cannot be told, all of them."""
        ends = self.members[name].ends
        if ends is None:
            return set(self.members)
        local, remote = ends
        peers = {
            other_name
            for other_name, member in self.members.items()
            if member.ends is not None
            and same(member.ends[0], remote)
            and same(member.ends[1], local)
        }
        return peers or set(self.members)

    def drop_socket(self, name):
        """Drops a socket, and first what belongs to it; returns whether it was there."""
        self.drop_stream(name, "in")
        self.drop_stream(name, "out")
        self.drop_watches(name, ("", "in", "out"))
        member = self.members.get(name)
        if member is None or member.socket is None:
            return False
        socket, member.socket = member.socket, None
        close(socket)
        return True

    def drop_stream(self, name, part):
        """Drops a stream, and first its pollables; returns whether it was there."""
        self.drop_watches(name, (part,))
        if self.stream(name, part) is None:
            return False
        close(self.members[name].streams.pop(part))
        return True

    def drop_watches(self, socket, parts):
        """Drops the pollables of these parts of a socket."""
        for name, watch in list(self.pollables.items()):
            if watch.socket == socket and watch.part in parts:
                close(self.pollables.pop(name).pollable)

    def prepare_connect(self, name, target):
        """Makes sure that there is a bound socket that does not listen, if one is needed."""
        member = self.members.get(name)
        if member is None or target.startswith("s"):
            return
        if member.family not in self.held:
            self.held[member.family] = bound(member.family)

    def bind_address(self, name, target):
        """What a socket is bound to, and `None` if that is not there."""
        family = self.members[name].family
        match target:
            case "loopback":
                return loopback(family)
            case "any":
                return wildcard(family)
            case "other":
                return loopback(other(family))
        holder = self.socket(target.removeprefix("port:"))
        address = None if holder is None else local_address(holder)
        return None if address is None else loopback(family, port_of(address))

    def connect_address(self, name, target):
        """What a socket connects to, and `None` if that is not there."""
        family = self.members[name].family
        if target.startswith("s"):
            return self.reachable_address(target)
        nobody = address_of(self.held[family])
        match target:
            case "any":
                return wildcard(family, port_of(nobody))
            case "other":
                return loopback(other(family), port_of(nobody))
        return nobody

    def reachable_address(self, name):
        """Where a socket can be reached."""
        socket = self.socket(name)
        address = None if socket is None else local_address(socket)
        if address is not None and is_unspecified(address):
            return loopback(self.members[name].family, port_of(address))
        return address


def local_address(socket):
    """The local address of a socket, and `None` if it has none."""
    try:
        return socket.local_address()
    except Err:
        return None


class Names:
    """The name of every port that was shown: a walk tells whose port it saw, not its number,
    which the system chose."""

    def __init__(self):
        self.given = {0: "0"}

    def show(self, shower, address):
        """An address, with its port named after the first socket that showed it. `shower` is
        `s0` for the local address of a socket, `s0.remote` for that of its peer."""
        return {"ip": ip_of(address), "port": self.name(shower, port_of(address))}

    def name(self, shower, port):
        if port not in self.given:
            name, count = shower, 1
            while name in self.given.values():
                count += 1
                name = f"{shower}.{count}"
            self.given[port] = name
        return self.given[port]


def ip_of(address):
    parts = address.value.address
    if family_of(address) is IPV4:
        return str(IPv4Address(bytes(parts)))
    return str(IPv6Address(b"".join(part.to_bytes(2) for part in parts)))
