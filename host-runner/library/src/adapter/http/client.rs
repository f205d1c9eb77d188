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

/// Asks a server at a port of 127.0.0.1, over one connection while that lasts: a connection
/// that the server closes late would change what descriptors it has.
#[derive(Clone)]
pub(super) struct Client {
    port: u16,
    agent: Agent,
}

impl Client {
    pub(super) fn new(port: u16) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // What the environment names is for other addresses.
            .proxy(None)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .build()
            .into();
        Self { port, agent }
    }

    /// Asks with these arguments, no longer than `time`.
    pub(super) fn ask(&self, arguments: &[&str], time: Duration) -> Result<Answer, Silence> {
        let request = self.agent.get(address(self.port, arguments));
        let request = request.config().timeout_global(Some(time)).build();
        let response = request.call().map_err(|error| match error {
            ureq::Error::Timeout(_) => Silence::Late,
            other => Silence::Failed(other.to_string()),
        })?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let room = OUTPUT_LIMIT as u64 + 1;
        let mut reader = response.into_body().into_reader().take(room);
        // What was read before an error is kept.
        let end = match reader.read_to_end(&mut body) {
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
}

fn address(port: u16, arguments: &[&str]) -> String {
    let encoded = arguments
        .iter()
        .map(|it| utf8_percent_encode(it, NON_ALPHANUMERIC).to_string());
    let query = encoded.collect::<Vec<_>>().join("&");
    let separator = if query.is_empty() { "" } else { "?" };
    format!("http://127.0.0.1:{port}/{separator}{query}")
}
