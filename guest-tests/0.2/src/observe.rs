//! Turns what a guest sees into JSON.

use crate::bindings::wasi::io::streams::StreamError;
use crate::{ErrorCode, IpAddressFamily, IpSocketAddress, Value};
use alloc::{format, string::String};
use core::net::{Ipv4Addr, Ipv6Addr};

/// Something that a guest can see.
///
/// An observation must be the same in every run of an implementation, so that a
/// list of known failures can contain it. It therefore omits ports that the
/// system chose.
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

/// The code as the interface spells it: `"error:invalid-state"`.
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

/// `"127.0.0.1:0"` for port 0, `"127.0.0.1:PORT"` for every other port.
impl Observe for IpSocketAddress {
    fn observe(&self) -> Value {
        fn port(port: u16) -> &'static str {
            if port == 0 { "0" } else { "PORT" }
        }
        let text: String = match self {
            Self::Ipv4(address) => {
                let (a, b, c, d) = address.address;
                format!("{}:{}", Ipv4Addr::new(a, b, c, d), port(address.port))
            }
            Self::Ipv6(address) => {
                let (a, b, c, d, e, f, g, h) = address.address;
                format!(
                    "[{}]:{}",
                    Ipv6Addr::new(a, b, c, d, e, f, g, h),
                    port(address.port)
                )
            }
        };
        text.into()
    }
}

impl<T: Observe> Observe for Result<T, ErrorCode> {
    fn observe(&self) -> Value {
        match self {
            Ok(value) => value.observe(),
            Err(code) => code.observe(),
        }
    }
}

impl<T: Observe> Observe for Result<T, StreamError> {
    fn observe(&self) -> Value {
        match self {
            Ok(value) => value.observe(),
            Err(error) => error.observe(),
        }
    }
}
