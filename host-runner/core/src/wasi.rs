//! Generations and versions of WASI.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A generation of WASI, such as 0.2. Within one, interfaces stay compatible;
/// between two, calls and errors differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation {
    minor: u8,
}

impl Generation {
    /// WASI 0.2.
    pub const V0_2: Self = Self { minor: 2 };

    /// The version with this patch number.
    #[must_use]
    pub const fn patch(self, patch: u8) -> WasiVersion {
        WasiVersion {
            generation: self,
            patch,
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("0.{}", self.minor))
    }
}

impl FromStr for Generation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minor = text.strip_prefix("0.").and_then(number);
        minor
            .map(|minor| Self { minor })
            .ok_or_else(|| format!("`{text}` is no generation of WASI, such as 0.2"))
    }
}

/// A version of WASI: a generation and a patch number.
///
/// ```
/// use wasi_tcp_conformance_core::{Generation, WasiVersion};
///
/// assert_eq!("0.2.12".parse(), Ok(Generation::V0_2.patch(12)));
/// assert_eq!(Generation::V0_2.patch(12).to_string(), "0.2.12");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct WasiVersion {
    /// The generation.
    pub generation: Generation,
    /// The patch number.
    pub patch: u8,
}

impl fmt::Display for WasiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.generation, self.patch))
    }
}

impl FromStr for WasiVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('.');
        parts
            .and_then(|(generation, patch)| {
                Some(Self {
                    generation: generation.parse().ok()?,
                    patch: number(patch)?,
                })
            })
            .ok_or_else(|| format!("`{text}` is no version of WASI, such as 0.2.6"))
    }
}

/// A decimal number in its only spelling.
fn number(text: &str) -> Option<u8> {
    let number: u8 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

macro_rules! as_string {
    ($type:ident, $pattern:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            }
        }

        #[doc(hidden)]
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

as_string!(Generation, r"^0\.\d+$");
as_string!(WasiVersion, r"^0\.\d+\.\d+$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_one_spelling() {
        for text in ["0.2.0", "0.2.12", "0.3.0"] {
            assert_eq!(text.parse::<WasiVersion>().unwrap().to_string(), text);
        }
        for text in [
            "0.2.06", "0.2", "1.2.3", "0.2.x", "0.2.300", "0.02.1", "6", "",
        ] {
            assert!(text.parse::<WasiVersion>().is_err(), "{text}");
        }
        for text in ["0.2.0", "0.", "2", "0.x", ""] {
            assert!(text.parse::<Generation>().is_err(), "{text}");
        }
    }
}
