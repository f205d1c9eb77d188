//! Interruptions: a first SIGINT, SIGTERM or SIGHUP lets a run end early and write
//! what it has; a second one ends the process.

use std::io::Write as _;
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

/// The exit code of an interrupted run: nothing is known of the trials that it did
/// not come to.
pub const EXIT_CODE: u8 = 3;

/// When the first one came.
static REQUESTED: OnceLock<Instant> = OnceLock::new();

/// Signals that follow each other so soon are one interruption: `timeout` sends its own
/// to the process and to its group.
const ONE: Duration = Duration::from_secs(1);

/// Watches for interruptions from now on. Called by what has a `main` of its own.
///
/// A signal that the program was started to ignore, as `nohup` ignores SIGHUP, is still
/// ignored, and one that the program handles itself is left to it.
pub fn watch() {
    static ONCE: Once = Once::new();
    // If it cannot be watched for, an interruption ends the process at once.
    ONCE.call_once(|| drop(call_at_interruptions(interrupted)));
}

fn interrupted() {
    match REQUESTED.get() {
        None => {}
        Some(first) if first.elapsed() < ONE => return,
        // Nobody is asked: this is what a second one is for.
        Some(_) => std::process::exit(EXIT_CODE.into()),
    }
    let _ = REQUESTED.set(Instant::now());
    // Nobody has to read it.
    let _ = writeln!(
        std::io::stderr(),
        "\ninterrupted: ending the trials; once more to end at once"
    );
}

#[cfg(unix)]
fn call_at_interruptions(interrupted: impl Fn() + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let signals = [SIGINT, SIGTERM, SIGHUP];
    let heeded = signals.into_iter().filter(|it| is_left_to_the_system(*it));
    let mut signals = signal_hook::iterator::Signals::new(heeded)?;
    std::thread::Builder::new()
        .name("interruptions".to_owned())
        .spawn(move || signals.forever().for_each(|_| interrupted()))?;
    Ok(())
}

/// Whether nobody ignores or handles a signal yet.
#[cfg(unix)]
#[expect(unsafe_code, reason = "no crate that we use asks without changing it")]
fn is_left_to_the_system(signal: libc::c_int) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is changed, since there is no new action, and the old one is
    // written to a place that fits it.
    let asked = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: it is written if the call succeeded.
    asked == 0 && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_DFL
}

#[cfg(windows)]
fn call_at_interruptions(interrupted: impl Fn() + Send + 'static) -> Result<(), ctrlc::Error> {
    ctrlc::try_set_handler(interrupted)
}

/// Whether this process was asked to end.
#[must_use]
pub fn is_requested() -> bool {
    REQUESTED.get().is_some()
}
