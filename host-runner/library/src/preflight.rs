//! Proves that an adapter works, before anything is judged with it, and learns
//! how the implementation ends: after success, and after a trap.

use crate::Implementation;
use crate::adapter::Request;
use crate::suite::Topic;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use wasi_tcp_conformance_core::protocol::{self, Ending, Endings, Transcript, stderr_tail};
use wasi_tcp_conformance_core::{
    Error, Family, Observation, Policy, Problem, Settings, WasiVersion,
};

/// Where a folder of the cache keeps what a preflight found.
const FILE: &str = "endings.json";

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What was tried, as a statement that holds if it worked.
    pub name: &'static str,
    /// What was found, or what to do.
    pub outcome: Result<String, Problem>,
}

/// What the preflight of an implementation found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

/// Under which conditions a preflight runs.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "made by whoever runs a preflight"
)]
pub struct Conditions {
    /// The version at which the guest imports the interfaces.
    pub wasi_version: WasiVersion,
    /// The longest that one case may take.
    pub time_limit: Duration,
    /// How many cases run at a time.
    pub threads: usize,
}

/// Proves that an implementation can be judged, and learns how it ends. What was
/// found is kept: processes that share a cache prove it once.
///
/// # Errors
/// What did not work, and what to do about it.
pub(crate) fn learn(
    implementation: &Implementation,
    topic: &Topic,
    conditions: Conditions,
) -> Result<Endings, Error> {
    let failed = |problem: Problem| Error::Implementation {
        implementation: implementation.name().to_owned(),
        problem,
    };
    let mut problem = None;
    let slot = format!("preflight-{}", conditions.wasi_version);
    let kept = implementation.cache().folder(&slot, |folder| {
        let preflight = run(implementation, topic, conditions);
        problem = preflight.problem().cloned();
        let endings = preflight.endings.ok_or("the preflight failed")?;
        let text = serde_json::to_vec(&endings).map_err(|error| error.to_string())?;
        std::fs::write(folder.join(FILE), text).map_err(|error| error.to_string())
    });
    if let Some(problem) = problem {
        return Err(failed(problem));
    }
    let read = || {
        let text = std::fs::read(kept?.join(FILE)).map_err(|error| error.to_string())?;
        serde_json::from_slice(&text).map_err(|error| error.to_string())
    };
    read().map_err(|why: String| {
        failed(Problem::new(
            format!("failed to keep what the preflight found: {why}"),
            "check that there is room for temporary files",
        ))
    })
}

/// Runs the cases of the topic `preflight`.
#[must_use]
pub fn run(implementation: &Implementation, topic: &Topic, conditions: Conditions) -> Preflight {
    let cases = Cases::run(implementation, topic, conditions);
    let mut steps = Vec::new();
    let endings = cases.all(policy_of(implementation), &mut steps);
    if let (Some(note), Some(step)) = (implementation.note(), steps.last_mut())
        && let Err(problem) = &mut step.outcome
    {
        problem.help.push_str("; note that ");
        problem.help.push_str(note);
    }
    Preflight { steps, endings }
}

/// The policy that the preflight runs under: not every implementation has the one of most
/// trials.
fn policy_of(implementation: &Implementation) -> Policy {
    let plainest = implementation.claims().plainest_policy();
    plainest.unwrap_or(Policy::Allowed)
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
    fn run(implementation: &Implementation, topic: &Topic, conditions: Conditions) -> Self {
        let cases = Self(Default::default());
        let mut settings = Settings::default();
        settings.policy = policy_of(implementation);
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(&(case, family)) = CASES.get(at) else {
                    return;
                };
                let ran = cases.0[at].get_or_init(|| {
                    implementation.adapter().run(&Request {
                        topic,
                        case,
                        family,
                        settings,
                        wasi_version: conditions.wasi_version,
                        time_limit: conditions.time_limit,
                        cache: implementation.cache(),
                    })
                });
                // What is not heard of here would not be later; each takes the whole time.
                if ran.as_ref().is_ok_and(|it| is_late(it.ending)) {
                    next.store(CASES.len(), Ordering::Relaxed);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..conditions.threads.clamp(1, CASES.len()) {
                scope.spawn(work);
            }
        });
        cases
    }

    /// Every step; `None` after the first that did not work.
    fn all(&self, policy: Policy, steps: &mut Vec<Step>) -> Option<Endings> {
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
        let mut endings = Endings::new(success, trap);
        endings.host_trap = host_trap.ok()?;
        // Where TCP is forbidden under every policy, there is nothing to create.
        if policy != Policy::Denied {
            note("a socket can be created", self.create(endings))?;
        }
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
            return Err(unexpected(&seen, transcript, hint(transcript)));
        }
        match ending {
            Ending::Signaled(_) => {
                let hint = "a runtime that is killed by a signal after success can't be judged";
                Err(unexpected(&seen, transcript, hint))
            }
            Ending::Answered { whole: false, .. } => {
                Err(unexpected(&seen, transcript, hint(transcript)))
            }
            ending => Ok(ending),
        }
    }

    fn unknown_case(&self) -> Result<String, Problem> {
        let transcript = self.case("no_such_case", Family::Ipv4)?;
        if String::from_utf8_lossy(&transcript.stdout).contains(r#"{"refused":"#) {
            return Ok(format!(
                "an unknown case is refused, with {}",
                transcript.ending
            ));
        }
        Err(Problem::new(
            "the guest did not refuse a case that it does not have",
            "pass {case} and {family} as the last two arguments of the guest",
        ))
    }

    fn trap(&self, success: Ending) -> Result<Ending, Problem> {
        let transcript = self.case("trap", Family::Ipv4)?;
        let trap = transcript.ending;
        if trap == success {
            return Err(Problem::new(
                format!("after a trap the runtime ends with {trap}, as after success"),
                "let the command pass on the exit code of the runtime",
            ));
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
                        wasi:sockets and to know the WASI version of the guests: if it only \
                        knows an older one, try --wasi-version 0.2.0",
                    ));
                }
            }
        }
        if denied == Family::ALL.len() {
            return Err(Problem::new(
                "the creation of sockets is denied",
                "allow TCP in the command",
            ));
        }
        // Any other error is a matter for the trials.
        Ok("not denied".to_owned())
    }

    fn case(&self, case: &str, family: Family) -> Result<&Transcript, Problem> {
        let at = CASES.iter().position(|it| *it == (case, family));
        let ran = at.and_then(|at| self.0[at].get());
        let problem =
            |what: &str| Problem::new(what, "check the command, and that the runtime is installed");
        match ran {
            Some(Ok(transcript)) => Ok(transcript),
            Some(Err(what)) => Err(problem(what)),
            None => Err(problem("the case was not run")),
        }
    }
}

const fn is_late(ending: Ending) -> bool {
    matches!(ending, Ending::TimedOut(_) | Ending::NotReady { .. })
}

/// What to do about a guest that was not heard.
fn hint(transcript: &Transcript) -> &'static str {
    if names_an_interface(&transcript.stderr) {
        return "if the runtime only knows an older WASI version, try --wasi-version 0.2.0; else \
                check that the command provides what the runtime misses";
    }
    match transcript.ending {
        Ending::NotReady {
            status: Some(404), ..
        } => "the server has nothing at the path `/`: let it serve {component} there",
        Ending::NotReady {
            status: Some(500..),
            ..
        } => {
            "the server cannot run the component: it has to provide wasi:http, wasi:cli and \
             wasi:sockets, and to know the WASI version of the guests: if it only knows an older \
             one, try --wasi-version 0.2.0"
        }
        Ending::NotReady { .. } => {
            "check the command: it has to serve {component} at port {port} of 127.0.0.1, over \
             HTTP/1.1, until it is ended; or give it more time with --timeout"
        }
        Ending::Answered { status: 200, .. } => {
            "the body of the response has to be what the guest prints, to its last line: check \
             that the server neither ends it early nor changes it"
        }
        Ending::Answered { .. } | Ending::Unanswered => {
            "the server was ready, and did not answer for a case: see what it says itself"
        }
        _ => {
            "check the command: it has to start the component, to pass {case} and \
             {family} on, and to leave standard output alone; if the runtime only knows \
             an older WASI version, try --wasi-version 0.2.0"
        }
    }
}

fn said(ending: &Result<Ending, Problem>) -> Result<String, Problem> {
    ending
        .as_ref()
        .map(ToString::to_string)
        .map_err(Clone::clone)
}

/// Whether a runtime complains of an interface of WASI at a version, such as
/// `exported instance wasi:cli/run@0.2.0 not present`: then the command is well, and
/// the guest was built for another version.
fn names_an_interface(stderr: &[u8]) -> bool {
    let said = String::from_utf8_lossy(stderr);
    let mut after = said.split("wasi:").skip(1);
    after.any(|text| {
        let name = text.split_whitespace().next().unwrap_or_default();
        name.contains("@0.")
    })
}

fn unexpected(seen: &Observation, transcript: &Transcript, hint: &str) -> Problem {
    let said = stderr_tail(&transcript.stderr);
    let separator = if said.is_empty() { "" } else { "; it said:\n" };
    let what = seen
        .explanation()
        .unwrap_or_else(|| format!("the guest saw {seen}"));
    Problem::new(
        format!("{what} ({}){separator}{said}", transcript.ending),
        hint,
    )
}
