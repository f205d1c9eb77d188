//! What a preflight found, step by step.

use super::layout::Lines;
use crate::preflight::Preflight;
use wasi_tcp_conformance_core::Untrusted;

/// What the preflight of an implementation found.
#[must_use]
pub fn preflight(name: &str, version: &str, preflight: &Preflight) -> String {
    let mut lines = Lines::default();
    // Some say their name with their version.
    let title = if version.starts_with(name) {
        Untrusted::from(version)
    } else {
        Untrusted::from(format!("{name} {version}"))
    };
    lines.line(&title.to_string());
    for step in &preflight.steps {
        match &step.outcome {
            Ok(found) => {
                let found = Untrusted::from(found.as_str());
                lines.line(&format!("  ok      {}: {found}", step.name));
            }
            Err(problem) => {
                lines.line(&format!("  FAILED  {}", step.name));
                for line in problem.to_string().lines() {
                    lines.line(&format!("          {line}"));
                }
            }
        }
    }
    lines.into_text()
}
