"""The topics, in the order of the suite. To import one adds its cases to the table."""

from . import (  # noqa: F401
    create,
    unbound,
    limit,
    v6only,
    bind,
    listen,
    connect,
    accept,
    connected,
    closed,
    bound,
    states,
    shutdown,
    stream,
)
