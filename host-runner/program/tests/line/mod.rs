//! Lines of shell that run the program.

use crate::program::{APPEARANCE, Said};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a line may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a line in a folder. The program is found by its name, and so is what is in
/// these folders.
pub fn run(line: &str, folder: &Path, programs: &[&Path]) -> io::Result<Said> {
    let (mut out, mut err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", path(programs)?)
        .env("HOME", folder)
        .stdout(out.try_clone()?)
        .stderr(err.try_clone()?)
        .process_group(0);
    for variable in APPEARANCE {
        command.env_remove(variable);
    }
    let status = wait(command.spawn()?)?;
    Ok(Said {
        out: text(&mut out)?,
        err: text(&mut err)?,
        exit: status.code(),
    })
}

/// Where programs are: in these folders, then where ours is, then where they were.
fn path(programs: &[&Path]) -> io::Result<OsString> {
    let own = Path::new(env!("CARGO_BIN_EXE_wasi-tcp-conformance")).parent();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = programs.iter().copied().chain(own).map(Path::to_owned);
    std::env::join_paths(folders.chain(std::env::split_paths(&others))).map_err(io::Error::other)
}

/// Waits for a line. What takes too long is ended, with all that it started.
fn wait(mut child: Child) -> io::Result<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    let group = format!("-{}", child.id());
    Command::new("kill")
        .args(["-KILL", "--", &group])
        .status()?;
    child.wait()?;
    Err(io::Error::other("it does not end"))
}

fn text(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
