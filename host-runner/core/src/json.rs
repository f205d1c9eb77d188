//! JSON that is read strictly: no key twice, and every mistake has a line.

use crate::{Error, Problem};
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// A format that the suite reads, and the page that describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A known-failures file.
    Baseline,
    /// The expectations of a topic, or a catalogue beside them.
    Expectations,
    /// A file that describes an implementation.
    Implementation,
    /// What the build of a guest in another language wrote.
    Guest,
    /// What the build of the guests wrote.
    Manifest,
    /// A saved report.
    Report,
    /// A file of walks.
    Walks,
}

impl Format {
    fn help(self) -> &'static str {
        match self {
            Self::Baseline => "see \"Baselines\" in docs/implementations.md for the format",
            Self::Expectations => "see expectations/README.md for the format",
            Self::Guest => "see \"The manifest\" in docs/languages.md for the format",
            Self::Implementation => "see docs/implementations.md for the format",
            Self::Manifest => "run `cargo xtask build-guests` and commit what it writes",
            Self::Report => "write it with `wasi-tcp-conformance --json FILE`",
            Self::Walks => "see docs/walks.md for the format",
        }
    }
}

/// A text with the name that it goes by in messages.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "who reads a file knows all of it"
)]
pub struct Text<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// What it holds.
    pub text: &'a str,
    /// What it is.
    pub format: Format,
}

impl<'a> Text<'a> {
    /// The bytes of a file, which must be UTF-8.
    ///
    /// # Errors
    /// When they are not, with the line.
    pub fn new(file: &'a str, bytes: &'a [u8], format: Format) -> Result<Self, Error> {
        let text = std::str::from_utf8(bytes).map_err(|error| Error::Data {
            file: file.to_owned(),
            line: 1 + bytes[..error.valid_up_to()]
                .split(|byte| *byte == b'\n')
                .skip(1)
                .count(),
            problem: Problem::new("the file is not UTF-8", "save it as UTF-8"),
        })?;
        Ok(Self { file, text, format })
    }

    /// Parses the whole text.
    ///
    /// # Errors
    /// The first mistake, with its line, its field and the page of the format.
    pub fn parse<T: Deserialize<'a>>(&self) -> Result<T, Error> {
        parse(self.text).map_err(|(line, what)| self.broken(1, line, what))
    }

    /// Parses one part of the text.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_part<T: DeserializeOwned>(&self, part: &RawValue) -> Result<T, Error> {
        parse(part.get()).map_err(|(line, what)| self.broken(self.line_of(part), line, what))
    }

    /// The line on which a part begins.
    #[must_use]
    pub fn line_of(&self, part: &RawValue) -> usize {
        let offset = part.get().as_ptr() as usize - self.text.as_ptr() as usize;
        1 + self.text[..offset].matches('\n').count()
    }

    /// The line on which the value of a field begins; the first line, if the whole
    /// is no object or lacks the field.
    #[must_use]
    pub fn line_of_field(&self, field: &str) -> usize {
        fields(self.text)
            .get(field)
            .map_or(1, |value| self.line_of(value))
    }

    /// A mistake in what a field says.
    #[must_use]
    pub fn mistake_in(&self, field: &str, problem: Problem) -> Error {
        Error::Data {
            file: self.file.to_owned(),
            line: self.line_of_field(field),
            problem,
        }
    }

    /// A mistake in what a part says.
    #[must_use]
    pub fn mistake(&self, part: &RawValue, problem: Problem) -> Error {
        Error::Data {
            file: self.file.to_owned(),
            line: self.line_of(part),
            problem,
        }
    }

    fn broken(&self, first_line: usize, line: usize, what: String) -> Error {
        Error::Data {
            file: self.file.to_owned(),
            line: first_line + line.saturating_sub(1),
            problem: Problem::new(what, self.format.help()),
        }
    }
}

/// Parses JSON that is an object; of a mistake, its line and what it is, with the
/// field.
///
/// # Errors
/// The line of the mistake, counted from 1, and what it is.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, (usize, String)> {
    let told = |error: &serde_json::Error| (error.line(), message(error));
    // A list of the right length would do for serde.
    if !text.trim_start().starts_with('{') {
        serde_json::from_str::<AnObject>(text).map_err(|error| told(&error))?;
    }
    serde_json::from_str(text).map_err(|error| {
        let (line, what) = told(&error);
        // Only a mistake is worth a second look, for the field that it is in.
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let found: Result<T, _> = serde_path_to_error::deserialize(&mut deserializer);
        let path = found.err().map(|error| error.path().to_string());
        let what = match path.as_deref() {
            None | Some(".") => what,
            Some(path) => format!("`{path}`: {what}"),
        };
        (line, what)
    })
}

/// Any object.
struct AnObject;

impl<'de> Deserialize<'de> for AnObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyObject;

        impl<'de> Visitor<'de> for AnyObject {
            type Value = AnObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<AnObject, A::Error> {
                while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(AnObject)
            }
        }

        deserializer.deserialize_any(AnyObject)
    }
}

/// The fields of a part that is an object; none if it is not.
pub(crate) fn fields(part: &str) -> BTreeMap<String, &RawValue> {
    serde_json::from_str(part).unwrap_or_default()
}

/// What a mistake is, without its place.
#[must_use]
pub fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// A JSON value in which no object names a key twice. `serde_json` would let
/// the last one win, silently.
pub(crate) struct Unique(pub(crate) Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = access.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` is here twice")));
            }
            let Unique(value) = access.next_value()?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}
