//! A walk that the runner tells: calls on several sockets of both families.

#![no_std]
#![no_main]

use guests::{Halt, IpAddressFamily, Observe, case, told};

guests::cases!(walk);

#[case]
fn walk(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let calls = told().ok_or(Halt::Refused("the case needs the calls of a walk"))?;
    guests::walk::walk(&calls, family)
}
