//! What `accept` returns.

#![no_std]
#![no_main]

use guests::transfer::Transfer;
use guests::{
    At, Halt, IpAddressFamily, Observe, Pair, Socket, case, connected, create, json, listening,
    same, step,
};

guests::cases!(
    family,
    remote_address,
    local_address,
    not_listening,
    streams_to_client,
    streams_to_server,
    several_clients,
    outlives_listener,
);

#[case]
fn family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(connected(family)?.server.socket.address_family())
}

#[case]
fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let client = pair.client.socket.local_address().at("local-address")?;
    let remote = pair.server.socket.remote_address();
    Ok(json!({ "client": remote.map(|remote| same(&remote, &client)).observe() }))
}

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let listener = pair.listener.local_address().at("local-address")?;
    let local = pair.server.socket.local_address();
    Ok(json!({ "listener": local.map(|local| same(&local, &listener)).observe() }))
}

#[case]
fn not_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(json!({
        "accepted": pair.server.socket.is_listening(),
        "listener": pair.listener.is_listening(),
    }))
}

#[case]
fn streams_to_client(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Transfer::new(&server.output, &client.input, 100).run())
}

#[case]
fn streams_to_server(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Transfer::new(&client.output, &server.input, 100).run())
}

/// Three clients wait. Bytes for each reach the right one, whatever the order
/// in which they are accepted.
#[case]
fn several_clients(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    let clients = [create(family)?, create(family)?, create(family)?];
    step("connect");
    let streams = [
        clients[0].connect(address).at("connect")?,
        clients[1].connect(address).at("connect")?,
        clients[2].connect(address).at("connect")?,
    ];
    let mut seen = [
        json!("not accepted"),
        json!("not accepted"),
        json!("not accepted"),
    ];
    for _ in 0..clients.len() {
        step("accept");
        let accepted = listener.accept_one().at("accept")?;
        let remote = accepted.socket.remote_address().at("remote-address")?;
        for (index, client) in clients.iter().enumerate() {
            if same(&client.local_address().at("local-address")?, &remote) {
                let (input, _) = &streams[index];
                seen[index] = Transfer::new(&accepted.output, input, 100 + index).run();
            }
        }
    }
    Ok(json!(seen))
}

#[case]
fn outlives_listener(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client,
        server,
        listener,
    } = connected(family)?;
    step("drop the listener");
    drop(listener);
    Ok(Transfer::new(&client.output, &server.input, 100).run())
}
