//! What the streams of a connection carry.

#![no_std]
#![no_main]

use guests::transfer::{self, Transfer};
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, Pair, ShutdownType, case, connected, json, step,
};

guests::cases!(
    mebibyte_to_server,
    mebibyte_to_client,
    mebibyte_each_way,
    small_pieces,
    read_gives_no_more_than_asked,
    two_connections,
    end_after_bytes,
    end_when_peer_dropped,
    half_close,
);

const MEBIBYTE: usize = 1 << 20;

#[case]
fn mebibyte_to_server(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Transfer::new(&client.output, &server.input, MEBIBYTE).run())
}

#[case]
fn mebibyte_to_client(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Transfer::new(&server.output, &client.input, MEBIBYTE).run())
}

#[case]
fn mebibyte_each_way(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(transfer::run_all(&mut [
        &mut Transfer::new(&client.output, &server.input, MEBIBYTE),
        &mut Transfer::new(&server.output, &client.input, MEBIBYTE),
    ]))
}

#[case]
fn small_pieces(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    let transfer = Transfer::new(&client.output, &server.input, 100);
    Ok(transfer.in_pieces_of(1).run())
}

/// A read returns no more than asked for, and the next one returns the rest.
#[case]
fn read_gives_no_more_than_asked(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("write");
    let mut transfer = Transfer::new(&client.output, &server.input, 1000).in_pieces_of(100);
    if let Err(reason) = transfer.send() {
        return Ok(json!(reason));
    }
    step("read");
    let arrived = transfer.receive();
    Ok(json!({ "arrived": arrived, "at-most": transfer.largest_read() <= 100 }))
}

/// The bytes of one connection do not turn up in another.
#[case]
fn two_connections(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (one, two) = (connected(family)?, connected(family)?);
    step("carry bytes");
    Ok(transfer::run_all(&mut [
        &mut Transfer::new(&one.client.output, &one.server.input, 10_000),
        &mut Transfer::new(&two.client.output, &two.server.input, 50_000),
        &mut Transfer::new(&two.server.output, &two.client.input, 20_000),
    ]))
}

#[case]
fn end_after_bytes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    let arrived = Transfer::new(&client.output, &server.input, 10_000).run();
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    Ok(json!({
        "arrived": arrived,
        "then": transfer::end_of(&server.input),
        "then-again": transfer::end_of(&server.input),
    }))
}

#[case]
fn end_when_peer_dropped(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("drop one end");
    drop(server);
    step("read at the other");
    Ok(transfer::end_of(&client.input))
}

/// A request up to its end, then the response up to its end.
#[case]
fn half_close(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let say = |from: &Connection, to: &Connection, length| {
        let arrived = Transfer::new(&from.output, &to.input, length).run();
        from.socket.shutdown(ShutdownType::Send).at("shutdown")?;
        Ok(json!([arrived, transfer::end_of(&to.input)]))
    };
    step("request");
    let request = say(client, server, 100_000)?;
    step("response");
    let response = say(server, client, 200_000)?;
    Ok(json!({ "request": request, "response": response }))
}
