//! What connect returns when the operating system refuses it, and what state the
//! socket is in then.

#![no_std]
#![no_main]

use guests::{
    At, Halt, IpAddressFamily, Observe, Socket, TcpSocket, bound, case, create, json, listening,
    step, under_fault,
};

guests::cases!(code, state, state_of_bound);

#[case]
fn code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, create(family)?);
    let address = listener.local_address().at("local-address")?;
    step("connect");
    let streams = match client.connect(address) {
        Ok(streams) => streams,
        Err(code) => return Ok(code.observe()),
    };
    step("accept");
    let outcome = match listener.accept_one() {
        Ok(_) => json!("unaffected"),
        Err(code) => under_fault::deferred(code),
    };
    drop(streams);
    Ok(outcome)
}

#[case]
fn state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    state_of(create, family)
}

#[case]
fn state_of_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    state_of(bound, family)
}

fn state_of(
    make: impl Fn(IpAddressFamily) -> Result<TcpSocket, Halt>,
    family: IpAddressFamily,
) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, make(family)?);
    let address = listener.local_address().at("local-address")?;
    step("connect");
    if client.connect(address).is_ok() {
        return Ok(json!("connected"));
    }
    let seen = json!({
        "finish": client.finish_connect().map(drop).observe(),
        "closed": under_fault::after_failure(&client, family),
    });
    step("drop");
    drop(client);
    Ok(seen)
}
