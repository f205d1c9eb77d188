//! The processes of one run of cargo-nextest, which starts this program once for
//! every trial.

use crate::cache::Cache;
use std::path::PathBuf;
use wasi_tcp_conformance_core::Error;

/// The cache that the processes of one run share, if this is one of them. It is
/// beside this program, where nobody else writes.
pub(super) fn cache() -> Result<Option<Cache>, Error> {
    let Some((home, run)) = this_run() else {
        return Ok(None);
    };
    Cache::shared(&home, &run).map(Some)
}

fn this_run() -> Option<(PathBuf, String)> {
    let run = std::env::var("NEXTEST_RUN_ID").ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if run.is_empty() || !run.bytes().all(is_plain) {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    Some((program.with_extension("nextest"), run))
}
