//! Reads what a guest printed, and tells apart the ways not to say anything.
//!
//! Judged is what the lines say. The way the process ended only tells a trap
//! from a crash, and a result that was followed by either from one that stands.

use crate::Observation;
use crate::observation::is_plain;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Ending {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
    /// It did not, within this time.
    TimedOut(Duration),
    /// Over HTTP, with a response of this status.
    Answered {
        /// The status.
        status: u16,
        /// Whether its body came to its end: it breaks off where the guest did not return.
        whole: bool,
    },
    /// Over HTTP, with the end of the connection before any response.
    Unanswered,
    /// The server was not ready for the guest within this time.
    NotReady {
        /// The time.
        within: Duration,
        /// The status of what it answered last.
        status: Option<u16>,
    },
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Signaled(signal) => write!(f, "signal {signal}"),
            Self::TimedOut(limit) => write!(f, "no end within {} s", limit.as_secs_f64()),
            Self::Answered { status, whole } => {
                let how = if *whole { "whole" } else { "broken-off" };
                write!(f, "a {how} response with status {status}")
            }
            Self::Unanswered => f.write_str("no response"),
            Self::NotReady { within, status } => {
                let within = within.as_secs_f64();
                write!(f, "no server that is ready within {within} s")?;
                match status {
                    Some(status) => write!(f, ", but one that answers with status {status}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// How an implementation ends when all went well, and when the guest trapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Endings {
    /// After `run` returned `ok`.
    pub success: Ending,
    /// After a trap of an instruction.
    pub trap: Ending,
    /// After a trap that the host raised, as for a handle that is none: some
    /// runtimes end differently then.
    pub host_trap: Ending,
}

impl Endings {
    /// The endings of an implementation that ends in the same way after every
    /// trap; `host_trap` can be set apart.
    #[must_use]
    pub const fn new(success: Ending, trap: Ending) -> Self {
        Self {
            success,
            trap,
            host_trap: trap,
        }
    }

    /// Whether this is how the implementation ends after a trap.
    fn is_trap(self, ending: Ending) -> bool {
        ending == self.trap || ending == self.host_trap
    }
}

/// What a process left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transcript {
    /// Its standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// Its standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// Whether it printed more than the limit.
    pub overflowed: bool,
    /// How it ended.
    pub ending: Ending,
    /// From its start to its end.
    pub duration: Duration,
}

impl Transcript {
    /// What is left of a process that printed this on standard output, and
    /// nothing on standard error. What else is known can be set.
    #[must_use]
    pub fn new(stdout: impl Into<Vec<u8>>, ending: Ending) -> Self {
        Self {
            stdout: stdout.into(),
            stderr: Vec::new(),
            overflowed: false,
            ending,
            duration: Duration::ZERO,
        }
    }
}

/// The lines that a guest prints; all others belong to the runtime.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Step(StepLine),
    Observed(ObservedLine),
    Blocked(BlockedLine),
    Panicked(PanickedLine),
    Refused(RefusedLine),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepLine {
    step: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObservedLine {
    case: String,
    observed: Value,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockedLine {
    case: String,
    blocked: String,
    error: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PanickedLine {
    panicked: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusedLine {
    refused: String,
}

/// What the transcript of `case` says.
///
/// ```
/// use wasi_tcp_conformance_core::Observation;
/// use wasi_tcp_conformance_core::protocol::{Ending, Endings, Transcript, read};
///
/// let endings = Endings::new(Ending::Exited(0), Ending::Exited(134));
/// let printed = "{\"step\":\"accept\"}\n{\"case\":\"accept\",\"observed\":\"ok\"}\n";
///
/// let seen = read("accept", &Transcript::new(printed, Ending::Exited(0)), endings);
/// assert_eq!(seen, Observation::Seen("ok".into()));
/// // A result stands only if the process then ends well.
/// let seen = read("accept", &Transcript::new(printed, Ending::Signaled(11)), endings);
/// assert!(matches!(seen, Observation::Crashed { .. }));
/// ```
#[doc(hidden)]
#[must_use]
pub fn read(case: &str, transcript: &Transcript, endings: Endings) -> Observation {
    let mut step = None;
    let mut result = None;
    for line in lines(&transcript.stdout) {
        match line {
            Line::Step(line) => step = Some(line.step),
            Line::Observed(ObservedLine { case: of, .. })
            | Line::Blocked(BlockedLine { case: of, .. })
                if of != case =>
            {
                return garbled(format!("a result for the case `{of}` came"));
            }
            Line::Observed(_) | Line::Blocked(_) if result.is_some() => {
                return garbled("two results came".to_owned());
            }
            Line::Observed(line) if !is_plain(&line.observed) => {
                return garbled("a result has a key that begins with `$`".to_owned());
            }
            Line::Observed(line) => result = Some(Observation::Seen(line.observed)),
            Line::Blocked(line) => {
                result = Some(Observation::Blocked {
                    step: line.blocked,
                    code: line.error,
                });
            }
            Line::Panicked(line) => {
                return Observation::Unobserved {
                    why: format!(
                        "the guest panicked, which is a defect of the suite: {}",
                        line.panicked
                    ),
                };
            }
            Line::Refused(line) => {
                return Observation::Unobserved {
                    why: format!("the guest refused its arguments: {}", line.refused),
                };
            }
        }
    }
    if transcript.overflowed {
        return garbled("the runtime printed more than the suite reads".to_owned());
    }
    match (transcript.ending, result, step) {
        (Ending::TimedOut(_), _, step) => Observation::TimedOut { step },
        (ending, Some(result), _) if ending == endings.success => result,
        (ending, Some(_), _) if endings.is_trap(ending) => Observation::Trapped {
            step: "after the result".to_owned(),
        },
        (ending, None, step) if ending == endings.success => Observation::Silent { step },
        (ending, None, Some(step)) if endings.is_trap(ending) => Observation::Trapped { step },
        (
            ending @ (Ending::Exited(_)
            | Ending::Answered { .. }
            | Ending::Unanswered
            | Ending::NotReady { .. }),
            None,
            None,
        ) => Observation::NotStarted {
            how: ending.to_string(),
        },
        (ending, _, step) => Observation::Crashed {
            how: ending.to_string(),
            step,
        },
    }
}

/// The guest's own lines.
fn lines(stdout: &[u8]) -> impl Iterator<Item = Line> {
    stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"{"))
        .filter_map(|line| serde_json::from_slice(line).ok())
}

fn garbled(why: String) -> Observation {
    Observation::Garbled { why }
}

/// The last lines of what a runtime printed on standard error, without colours
/// and other escape sequences.
#[doc(hidden)]
#[must_use]
pub fn stderr_tail(stderr: &[u8]) -> String {
    const LINES: usize = 8;
    const CHARS: usize = 300;
    let text = String::from_utf8_lossy(stderr);
    let text = anstream::adapter::strip_str(&text).to_string();
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.trim_end().chars().take(CHARS).collect())
        .collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
