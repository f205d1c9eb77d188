//! What `accept` gives.

#![no_std]
#![no_main]

use guest_tests::flow::Flow;
use guest_tests::{
    At, Halt, IpAddressFamily, Observe, Pair, Socket, connected, create, json, listening, same,
    step,
};

guest_tests::cases!(
    family,
    remote_address,
    local_address,
    not_listening,
    streams_to_client,
    streams_to_server,
    several_clients,
    outlives_listener,
);

fn family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(connected(family)?.server.socket.address_family())
}

fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let client = pair.client.socket.local_address().at("local-address")?;
    let remote = pair.server.socket.remote_address();
    Ok(json!({ "client": remote.map(|it| same(&it, &client)).observe() }))
}

fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let listener = pair.listener.local_address().at("local-address")?;
    let local = pair.server.socket.local_address();
    Ok(json!({ "listener": local.map(|it| same(&it, &listener)).observe() }))
}

fn not_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(json!({
        "accepted": pair.server.socket.is_listening(),
        "listener": pair.listener.is_listening(),
    }))
}

fn streams_to_client(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Flow::new(&server.output, &client.input, 100).carry())
}

fn streams_to_server(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Flow::new(&client.output, &server.input, 100).carry())
}

/// Three clients wait; whoever is accepted, bytes go to the right one.
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
                seen[index] = Flow::new(&accepted.output, input, 100 + index).carry();
            }
        }
    }
    Ok(json!(seen))
}

fn outlives_listener(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client,
        server,
        listener,
    } = connected(family)?;
    step("drop the listener");
    drop(listener);
    Ok(Flow::new(&client.output, &server.input, 100).carry())
}
