//! The shortest walk that still fails.

use super::{Call, Method, Walk};

/// Takes calls out of a walk as long as it still fails, in larger pieces first, then
/// makes the arguments smaller. It runs at most `most_runs` walks.
///
/// A call whose socket was taken out is skipped when it runs, so every part of a walk
/// is one.
pub fn shrink(walk: &Walk, most_runs: usize, mut fails: impl FnMut(&Walk) -> bool) -> Walk {
    let mut runs = most_runs;
    let mut test = |calls: &[Call]| {
        if runs == 0 {
            return false;
        }
        runs -= 1;
        let calls = calls.to_vec();
        fails(&Walk { calls })
    };
    let mut calls = walk.calls.clone();
    loop {
        let before = calls.len();
        calls = without_pieces(calls, &mut test);
        calls = without_sockets(calls, &mut test);
        if calls.len() == before {
            break;
        }
    }
    for index in 0..calls.len() {
        while let Some(simpler) = simpler(&calls[index]) {
            let mut tried = calls.clone();
            tried[index] = simpler;
            if !test(&tried) {
                break;
            }
            calls = tried;
        }
    }
    Walk { calls }
}

/// Without each piece that is not needed, from halves down to single calls.
fn without_pieces(mut calls: Vec<Call>, fails: &mut impl FnMut(&[Call]) -> bool) -> Vec<Call> {
    let mut size = calls.len().div_ceil(2);
    while size > 0 {
        // From the end: what comes later depends on what came before.
        let mut end = calls.len();
        while end > 0 {
            let start = end.saturating_sub(size);
            let mut fewer = calls.clone();
            fewer.drain(start..end);
            if !fewer.is_empty() && fails(&fewer) {
                calls = fewer;
            }
            end = start.min(calls.len());
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    calls
}

/// Without each socket that is not needed, and all calls on it.
fn without_sockets(mut calls: Vec<Call>, fails: &mut impl FnMut(&[Call]) -> bool) -> Vec<Call> {
    let sockets: Vec<_> = calls.iter().filter_map(Call::makes).collect();
    for socket in sockets.into_iter().rev() {
        let concerns = |call: &Call| call.makes() == Some(socket) || call.uses().contains(&socket);
        let fewer: Vec<Call> = calls
            .iter()
            .filter(|call| !concerns(call))
            .cloned()
            .collect();
        if fewer.len() < calls.len() && !fewer.is_empty() && fails(&fewer) {
            calls = fewer;
        }
    }
    calls
}

/// The same call with a smaller argument.
fn simpler(call: &Call) -> Option<Call> {
    let Call::Method { socket, method } = call else {
        return None;
    };
    let method = match *method {
        Method::Write { bytes, wait } if bytes > 1 => Method::Write {
            bytes: bytes / 2,
            wait,
        },
        Method::Read { bytes, wait } if bytes > 1 => Method::Read {
            bytes: bytes / 2,
            wait,
        },
        _ => return None,
    };
    Some(Call::Method {
        socket: *socket,
        method,
    })
}
