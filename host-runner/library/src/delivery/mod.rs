//! What is composed with a guest that no command line starts. Topics are not built again
//! for it.

mod arguments;
mod compose;

use crate::retarget::retarget;
use compose::Names;
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
    /// A component that answers HTTP requests with what `guest` prints. The query of a request
    /// holds the arguments.
    ///
    /// # Errors
    /// Why they do not fit together.
    pub(crate) fn over_http(&self, guest: &[u8]) -> Result<Vec<u8>, String> {
        let compose = || {
            let names = Names::of(guest)?;
            let version = names.version()?;
            let [handler, console] = [&self.http_handler, &self.http_console]
                .map(|part| retarget(part, self.version, version));
            compose::over_http(guest, &names, &handler?, &console?, version)
        };
        compose().map_err(failed("HTTP"))
    }

    /// The same guest with these arguments, whatever its host passes.
    ///
    /// # Errors
    /// Why they do not fit together.
    pub(crate) fn with_arguments(
        &self,
        guest: &[u8],
        arguments: &[&str],
    ) -> Result<Vec<u8>, String> {
        let compose = || {
            let names = Names::of(guest)?;
            let version = names.version()?;
            let environment = arguments::written(&self.arguments, arguments)?;
            let environment = retarget(&environment, self.version, version)?;
            compose::with_environment(guest, &names, &environment, version)
        };
        compose().map_err(failed("arguments"))
    }
}

fn failed(delivery: &'static str) -> impl Fn(Box<dyn Error + Send + Sync>) -> String {
    move |error| format!("failed to compose the component for {delivery}: {error}")
}

#[cfg(test)]
mod tests {
    use crate::Suite;
    use crate::retarget::Names;
    use wasi_tcp_conformance_core::Generation;
    use wasmparser::Validator;

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

            let served = parts.over_http(&guest).unwrap();
            Validator::new().validate_all(&served).unwrap();
            let handler = format!("wasi:http/incoming-handler@{version}");
            let names = Names::of(&served).unwrap();
            assert_eq!(names.exports, [handler], "{}", topic.name);
            for import in names.imports {
                assert!(import.ends_with(&format!("@{version}")), "{import}");
                assert!(!import.starts_with("wasi:cli/"), "{}: {import}", topic.name);
                assert!(import.starts_with("wasi:"), "{}: {import}", topic.name);
            }

            let started = parts.with_arguments(&guest, &["a", "ipv4"]).unwrap();
            Validator::new().validate_all(&started).unwrap();
            let names = Names::of(&started).unwrap();
            assert_eq!(names.exports, [format!("wasi:cli/run@{version}")]);
            let imports = names.imports;
            assert!(imports.contains(&format!("wasi:cli/stdout@{version}")));
            assert!(!imports.contains(&format!("wasi:cli/environment@{version}")));
        }
    }
}
