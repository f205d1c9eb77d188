//! Components, moved from one version of WASI to another.

use std::convert::Infallible;
use wasi_tcp_conformance_core::WasiVersion;
use wasm_encoder::reencode::{Error as ReencodeError, Reencode, ReencodeComponent};
use wasm_encoder::{ComponentExportSection, ComponentImportSection, reencode};
use wasmparser::{
    BinaryReaderError, ComponentExport, ComponentExternName, ComponentImportSectionReader, Parser,
    Payload,
};

/// A component that imports and exports the WASI interfaces at the version `to`
/// instead of `from`, the one that it was built for.
///
/// Only the names of its own imports and exports change: within a generation the
/// interfaces that the guests use are the same. What is read and written is the
/// binary format of the Component Model.
///
/// ```
/// use wasi_tcp_conformance::internal::retarget;
/// use wasi_tcp_conformance::{Generation, Suite};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let suite = Suite::embedded()?;
/// let topic = &suite.generations[0].topics[0];
/// let moved = retarget(&topic.component, topic.wasi_version, Generation::V0_2.patch(12))?;
/// assert!(String::from_utf8_lossy(&moved).contains("wasi:sockets/tcp@0.2.12"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When `component` is none, or the versions are of two generations.
pub fn retarget(component: &[u8], from: WasiVersion, to: WasiVersion) -> Result<Vec<u8>, String> {
    if from.generation != to.generation {
        return Err(format!(
            "a component of WASI {from} cannot be moved to {to}"
        ));
    }
    let mut encoded = wasm_encoder::Component::new();
    let mut retarget = Retarget {
        from: format!("@{from}"),
        to: format!("@{to}"),
        depth: 0,
    };
    retarget
        .parse_component(&mut encoded, Parser::new(0), component)
        .map_err(|error| format!("failed to move the component to WASI {to}: {error}"))?;
    Ok(encoded.finish())
}

/// What a component imports and exports, by its own names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

impl Names {
    /// # Errors
    /// When `component` is none.
    pub(crate) fn of(component: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut names = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        names.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        names.exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }
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
    use wasi_tcp_conformance_core::Generation;

    fn names(component: &[u8]) -> Vec<String> {
        let names = Names::of(component).unwrap();
        [names.imports, names.exports].concat()
    }

    #[test]
    fn every_wasi_name_moves_and_nothing_else() {
        let suite = crate::Suite::embedded().unwrap();
        let part = suite.generation(Generation::V0_2).unwrap();
        for topic in &part.topics {
            let before = names(&topic.component);
            assert!(before.iter().all(|it| it.ends_with("@0.2.6")), "{before:?}");
            for patch in 0..=part.data.latest.patch {
                let version = part.generation.patch(patch);
                let moved = retarget(&topic.component, topic.wasi_version, version).unwrap();
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
        let [from, to] = [6, 12].map(|patch| Generation::V0_2.patch(patch));
        for bytes in [&b"\0asm"[..], b"\0asm\x01\0\0\0", b"poems"] {
            assert!(retarget(bytes, from, to).is_err(), "{bytes:?}");
        }
        // A parser that is given nothing has nothing to refuse; nothing comes of it.
        let empty = wasm_encoder::Component::new().finish();
        assert_eq!(retarget(b"", from, to), Ok(empty));
    }

    #[test]
    fn a_component_stays_in_its_generation() {
        let [from, to] = ["0.2.6", "0.3.0"].map(|it| it.parse().unwrap());
        let component = wasm_encoder::Component::new().finish();
        assert!(retarget(&component, from, to).is_err());
    }
}
