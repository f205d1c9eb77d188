"""The table of cases: a topic is a module, and a case one of its functions."""

from functools import partial

# The cases of each topic: their names, and the functions that observe them.
TOPICS = {}


def case(function):
    """Marks a function that observes a case: its name is that of the case."""
    _add(function, function.__name__, function)
    return function


def cases(**arguments):
    """Marks a function that several cases share: each has a name, and an argument."""

    def add_all(function):
        for name, argument in arguments.items():
            _add(function, name, partial(_with, function, argument))
        return function

    return add_all


def _with(function, argument, family):
    return function(family, argument)


def _add(function, name, observe):
    topic = function.__module__.rpartition(".")[2]
    of_topic = TOPICS.setdefault(topic, {})
    if name in of_topic:
        raise ValueError(f"the topic {topic} has two cases {name}")
    of_topic[name] = observe


def names():
    """All cases, as the runner names them."""
    return [f"{topic}::{name}" for topic, of_topic in TOPICS.items() for name in of_topic]


def find(name):
    """The function of a case, and `None` if there is no such case."""
    topic, _, case_name = name.partition("::")
    return TOPICS.get(topic, {}).get(case_name)
