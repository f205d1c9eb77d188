//! Turns what a guest saw into a JSON value.

use crate::bindings::wasi::io::streams::StreamError;
use crate::{ErrorCode, IpAddressFamily, IpSocketAddress, Value};
use alloc::{format, string::String};
use core::net::{Ipv4Addr, Ipv6Addr};

/// Something that a guest can see.
///
/// An observation is the same in every run of the same implementation, so
/// that a known failure can name it: ports that the system picked are left
/// out.
pub trait Observe {
    /// The JSON value that stands for it.
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

impl Observe for bool {
    fn observe(&self) -> Value {
        (*self).into()
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Observe for $number {
            fn observe(&self) -> Value {
                (*self).into()
            }
        }
    )+};
}

numbers!(u8, u32, u64, usize);

/// The name of the code as the interface spells it: `"error:invalid-state"`.
impl Observe for ErrorCode {
    fn observe(&self) -> Value {
        format!("error:{}", self.name()).into()
    }
}

impl Observe for StreamError {
    fn observe(&self) -> Value {
        match self {
            Self::Closed => "closed".into(),
            Self::LastOperationFailed(_) => "failed".into(),
        }
    }
}

impl Observe for IpAddressFamily {
    fn observe(&self) -> Value {
        match self {
            Self::Ipv4 => "ipv4".into(),
            Self::Ipv6 => "ipv6".into(),
        }
    }
}

/// `"127.0.0.1:0"` for port 0, `"127.0.0.1:PORT"` for any other.
impl Observe for IpSocketAddress {
    fn observe(&self) -> Value {
        fn port(port: u16) -> &'static str {
            if port == 0 { "0" } else { "PORT" }
        }
        let text: String = match self {
            Self::Ipv4(it) => {
                let (a, b, c, d) = it.address;
                format!("{}:{}", Ipv4Addr::new(a, b, c, d), port(it.port))
            }
            Self::Ipv6(it) => {
                let (a, b, c, d, e, f, g, h) = it.address;
                format!(
                    "[{}]:{}",
                    Ipv6Addr::new(a, b, c, d, e, f, g, h),
                    port(it.port)
                )
            }
        };
        text.into()
    }
}

impl<T: Observe> Observe for Result<T, ErrorCode> {
    fn observe(&self) -> Value {
        match self {
            Ok(seen) => seen.observe(),
            Err(code) => code.observe(),
        }
    }
}

impl<T: Observe> Observe for Result<T, StreamError> {
    fn observe(&self) -> Value {
        match self {
            Ok(seen) => seen.observe(),
            Err(error) => error.observe(),
        }
    }
}
