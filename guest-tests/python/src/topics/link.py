"""A component that uses sockets, to be linked at every version of WASI."""

from support.observe import observe
from support.setup import connected
from support.table import case


@case
def connection(family):
    """Everything from creation to an accepted connection."""
    with connected(family) as pair:
        return observe(pair.server.socket.address_family())
