//! What the streams of a connection carry.

#![no_std]
#![no_main]

use guest_tests::flow::{self, Flow};
use guest_tests::{
    At, Connection, Halt, IpAddressFamily, Observe, Pair, ShutdownType, connected, json, step,
};

guest_tests::cases!(
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

fn mebibyte_to_server(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Flow::new(&client.output, &server.input, MEBIBYTE).carry())
}

fn mebibyte_to_client(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(Flow::new(&server.output, &client.input, MEBIBYTE).carry())
}

fn mebibyte_each_way(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    Ok(flow::carry_all(&mut [
        &mut Flow::new(&client.output, &server.input, MEBIBYTE),
        &mut Flow::new(&server.output, &client.input, MEBIBYTE),
    ]))
}

fn small_pieces(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    let flow = Flow::new(&client.output, &server.input, 500);
    Ok(flow.in_pieces_of(1).carry())
}

/// And what is not asked for comes next.
fn read_gives_no_more_than_asked(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("write");
    let mut flow = Flow::new(&client.output, &server.input, 1000).in_pieces_of(100);
    if let Err(reason) = flow.send() {
        return Ok(json!(reason));
    }
    step("read");
    let arrived = flow.receive();
    Ok(json!({ "arrived": arrived, "at-most": flow.largest_read() <= 100 }))
}

/// Bytes of one connection do not turn up in another.
fn two_connections(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (one, two) = (connected(family)?, connected(family)?);
    step("carry bytes");
    Ok(flow::carry_all(&mut [
        &mut Flow::new(&one.client.output, &one.server.input, 10_000),
        &mut Flow::new(&two.client.output, &two.server.input, 50_000),
        &mut Flow::new(&two.server.output, &two.client.input, 20_000),
    ]))
}

fn end_after_bytes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("carry bytes");
    let arrived = Flow::new(&client.output, &server.input, 10_000).carry();
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    Ok(json!({
        "arrived": arrived,
        "then": flow::end(&server.input),
        "then-again": flow::end(&server.input),
    }))
}

fn end_when_peer_dropped(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("drop one end");
    drop(server);
    step("read at the other");
    Ok(flow::end(&client.input))
}

/// A request up to its end, then the answer to it up to its end.
fn half_close(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let say = |from: &Connection, to: &Connection, length| {
        let arrived = Flow::new(&from.output, &to.input, length).carry();
        from.socket.shutdown(ShutdownType::Send).at("shutdown")?;
        Ok(json!([arrived, flow::end(&to.input)]))
    };
    step("request");
    let request = say(client, server, 100_000)?;
    step("response");
    let response = say(server, client, 200_000)?;
    Ok(json!({ "request": request, "response": response }))
}
