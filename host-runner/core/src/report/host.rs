//! The host that trials ran on.

use crate::{Need, Untrusted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a probe says of something that the host has.
const AVAILABLE: &str = "available";

/// The host, and what was probed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HostFacts {
    /// The operating system, as Rust names it.
    pub os: Untrusted,
    /// The processor architecture, as Rust names it.
    pub arch: Untrusted,
    /// What was probed: `"available"`, or why it is not.
    pub probes: BTreeMap<Untrusted, Untrusted>,
}

#[doc(hidden)]
impl HostFacts {
    /// This host, of which this was probed.
    pub fn new(probes: impl IntoIterator<Item = (Need, Result<(), String>)>) -> Self {
        let said = |found: Result<(), String>| match found {
            Ok(()) => AVAILABLE.into(),
            Err(why) => why.into(),
        };
        Self {
            os: std::env::consts::OS.into(),
            arch: std::env::consts::ARCH.into(),
            probes: probes
                .into_iter()
                .map(|(need, found)| (need.to_string().into(), said(found)))
                .collect(),
        }
    }

    /// Whether the host has what a trial needs.
    ///
    /// # Errors
    /// Why it does not.
    pub fn has(&self, need: Need) -> Result<(), String> {
        match self.probes.get(&need.to_string().into()) {
            Some(found) if *found == AVAILABLE => Ok(()),
            Some(why) => Err(why.as_raw().to_owned()),
            None => Err(format!("the host was not probed for {need}")),
        }
    }
}
