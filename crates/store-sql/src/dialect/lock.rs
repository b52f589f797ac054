//! One process per database file. The lock is the operating system's, so a killed process leaves none behind; the file
//! stays, empty of meaning but for the process id it shows to people. On network file systems without locks the second
//! process is not noticed.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

use store::{Result, StoreError};

use super::advice::ELSEWHERE;

/// Held as long as the database is open.
pub(super) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock of a database file.
    pub(super) fn take(database: &Path) -> Result<Self> {
        let path = lock_path(database);
        let refuse = |reason: String| StoreError::Database { operation: "opening the database", reason };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| refuse(format!("cannot write {}: {error}; {ELSEWHERE}", path.display())))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "another process".to_owned(),
                    pid => format!("process {pid}"),
                };
                return Err(refuse(format!(
                    "{} is in use by {holder}; stop it, or configure another database",
                    database.display()
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(refuse(format!("cannot lock {}: {error}", path.display())));
            }
        }
        // Only for people to read, so a failure to write it changes nothing.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_second_holder_is_refused_until_the_first_lets_go() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("x.sqlite");
        let first = FileLock::take(&database).unwrap();
        let refusal = FileLock::take(&database).err().unwrap().to_string();
        assert!(refusal.contains(&format!("is in use by process {}", std::process::id())), "{refusal}");
        drop(first);
        FileLock::take(&database).unwrap();
    }
}
