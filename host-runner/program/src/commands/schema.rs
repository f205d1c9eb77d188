//! `schema`: prints the JSON schema of a format, derived from the types that read
//! it.

use clap::Args;
use std::process::ExitCode;
use wasi_tcp_conformance::Error;
use wasi_tcp_conformance::internal::{AdapterFile, print};
use wasi_tcp_conformance::report::ReportFile;
use wasi_tcp_conformance_core::walk::ModelFile;
use wasi_tcp_conformance_core::{BaselineFile, ExpectationFile, WalkFile};

#[derive(Args)]
pub(super) struct Arguments {
    /// Which format
    #[arg(value_enum)]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A file of expectations
    Expectations,
    /// A file that describes an implementation
    Implementation,
    /// The model of a socket
    Model,
    /// A file of known failures
    Baseline,
    /// A report
    Report,
    /// A file of walks
    Walks,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let schema = match arguments.format {
        Format::Expectations => schemars::schema_for!(ExpectationFile<'_>),
        Format::Implementation => schemars::schema_for!(AdapterFile<'_>),
        Format::Model => schemars::schema_for!(ModelFile<'_>),
        Format::Baseline => schemars::schema_for!(BaselineFile<'_>),
        Format::Report => schemars::schema_for!(ReportFile<'_>),
        Format::Walks => schemars::schema_for!(WalkFile<'_>),
    };
    print(&(serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"))?;
    Ok(ExitCode::SUCCESS)
}
