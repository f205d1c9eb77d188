"""Addresses that cases bind and connect to."""

from dataclasses import replace

from .bindings import (
    IPV4,
    IPV6,
    IpSocketAddress_Ipv4,
    IpSocketAddress_Ipv6,
    Ipv4SocketAddress,
    Ipv6SocketAddress,
)


def other(family):
    """The other address family."""
    return IPV6 if family is IPV4 else IPV4


def ipv4(address, port):
    """An IPv4 address of four bytes, and a port."""
    return IpSocketAddress_Ipv4(Ipv4SocketAddress(port=port, address=address))


def ipv6(address, port):
    """An IPv6 address of eight parts, and a port."""
    return IpSocketAddress_Ipv6(
        Ipv6SocketAddress(port=port, flow_info=0, address=address, scope_id=0)
    )


def loopback(family, port=0):
    """The loopback address of a family."""
    if family is IPV4:
        return ipv4((127, 0, 0, 1), port)
    return ipv6((0, 0, 0, 0, 0, 0, 0, 1), port)


def wildcard(family, port=0):
    """The wildcard address, which stands for all interfaces."""
    if family is IPV4:
        return ipv4((0, 0, 0, 0), port)
    return ipv6((0, 0, 0, 0, 0, 0, 0, 0), port)


def multicast(family, port=0):
    """The multicast address of all nodes of the network."""
    if family is IPV4:
        return ipv4((224, 0, 0, 1), port)
    return ipv6((0xFF02, 0, 0, 0, 0, 0, 0, 1), port)


def first_multicast(family, port=0):
    """The first of all multicast addresses."""
    if family is IPV4:
        return ipv4((224, 0, 0, 0), port)
    return ipv6((0xFF00, 0, 0, 0, 0, 0, 0, 0), port)


def last_multicast(family, port=0):
    """A multicast address of the last block: the last of all in IPv4, and `ffff::` in IPv6."""
    if family is IPV4:
        return ipv4((239, 255, 255, 255), port)
    return ipv6((0xFFFF, 0, 0, 0, 0, 0, 0, 0), port)


def second_loopback(port=0):
    """A loopback address that some systems have beside 127.0.0.1."""
    return ipv4((127, 0, 0, 2), port)


def broadcast(port=0):
    """The broadcast address, which only IPv4 has."""
    return ipv4((255, 255, 255, 255), port)


def absent(family, port=0):
    """An address that is reserved for documentation, so no host has it."""
    if family is IPV4:
        return ipv4((203, 0, 113, 77), port)
    return ipv6((0x2001, 0xDB8, 0, 0, 0, 0, 0, 0x77), port)


def mapped_loopback(port=0):
    """The IPv4 loopback address as an IPv4-mapped IPv6 address."""
    return ipv6((0, 0, 0, 0, 0, 0xFFFF, 0x7F00, 1), port)


def mapped_wildcard(port=0):
    """The IPv4 wildcard address as an IPv4-mapped IPv6 address."""
    return ipv6((0, 0, 0, 0, 0, 0xFFFF, 0, 0), port)


def family_of(address):
    """The family of an address."""
    return IPV4 if isinstance(address, IpSocketAddress_Ipv4) else IPV6


def is_mapped(address):
    """Whether this is an IPv4-mapped IPv6 address."""
    return family_of(address) is IPV6 and address.value.address[:6] == (0, 0, 0, 0, 0, 0xFFFF)


def is_unspecified(address):
    """Whether this is the wildcard address."""
    return not any(address.value.address)


def labels(address):
    """The flow information and the scope id, which only IPv6 has."""
    if family_of(address) is IPV4:
        return None
    return {"flow-info": address.value.flow_info, "scope-id": address.value.scope_id}


def with_labels(address, flow_info, scope_id):
    """The same address with other flow information and another scope id."""
    if family_of(address) is IPV4:
        return address
    return IpSocketAddress_Ipv6(replace(address.value, flow_info=flow_info, scope_id=scope_id))


def port_of(address):
    """The port of an address."""
    return address.value.port


def same(one, two):
    """Whether two addresses are the same, apart from IPv6 flow information, which says
    nothing about where a socket is."""
    return (
        family_of(one) is family_of(two)
        and one.value.address == two.value.address
        and one.value.port == two.value.port
    )
