//! Proves that an adapter works, before anything is judged with it, and learns
//! how the implementation ends: after success, and after a trap.

use crate::adapter::Request;
use crate::protocol::{self, Ending, Endings, Transcript};
use crate::suite::Topic;
use crate::{Environment, Family, Implementation, Observation, WasiVersion};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was tried, as a statement that holds if it worked.
    pub name: &'static str,
    /// What was found; if it did not work, what to do.
    pub outcome: Result<String, Problem>,
}

/// Why a step did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What happened.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

/// What the preflight of an implementation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// What was tried, in order; it ends with the first that did not work.
    pub steps: Vec<Step>,
    /// How the implementation ends, if all worked.
    pub endings: Option<Endings>,
}

impl Preflight {
    /// What did not work.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.steps
            .iter()
            .find_map(|step| step.outcome.as_ref().err())
    }
}

/// How a preflight goes about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// The version at which the guest imports the interfaces.
    pub wasi_version: WasiVersion,
    /// The longest that one case may take.
    pub time_limit: Duration,
    /// How many cases run at a time.
    pub threads: usize,
}

/// Runs the cases of the topic `preflight`.
pub(crate) fn run(implementation: &Implementation, topic: &Topic, manner: Manner) -> Preflight {
    let cases = Cases::run(implementation, topic, manner);
    let mut steps = Vec::new();
    let endings = cases.all(&mut steps);
    Preflight { steps, endings }
}

/// The cases that the steps look at.
const CASES: [(&str, Family); 7] = [
    ("hello", Family::Ipv4),
    ("hello", Family::Ipv6),
    ("no_such_case", Family::Ipv4),
    ("trap", Family::Ipv4),
    ("host_trap", Family::Ipv4),
    ("create", Family::Ipv4),
    ("create", Family::Ipv6),
];

/// What became of each case.
struct Cases([OnceLock<Result<Transcript, String>>; CASES.len()]);

impl Cases {
    /// Runs all of them, beside each other: a runtime that starts slowly is to
    /// be waited for once.
    fn run(implementation: &Implementation, topic: &Topic, manner: Manner) -> Self {
        let cases = Self(Default::default());
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(&(case, family)) = CASES.get(at) else {
                    return;
                };
                cases.0[at].get_or_init(|| {
                    implementation.adapter.run(&Request {
                        topic,
                        case,
                        family,
                        environment: Environment::Default,
                        wasi_version: manner.wasi_version,
                        time_limit: manner.time_limit,
                        store: &implementation.store,
                    })
                });
            }
        };
        thread::scope(|scope| {
            for _ in 0..manner.threads.clamp(1, CASES.len()) {
                scope.spawn(work);
            }
        });
        cases
    }

    /// Every step; `None` after the first that did not work.
    fn all(&self, steps: &mut Vec<Step>) -> Option<Endings> {
        let mut note = |name, outcome: Result<String, Problem>| {
            let worked = outcome.is_ok();
            steps.push(Step { name, outcome });
            worked.then_some(())
        };
        let success = self.hello();
        note("a guest runs, and its output arrives", said(&success))?;
        let success = success.ok()?;
        note("the arguments arrive", self.unknown_case())?;
        let trap = self.trap(success);
        note("a trap is told from success", said(&trap))?;
        let trap = trap.ok()?;
        let host_trap = self.host_trap(success, trap);
        note("a trap of the host's too", said(&host_trap))?;
        let endings = Endings {
            success,
            trap,
            host_trap: host_trap.ok()?,
        };
        note("a socket can be created", self.create(endings))?;
        Some(endings)
    }

    fn hello(&self) -> Result<Ending, Problem> {
        self.hello_in(Family::Ipv4)?;
        self.hello_in(Family::Ipv6)
    }

    fn hello_in(&self, family: Family) -> Result<Ending, Problem> {
        let transcript = self.case("hello", family)?;
        let ending = transcript.ending;
        let endings = Endings::new(ending, ending);
        let seen = protocol::read("hello", transcript, endings);
        if seen != Observation::Seen(family.to_string().into()) {
            let hint = "check the command: it has to start the component, to pass {case} and \
                        {family} on, and to leave standard output alone";
            return Err(unexpected(&seen, transcript, hint));
        }
        if let Ending::Signaled(_) = ending {
            let hint = "a runtime that is killed by a signal after success can't be judged";
            return Err(unexpected(&seen, transcript, hint));
        }
        Ok(ending)
    }

    fn unknown_case(&self) -> Result<String, Problem> {
        let transcript = self.case("no_such_case", Family::Ipv4)?;
        if String::from_utf8_lossy(&transcript.stdout).contains(r#"{"refused":"#) {
            return Ok(format!(
                "an unknown case is refused, with {}",
                transcript.ending
            ));
        }
        Err(Problem {
            what: "the guest did not refuse a case that it does not have".to_owned(),
            hint: "pass {case} and {family} as the last two arguments of the guest".to_owned(),
        })
    }

    fn trap(&self, success: Ending) -> Result<Ending, Problem> {
        let transcript = self.case("trap", Family::Ipv4)?;
        let trap = transcript.ending;
        if trap == success {
            return Err(Problem {
                what: format!("after a trap the runtime ends with {trap}, as after success"),
                hint: "let the command pass the runtime's exit code on".to_owned(),
            });
        }
        let seen = protocol::read("trap", transcript, Endings::new(success, trap));
        if seen
            == (Observation::Trapped {
                step: "trap".to_owned(),
            })
        {
            return Ok(trap);
        }
        Err(unexpected(
            &seen,
            transcript,
            "what the guest prints before a trap has to arrive: \
            check that the runtime does not keep it in a buffer",
        ))
    }

    /// How the runtime ends when the host traps. Where it does not trap at all,
    /// trials will say so; there is nothing to learn then.
    fn host_trap(&self, success: Ending, trap: Ending) -> Result<Ending, Problem> {
        let transcript = self.case("host_trap", Family::Ipv4)?;
        let ending = transcript.ending;
        match protocol::read("host_trap", transcript, Endings::new(success, ending)) {
            Observation::Trapped { step } if step == "host trap" => Ok(ending),
            _ => Ok(trap),
        }
    }

    fn create(&self, endings: Endings) -> Result<String, Problem> {
        let mut denied = 0;
        for family in Family::ALL {
            let transcript = self.case("create", family)?;
            match protocol::read("create", transcript, endings) {
                Observation::Seen(seen) if seen == "error:access-denied" => denied += 1,
                Observation::Seen(_) => {}
                other => {
                    return Err(unexpected(
                        &other,
                        transcript,
                        "the runtime has to provide \
                        wasi:sockets and to know the WASI version of the guests",
                    ));
                }
            }
        }
        if denied == Family::ALL.len() {
            return Err(Problem {
                what: "creation is denied".to_owned(),
                hint: "allow TCP in the command".to_owned(),
            });
        }
        // Any other error is a matter for the trials.
        Ok("not denied".to_owned())
    }

    fn case(&self, case: &str, family: Family) -> Result<&Transcript, Problem> {
        let at = CASES.iter().position(|it| *it == (case, family));
        let ran = at.and_then(|at| self.0[at].get());
        let problem = |what: &str| Problem {
            what: what.to_owned(),
            hint: "check the command, and that the runtime is installed".to_owned(),
        };
        match ran {
            Some(Ok(transcript)) => Ok(transcript),
            Some(Err(what)) => Err(problem(what)),
            None => Err(problem("the case was not run")),
        }
    }
}

fn said(ending: &Result<Ending, Problem>) -> Result<String, Problem> {
    ending
        .as_ref()
        .map(ToString::to_string)
        .map_err(Clone::clone)
}

fn unexpected(seen: &Observation, transcript: &Transcript, hint: &str) -> Problem {
    let noise = protocol::noise(&transcript.stderr);
    let separator = if noise.is_empty() { "" } else { "; it said: " };
    let what = seen
        .explanation()
        .unwrap_or_else(|| format!("the guest saw {seen}"));
    Problem {
        what: format!("{what} ({}){separator}{noise}", transcript.ending),
        hint: hint.to_owned(),
    }
}
