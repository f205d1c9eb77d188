"""The command line and the output: which case to run, and what it observed.

The last two arguments name a case and a family, such as `outbound::connect=40123` and
`ipv4`. What follows the first `=` is what the case is told: here the port at which the
runner listens.
"""

import json

from . import table
from .address import loopback
from .bindings import IPV4, IPV6, Err, get_arguments, get_stdout
from .halt import Blocked, Observed, Refused
from .observe import name_of

# One call takes at most so many bytes.
PIECE = 4096

FAMILIES = {"ipv4": IPV4, "ipv6": IPV6}


class Output:
    """Standard output, once it was asked for: who gives it may have it only once."""

    stream = None

    @classmethod
    def get(cls):
        if cls.stream is None:
            cls.stream = get_stdout()
        return cls.stream

    @classmethod
    def drop(cls):
        """A stream belongs to whoever gave it, who may have to wait for its end."""
        stream, cls.stream = cls.stream, None
        if stream is not None:
            stream.__exit__(None, None, None)


def run():
    """Runs the case that the arguments name, and says that the guest returns."""
    try:
        select()
    except Err:
        end("error")
        raise
    end("ok")


def end(how):
    """Prints the last line."""
    emit({"end": how})
    Output.drop()


def select():
    """Runs the case that the arguments name. Without arguments, it lists the cases.

    Runtimes differ in what they pass as the first argument, so nothing depends on it.
    """
    arguments = get_arguments()
    if len(arguments) < 2:
        emit({"cases": table.names()})
        return
    name = arguments[-2].partition("=")[0]
    family = FAMILIES.get(arguments[-1])
    if family is None:
        refuse("the family is ipv4 or ipv6")
    observe = table.find(name)
    if observe is None:
        refuse("no such case")
    step(name.partition("::")[2])
    try:
        emit(result(name, observe, family))
    except Refused as refused:
        refuse(refused.reason)
    except Exception as mistake:
        # A mistake of the guest, not of the runtime. It traps once it is reported.
        emit({"panicked": repr(mistake)})
        raise


def result(name, observe, family):
    """The line that ends the report of a case."""
    try:
        return {"case": name, "observed": observe(family)}
    except Observed as halt:
        return {"case": name, "observed": halt.value}
    except Blocked as halt:
        return {"case": name, "blocked": halt.step, "error": name_of(halt.code)}


def step(name):
    """Reports what the guest does next, which tells where a hang or a trap happens."""
    emit({"step": name})


def told():
    """What the runner tells the case, and `None` if that is nothing."""
    _, equals, text = get_arguments()[-2].partition("=")
    return text if equals else None


def outside_listener(family):
    """The address at which the runner listens.

    It is outside the guest, so no policy that keeps a guest from listening keeps it from
    being there.
    """
    port = told()
    if port is None or not port.isdecimal():
        raise Refused("the case needs the port of a listener")
    return loopback(family, int(port))


def refuse(reason):
    """Reports that the arguments are wrong, and ends the program with an error."""
    emit({"refused": reason})
    raise Err(None)


def emit(line):
    """Prints a line and flushes it: the next call may never return."""
    text = json.dumps(line, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    encoded = text.encode() + b"\n"
    stdout = Output.get()
    for start in range(0, len(encoded), PIECE):
        try:
            stdout.blocking_write_and_flush(encoded[start : start + PIECE])
        except Err:
            # Nobody reads the output, so there is nobody to report this to.
            return
