"""The calls of a walk, read from `s0=create(a);s0.start-bind(loopback)`.

The grammar is that of the runner, which writes the text. Each form of a call is a line of the
table: a pattern, and what makes the call with the parts of its text.
"""

import re

from support.halt import Refused
from support.option import BY_NAME, U64_MAX

from . import actions

# The most bytes that one call writes or reads, and how often a walk is made again at most.
MOST_BYTES = 1 << 20
MOST_TIMES = 1000

# The parts of a text. Numbers are in their shortest form, so that a walk has one spelling.
PARTS = {
    "SOCKET": r"(s[0-9])",
    "POLLABLES": r"(p[0-9](?:,p[0-9])*)",
    "POLLABLE": r"(p[0-9])",
    "NUMBER": r"(0|[1-9][0-9]*)",
    "OPTION": "(" + "|".join(name.replace("_", "-") for name in BY_NAME) + ")",
    "WAIT": "(!?)",
}

FORMS = [
    (r"SOCKET=create\((a|b)\)", actions.create),
    (r"SOCKET=SOCKET\.acceptWAIT", actions.accept),
    (r"POLLABLE=SOCKET\.(|in\.|out\.)subscribe", actions.subscribe),
    (r"POLLABLE\.ready", actions.ready),
    (r"POLLABLE\.block!", actions.block),
    (r"POLLABLE\.drop", actions.drop_pollable),
    (r"poll\(POLLABLES\)!", actions.poll),
    (r"again\(NUMBER\)", actions.again),
    (r"SOCKET\.start-bind\((loopback|any|other|port:s[0-9])\)", actions.start_bind),
    (r"SOCKET\.start-connect\((nobody|any|other|s[0-9])\)", actions.start_connect),
    (r"SOCKET\.finish-bindWAIT", actions.finish_bind),
    (r"SOCKET\.finish-listenWAIT", actions.finish_listen),
    (r"SOCKET\.finish-connectWAIT", actions.finish_connect),
    (r"SOCKET\.start-listen", actions.start_listen),
    (r"SOCKET\.local-address", actions.local_address),
    (r"SOCKET\.remote-address", actions.remote_address),
    (r"SOCKET\.is-listening", actions.is_listening),
    (r"SOCKET\.address-family", actions.address_family),
    (r"SOCKET\.OPTION", actions.get_option),
    (r"SOCKET\.set-(keep-alive-enabled)\((true|false)\)", actions.set_option),
    (r"SOCKET\.set-listen-backlog-size\(NUMBER\)", actions.set_backlog),
    (r"SOCKET\.set-(?!keep-alive-enabled)OPTION\(NUMBER\)", actions.set_option),
    (r"SOCKET\.shutdown\((receive|send|both)\)", actions.shutdown),
    (r"SOCKET\.writeWAIT\(NUMBER\)", actions.write),
    (r"SOCKET\.readWAIT\(NUMBER\)", actions.read),
    (r"SOCKET\.flush!", actions.flush),
    (r"SOCKET\.fill!", actions.fill),
    (r"SOCKET\.drain!", actions.drain),
    (r"SOCKET\.(in|out)\.drop", actions.drop_stream),
    (r"SOCKET\.drop", actions.drop_socket),
]


def pattern(form):
    for name, part in PARTS.items():
        form = form.replace(name, part)
    return re.compile(form)


TABLE = [(pattern(form), action) for form, action in FORMS]


class Call:
    """One call: its text, what makes it, and the parts of the text."""

    def __init__(self, text, action, parts):
        self.text = text
        self.action = action
        self.parts = parts
        # How often the calls before are made again, if that is what the call is about.
        self.times = parts[0] if action is actions.again else None

    def prepare(self, world):
        """Makes what the call needs beside the sockets of the walk."""
        if self.action is actions.start_connect:
            world.prepare_connect(*self.parts)

    def make(self, world):
        """Makes the call; returns `None` when what it is about is not there."""
        return self.action(world, *self.parts)


def parse(index, text):
    """Reads one call."""
    for form, action in TABLE:
        found = form.fullmatch(text)
        if found is not None:
            parts = [int(part) if part.isdecimal() else part for part in found.groups()]
            if any(isinstance(part, int) and part > most(action, parts) for part in parts):
                raise Refused(f"call {index}, `{text}`: the number is too large")
            return Call(text, action, parts)
    raise Refused(f"call {index}, `{text}`: it is no call of a walk")


def most(action, parts):
    """The largest number that a call takes."""
    if action in (actions.write, actions.read):
        return MOST_BYTES
    if action is actions.again:
        return MOST_TIMES
    if action is actions.set_option:
        return actions.option_of(parts[1]).maximum
    return U64_MAX
