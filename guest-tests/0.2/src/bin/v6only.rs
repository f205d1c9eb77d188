//! An IPv6 socket has nothing to do with IPv4, whatever is done to it.
//!
//! The ports that it leaves to IPv4 show this, and the clients that do not reach
//! it.

#![no_std]
#![no_main]

use IpAddressFamily::{Ipv4, Ipv6};
use guests::address::{is_mapped, mapped_loopback, mapped_wildcard, port, wildcard};
use guests::{
    At, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Observe, Socket, TcpSocket, Value,
    bound, case, clock, create, json, listening, listening_in_both, loopback, option, other, step,
};

guests::cases!(
    wildcards_share_port,
    wildcards_share_port_after_setters,
    ipv4_client,
    ipv4_client_after_setters,
    ipv4_client_after_late_setters,
    bind_mapped,
    bind_mapped_wildcard,
    bind_mapped_after_setters,
    connect_mapped,
    connect_mapped_from_bound,
    connect_mapped_after_setters,
    addresses,
    addresses_of_wildcard_listener,
);

/// How many ports to try: another process may hold a port, which is no fault.
const ATTEMPTS: usize = 20;

#[case]
fn wildcards_share_port(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    share_port(family, |_| Ok(()))
}

#[case]
fn wildcards_share_port_after_setters(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    share_port(family, set_everything)
}

/// Listens on one port of both wildcard addresses, that of `family` first.
fn share_port(
    family: IpAddressFamily,
    configure: impl Fn(&TcpSocket) -> Result<(), Halt>,
) -> Result<impl Observe, Halt> {
    let mut listens = Err(ErrorCode::AddressInUse);
    for _ in 0..ATTEMPTS {
        let (first, second) = (create(family)?, create(other(family))?);
        configure(&first)?;
        configure(&second)?;
        step("listen at both wildcards");
        first.bind(wildcard(family, 0)).at("bind")?;
        let port = port(&first.local_address().at("local-address")?);
        listens = first
            .listen()
            .and_then(|()| second.bind(wildcard(other(family), port)))
            .and_then(|()| second.listen());
        if listens == Err(ErrorCode::AddressInUse) {
            continue;
        }
        return Ok(json!({
            "both-listen": listens.observe(),
            "first-client": reaches(&create(family)?, loopback(family, port), &first),
            "second-client": reaches(&create(other(family))?, loopback(other(family), port), &second),
        }));
    }
    Ok(json!({ "both-listen": listens.observe() }))
}

/// Whether `listener` gets the client that connects to `address`.
fn reaches(client: &TcpSocket, address: IpSocketAddress, listener: &TcpSocket) -> Value {
    step("reach a listener");
    let connected = client.connect(address);
    connected
        .and_then(|_streams| listener.accept_one())
        .map(drop)
        .observe()
}

#[case]
fn ipv4_client(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    clients(|_| Ok(()), |_| Ok(()))
}

#[case]
fn ipv4_client_after_setters(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    clients(set_everything, |_| Ok(()))
}

#[case]
fn ipv4_client_after_late_setters(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    clients(|_| Ok(()), set_everything)
}

/// A client of each family tries to reach a listener at the IPv6 wildcard. A
/// socket holds the IPv4 port, so that nobody else can respond there.
fn clients(
    configure: impl Fn(&TcpSocket) -> Result<(), Halt>,
    configure_late: impl Fn(&TcpSocket) -> Result<(), Halt>,
) -> Result<impl Observe, Halt> {
    for _ in 0..ATTEMPTS {
        let holder = bound(Ipv4)?;
        let port = port(&holder.local_address().at("local-address")?);
        let listener = create(Ipv6)?;
        configure(&listener)?;
        step("listen at the wildcard");
        match listener
            .bind(wildcard(Ipv6, port))
            .and_then(|()| listener.listen())
        {
            Err(ErrorCode::AddressInUse) => continue,
            listens => listens.at("bind and listen")?,
        }
        configure_late(&listener)?;
        let ipv4 = create(Ipv4)?;
        step("connect over IPv4");
        // It does not matter whether the client connects, only whether it arrives here.
        let arrives = ipv4.connect(loopback(Ipv4, port)).is_ok()
            && clock::gets_ready(&listener.subscribe())
            && listener.accept_now().is_ok();
        return Ok(json!({
            "ipv4-client-arrives": arrives,
            "ipv6-client": reaches(&create(Ipv6)?, loopback(Ipv6, port), &listener),
        }));
    }
    Ok(json!("no port is free in both families"))
}

fn set_everything(socket: &TcpSocket) -> Result<(), Halt> {
    step("set every option");
    for option in option::ALL {
        match (option.set)(socket, option.usual[0]) {
            // There are options that a host need not have.
            Err(ErrorCode::NotSupported) if option.is_optional => {}
            set => set.at("set an option")?,
        }
    }
    match socket.set_listen_backlog_size(100) {
        // A socket that listens may refuse this.
        Err(ErrorCode::NotSupported) => Ok(()),
        set => set.at("set the backlog size"),
    }
}

#[case]
fn bind_mapped(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to(mapped_loopback(0), |_| Ok(()))
}

#[case]
fn bind_mapped_wildcard(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to(mapped_wildcard(0), |_| Ok(()))
}

#[case]
fn bind_mapped_after_setters(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to(mapped_loopback(0), set_everything)
}

fn bind_to(
    address: IpSocketAddress,
    configure: impl Fn(&TcpSocket) -> Result<(), Halt>,
) -> Result<impl Observe, Halt> {
    let socket = create(Ipv6)?;
    configure(&socket)?;
    step("bind");
    Ok(socket.bind(address))
}

#[case]
fn connect_mapped(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_to_mapped(|_| Ok(()))
}

#[case]
fn connect_mapped_from_bound(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_to_mapped(|socket| socket.bind(wildcard(Ipv6, 0)).at("bind"))
}

#[case]
fn connect_mapped_after_setters(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_to_mapped(set_everything)
}

/// Connects to a listener by an IPv4-mapped address. An IPv4 client shows that
/// the listener can be reached. Another one has the same port of IPv6, for a host
/// that rewrites the address.
fn connect_to_mapped(prepare: impl FnOnce(&TcpSocket) -> Result<(), Halt>) -> Result<Value, Halt> {
    // They come first: a port of theirs must not be the one that the socket is bound to.
    let [listener, _other] = listening_in_both()?;
    let socket = create(Ipv6)?;
    prepare(&socket)?;
    let port = port(&listener.local_address().at("local-address")?);
    step("connect");
    let mapped = socket.connect(mapped_loopback(port)).map(drop);
    Ok(json!({
        "mapped": mapped.observe(),
        "ipv4-client": reaches(&create(Ipv4)?, loopback(Ipv4, port), &listener),
    }))
}

#[case]
fn addresses(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    mapped_addresses(&listening(Ipv6)?)
}

#[case]
fn addresses_of_wildcard_listener(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = create(Ipv6)?;
    listener.bind(wildcard(Ipv6, 0)).at("bind")?;
    listener.listen().at("listen")?;
    mapped_addresses(&listener)
}

/// Which of the addresses of a connection are IPv4-mapped.
fn mapped_addresses(listener: &TcpSocket) -> Result<Value, Halt> {
    let mapped = |address: Result<IpSocketAddress, ErrorCode>| {
        address.map(|address| is_mapped(&address)).observe()
    };
    let bound_to = listener.local_address();
    let client = create(Ipv6)?;
    let address = loopback(Ipv6, port(&bound_to.at("local-address")?));
    step("connect and accept");
    let _streams = client.connect(address).at("connect")?;
    let accepted = listener.accept_one().at("accept")?.socket;
    Ok(json!({
        "listener": mapped(bound_to),
        "client": mapped(client.local_address()),
        "client's peer": mapped(client.remote_address()),
        "accepted": mapped(accepted.local_address()),
        "accepted one's peer": mapped(accepted.remote_address()),
    }))
}
