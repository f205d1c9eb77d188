//! How an implementation is run. An adapter starts guests and hands over what
//! they printed; what to make of it is not its affair.

pub mod embedded;

use crate::protocol::{self, Endings};
use crate::suite::Topic;
use crate::{Environment, Error, Family, Observation, process};
use std::process::Command;
use std::time::Duration;

/// Runs guests on one implementation.
pub trait Adapter: Send + Sync {
    /// The name of the implementation, as trials and baselines know it.
    fn name(&self) -> &str;

    /// The version of the implementation.
    ///
    /// # Errors
    /// When it can't be told: the implementation is not there, or not whole.
    fn version(&self) -> Result<String, Error>;

    /// Runs one case to its end.
    fn observe(&self, request: &Request<'_>) -> Outcome;
}

/// One case to run.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The component, with its name.
    pub topic: &'a Topic,
    /// The case of the topic.
    pub case: &'a str,
    /// The family that the case is asked to use.
    pub family: Family,
    /// The set-up around the process.
    pub environment: Environment,
    /// The longest that it may take.
    pub time_limit: Duration,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the guest saw, or how it failed to say.
    pub observation: Observation,
    /// The end of what the runtime printed beside the guest's lines.
    pub noise: String,
    /// How long it took, from start to end.
    pub duration: Duration,
}

impl Outcome {
    /// The suite or the adapter failed before anything could be observed.
    #[must_use]
    pub fn unobserved(why: impl Into<String>) -> Self {
        Self {
            observation: Observation::Unobserved { why: why.into() },
            noise: String::new(),
            duration: Duration::ZERO,
        }
    }
}

/// Runs a command under the environment that a request asks for.
pub(crate) fn observe(mut command: Command, request: &Request<'_>, endings: Endings) -> Outcome {
    if let Err(why) = request.environment.apply(&mut command) {
        return Outcome::unobserved(why);
    }
    let program = command.get_program().to_owned();
    match process::run(command, request.time_limit) {
        Ok(transcript) => Outcome {
            observation: protocol::read(request.case, &transcript, endings),
            noise: noise(&transcript.stderr),
            duration: transcript.duration,
        },
        Err(error) => {
            Outcome::unobserved(format!("failed to start {}: {error}", program.display()))
        }
    }
}

/// The last lines of what a runtime said on standard error.
fn noise(stderr: &[u8]) -> String {
    const LINES: usize = 8;
    const CHARS: usize = 300;
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.chars().take(CHARS).collect())
        .collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
