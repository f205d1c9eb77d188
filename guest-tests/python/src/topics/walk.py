"""A walk that the runner tells: calls on several sockets of both families."""

import walking
from support.halt import Refused
from support.report import told
from support.table import case


@case
def walk(family):
    calls = told()
    if calls is None:
        raise Refused("the case needs the calls of a walk")
    return walking.walk(calls, family)
