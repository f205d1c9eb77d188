//! JSON that is read strictly: no key twice, and every mistake has a line.

use crate::Error;
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

/// A text with the name it goes by in messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl<'a> Text<'a> {
    /// The bytes of a file, which must be UTF-8.
    pub(crate) fn new(file: &'a str, bytes: &'a [u8]) -> Result<Self, Error> {
        let text = std::str::from_utf8(bytes).map_err(|error| Error::Data {
            file: file.to_owned(),
            line: 1 + bytes[..error.valid_up_to()]
                .split(|it| *it == b'\n')
                .skip(1)
                .count(),
            problem: "this is not UTF-8".to_owned(),
            mend: "save the file as UTF-8".to_owned(),
        })?;
        Ok(Self { file, text })
    }

    /// Parses the whole text.
    pub(crate) fn parse<T: Deserialize<'a>>(&self) -> Result<T, Error> {
        serde_json::from_str(self.text).map_err(|error| self.broken(1, &error))
    }

    /// Parses one part of the text.
    pub(crate) fn parse_part<T: DeserializeOwned>(&self, part: &RawValue) -> Result<T, Error> {
        serde_json::from_str(part.get()).map_err(|error| self.broken(self.line_of(part), &error))
    }

    /// The line on which a part begins.
    pub(crate) fn line_of(&self, part: &RawValue) -> usize {
        let offset = part.get().as_ptr() as usize - self.text.as_ptr() as usize;
        1 + self.text[..offset].matches('\n').count()
    }

    /// A mistake in what a part says.
    pub(crate) fn mistake(
        &self,
        part: &RawValue,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Error {
        Error::Data {
            file: self.file.to_owned(),
            line: self.line_of(part),
            problem: problem.into(),
            mend: mend.into(),
        }
    }

    fn broken(&self, first_line: usize, error: &serde_json::Error) -> Error {
        Error::Data {
            file: self.file.to_owned(),
            line: first_line + error.line().saturating_sub(1),
            problem: message(error),
            mend: "the format is described in expectations/README.md".to_owned(),
        }
    }
}

/// What a mistake is, without its place.
pub(crate) fn message(error: &serde_json::Error) -> String {
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
                return Err(A::Error::custom(format!(
                    "the key `{key}` stands here twice"
                )));
            }
            let Unique(value) = access.next_value()?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}
