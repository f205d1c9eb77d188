//! Addresses that cases bind and connect to.

use crate::bindings::wasi::sockets::network::{Ipv4SocketAddress, Ipv6SocketAddress};
use crate::{ErrorCode, IpAddressFamily, IpSocketAddress, Observe, Value, json};

/// The loopback address of a family.
pub fn loopback(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => ipv4((127, 0, 0, 1), port),
        IpAddressFamily::Ipv6 => ipv6((0, 0, 0, 0, 0, 0, 0, 1), port),
    }
}

/// The wildcard address, which stands for all interfaces.
pub fn wildcard(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => ipv4((0, 0, 0, 0), port),
        IpAddressFamily::Ipv6 => ipv6((0, 0, 0, 0, 0, 0, 0, 0), port),
    }
}

/// The multicast address of all nodes of the network.
pub fn multicast(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => ipv4((224, 0, 0, 1), port),
        IpAddressFamily::Ipv6 => ipv6((0xff02, 0, 0, 0, 0, 0, 0, 1), port),
    }
}

/// The first of all multicast addresses.
pub fn first_multicast(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => ipv4((224, 0, 0, 0), port),
        IpAddressFamily::Ipv6 => ipv6((0xff00, 0, 0, 0, 0, 0, 0, 0), port),
    }
}

/// A multicast address of the last block: the last one of all in IPv4, and `ffff::`
/// in IPv6.
pub fn last_multicast(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => ipv4((239, 255, 255, 255), port),
        IpAddressFamily::Ipv6 => ipv6((0xffff, 0, 0, 0, 0, 0, 0, 0), port),
    }
}

/// A loopback address that some systems have beside 127.0.0.1.
pub fn second_loopback(port: u16) -> IpSocketAddress {
    ipv4((127, 0, 0, 2), port)
}

/// The broadcast address, which only IPv4 has.
pub fn broadcast(port: u16) -> IpSocketAddress {
    ipv4((255, 255, 255, 255), port)
}

/// An address that is reserved for documentation, so no host has it.
pub fn absent(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => ipv4((203, 0, 113, 77), port),
        IpAddressFamily::Ipv6 => ipv6((0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x77), port),
    }
}

/// The IPv4 loopback address as an IPv4-mapped IPv6 address.
pub fn mapped_loopback(port: u16) -> IpSocketAddress {
    ipv6((0, 0, 0, 0, 0, 0xffff, 0x7f00, 1), port)
}

/// The IPv4 wildcard address as an IPv4-mapped IPv6 address.
pub fn mapped_wildcard(port: u16) -> IpSocketAddress {
    ipv6((0, 0, 0, 0, 0, 0xffff, 0, 0), port)
}

/// Whether this is an IPv4-mapped IPv6 address.
pub fn is_mapped(address: &IpSocketAddress) -> bool {
    match address {
        IpSocketAddress::Ipv4(_) => false,
        IpSocketAddress::Ipv6(address) => {
            matches!(address.address, (0, 0, 0, 0, 0, 0xffff, _, _))
        }
    }
}

/// Whether this is the wildcard address.
pub fn is_unspecified(address: &IpSocketAddress) -> bool {
    match address {
        IpSocketAddress::Ipv4(address) => address.address == (0, 0, 0, 0),
        IpSocketAddress::Ipv6(address) => address.address == (0, 0, 0, 0, 0, 0, 0, 0),
    }
}

/// The flow information and the scope id, which only IPv6 has.
pub fn labels(address: &IpSocketAddress) -> Value {
    match address {
        IpSocketAddress::Ipv4(_) => Value::Null,
        IpSocketAddress::Ipv6(address) => {
            json!({ "flow-info": address.flow_info, "scope-id": address.scope_id })
        }
    }
}

/// The same address with other flow information and another scope id.
pub fn with_labels(address: IpSocketAddress, flow_info: u32, scope_id: u32) -> IpSocketAddress {
    match address {
        IpSocketAddress::Ipv4(_) => address,
        IpSocketAddress::Ipv6(address) => IpSocketAddress::Ipv6(Ipv6SocketAddress {
            flow_info,
            scope_id,
            ..address
        }),
    }
}

/// The port of an address.
pub fn port(address: &IpSocketAddress) -> u16 {
    match address {
        IpSocketAddress::Ipv4(address) => address.port,
        IpSocketAddress::Ipv6(address) => address.port,
    }
}

/// Whether two addresses are the same, apart from IPv6 flow information, which
/// says nothing about where a socket is.
pub fn same(one: &IpSocketAddress, two: &IpSocketAddress) -> bool {
    match (one, two) {
        (IpSocketAddress::Ipv4(one), IpSocketAddress::Ipv4(two)) => {
            (one.address, one.port) == (two.address, two.port)
        }
        (IpSocketAddress::Ipv6(one), IpSocketAddress::Ipv6(two)) => {
            (one.address, one.port) == (two.address, two.port)
        }
        _ => false,
    }
}

fn ipv4(address: (u8, u8, u8, u8), port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address })
}

fn ipv6(address: (u16, u16, u16, u16, u16, u16, u16, u16), port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv6(Ipv6SocketAddress {
        port,
        flow_info: 0,
        address,
        scope_id: 0,
    })
}

/// `"kept"` when an address is the one from before, `"another"` when it is not.
pub fn kept(before: &IpSocketAddress, now: Result<IpSocketAddress, ErrorCode>) -> Value {
    match now {
        Ok(address) if same(&address, before) => "kept".into(),
        Ok(_) => "another".into(),
        Err(code) => code.observe(),
    }
}
