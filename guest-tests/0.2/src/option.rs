//! The options of a socket, and how to read and set each.

use crate::{At, ErrorCode, Halt, Observe, TcpSocket, Value, json, step};

/// An option whose value is a number. On and off are 1 and 0.
pub struct SocketOption {
    /// Reads the option.
    pub get: fn(&TcpSocket) -> Result<u64, ErrorCode>,
    /// Sets the option.
    pub set: fn(&TcpSocket, u64) -> Result<(), ErrorCode>,
    /// Two values that every system accepts.
    pub usual: [u64; 2],
    /// The largest value of the type.
    pub maximum: u64,
    /// Whether a host may be unable to set it. Of other options, the text says that
    /// no value but 0 is an error.
    pub is_optional: bool,
}

impl SocketOption {
    /// Sets a usual value other than the present one. Returns the value that is
    /// read back, since an implementation may round it.
    ///
    /// # Errors
    /// Blocked, when a step fails; observed, when the option is not supported.
    pub fn change(&self, socket: &TcpSocket) -> Result<u64, Halt> {
        let present = self.value(socket)?;
        step("set the option");
        self.put(socket, self.other_than(present))?;
        self.value(socket)
    }

    /// A usual value other than this one.
    pub fn other_than(&self, value: u64) -> u64 {
        let [usual, other] = self.usual;
        if value == usual { other } else { usual }
    }

    /// Reads the option.
    ///
    /// # Errors
    /// Blocked, when that fails; observed, when the option is not supported.
    pub fn value(&self, socket: &TcpSocket) -> Result<u64, Halt> {
        match (self.get)(socket) {
            Err(code @ ErrorCode::NotSupported) => Err(Halt::Observed(code.observe())),
            value => value.at("read the option"),
        }
    }

    /// Sets the option.
    ///
    /// # Errors
    /// Blocked, when that fails; observed, when the option is not supported, and need
    /// not be.
    pub fn put(&self, socket: &TcpSocket, value: u64) -> Result<(), Halt> {
        match (self.set)(socket, value) {
            Err(code @ ErrorCode::NotSupported) if self.is_optional => {
                Err(Halt::Observed(code.observe()))
            }
            done => done.at("set the option"),
        }
    }

    /// Whether the option has this value.
    pub fn is(&self, socket: &TcpSocket, value: u64) -> Value {
        (self.get)(socket).map(|present| present == value).observe()
    }
}

const SECOND: u64 = 1_000_000_000;

/// `keep-alive-enabled`
pub const KEEP_ALIVE_ENABLED: SocketOption = SocketOption {
    get: |socket| socket.keep_alive_enabled().map(u64::from),
    set: |socket, value| socket.set_keep_alive_enabled(value != 0),
    usual: [1, 0],
    maximum: 1,
    is_optional: true,
};

/// `keep-alive-idle-time`
pub const KEEP_ALIVE_IDLE_TIME: SocketOption = SocketOption {
    get: TcpSocket::keep_alive_idle_time,
    set: TcpSocket::set_keep_alive_idle_time,
    usual: [600 * SECOND, 900 * SECOND],
    maximum: u64::MAX,
    is_optional: false,
};

/// `keep-alive-interval`
pub const KEEP_ALIVE_INTERVAL: SocketOption = SocketOption {
    get: TcpSocket::keep_alive_interval,
    set: TcpSocket::set_keep_alive_interval,
    usual: [30 * SECOND, 60 * SECOND],
    maximum: u64::MAX,
    is_optional: false,
};

/// `keep-alive-count`
#[expect(clippy::cast_possible_truncation, reason = "`maximum` is in range")]
pub const KEEP_ALIVE_COUNT: SocketOption = SocketOption {
    get: |socket| socket.keep_alive_count().map(u64::from),
    set: |socket, value| socket.set_keep_alive_count(value as u32),
    usual: [5, 6],
    maximum: u32::MAX as u64,
    is_optional: false,
};

/// `hop-limit`
#[expect(clippy::cast_possible_truncation, reason = "`maximum` is in range")]
pub const HOP_LIMIT: SocketOption = SocketOption {
    get: |socket| socket.hop_limit().map(u64::from),
    set: |socket, value| socket.set_hop_limit(value as u8),
    usual: [42, 43],
    maximum: u8::MAX as u64,
    is_optional: true,
};

/// `receive-buffer-size`
pub const RECEIVE_BUFFER_SIZE: SocketOption = SocketOption {
    get: TcpSocket::receive_buffer_size,
    set: TcpSocket::set_receive_buffer_size,
    usual: [0x8000, 0x10000],
    maximum: u64::MAX,
    is_optional: false,
};

/// `send-buffer-size`
pub const SEND_BUFFER_SIZE: SocketOption = SocketOption {
    get: TcpSocket::send_buffer_size,
    set: TcpSocket::set_send_buffer_size,
    usual: [0x8000, 0x10000],
    maximum: u64::MAX,
    is_optional: false,
};

/// All options that have a getter.
pub const ALL: [&SocketOption; 7] = [
    &KEEP_ALIVE_ENABLED,
    &KEEP_ALIVE_IDLE_TIME,
    &KEEP_ALIVE_INTERVAL,
    &KEEP_ALIVE_COUNT,
    &HOP_LIMIT,
    &RECEIVE_BUFFER_SIZE,
    &SEND_BUFFER_SIZE,
];

/// Systems adapt the sizes of buffers to the traffic, so the number itself is no
/// observation.
pub fn seen(value: Result<u64, ErrorCode>) -> Value {
    match value {
        Ok(0) => "zero".into(),
        Ok(_) => "number".into(),
        Err(code) => code.observe(),
    }
}

/// Sets one value and then another, and tells whether they read differently. A host
/// may clamp and round most options, and then they need not.
pub fn set_twice(socket: &TcpSocket, option: &SocketOption) -> Value {
    let mut read = [0; 2];
    for (read, value) in read.iter_mut().zip(option.usual) {
        step("set the option");
        if let Err(code) = (option.set)(socket, value) {
            return json!({ "set": code.observe() });
        }
        step("read the option");
        match (option.get)(socket) {
            Ok(value) => *read = value,
            Err(code) => return json!({ "get": code.observe() }),
        }
    }
    if read[0] == read[1] {
        "same"
    } else {
        "changes"
    }
    .into()
}

/// Whether a socket has the same value after another one was given a new value.
///
/// # Errors
/// Blocked, when a step fails; observed, when the option is not supported.
pub fn kept_over_change(
    socket: &TcpSocket,
    changed: &TcpSocket,
    option: &SocketOption,
) -> Result<Value, Halt> {
    let value = option.value(socket)?;
    option.change(changed)?;
    Ok(option.is(socket, value))
}
