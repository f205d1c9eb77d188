//! Commands with placeholders.

use std::ffi::OsString;
use wasi_tcp_conformance_core::Problem;

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// The program of the runtime.
    Program,
    /// The file of the component.
    Component,
    /// What `prepare` made of the component.
    Prepared,
    /// The case, which is the first argument of the guest.
    Case,
    /// The family, which is its second argument.
    Family,
    /// The folder of the description.
    Dir,
    /// The port at which a server has to listen.
    Port,
}

impl Placeholder {
    const ALL: [(&'static str, Self); 7] = [
        ("program", Self::Program),
        ("component", Self::Component),
        ("prepared", Self::Prepared),
        ("case", Self::Case),
        ("family", Self::Family),
        ("dir", Self::Dir),
        ("port", Self::Port),
    ];

    fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(known, _)| *known == name).map(|(_, it)| it)
    }
}

/// A word of a command, parsed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Placeholder(Placeholder),
}

impl Word {
    /// Parses a word. Braces with anything but a plain word between them stand
    /// for themselves: a command may well hold JSON.
    ///
    /// # Errors
    /// When a placeholder is unknown.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let inner = &rest[start + 1..];
            let name = inner.split_once('}').map(|(name, _)| name);
            let Some(name) = name.filter(|name| is_plain(name)) else {
                pieces.push(Piece::Text(rest[..=start].to_owned()));
                rest = inner;
                continue;
            };
            let placeholder = Placeholder::named(name).ok_or_else(|| {
                let known = Placeholder::ALL.map(|(name, _)| format!("{{{name}}}"));
                Problem::new(
                    format!("there is no placeholder {{{name}}}"),
                    format!("use one of {}", known.join(" ")),
                )
            })?;
            pieces.push(Piece::Text(rest[..start].to_owned()));
            pieces.push(Piece::Placeholder(placeholder));
            rest = &inner[name.len() + 1..];
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self(pieces))
    }

    /// Whether the word has this placeholder.
    pub(super) fn has(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&Piece::Placeholder(placeholder))
    }

    /// Whether all of its placeholders are among these.
    pub(super) fn has_only(&self, placeholders: &[Placeholder]) -> bool {
        self.0.iter().all(|piece| match piece {
            Piece::Text(_) => true,
            Piece::Placeholder(placeholder) => placeholders.contains(placeholder),
        })
    }

    /// The word with its placeholders filled in. What stands for one is not
    /// looked into: a path may contain `{case}`.
    pub(super) fn fill(&self, value: impl Fn(Placeholder) -> OsString) -> OsString {
        let mut filled = OsString::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push(text),
                Piece::Placeholder(placeholder) => filled.push(value(*placeholder)),
            }
        }
        filled
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<OsString, Problem> {
        let word = Word::parse(text)?;
        Ok(word.fill(|placeholder| match placeholder {
            Placeholder::Case => "accept".into(),
            Placeholder::Dir => "/a {case} {b}".into(),
            _ => "?".into(),
        }))
    }

    #[test]
    fn placeholders_are_filled_once() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("{case}", "accept"),
            ("--case={case}!", "--case=accept!"),
            ("{case}{case}", "acceptaccept"),
            ("{dir}/x", "/a {case} {b}/x"),
            (r#"{"a": "{case}"}"#, r#"{"a": "accept"}"#),
            ("{{case}}", "{accept}"),
            ("{", "{"),
            ("{}", "{}"),
            ("{case", "{case"),
            ("${HOME}", "${HOME}"),
        ] {
            assert_eq!(filled(text).unwrap(), expected, "{text}");
        }
        assert_eq!(
            filled("{cases}").unwrap_err().what,
            "there is no placeholder {cases}"
        );
    }
}
