//! `man`: prints a page of the manual.

use clap::Args;
use std::process::ExitCode;
use wasi_tcp_conformance::Error;
use wasi_tcp_conformance::internal::print;

#[derive(Args)]
pub(super) struct Arguments {
    /// The page of this command; without it, that of the program
    command: Option<String>,
}

pub(super) fn run(arguments: &Arguments, mut definition: clap::Command) -> Result<ExitCode, Error> {
    definition.build();
    if let Some(name) = &arguments.command {
        let found = definition.find_subcommand(name).cloned();
        definition = found.ok_or_else(|| {
            Error::usage(
                format!("there is no command `{name}`"),
                "`wasi-tcp-conformance help` lists them",
            )
        })?;
    }
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(definition).render(&mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}
