//! `preflight`: proves that an implementation can be judged, step by step.

use super::judged::Arguments;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;
use wasi_tcp_conformance::internal::{
    Conditions, preflight, print, run_preflight, select_implementations,
};
use wasi_tcp_conformance::{Error, Options, Suite};

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let suite = Suite::embedded()?;
    arguments.check(&suite)?;
    let (implementations, skipped) = select_implementations(&suite, &arguments.implementations)?;
    let mut worked = true;
    let mut text = String::new();
    for implementation in &implementations {
        for part in &suite.generations {
            let mut claimed = implementation.claims().wasi.iter();
            if !claimed.any(|version| version.generation == part.generation) {
                continue;
            }
            let asked = arguments.wasi_version;
            let asked = asked.filter(|version| version.generation == part.generation);
            let conditions = Conditions {
                wasi_version: asked.unwrap_or(part.data.reference),
                time_limit: arguments.timeout.unwrap_or(Duration::from_secs(30)),
                threads: Options::default().threads(),
            };
            let found = run_preflight(implementation, &part.preflight, conditions);
            worked &= found.endings.is_some();
            text += &preflight(implementation.name(), implementation.version(), &found);
        }
    }
    for it in skipped {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}\n  skipped: {}", it.name, it.reason);
    }
    print(&text)?;
    Ok(ExitCode::from(if worked { 0 } else { 3 }))
}
