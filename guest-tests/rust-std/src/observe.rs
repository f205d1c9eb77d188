//! Turns what a program sees into JSON.

use serde_json::Value;
use std::io;
use std::net::SocketAddr;

/// Something that a program can see.
///
/// An observation is the same in every run, so it omits ports that the system chose.
pub trait Observe {
    /// The observation.
    fn observe(&self) -> Value;
}

impl Observe for Value {
    fn observe(&self) -> Value {
        self.clone()
    }
}

/// Success without a value is `"ok"`.
impl Observe for () {
    fn observe(&self) -> Value {
        "ok".into()
    }
}

impl Observe for &str {
    fn observe(&self) -> Value {
        (*self).into()
    }
}

macro_rules! plain_values {
    ($($value:ty),+) => {$(
        impl Observe for $value {
            fn observe(&self) -> Value {
                (*self).into()
            }
        }
    )+};
}

plain_values!(bool, u32, usize);

/// `"127.0.0.1:0"` for port 0, `"127.0.0.1:PORT"` for every other port.
impl Observe for SocketAddr {
    fn observe(&self) -> Value {
        let port = if self.port() == 0 { "0" } else { "PORT" };
        match self {
            Self::V4(address) => format!("{}:{port}", address.ip()),
            Self::V6(address) => format!("[{}]:{port}", address.ip()),
        }
        .into()
    }
}

/// `"kind:AddrInUse"`. `Uncategorized` says nothing, so the `errno` follows:
/// `"kind:Uncategorized:EMFILE"`.
impl Observe for io::Error {
    fn observe(&self) -> Value {
        kind(self).into()
    }
}

impl<T: Observe> Observe for io::Result<T> {
    fn observe(&self) -> Value {
        match self {
            Ok(value) => value.observe(),
            Err(error) => error.observe(),
        }
    }
}

/// The kind of an error: `kind:AddrInUse`.
pub fn kind(error: &io::Error) -> String {
    // No stable name exists for the kind `Uncategorized`.
    let kind = format!("{:?}", error.kind());
    match error.raw_os_error() {
        Some(number) if kind == "Uncategorized" => format!("kind:{kind}:{}", errno(number)),
        _ => format!("kind:{kind}"),
    }
}

/// The name of a number of `errno`, as wasi-libc numbers them.
fn errno(number: i32) -> String {
    let name = match number {
        5 => "EAFNOSUPPORT",
        7 => "EALREADY",
        8 => "EBADF",
        29 => "EIO",
        30 => "EISCONN",
        33 => "EMFILE",
        35 => "EMSGSIZE",
        50 => "ENOPROTOOPT",
        _ => return number.to_string(),
    };
    name.to_owned()
}
