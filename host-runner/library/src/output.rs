//! Standard output, and files that are replaced only when all of them is
//! written.

use crate::temporary;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use wasi_tcp_conformance_core::{Error, without_commands};

/// Prints to standard output, with colours if it is a terminal that wants them.
/// It is no error if nobody reads it to its end. No line is a command of a
/// workflow, whatever it quotes.
///
/// # Errors
/// When it cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> Result<(), Error> {
    print_commands(&without_commands(text))
}

/// Prints to standard output what may hold commands of a workflow.
///
/// # Errors
/// As [`print`].
pub fn print_commands(text: &str) -> Result<(), Error> {
    let mut stdout = anstream::stdout();
    let written = stdout.write_all(text.as_bytes());
    finish(written.and_then(|()| stdout.flush()), "standard output")
}

/// Prints what comes after the trials. Where a program reads standard output,
/// that is standard error.
///
/// # Errors
/// As [`print`].
pub fn print_after(text: &str, is_for_programs: bool) -> Result<(), Error> {
    if is_for_programs {
        let text = without_commands(text);
        return finish(
            anstream::stderr().write_all(text.as_bytes()),
            "standard error",
        );
    }
    print(text)
}

/// Says something on standard error. If nobody can read it, nobody is told.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{}", without_commands(text));
}

/// The same for what may hold commands of a workflow.
pub fn note_commands(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn finish(written: io::Result<()>, to: &str) -> Result<(), Error> {
    match written {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(Error::Io {
            action: "write to",
            path: to.into(),
            source,
        }),
        _ => Ok(()),
    }
}

/// A file that is about to be written. What was there before stays until all of
/// it is written, also if this process is ended before.
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    file: Destination,
}

#[derive(Debug)]
enum Destination {
    /// A new file beside the one whose place it takes.
    Beside(NamedTempFile),
    /// Something that cannot be replaced, such as a pipe or a device.
    Direct(File),
}

impl PendingFile {
    /// Prepares to write a file. This comes before a run: a mistyped folder must
    /// not cost one.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Io {
            action: "create",
            path: path.to_owned(),
            source,
        };
        let is_special = path.metadata().is_ok_and(|found| !found.is_file());
        let file = if is_special {
            Destination::Direct(File::create(path).map_err(failed)?)
        } else {
            if path.exists() {
                // One that may not be written must not be replaced either.
                File::options().append(true).open(path).map_err(failed)?;
            }
            // Through a link, so that the link stays.
            let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            Destination::Beside(beside(&target).map_err(failed)?)
        };
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Writes the file, and puts it in its place.
    ///
    /// # Errors
    /// When it cannot be written. What was there before is untouched then.
    pub fn write(self, text: &str) -> Result<(), Error> {
        let failed = |source| Error::Io {
            action: "write",
            path: self.path.clone(),
            source,
        };
        match self.file {
            Destination::Direct(mut file) => file.write_all(text.as_bytes()).map_err(failed),
            Destination::Beside(mut file) => {
                let written = file.write_all(text.as_bytes());
                written.map_err(|error| failed(temporary::plain(error)))?;
                let target = self.path.canonicalize();
                let target = target.unwrap_or_else(|_| self.path.clone());
                file.persist(target)
                    .map(drop)
                    .map_err(|error| failed(error.error))
            }
        }
    }
}

/// A path by which a file can be compared with another, also one that does not
/// exist yet.
#[must_use]
pub fn identity(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = whole.parent().and_then(|it| it.canonicalize().ok());
    match (folder, whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    }
}

/// A new file in the folder of another, which it can take the place of.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    #[cfg_attr(not(unix), expect(unused_mut, reason = "permissions are of Unix"))]
    let mut builder = tempfile::Builder::new();
    // As readable as any other file; a temporary one is for its owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(temporary::plain)
}

/// A word as a shell takes it.
#[must_use]
pub fn quote(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "before").unwrap();

        let pending = PendingFile::create(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        drop(pending);
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");

        PendingFile::create(&path).unwrap().write("after").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let error = PendingFile::create(&folder.path().join("no/report.json")).unwrap_err();
        assert!(
            error.to_string().starts_with("failed to create "),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_a_device_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report"), folder.path().join("link"));
        fs::write(&path, "before").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        PendingFile::create(&link).unwrap().write("after").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        let null = PendingFile::create(Path::new("/dev/null")).unwrap();
        null.write("nothing").unwrap();
    }
}
