//! One part of the trials, so that several machines share a run.

use sha2::{Digest, Sha256};
use std::str::FromStr;

/// One of several parts that trials are divided into, by a hash of their names: as
/// `--partition` of cargo-nextest.
///
/// A trial is in the same part on every machine and for every implementation, whatever
/// else is selected. The parts are about equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Which part, counted from 1.
    part: u64,
    /// How many there are.
    of: u64,
}

impl Partition {
    /// Whether a trial of this name is in the part.
    #[must_use]
    pub fn includes(self, name: &str) -> bool {
        let digest = Sha256::digest(name);
        let hash = digest.iter().take(8);
        let hash = hash.fold(0, |hash: u64, byte| hash << 8 | u64::from(*byte));
        hash % self.of == self.part - 1
    }
}

/// Reads `hash:1/4`.
impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (part, of) = text.strip_prefix("hash:")?.split_once('/')?;
            let (part, of) = (part.parse().ok()?, of.parse().ok()?);
            (1..=of).contains(&part).then_some(Self { part, of })
        };
        parse().ok_or_else(|| "a part is written as hash:1/4, the first of four".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_in_one_part() {
        let parts: Vec<Partition> = (1..=5)
            .map(|part| format!("hash:{part}/5").parse().unwrap())
            .collect();
        let mut sizes = [0; 5];
        for number in 0..1000 {
            let name = format!("0.2/topic::case_{number}::ipv4");
            let including: Vec<_> = (0..5).filter(|it| parts[*it].includes(&name)).collect();
            assert_eq!(including.len(), 1, "{name}");
            sizes[including[0]] += 1;
        }
        assert!(
            sizes.iter().all(|size| (150..=250).contains(size)),
            "{sizes:?}"
        );
    }

    /// Another hash would move trials between the machines of those who divide runs.
    #[test]
    fn parts_stay_as_they_are() {
        let part: Partition = "hash:1/4".parse().unwrap();
        let names = (0..20).map(|number| format!("0.2/unbound::case_{number}::ipv6"));
        let included: Vec<_> = names.filter(|name| part.includes(name)).collect();
        expect_test::expect![[r#"
            [
                "0.2/unbound::case_5::ipv6",
                "0.2/unbound::case_10::ipv6",
                "0.2/unbound::case_11::ipv6",
                "0.2/unbound::case_13::ipv6",
                "0.2/unbound::case_18::ipv6",
                "0.2/unbound::case_19::ipv6",
            ]
        "#]]
        .assert_debug_eq(&included);
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in [
            "",
            "1/4",
            "hash:",
            "hash:1",
            "hash:0/4",
            "hash:5/4",
            "hash:1/0",
            "hash:0/0",
            "count:1/4",
            "hash:-1/4",
            "hash:1/99999999999999999999999999",
        ] {
            assert!(text.parse::<Partition>().is_err(), "{text}");
        }
        assert!("hash:1/1".parse::<Partition>().is_ok());
    }
}
