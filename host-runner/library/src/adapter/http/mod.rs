//! Runs a guest over HTTP: a server has a component that answers with what the guest prints.
//!
//! The last line of a guest says that it returns. A body without it tells of a trap, unless
//! the server itself ended: whether it did is asked of the server, and does not depend on how
//! soon.

mod client;
mod port;

use crate::fault::Later;
use crate::process::{Life, Remains, Server};
use client::{Answer, Client, End, Silence};
use port::Port;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::protocol::{Ending, Transcript};
use wasi_tcp_conformance_core::{Fault, Untrusted};

/// What the component answers when it is asked without arguments: see
/// guest-tests/0.2/delivery/src/bin/http_handler.rs.
const GREETING: &[u8] = b"{\"delivery\":\"http\"}\n";

/// How the last line of a guest begins. Servers can end a body well whose guest trapped.
const END: &[u8] = b"{\"end\":";

/// How often a server is started whose port another process took.
const STARTS: usize = 5;

/// The first and the longest pause between two questions to a server that is not ready.
const PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(100)];

/// How often to look whether a server has ended that does not answer.
const TICK: Duration = Duration::from_millis(20);

/// A server that has a component.
pub(crate) struct Serving {
    server: Server,
    port: Port,
    /// A fault that begins once it is ready.
    later: Option<Later>,
}

/// What came of a question.
pub(crate) struct Asked {
    /// What is known of the case.
    pub(crate) transcript: Transcript,
    /// The server, if it can be asked again.
    pub(crate) server: Option<Serving>,
}

impl Asked {
    /// Whether the server ended, or broke the connection, before a word of the guest came.
    pub(crate) fn says_nothing(&self) -> bool {
        let is_lost = matches!(
            self.transcript.ending,
            Ending::Exited(_) | Ending::Signaled(_) | Ending::Unanswered | Ending::NotReady { .. }
        );
        is_lost && self.transcript.stdout.is_empty()
    }
}

/// What the client of a server found.
enum Found {
    Answered(Answer),
    /// The answer breaks off, or none came, and the server answers other questions.
    Trapped(Option<Answer>),
    /// None came in time; or one did, whole or not, and the server answers no other question.
    Lost(Option<Answer>),
    /// It did not begin to answer.
    NotReady(NotReady),
    /// The fault could not be put around it.
    NoFault(String),
}

impl Serving {
    /// Starts a server; `command` is told at which port of 127.0.0.1.
    ///
    /// # Errors
    /// When it cannot be started, or the fault cannot be put around it.
    pub(crate) fn start(
        command: impl FnOnce(u16) -> Command,
        fault: Option<Fault>,
    ) -> Result<Self, String> {
        let port = Port::reserve().map_err(|error| format!("failed to find a port: {error}"))?;
        let mut command = command(port.number());
        let program = command.get_program().to_owned();
        let later = fault.map(|fault| Later::prepare(fault, &mut command));
        let mut later = later.transpose()?;
        let server = Server::start(command)
            .map_err(|error| format!("failed to run {}: {error}", program.display()))?;
        if let Some(later) = &mut later {
            later.started(port.number())?;
        }
        Ok(Self {
            server,
            port,
            later,
        })
    }

    /// Asks for a case, once the server is ready, no longer than `limit` from now. The server is
    /// ended, unless it `is_kept` and answered well.
    ///
    /// # Errors
    /// When nothing is known of how the case ended.
    pub(crate) fn ask(
        mut self,
        arguments: &[&str],
        limit: Duration,
        is_kept: bool,
    ) -> Result<Asked, String> {
        let start = Instant::now();
        let port = self.port.number();
        #[cfg(target_os = "linux")]
        let group = self.server.group();
        let later = self.later.as_ref();
        let has_fault = later.is_some();
        let begin = || match later {
            #[cfg(target_os = "linux")]
            Some(later) => later.begin(group),
            #[cfg(not(target_os = "linux"))]
            Some(later) => later.begin(),
            None => Ok(()),
        };
        let found = self
            .server
            .during(|life| talk(life, port, arguments, limit, has_fault, begin))
            .map_err(|error| format!("failed to watch over the server: {error}"))?;
        let (mut transcript, is_well) = match found {
            Found::NoFault(why) => return Err(why),
            Found::Answered(answer) => {
                let is_well = answer.is_well();
                (answered(answer, limit), is_well)
            }
            Found::Trapped(answer) => (broken_off(answer), false),
            Found::Lost(answer) => {
                let timed_out = Ending::TimedOut(limit);
                let stdout = answer.map(said).unwrap_or_default();
                (Transcript::new(stdout, timed_out), false)
            }
            Found::NotReady(NotReady { why, status }) => {
                let within = limit;
                let mut transcript = Transcript::new("", Ending::NotReady { within, status });
                transcript.stderr = format!("the server was not ready: {why}\n").into_bytes();
                (transcript, false)
            }
        };
        transcript.duration = start.elapsed();
        if is_well && is_kept {
            return Ok(Asked {
                transcript,
                server: Some(self),
            });
        }
        let remains = self.server.end();
        let remains = remains.map_err(|error| format!("failed to end the server: {error}"))?;
        Ok(Asked {
            transcript: with_remains(transcript, remains),
            server: None,
        })
    }

    /// Whether the server can be asked for another case: one that was kept may have ended.
    ///
    /// # Errors
    /// When the run was interrupted, or what the server does cannot be known.
    pub(crate) fn is_ready(&mut self, limit: Duration) -> Result<bool, String> {
        let port = self.port.number();
        let end = Instant::now() + limit;
        let client = Client::new(port);
        let is_ready = self
            .server
            .during(|life| wait_ready(life, &client, end).is_ok());
        is_ready.map_err(|error| format!("failed to watch over the server: {error}"))
    }
}

/// Starts a server and asks it for a case. The server is ended, unless it `is_kept` and
/// answered well.
///
/// # Errors
/// When nothing is known of how the case ended.
pub(crate) fn run(
    command: impl Fn(u16) -> Command,
    fault: Option<Fault>,
    arguments: &[&str],
    limit: Duration,
    is_kept: bool,
) -> Result<Asked, String> {
    let mut starts = 1;
    loop {
        let serving = Serving::start(&command, fault)?;
        let port = serving.port.number();
        let asked = serving.ask(arguments, limit, is_kept)?;
        let has_ended = matches!(
            asked.transcript.ending,
            Ending::Exited(_) | Ending::Signaled(_)
        );
        let has_said = !asked.transcript.stdout.is_empty();
        // It ended before it was ready, as one does that cannot listen.
        if has_ended && !has_said && starts < STARTS && port::is_taken(port) {
            starts += 1;
            continue;
        }
        return Ok(asked);
    }
}

/// Why a server is not ready.
struct NotReady {
    why: String,
    /// The status of its last answer.
    status: Option<u16>,
}

/// What a client does, in a thread of its own.
fn talk(
    life: &Life,
    port: u16,
    arguments: &[&str],
    limit: Duration,
    has_fault: bool,
    begin: impl FnOnce() -> Result<(), String>,
) -> Found {
    let end = Instant::now() + limit;
    let mut client = Client::new(port);
    if let Err(why) = wait_ready(life, &client, end) {
        return Found::NotReady(why);
    }
    if let Err(why) = begin() {
        return Found::NoFault(why);
    }
    let mut is_repeated = false;
    loop {
        let answer = match client.ask(arguments, left(end)) {
            Ok(answer) if answer.breaks_off() => Some(answer),
            // Where descriptors are few, it need not take another connection.
            Ok(answer) if has_fault || !answer.is_well() => return Found::Answered(answer),
            // What is left of the guest is cleared away now: a result does not stand if the
            // server ends of that.
            Ok(answer) => {
                return match wait_ready(life, &client, end) {
                    Ok(()) => Found::Answered(answer),
                    Err(_) => Found::Lost(Some(answer)),
                };
            }
            Err(Silence::Late) => return Found::Lost(None),
            Err(Silence::Failed(_)) => None,
        };
        // What ends the process ends the connection first, or at the same time.
        client = Client::new(port);
        if wait_ready(life, &client, end).is_err() {
            return Found::Lost(answer);
        }
        if answer.is_some() || is_repeated {
            return Found::Trapped(answer);
        }
        // A server may close a connection that it has kept for a while.
        is_repeated = true;
    }
}

impl Answer {
    /// Whether it is all that the guest printed.
    fn is_well(&self) -> bool {
        self.end == End::Whole && self.status == 200
    }

    /// Whether the guest did not come to its end.
    fn breaks_off(&self) -> bool {
        let last = self
            .body
            .trim_ascii_end()
            .rsplit(|byte| *byte == b'\n')
            .next();
        let has_end = last.is_some_and(|line| line.starts_with(END));
        match self.end {
            End::Whole => self.status == 200 && !has_end,
            End::BrokenOff => true,
            End::OverLimit | End::Late => false,
        }
    }
}

/// Waits until the component answers.
fn wait_ready(life: &Life, client: &Client, end: Instant) -> Result<(), NotReady> {
    let [mut pause, longest] = PAUSES;
    loop {
        let mut status = None;
        let last = match greeting(life, client, left(end)) {
            Ok(answer) if answer.status == 200 && answer.body == GREETING => return Ok(()),
            Ok(answer) => {
                let body = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]);
                let body = Untrusted::from(body.trim());
                status = Some(answer.status);
                format!("it answers with status {}: {body}", answer.status)
            }
            Err(Silence::Late) => "it does not answer".to_owned(),
            Err(Silence::Failed(why)) => why,
        };
        if life.ends_within(pause.min(left(end))) {
            let why = format!("it has ended; before, {last}");
            return Err(NotReady { why, status });
        }
        if left(end).is_zero() {
            return Err(NotReady { why: last, status });
        }
        pause = (pause * 2).min(longest);
    }
}

/// Asks without arguments. Who answers may be somebody else, who took the port and answers
/// nothing, so this ends with the server.
fn greeting(life: &Life, client: &Client, time: Duration) -> Result<Answer, Silence> {
    let (sender, answer) = mpsc::channel();
    let client = client.clone();
    // It ends by itself.
    thread::spawn(move || sender.send(client.ask(&[], time)));
    loop {
        match answer.recv_timeout(TICK) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Timeout) if !life.ends_within(Duration::ZERO) => {}
            Err(_) => return Err(Silence::Failed("no answer came".to_owned())),
        }
    }
}

fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}

fn answered(answer: Answer, limit: Duration) -> Transcript {
    let ending = match answer.end {
        End::Late => Ending::TimedOut(limit),
        end => Ending::Answered {
            status: answer.status,
            whole: end == End::Whole,
        },
    };
    let mut transcript = Transcript::new("", ending);
    transcript.overflowed = answer.end == End::OverLimit;
    if answer.status != 200 {
        // A page of the server's, and no word of the guest.
        transcript.stderr.clone_from(&answer.body);
    }
    transcript.stdout = said(answer);
    transcript
}

fn broken_off(answer: Option<Answer>) -> Transcript {
    match answer {
        Some(answer) => {
            let ending = Ending::Answered {
                status: answer.status,
                whole: false,
            };
            Transcript::new(said(answer), ending)
        }
        None => Transcript::new("", Ending::Unanswered),
    }
}

/// What the guest printed.
fn said(answer: Answer) -> Vec<u8> {
    if answer.status == 200 {
        answer.body
    } else {
        Vec::new()
    }
}

/// A server that ended by itself tells how; what it printed explains.
fn with_remains(mut transcript: Transcript, remains: Remains) -> Transcript {
    let is_unknown = matches!(
        transcript.ending,
        Ending::TimedOut(_) | Ending::NotReady { .. }
    );
    if let (true, Some(ending)) = (is_unknown, remains.ending) {
        transcript.ending = ending;
    }
    for text in [remains.stdout, remains.stderr] {
        transcript.stderr.extend(text);
    }
    transcript
}
