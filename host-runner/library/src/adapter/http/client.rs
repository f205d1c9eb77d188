//! Asks a server.

use crate::process::OUTPUT_LIMIT;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::Read as _;
use std::time::Duration;
use ureq::Agent;

/// What a server answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// What came of the body, up to a limit.
    pub(super) body: Vec<u8>,
    pub(super) end: End,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// The connection ended before the body did.
    BrokenOff,
    /// It went on beyond the limit.
    OverLimit,
    /// It did not end in time.
    Late,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// None came in time.
    Late,
    /// The connection was refused or ended, or what came is not HTTP.
    Failed(String),
}

/// Asks the server at a port of 127.0.0.1 with these arguments, no longer than `time`.
pub(super) fn ask(port: u16, arguments: &[&str], time: Duration) -> Result<Answer, Silence> {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        // What the environment names is for other addresses.
        .proxy(None)
        .max_idle_connections(0)
        .timeout_global(Some(time))
        .build()
        .into();
    let encoded = arguments
        .iter()
        .map(|it| utf8_percent_encode(it, NON_ALPHANUMERIC).to_string());
    let query = encoded.collect::<Vec<_>>().join("&");
    let separator = if query.is_empty() { "" } else { "?" };
    let address = format!("http://127.0.0.1:{port}/{separator}{query}");
    let response = agent.get(address).call().map_err(|error| match error {
        ureq::Error::Timeout(_) => Silence::Late,
        other => Silence::Failed(other.to_string()),
    })?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    let room = OUTPUT_LIMIT as u64 + 1;
    // What was read before an error is kept.
    let read = response
        .into_body()
        .into_reader()
        .take(room)
        .read_to_end(&mut body);
    let end = match read {
        Ok(_) if body.len() > OUTPUT_LIMIT => End::OverLimit,
        Ok(_) => End::Whole,
        Err(error) => match ureq::Error::from(error) {
            ureq::Error::Timeout(_) => End::Late,
            _ => End::BrokenOff,
        },
    };
    body.truncate(OUTPUT_LIMIT);
    Ok(Answer { status, body, end })
}
