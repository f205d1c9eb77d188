//! The names of guests in other languages.

use crate::{Policy, fault::FAULTS};
use std::fmt;
use std::str::FromStr;

/// The longest name, in bytes.
const LENGTH: usize = 24;

/// The name of a guest that is not the one built in: of its language, such as
/// `python`, `c` or `rust-std`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuestName([u8; LENGTH]);

impl GuestName {
    /// The guest that is built in, which no name of a trial mentions.
    pub const BUILT_IN: &str = "rust";

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0);
        let name = &self.0[..end.unwrap_or(LENGTH)];
        std::str::from_utf8(name).unwrap_or_default()
    }

    /// What stands beside `default` in names of trials, and the settings of other kinds.
    fn is_taken(name: &str) -> bool {
        [Self::BUILT_IN, "default"].contains(&name)
            || name.starts_with("wasi-")
            || Policy::named(name).is_some()
            || FAULTS.iter().any(|fault| fault.name == name)
    }
}

impl FromStr for GuestName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
            && text.len() <= LENGTH
            && text.bytes().all(is_part)
            && !text.ends_with('-');
        if !is_name {
            return Err(format!(
                "a guest has a name of lower-case letters, digits and hyphens, {LENGTH} at most, \
                 such as python or rust-std"
            ));
        }
        if Self::is_taken(text) {
            return Err(format!("`{text}` is the name of something else"));
        }
        let mut name = [0; LENGTH];
        name[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(name))
    }
}

impl fmt::Display for GuestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for GuestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_mean_nothing_else() {
        for name in [
            "c",
            "python",
            "rust-std",
            "go1-26",
            "a-name-of-twenty-4-bytes",
        ] {
            assert_eq!(name.parse::<GuestName>().unwrap().to_string(), name);
        }
        for name in [
            "",
            "C",
            "-c",
            "c-",
            "4th",
            "fd_limit",
            "fd-limit",
            "denied",
            "allowed",
            "default",
            "rust",
            "wasi-0",
            "a-name-of-twenty-5-bytes-",
            "a-name-of-twenty-five-byt",
            "\u{1b}c",
        ] {
            assert!(name.parse::<GuestName>().is_err(), "{name}");
        }
    }
}
