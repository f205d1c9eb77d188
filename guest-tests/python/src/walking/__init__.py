"""Walks: sequences of calls on several sockets, which the runner makes up.

A walk observes one answer for each call, and judges none. A call on what is not there is
skipped, so a walk without some of its calls is a walk too.
"""

from support.report import step

from .calls import parse
from .world import World


def walk(text, family):
    """Makes the calls of a walk, in which `a` is the family; returns the answers."""
    calls = [parse(index, call) for index, call in enumerate(text.split(";"))]
    times = calls[-1].times
    if times is None:
        return {"walk": make_round(calls, family)}
    calls.pop()
    answers = make_round(calls, family)
    return {"walk": [*answers, make_again(times, calls, family, answers)]}


def make_again(times, calls, family, answers):
    """Makes all calls so many times; tells the first answers that are others."""
    for _ in range(times):
        others = make_round(calls, family)
        if others != answers:
            return {"again": others}
    return "ok"


def make_round(calls, family):
    """Makes the calls, and drops all that they made."""
    answers = []
    with World(family) as world:
        for index, call in enumerate(calls):
            call.prepare(world)
            step(f"{index} {call.text}")
            answer = call.make(world)
            answers.append("skipped" if answer is None else answer)
        step("drop what is left")
    return answers
