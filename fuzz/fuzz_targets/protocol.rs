//! Whatever a runtime prints and however it ends, it is read without a panic,
//! and only a good end makes a result.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::time::Duration;
use wasi_tcp_conformance_core::Observation;
use wasi_tcp_conformance_core::protocol::{Ending, Endings, Transcript, read};

fuzz_target!(|data: &[u8]| {
    let (ending, stdout) = match data.split_first() {
        Some((byte, rest)) => (*byte, rest),
        None => (0, data),
    };
    let is_overflowed = ending & 0x80 != 0;
    let ending = match ending & 3 {
        0 => Ending::Exited(0),
        1 => Ending::Exited(134),
        2 => Ending::Signaled(11),
        _ => Ending::TimedOut(Duration::from_secs(1)),
    };
    let mut transcript = Transcript::new(stdout, ending);
    transcript.overflowed = is_overflowed;
    let mut endings = Endings::new(Ending::Exited(0), Ending::Exited(134));
    endings.host_trap = Ending::Exited(1);
    let seen = read("mine", &transcript, endings);
    if matches!(seen, Observation::Seen(_) | Observation::Blocked { .. }) {
        assert_eq!(transcript.ending, endings.success);
        assert!(!transcript.overflowed);
    }
    // A report holds it, and nothing that a guest prints is a trap.
    let json = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<Observation>(&json).unwrap(), seen);
    if matches!(seen, Observation::Trapped { .. }) {
        assert_ne!(transcript.ending, endings.success);
    }
});
