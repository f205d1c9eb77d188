//! An exploration finds one mistake in what is otherwise right, and shrinks it: the
//! adapter answers walks as the usual behavior of a socket does, but for that.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Mutex;
use wasi_tcp_conformance::adapter::{Adapter, Request};
use wasi_tcp_conformance::internal::{
    Exploration, Explored, Limit, Replay, Replayed, WalkOutcome, explore, replay,
};
use wasi_tcp_conformance::protocol::{Ending, Transcript};
use wasi_tcp_conformance::{
    Claims, Error, Family, Generation, Implementation, Observation, Options, Suite, Untrusted,
    Verdict, run as judge,
};
use wasi_tcp_conformance_core::walk::{Answer, Call, Method, Walk, expected_answers};
use wasi_tcp_conformance_core::{KeptWalk, parse_baseline};

/// What is wrong with the answers to these calls.
type Mistake = fn(&[Call], &mut [Answer]);

struct Simulated {
    mistake: Mistake,
    walks: Mutex<Vec<String>>,
}

impl Adapter for &'static Simulated {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn claims(&self) -> Claims {
        Claims::new([Generation::V0_2.patch(6)])
    }

    fn version(&self) -> Result<String, Error> {
        Ok("simulated 1.2.3".to_owned())
    }

    fn run(&self, request: &Request<'_>) -> Result<Transcript, String> {
        let ends = |text: String, code| Ok(Transcript::new(text, Ending::Exited(code)));
        let result = |case: &str, value: &str| {
            ends(format!("{{\"case\":\"{case}\",\"observed\":{value}}}\n"), 0)
        };
        let Some(calls) = request.case.strip_prefix("walk=") else {
            return match request.case {
                "hello" => result("hello", &format!("\"{}\"", request.family)),
                "create" => result("create", "\"ok\""),
                "trap" | "host_trap" => {
                    let step = request.case.replace('_', " ");
                    ends(format!("{{\"step\":\"{step}\"}}\n"), 9)
                }
                _ => ends("{\"refused\":\"no such case\"}\n".to_owned(), 1),
            };
        };
        self.walks.lock().unwrap().push(calls.to_owned());
        let walk: Walk = calls.parse()?;
        let mut answers = expected_answers(request.family, &walk);
        (self.mistake)(&walk.calls, &mut answers);
        let answers: Vec<_> = answers.iter().map(Answer::to_value).collect();
        result("walk", &serde_json::json!({ "walk": answers }).to_string())
    }
}

fn simulated(mistake: Mistake) -> &'static Simulated {
    Box::leak(Box::new(Simulated {
        mistake,
        walks: Mutex::default(),
    }))
}

/// No more than two sockets are ever created.
fn third_socket_is_refused(calls: &[Call], answers: &mut [Answer]) {
    let creates = calls.iter().zip(answers);
    let mut creates = creates.filter(|(call, _)| matches!(call, Call::Create { .. }));
    if let Some((_, answer)) = creates.nth(2) {
        *answer = Answer::Error("unknown".to_owned());
    }
}

/// A listener does not know that it listens.
fn nobody_listens(calls: &[Call], answers: &mut [Answer]) {
    for (call, answer) in calls.iter().zip(answers) {
        if let Call::Method {
            method: Method::IsListening,
            ..
        } = call
            && *answer == Answer::Bool(true)
        {
            *answer = Answer::Bool(false);
        }
    }
}

/// No socket knows its family.
fn nothing_has_a_family(calls: &[Call], answers: &mut [Answer]) {
    for (call, answer) in calls.iter().zip(answers) {
        if let Call::Method {
            method: Method::AddressFamily,
            ..
        } = call
            && matches!(answer, Answer::Family(_))
        {
            *answer = Answer::Ok;
        }
    }
}

fn nothing(_: &[Call], _: &mut [Answer]) {}

fn exploration(count: u64) -> Exploration {
    let mut options = Options::default();
    options.threads = Some(8);
    Exploration {
        seed: 1,
        limit: Limit::Count(count),
        calls: 40,
        family: None,
        keep_going: false,
        avoid: Vec::new(),
        options,
    }
}

fn run(implementation: Implementation, exploration: &Exploration) -> Explored {
    let suite = Suite::embedded().unwrap();
    let all = explore(&suite, vec![implementation], exploration, || {});
    all.unwrap().pop().unwrap()
}

fn identify(simulated: &'static Simulated) -> Implementation {
    Implementation::identify(Box::new(simulated)).unwrap()
}

fn known(implementation: Implementation, entry: &str) -> Implementation {
    let suite = Suite::embedded().unwrap();
    let text = format!("{{ \"baseline\": [], \"walks\": [{entry}] }}");
    let models = [&*suite.generations[0].model];
    let baseline = parse_baseline("known.json", &text, &suite.trial_names(), &models).unwrap();
    implementation.with_known_walks(baseline.walks)
}

#[test]
fn a_right_socket_is_as_modeled() {
    let explored = run(identify(simulated(nothing)), &exploration(200));
    assert_eq!((explored.walks, explored.seeds), (200, (1, 201)));
    assert!(explored.calls > 200 * 35, "{}", explored.calls);
    assert!(explored.found.is_empty());
}

#[test]
fn a_mistake_is_shrunk_to_the_calls_that_show_it() {
    for (mistake, length) in [(third_socket_is_refused as Mistake, 3), (nobody_listens, 6)] {
        let explored = run(identify(simulated(mistake)), &exploration(400));
        let [found] = explored.found.as_slice() else {
            panic!("{:?}", explored.found);
        };
        assert_eq!(found.walk.calls.len(), length, "{}", found.walk);
        assert_eq!(found.repeated, (3, 3));
        assert_eq!(found.cut_short, None);
        let index = found.contradiction.as_ref().unwrap().index;
        assert_eq!(index + 1, length, "the last call is the one");
    }
}

/// However many threads find something at the same time, the first seed is told.
#[test]
fn a_seed_finds_the_same_again() {
    let found = || {
        let explored = run(identify(simulated(nobody_listens)), &exploration(400));
        let found = explored.found.into_iter().next().unwrap();
        (found.seed, found.family, found.walk.to_string())
    };
    let first = found();
    for _ in 0..4 {
        assert_eq!(found(), first);
    }
    let mut again = exploration(1);
    again.seed = first.0.unwrap();
    let explored = run(identify(simulated(nobody_listens)), &again);
    assert_eq!(explored.found[0].family, first.1);
    assert_eq!(explored.found[0].walk.to_string(), first.2);
}

const ENTRY: &str = r#"{ "cell": "listening is-listening", "answer": false, "reason": "so",
    "calls": ["s0=create(a)", "s0.start-bind(loopback)", "s0.finish-bind!", "s0.start-listen",
    "s0.finish-listen!", "s0.is-listening"] }"#;

#[test]
fn walks_keep_away_from_what_is_known() {
    let wrong = simulated(nobody_listens);
    let explored = run(known(identify(wrong), ENTRY), &exploration(200));
    assert!(explored.found.is_empty(), "{:?}", explored.found);
    assert!(explored.stale.is_empty(), "{:?}", explored.stale);
    let taken = explored.coverage.cells.get("listening is-listening");
    assert_eq!(taken, None, "the simulation is what walks are made by");
    let avoided = exploration(200);
    let avoided = Exploration {
        avoid: vec!["* is-listening".to_owned()],
        ..avoided
    };
    assert!(
        run(identify(simulated(nobody_listens)), &avoided)
            .found
            .is_empty()
    );
}

/// Where most walks have to take the cell, an entry names others.
#[test]
fn walks_keep_away_from_what_an_entry_avoids() {
    let entry = ENTRY.replace("\"reason\"", "\"avoid\": [\"* drop\"], \"reason\"");
    let explored = run(
        known(identify(simulated(nobody_listens)), &entry),
        &exploration(200),
    );
    assert!(explored.found.is_empty(), "{:?}", explored.found);
    assert!(explored.known > 0, "the cell itself is taken");
    let mut taken = explored.coverage.cells.keys();
    assert_eq!(taken.find(|cell| cell.ends_with(" drop")), None);
}

/// A trial that would have to wait for its time limit is not run.
#[test]
fn a_walk_with_a_call_that_hangs_is_not_applicable() {
    const HANGS: &str = r#"{ "cell": "closed is-listening", "hangs": true, "reason": "so",
        "calls": ["s0=create(a)", "s0.start-connect(nobody)", "s0.finish-connect!",
        "s0.is-listening"] }"#;
    let suite = Suite::embedded().unwrap();
    let mut trials = suite.trials();
    trials.retain(|trial| trial.walk.is_some() && !trial.name.to_string().contains('@'));
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut options = Options::default();
    options.log = Some(log.path().to_owned());
    let implementation = known(identify(simulated(nothing)), HANGS);
    let report = judge(&suite, vec![implementation], &trials, &options).unwrap();
    let of = |verdict| {
        report
            .records
            .iter()
            .filter(move |it| it.verdict == verdict)
    };
    assert!(of(Verdict::Pass).count() > 0);
    assert!(of(Verdict::NotApplicable).count() > 0);
    for record in of(Verdict::NotApplicable) {
        assert_eq!(
            record.reason.as_ref().unwrap().as_raw(),
            "the walk makes a call that is known to hang: so"
        );
    }
    // The calls of the entry do not hang here, so it is stale; others can be explored.
    let explored = run(known(identify(simulated(nothing)), HANGS), &exploration(10));
    assert_eq!((explored.walks, explored.stale.len()), (10, 1));
}

/// In a run too, in whatever trial it is met.
#[test]
fn a_trial_that_meets_what_is_known_is_a_known_failure() {
    let suite = Suite::embedded().unwrap();
    let mut trials = suite.trials();
    trials.retain(|trial| trial.walk.is_some());
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut options = Options::default();
    options.log = Some(log.path().to_owned());
    let judged = |implementation| {
        let report = judge(&suite, vec![implementation], &trials, &options).unwrap();
        report.records
    };
    let unexcused = judged(identify(simulated(nobody_listens)));
    let excused = judged(known(identify(simulated(nobody_listens)), ENTRY));
    assert!(unexcused.iter().any(|it| it.verdict == Verdict::Fail));
    for (before, after) in unexcused.iter().zip(&excused) {
        if before.verdict == Verdict::Fail {
            assert_eq!(after.verdict, Verdict::KnownFailure);
            assert_eq!(after.reason.as_ref().unwrap().as_raw(), "so");
            // It counts against the requirement of the wrong answer, and no other.
            for record in [before, after] {
                let cited = record.requirements.iter().map(Untrusted::as_raw);
                assert_eq!(cited.collect::<Vec<_>>(), ["states.is-listening"]);
            }
        } else {
            assert_eq!(after.verdict, before.verdict);
        }
    }
}

/// The shortest walk fails in another state, but not where that is known.
#[test]
fn shrinking_keeps_away_from_what_is_known() {
    const UNBOUND: &str = r#"{ "cell": "unbound address-family", "answer": "ok", "reason": "so",
        "calls": ["s0=create(a)", "s0.address-family"] }"#;
    let found = |implementation| {
        let mut explored = run(implementation, &exploration(400));
        explored.found.pop().unwrap()
    };
    let implementation = || identify(simulated(nothing_has_a_family));
    let shortest = found(implementation());
    assert_eq!(shortest.walk.calls.len(), 2, "{}", shortest.walk);
    let other = found(known(implementation(), UNBOUND));
    assert!(other.walk.calls.len() > 2, "{}", other.walk);
    assert_eq!(other.repeated, (3, 3));
}

#[test]
fn a_known_walk_that_is_over_is_stale() {
    let explored = run(known(identify(simulated(nothing)), ENTRY), &exploration(1));
    assert_eq!(explored.stale.len(), 1);
    assert!(explored.stale[0].starts_with("`listening is-listening` is listed, "));
    let sometimes = ENTRY.replace("\"reason\"", "\"sometimes\": true, \"reason\"");
    let explored = run(
        known(identify(simulated(nothing)), &sometimes),
        &exploration(1),
    );
    assert!(explored.stale.is_empty());
    let other = ENTRY.replace("\"reason\"", "\"versions\": \"<1\", \"reason\"");
    let explored = run(known(identify(simulated(nothing)), &other), &exploration(1));
    assert!(explored.stale.is_empty(), "it is about another version");
}

#[test]
fn what_was_found_is_kept_and_replayed() {
    let suite = Suite::embedded().unwrap();
    let explored = run(identify(simulated(nobody_listens)), &exploration(400));
    let kept = explored.found[0].kept("simulated", "simulated 1.2.3");
    assert_eq!(
        kept.cell.as_ref().unwrap().as_raw(),
        "listening is-listening"
    );
    assert_eq!(kept.answer, Some(Observation::Seen(false.into())));
    let replayed = |mistake, kept: &KeptWalk| -> Vec<Replayed> {
        let walks = [Replay {
            name: "found.json".to_owned(),
            generation: explored.generation,
            kept: kept.clone(),
            walk: explored.found[0].walk.clone(),
        }];
        let implementation = vec![identify(simulated(mistake))];
        replay(&suite, implementation, &walks, &Options::default()).unwrap()
    };
    let wrong = replayed(nobody_listens, &kept);
    let [wrong] = wrong.as_slice() else {
        panic!("{wrong:?}");
    };
    assert!(matches!(wrong.outcome, WalkOutcome::Contradicted(_)));
    let right = replayed(nothing, &KeptWalk::new(&explored.found[0].walk));
    let families: Vec<_> = right.iter().map(|it| it.family).collect();
    assert_eq!(families, Family::ALL.map(Some));
    for it in right {
        assert!(matches!(it.outcome, WalkOutcome::AsModeled));
    }
}
