//! What is composed with a guest that no command line starts. Topics are not built again
//! for it.

mod arguments;
mod compose;

use crate::retarget::retarget;
use std::borrow::Cow;
use std::error::Error;
use wasi_tcp_conformance_core::WasiVersion;

/// The components that guests of a generation are composed with.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// The version at which they import and export the interfaces.
    pub(crate) version: WasiVersion,
    /// Exports `wasi:http/incoming-handler`, and runs a guest.
    pub(crate) http_handler: Cow<'static, [u8]>,
    /// The command line and the standard output of that guest.
    pub(crate) http_console: Cow<'static, [u8]>,
    /// The command line of a guest that gets none.
    pub(crate) arguments: Cow<'static, [u8]>,
}

impl Parts {
    /// A component that answers HTTP requests with what `guest` prints; `version` is that of
    /// the guest. The query of a request holds the arguments.
    ///
    /// # Errors
    /// Why they do not fit together.
    pub(crate) fn over_http(&self, guest: &[u8], version: WasiVersion) -> Result<Vec<u8>, String> {
        let handler = retarget(&self.http_handler, self.version, version)?;
        let console = retarget(&self.http_console, self.version, version)?;
        compose::over_http(guest, &handler, &console, version).map_err(failed("HTTP"))
    }

    /// The same guest with these arguments, whatever its host passes.
    ///
    /// # Errors
    /// Why they do not fit together.
    pub(crate) fn with_arguments(
        &self,
        guest: &[u8],
        version: WasiVersion,
        arguments: &[&str],
    ) -> Result<Vec<u8>, String> {
        let environment = arguments::written(&self.arguments, arguments)?;
        let environment = retarget(&environment, self.version, version)?;
        compose::with_environment(guest, &environment, version).map_err(failed("arguments"))
    }
}

fn failed(delivery: &'static str) -> impl Fn(Box<dyn Error + Send + Sync>) -> String {
    move |error| format!("failed to compose the component for {delivery}: {error}")
}

#[cfg(test)]
mod tests {
    use crate::Suite;
    use wasi_tcp_conformance_core::Generation;
    use wasmparser::{Parser, Payload, Validator};

    /// The names that a component imports or exports.
    fn names(component: &[u8], imports: bool) -> Vec<String> {
        let mut names = Vec::new();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(component) {
            match payload.unwrap() {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                Payload::ComponentImportSection(section) if depth == 0 && imports => {
                    let section = section.into_iter().map(Result::unwrap);
                    names.extend(section.map(|it| it.name.name.to_owned()));
                }
                Payload::ComponentExportSection(section) if depth == 0 && !imports => {
                    let section = section.into_iter().map(Result::unwrap);
                    names.extend(section.map(|it| it.name.name.to_owned()));
                }
                _ => {}
            }
        }
        names
    }

    #[test]
    fn every_topic_can_be_delivered_at_every_version() {
        let suite = Suite::embedded().unwrap();
        let part = suite.generation(Generation::V0_2).unwrap();
        let topics = part.topics.iter().chain([&part.preflight]);
        for (at, topic) in topics.enumerate() {
            // Each topic at one of the versions, and each version with some topic.
            let patch = u8::try_from(at).unwrap() % (part.data.latest.patch + 1);
            let version = part.generation.patch(patch);
            let guest = super::retarget(&topic.component, topic.wasi_version, version).unwrap();
            let parts = topic.delivery.as_ref().unwrap();

            let served = parts.over_http(&guest, version).unwrap();
            Validator::new().validate_all(&served).unwrap();
            let handler = format!("wasi:http/incoming-handler@{version}");
            assert_eq!(names(&served, false), [handler], "{}", topic.name);
            for import in names(&served, true) {
                assert!(import.ends_with(&format!("@{version}")), "{import}");
                assert!(!import.starts_with("wasi:cli/"), "{}: {import}", topic.name);
                assert!(import.starts_with("wasi:"), "{}: {import}", topic.name);
            }

            let started = parts
                .with_arguments(&guest, version, &["a", "ipv4"])
                .unwrap();
            Validator::new().validate_all(&started).unwrap();
            assert_eq!(names(&started, false), [format!("wasi:cli/run@{version}")]);
            let imports = names(&started, true);
            assert!(imports.contains(&format!("wasi:cli/stdout@{version}")));
            assert!(!imports.contains(&format!("wasi:cli/environment@{version}")));
        }
    }
}
