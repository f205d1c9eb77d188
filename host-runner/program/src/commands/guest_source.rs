//! The sources of the guests, which this program carries.

use include_dir::{Dir, include_dir};
use wasi_tcp_conformance::internal::Place;

static SOURCES: Dir<'_> = include_dir!("$SUITE/guest-tests/0.2/src");

/// The lines at a place, if this program carries them.
pub(super) fn lines(place: &Place) -> Option<Vec<&'static str>> {
    let path = place.file.strip_prefix("guest-tests/0.2/src/")?;
    let text = SOURCES.get_file(path)?.contents_utf8()?;
    let lines: Vec<_> = text.lines().collect();
    let first = place.first.checked_sub(1)?;
    Some(lines.get(first..place.last)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasi_tcp_conformance::Suite;

    #[test]
    fn every_case_has_a_place_with_its_function() {
        for trial in Suite::embedded().unwrap().trials() {
            let name = trial.name.case_name();
            let place = trial
                .topic
                .places
                .get(trial.expectation.guest_case())
                .expect(&name);
            let lines = lines(place).expect(&name);
            assert!(lines.len() < 80, "{name}: {place:?}");
            assert!(
                lines.iter().any(|line| line.contains("fn ")),
                "{name}: {lines:?}"
            );
            assert_eq!(lines.last(), Some(&"}"), "{name}");
        }
    }
}
