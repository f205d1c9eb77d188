"""What creation returns when the operating system refuses to create a socket."""

from support import under_fault
from support.address import other
from support.bindings import create_tcp_socket
from support.observe import done
from support.report import step
from support.table import case


@case
def create(family):
    return under_fault.from_creation(family)


@case
def other_family(family):
    step("create in the family that is missing")
    done(create_tcp_socket, family)
    return under_fault.from_creation(other(family))
