//! Words that several views share.

use wasi_tcp_conformance::Verdict;
use wasi_tcp_conformance::internal::alternatives;
use wasi_tcp_conformance::report::Record;

/// What an observation was measured by.
pub(super) fn expected(record: &Record) -> String {
    let set = match record.verdict {
        // Without `should`, it deviates by another reading of `must`.
        Verdict::Deviation => record.should.as_ref().or(record.must.as_ref()),
        _ => record.must.as_ref(),
    };
    set.map_or_else(|| "recorded, not judged".to_owned(), |it| alternatives(it))
}

/// How long a trial took, in seconds.
pub(super) fn seconds(record: &Record) -> f64 {
    record.duration_ms.max(0.0) / 1e3
}

/// `1 trial`, `2 trials`
pub(super) fn trials(count: usize) -> String {
    match count {
        1 => "1 trial".to_owned(),
        count => format!("{count} trials"),
    }
}

/// The generations that a report is about: `WASI 0.2`.
pub(super) fn generations(report: &wasi_tcp_conformance::report::Report) -> String {
    let names = report
        .generations
        .iter()
        .map(|it| it.generation.to_string());
    format!("WASI {}", names.collect::<Vec<_>>().join(" and "))
}

/// The versions at which the guests imported the interfaces: `0.2.6`.
pub(super) fn versions(report: &wasi_tcp_conformance::report::Report) -> String {
    let names = report
        .generations
        .iter()
        .map(|it| it.wasi_version.to_string());
    names.collect::<Vec<_>>().join(" and ")
}
