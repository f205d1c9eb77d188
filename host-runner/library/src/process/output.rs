//! What a process prints, and how long to wait for it.

use std::io::{self, PipeReader, Read};
use std::time::Duration;

/// The most that is kept of each output stream, in bytes.
pub(crate) const OUTPUT_LIMIT: usize = 1 << 20;

/// How long a group that was killed can take to be gone. A member takes longer
/// only if the kernel can't stop it, or if we are not allowed to kill it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How often to look at what does not report its changes.
pub(super) const TICK: Duration = Duration::from_millis(50);

/// What comes through a pipe.
#[derive(Default)]
pub(super) struct Output {
    /// None once the other end is closed, or too much has come.
    pub(super) pipe: Option<PipeReader>,
    pub(super) bytes: Vec<u8>,
    /// Whether whoever prints may go on beyond the limit: then the last bytes are kept.
    goes_on: bool,
}

impl Output {
    pub(super) fn of(pipe: Option<impl Into<PipeReader>>) -> Self {
        Self {
            pipe: pipe.map(Into::into),
            bytes: Vec::new(),
            goes_on: false,
        }
    }

    /// Lets the process print as much as it likes.
    pub(super) const fn go_on(&mut self) {
        self.goes_on = true;
    }

    /// Reads until the pipe is closed or, if it does not block, empty.
    ///
    /// One byte over the limit closes this end, and stops whoever goes on
    /// printing.
    pub(super) fn read(&mut self) -> io::Result<()> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(());
        };
        if self.goes_on && self.bytes.len() > OUTPUT_LIMIT / 2 {
            let last = self.bytes.len() - OUTPUT_LIMIT / 2;
            self.bytes.drain(..last);
        }
        let room = OUTPUT_LIMIT + 1 - self.bytes.len();
        // What was read before an error is kept.
        match pipe.take(room as u64).read_to_end(&mut self.bytes) {
            Ok(count) if self.goes_on && count == room => {}
            Ok(_) => self.pipe = None,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                let problem = format!("failed to read what it printed: {error}");
                return Err(io::Error::new(error.kind(), problem));
            }
        }
        Ok(())
    }

    /// Reads until the pipe is closed.
    #[cfg(windows)]
    pub(super) fn read_all(&mut self) -> io::Result<()> {
        while self.pipe.is_some() {
            self.read()?;
        }
        Ok(())
    }

    pub(super) fn is_over_limit(&self) -> bool {
        self.bytes.len() > OUTPUT_LIMIT
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(OUTPUT_LIMIT);
        self.bytes
    }
}

/// Pauses between looks, each longer than the last.
pub(super) struct Pauses(Duration);

impl Pauses {
    pub(super) const fn new() -> Self {
        Self(Duration::from_micros(50))
    }

    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 5 / 4).min(TICK);
        pause
    }
}
