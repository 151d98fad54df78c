//! What runs leave behind that holds no session: the locks of devices and the files of shells. They go
//! when no one has needed them for long.

use std::fs::TryLockError;

use crate::edge::private_dir::PrivateDir;

/// How the file of a device's lock ends.
pub(crate) const LOCK: &str = ".lock";
/// The directory for what shells read when they start.
pub(crate) const SHELL_FILES: &str = "shell";
/// Seconds after which a file that no one used is certainly no one's. A shell has read its files, and
/// the record in a lock's file has lost its meaning, long before.
const UNUSED_SECONDS: u64 = 24 * 3600;
/// Seconds in which a shell has certainly started.
const SHELL_START_SECONDS: u64 = 600;

/// Removes those that no one has used for a day.
pub(crate) fn sweep(dir: &PrivateDir, now: u64) {
    sweep_locks(dir, UNUSED_SECONDS, now);
    sweep_shell_files(dir, UNUSED_SECONDS, now);
}

/// Removes all that no one uses now.
pub(crate) fn clear(dir: &PrivateDir, now: u64) {
    sweep_locks(dir, 0, now);
    sweep_shell_files(dir, SHELL_START_SECONDS, now);
    // It stays where there is something in it.
    dir.remove_empty_directory(SHELL_FILES);
}

fn sweep_locks(dir: &PrivateDir, age: u64, now: u64) {
    for name in dir.names(LOCK).unwrap_or_default() {
        if dir.look(&name).is_some_and(|seen| seen.age(now) >= age) {
            remove_free_lock(dir, &name);
        }
    }
}

/// Removes the file of a lock that no one holds. The lock is taken for that: who comes meanwhile waits
/// for it, finds its file without a name and takes another one, and so does who has opened the file and
/// not locked it yet (see `DeviceLock::take`).
fn remove_free_lock(dir: &PrivateDir, name: &str) {
    let Ok(Some(file)) = dir.existing_lock_file(name) else {
        return;
    };
    match file.try_lock() {
        Ok(()) if dir.has_name(&file, name) => {
            let removed = dir.remove(name);
            log::debug!("the lock {name} is no one's; removed: {}", removed.is_ok());
        }
        Ok(()) | Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => log::debug!("{name} cannot be locked: {error}"),
    }
}

fn sweep_shell_files(dir: &PrivateDir, age: u64, now: u64) {
    let Ok(Some(files)) = PrivateDir::open(&dir.path().join(SHELL_FILES)) else {
        return;
    };
    for name in files.names("").unwrap_or_default() {
        let old = files.look(&name).filter(|seen| seen.age(now) >= age);
        if let Some(seen) = old.filter(|_| !matches!(&*name, "." | "..")) {
            let _changing = files.changing();
            // The next run tries again.
            files.remove_seen(&name, &seen).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;

    #[test]
    fn only_a_lock_that_no_one_holds_goes() -> Result<()> {
        let name = format!("mfaexec-leftovers-{}", std::process::id());
        let dir = PrivateDir::create(&std::env::temp_dir().join(name))?;
        let held = dir.lock_file("held.lock")?;
        held.lock().unwrap();
        let opened = dir.lock_file("opened.lock")?;
        sweep(&dir, u64::MAX / 2);
        assert!(dir.look("held.lock").is_some() && dir.look("opened.lock").is_none());
        // Who had opened it sees that it is the lock of no one.
        opened.lock().unwrap();
        assert!(!dir.has_name(&opened, "opened.lock"));
        drop(held);
        sweep(&dir, 0);
        assert!(dir.look("held.lock").is_some(), "it is young");
        clear(&dir, 0);
        assert!(dir.look("held.lock").is_none());
        std::fs::remove_dir_all(dir.path()).unwrap();
        Ok(())
    }
}
