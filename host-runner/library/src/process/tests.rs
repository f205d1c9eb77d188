//! A transcript does not depend on when this process gets to run: most tests
//! delay it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::members::{self, are_gone};
use super::output::{OUTPUT_LIMIT, Output, PATIENCE};
use super::run::{run, run_slowly};
use super::unix::Group;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::cell::Cell;
use std::fs::{self, File};
use std::io::PipeReader;
use std::os::fd::OwnedFd;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::protocol::{Ending, Transcript};

/// Enough for every script that ends by itself.
const LIMIT: Duration = Duration::from_secs(30);

/// How long this process is delayed, each time.
const DELAY: Duration = Duration::from_millis(600);

const OK: Ending = Ending::Exited(0);

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// What becomes of a script when this process is delayed.
fn run_late(script: &str) -> Transcript {
    run_slowly(shell(script), LIMIT, || thread::sleep(DELAY)).unwrap()
}

/// Tests all at the same time: most of the time is delay.
fn side_by_side<T: Send, const N: usize>(all: [T; N], test: impl Fn(T) + Sync) {
    thread::scope(|scope| {
        for one in all {
            scope.spawn(|| test(one));
        }
    });
}

/// The text of both streams, and how the script ended.
fn told(transcript: &Transcript) -> (&str, &str, Ending) {
    let text = |bytes| str::from_utf8(bytes).unwrap();
    (
        text(&transcript.stdout),
        text(&transcript.stderr),
        transcript.ending,
    )
}

/// The process whose id a script printed.
fn process(id: &str) -> Pid {
    Pid::from_raw(id.trim().parse().unwrap()).unwrap()
}

/// Whether a process has ended, even if nobody has reaped it.
fn has_ended(process: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    test_kill_process(process).is_err() || stat.is_ok_and(|stat| stat.contains(") Z"))
}

#[test]
fn output_is_whole_however_late_it_is_read() {
    side_by_side(
        [
            ("echo printed", "printed\n", ""),
            ("printf unfinished", "unfinished", ""),
            (
                "echo noise >&2; exec 2>&-; echo printed",
                "printed\n",
                "noise\n",
            ),
            ("sh -c 'echo inherited'; exit 0", "inherited\n", ""),
        ],
        |(script, stdout, stderr)| {
            let transcript = run_late(script);
            assert_eq!(told(&transcript), (stdout, stderr, OK), "{script}");
        },
    );
}

#[test]
fn output_is_whole_wherever_its_reader_is_delayed() {
    side_by_side([0, 1, 2, 3, 4, 5], |delayed| {
        let calls = Cell::new(0);
        let delay = || {
            if calls.replace(calls.get() + 1) == delayed {
                thread::sleep(DELAY);
            }
        };
        let script = "echo one; sleep 0.2; echo two; sleep 0.2; echo three; sleep 60 &";
        let transcript = run_slowly(shell(script), LIMIT, delay).unwrap();
        let printed = "one\ntwo\nthree\n";
        assert_eq!(told(&transcript), (printed, "", OK), "{delayed}");
    });
}

#[test]
fn more_than_a_pipe_holds_is_whole() {
    let size = 150_000;
    let transcript = run_late(&format!("head -c {size} /dev/zero"));
    assert_eq!(transcript.stdout.len(), size);
    assert!(!transcript.overflowed);
}

#[test]
fn output_of_a_member_that_outlives_the_leader_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = shell(
        "mkfifo ready
         (echo printed; echo > ready; exec sleep 60) &
         echo $! >&2
         read line < ready",
    );
    command.current_dir(folder.path());
    let transcript = run_slowly(command, LIMIT, || thread::sleep(DELAY)).unwrap();
    let (stdout, stderr, ending) = told(&transcript);
    assert_eq!((stdout, ending), ("printed\n", OK));
    assert!(has_ended(process(stderr)), "{stderr} still runs");
}

#[test]
fn too_much_output_is_cut_and_noted() {
    for (size, overflows) in [(OUTPUT_LIMIT, false), (OUTPUT_LIMIT + 1, true)] {
        let transcript = run(shell(&format!("head -c {size} /dev/zero")), LIMIT).unwrap();
        assert_eq!(transcript.stdout.len(), OUTPUT_LIMIT);
        assert_eq!(transcript.overflowed, overflows, "{size}");
        assert_eq!(transcript.ending, OK);
    }
    let noise = format!("head -c {} /dev/zero >&2", OUTPUT_LIMIT + 1);
    let transcript = run(shell(&noise), LIMIT).unwrap();
    assert_eq!(transcript.stderr.len(), OUTPUT_LIMIT);
    assert!(!transcript.overflowed, "only standard output is judged");
}

/// Well before the limit of time: its pipe is closed.
#[test]
fn a_process_that_prints_without_end_is_stopped() {
    let transcript = run(shell("exec yes"), LIMIT).unwrap();
    assert!(transcript.overflowed);
    assert_eq!(transcript.ending, Ending::Signaled(13));
}

#[test]
fn an_end_in_time_is_one_however_late_it_is_seen() {
    let limit = Duration::from_millis(250);
    side_by_side(
        [
            ("sleep 0.2; exit 3", Ending::Exited(3)),
            ("sleep 0.2; kill -KILL $$", Ending::Signaled(9)),
            ("exec >&- 2>&-; sleep 0.2; exit 3", Ending::Exited(3)),
        ],
        |(script, ending)| {
            let is_first = Cell::new(true);
            let delay = || {
                if is_first.replace(false) {
                    thread::sleep(8 * limit);
                }
            };
            let transcript = run_slowly(shell(script), limit, delay).unwrap();
            assert_eq!(transcript.ending, ending, "{script}");
        },
    );
}

#[test]
fn a_process_that_does_not_end_in_time_is_killed_and_its_output_counts() {
    let limit = Duration::from_secs(1);
    for delay in [Duration::ZERO, DELAY] {
        let command = shell("echo $$; sleep 60 & wait");
        let transcript = run_slowly(command, limit, || thread::sleep(delay)).unwrap();
        assert_eq!(transcript.ending, Ending::TimedOut(limit));
        assert!(transcript.duration >= limit);
        assert!(are_gone(process(told(&transcript).0)));
    }
}

#[test]
fn a_duration_is_that_of_the_process() {
    let transcript = run(shell("sleep 0.2; sleep 60 &"), LIMIT).unwrap();
    let milliseconds = transcript.duration.as_millis();
    assert!((200..30_000).contains(&milliseconds), "{milliseconds} ms");
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_left_the_group_is_not_waited_for() {
    for delay in [Duration::ZERO, DELAY] {
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let mut command = shell(
            "mkfifo ready
             setsid sh -c 'echo printed; echo $$ >&2; echo > ready; exec sleep 60' &
             read line < ready",
        );
        command.current_dir(folder.path());
        let transcript = run_slowly(command, LIMIT, || thread::sleep(delay)).unwrap();
        let (stdout, stderr, ending) = told(&transcript);
        assert_eq!((stdout, ending), ("printed\n", OK));
        assert!(start.elapsed() < LIMIT);
        // It is still there, and holds the pipes.
        kill_process(process(stderr), Signal::KILL).unwrap();
    }
}

/// All orphans stay zombies in a container whose first process reaps none.
#[cfg(target_os = "linux")]
#[test]
fn zombies_are_not_waited_for() {
    let start = Instant::now();
    // Its parent leaves the group, so that it is not killed, and never reaps it.
    let script = "
        (sleep 60 & echo $!; exec setsid sleep 60) &
        echo $! >&2
        while read line < /proc/$!/stat; set -- $line; [ $1 != $5 ]; do sleep 0.01; done";
    let transcript = run(shell(script), LIMIT).unwrap();
    let (member, parent, ending) = told(&transcript);
    assert_eq!(ending, OK);
    assert!(start.elapsed() < PATIENCE);
    let member = fs::read_to_string(format!("/proc/{}/stat", member.trim())).unwrap();
    assert!(member.contains(") Z"), "{member}");
    kill_process(process(parent), Signal::KILL).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_zombie_has_no_thread_that_runs() {
    let group = process("5");
    let stat = |state: &str, group: u32, threads: u32| {
        format!("7 (a b) Z 1) {state} 1 {group} 5 0 -1 4 0 0 0 0 0 0 0 0 20 0 {threads} 0 9\n")
    };
    for (stat, expected) in [
        (stat("Z", 5, 1), Some(true)),
        (stat("Z", 5, 2), Some(false)),
        (stat("R", 5, 1), Some(false)),
        (stat("Z", 6, 1), None),
        (String::new(), None),
    ] {
        assert_eq!(members::is_zombie(&stat, group), expected, "{stat}");
    }
}

#[test]
fn a_group_that_stays_is_an_error() {
    let mut group = Group::spawn(shell("sleep 60 & exit 3")).unwrap();
    let error = group.wait(Duration::from_millis(500)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "its process group was killed, and is still there after 0.5 s"
    );
    assert!(!are_gone(group.id()));
}

#[test]
fn nothing_is_left_behind_after_an_error() {
    let group = Group::spawn(shell("exec sleep 60")).unwrap();
    let id = group.id();
    drop(group);
    assert!(are_gone(id));
}

#[test]
fn output_that_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let only_to_write = OwnedFd::from(File::create(folder.path().join("file")).unwrap());
    let mut output = Output::of(Some(PipeReader::from(only_to_write)));
    let error = output.read().unwrap_err().to_string();
    assert!(
        error.starts_with("failed to read what it printed: "),
        "{error}"
    );
}
