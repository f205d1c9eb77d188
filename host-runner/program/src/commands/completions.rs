//! `completions`: prints what a shell needs to complete our command lines.

use clap::Args;
use std::process::ExitCode;
use wasi_tcp_conformance::Error;
use wasi_tcp_conformance::internal::print;

#[derive(Args)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments, mut definition: clap::Command) -> Result<ExitCode, Error> {
    let mut text = Vec::new();
    let name = definition.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut definition, name, &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}
