//! What is made once of each component, and used by all of its trials.

use crate::temporary;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use wasi_tcp_conformance_core::Error;

/// Folders by name. Whoever needs one first fills it.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: Folder,
    slots: Mutex<HashMap<String, Slot>>,
}

#[derive(Debug)]
enum Folder {
    /// Belongs to this process, and is removed with it.
    Own(TempDir),
    /// Belongs to several processes that judge the same.
    Shared(PathBuf),
}

/// A folder that was filled, or why it could not be.
type Slot = Arc<OnceLock<Result<PathBuf, String>>>;

/// How long a shared folder is kept: nobody knows that they use it last.
const KEPT: Duration = Duration::from_hours(24);

impl Cache {
    /// # Errors
    /// When there is no room for temporary files.
    pub(crate) fn new() -> Result<Self, Error> {
        let folder = temporary::folder()?;
        Ok(Self::of(Folder::Own(folder)))
    }

    /// A cache that the processes which name the same `run` share, inside a
    /// folder that only they write to. Removes the folders of runs that are long
    /// over.
    ///
    /// # Errors
    /// When the folder can't be created.
    pub(crate) fn shared(home: &Path, run: &str) -> Result<Self, Error> {
        let failed = |source| Error::Io {
            action: "create a folder in",
            path: home.to_owned(),
            source,
        };
        Self::open_shared(home, run).map_err(failed)
    }

    fn open_shared(home: &Path, run: &str) -> io::Result<Self> {
        let folder = home.join(run);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(home)? {
            let entry = entry?;
            let age = entry.metadata().and_then(|it| it.modified());
            let is_old = age.is_ok_and(|it| SystemTime::now() > it + KEPT);
            if is_old && entry.path() != folder {
                // Another process may be about to remove it too.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(Self::of(Folder::Shared(folder)))
    }

    fn of(folder: Folder) -> Self {
        Self {
            folder,
            slots: Mutex::default(),
        }
    }

    fn path(&self) -> &Path {
        match &self.folder {
            Folder::Own(folder) => folder.path(),
            Folder::Shared(path) => path,
        }
    }

    /// The folder of this name. `fill` gets it empty, and is called once.
    ///
    /// # Errors
    /// What `fill` said, each time.
    pub(crate) fn folder(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<PathBuf, String> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(name.to_owned()).or_default())
        };
        slot.get_or_init(|| {
            let folder = self.path().join(name);
            self.fill(&folder, fill)?;
            Ok(folder)
        })
        .clone()
    }

    fn fill(
        &self,
        folder: &Path,
        fill: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<(), String> {
        let failed = |error: io::Error| format!("failed to prepare {}: {error}", folder.display());
        if let Folder::Own(_) = self.folder {
            fs::create_dir(folder).map_err(failed)?;
            return fill(folder);
        }
        // Held until the end of this function.
        let lock = File::create(folder.with_added_extension("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let filled = folder.with_added_extension("filled");
        if filled.exists() {
            return Ok(());
        }
        if folder.exists() {
            // A process began it and was ended before it was done.
            fs::remove_dir_all(folder).map_err(failed)?;
        }
        fs::create_dir(folder).map_err(failed)?;
        fill(folder)?;
        File::create(filled).map(drop).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills a folder with a file that says by whom.
    fn by(who: &str) -> impl FnOnce(&Path) -> Result<(), String> {
        move |folder| fs::write(folder.join("who"), who).map_err(|it| it.to_string())
    }

    fn who(folder: &Path) -> String {
        fs::read_to_string(folder.join("who")).unwrap()
    }

    #[test]
    fn a_folder_is_filled_once() {
        let cache = Cache::new().unwrap();
        let first = cache.folder("a@1", by("first")).unwrap();
        assert_eq!(cache.folder("a@1", by("second")).unwrap(), first);
        assert_eq!(who(&first), "first");
        let other = cache.folder("a@2", by("second")).unwrap();
        assert_eq!(who(&other), "second");
    }

    #[test]
    fn a_failure_is_told_to_all() {
        let cache = Cache::new().unwrap();
        let failed = Err("no compiler".to_owned());
        assert_eq!(cache.folder("a", |_| failed.clone().map(drop)), failed);
        assert_eq!(cache.folder("a", by("second")), failed);
    }

    #[test]
    fn processes_share_what_is_whole() {
        let home = tempfile::tempdir().unwrap();
        let begun = home.path().join("run").join("half");
        fs::create_dir_all(&begun).unwrap();
        fs::write(begun.join("who"), "one who was killed").unwrap();

        let one = Cache::shared(home.path(), "run").unwrap();
        let other = Cache::shared(home.path(), "run").unwrap();
        assert_eq!(who(&one.folder("half", by("one")).unwrap()), "one");
        assert_eq!(who(&other.folder("half", by("other")).unwrap()), "one");

        let failed: Result<PathBuf, String> = Err("no compiler".to_owned());
        let fail = |_: &Path| Err("no compiler".to_owned());
        assert_eq!(one.folder("failed", fail), failed);
        assert_eq!(who(&other.folder("failed", by("other")).unwrap()), "other");
    }

    #[test]
    fn runs_that_are_over_are_removed() {
        let home = tempfile::tempdir().unwrap();
        for (name, age) in [("old", KEPT * 2), ("new", KEPT / 2)] {
            let path = home.path().join(name);
            fs::create_dir(&path).unwrap();
            let then = SystemTime::now() - age;
            File::open(path).unwrap().set_modified(then).unwrap();
        }
        Cache::shared(home.path(), "run").unwrap();
        assert!(!home.path().join("old").exists());
        assert!(home.path().join("new").exists());
    }
}
