//! Versions of WASI 0.2, and components moved from one to another.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use wasm_encoder::reencode::{Error as ReencodeError, Reencode, ReencodeComponent};
use wasm_encoder::{ComponentExportSection, ComponentImportSection, reencode};
use wasmparser::{ComponentExport, ComponentExternName, ComponentImportSectionReader, Parser};

/// A version of WASI 0.2: the number after `0.2.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WasiVersion(u8);

impl WasiVersion {
    /// The version that the guests are built for.
    pub const REFERENCE: Self = Self(6);

    /// The last version that the suite knows.
    pub const LAST: Self = Self(12);

    /// Every version that the suite knows, the first one first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=Self::LAST.0).map(Self)
    }
}

impl fmt::Display for WasiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0.2.{}", self.0)
    }
}

impl FromStr for WasiVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::all()
            .find(|it| it.to_string() == text)
            .ok_or_else(|| format!("`{text}` is no version from 0.2.0 to {}", Self::LAST))
    }
}

impl Serialize for WasiVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WasiVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl JsonSchema for WasiVersion {
    fn schema_name() -> Cow<'static, str> {
        "WasiVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = Self::all().map(|it| it.to_string()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// A component that imports and exports the WASI interfaces at `version`
/// instead of the one it was built for.
///
/// Only the names of its own imports and exports change: within 0.2 the
/// interfaces that the guests use are the same. What is read and written is the
/// binary format of the Component Model.
///
/// ```
/// use wasi_tcp_conformance::{Suite, WasiVersion, retarget};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let suite = Suite::embedded()?;
/// let moved = retarget(&suite.topics[0].component, WasiVersion::LAST)?;
/// assert!(String::from_utf8_lossy(&moved).contains("wasi:sockets/tcp@0.2.12"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When `component` is none.
pub fn retarget(component: &[u8], version: WasiVersion) -> Result<Vec<u8>, String> {
    let mut encoded = wasm_encoder::Component::new();
    let mut retarget = Retarget {
        from: format!("@{}", WasiVersion::REFERENCE),
        to: format!("@{version}"),
        depth: 0,
    };
    retarget
        .parse_component(&mut encoded, Parser::new(0), component)
        .map_err(|error| format!("failed to move the component to WASI {version}: {error}"))?;
    Ok(encoded.finish())
}

struct Retarget {
    from: String,
    to: String,
    /// How many components deep this is; only the outermost names are WASI's.
    depth: usize,
}

impl Retarget {
    fn rename(&self, name: &str) -> String {
        match name.strip_suffix(&self.from) {
            Some(stem) if self.depth == 0 && stem.starts_with("wasi:") => {
                format!("{stem}{}", self.to)
            }
            _ => name.to_owned(),
        }
    }
}

impl Reencode for Retarget {
    type Error = Infallible;
}

impl ReencodeComponent for Retarget {
    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn parse_component_import_section(
        &mut self,
        imports: &mut ComponentImportSection,
        section: ComponentImportSectionReader<'_>,
    ) -> Result<(), ReencodeError> {
        for import in section {
            let import = import?;
            let name = self.rename(import.name.name);
            let name = ComponentExternName {
                name: &name,
                ..import.name
            };
            imports.import(name, self.component_type_ref(import.ty)?);
        }
        Ok(())
    }

    fn parse_component_export(
        &mut self,
        exports: &mut ComponentExportSection,
        export: ComponentExport<'_>,
    ) -> Result<(), ReencodeError> {
        let name = self.rename(export.name.name);
        let name = ComponentExternName {
            name: &name,
            ..export.name
        };
        reencode::component_utils::parse_component_export(
            self,
            exports,
            ComponentExport { name, ..export },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::Payload;

    /// The names that a component imports and exports, its own ones only.
    fn names(component: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(component) {
            match payload.unwrap() {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                Payload::ComponentImportSection(section) if depth == 0 => {
                    names.extend(
                        section
                            .into_iter()
                            .map(|it| it.unwrap().name.name.to_owned()),
                    );
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    names.extend(
                        section
                            .into_iter()
                            .map(|it| it.unwrap().name.name.to_owned()),
                    );
                }
                _ => {}
            }
        }
        names
    }

    #[test]
    fn every_wasi_name_moves_and_nothing_else() {
        let suite = crate::Suite::embedded().unwrap();
        for topic in &suite.topics {
            let before = names(&topic.component);
            assert!(before.iter().all(|it| it.ends_with("@0.2.6")), "{before:?}");
            for version in WasiVersion::all() {
                let moved = retarget(&topic.component, version).unwrap();
                let suffix = format!("@{version}");
                let expected: Vec<_> = before
                    .iter()
                    .map(|it| it.replace("@0.2.6", &suffix))
                    .collect();
                assert_eq!(names(&moved), expected, "{}", topic.name);
                wasmparser::Validator::new().validate_all(&moved).unwrap();
            }
        }
    }

    #[test]
    fn what_is_no_component_is_an_error() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0", b"poems"] {
            let result = retarget(bytes, WasiVersion::LAST);
            assert!(bytes.is_empty() || result.is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn versions_are_read_and_written() {
        assert_eq!(
            "0.2.12".parse::<WasiVersion>().unwrap().to_string(),
            "0.2.12"
        );
        for text in ["0.2.13", "0.2.06", "0.2", "0.3.0", "6", ""] {
            assert!(text.parse::<WasiVersion>().is_err(), "{text}");
        }
    }
}
