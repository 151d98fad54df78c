//! Changes of a directory one at a time, so that what was looked at stays what it is.

use std::fs::{File, TryLockError};
use std::time::Duration;

/// How long a change of the directory is waited for: each takes some system calls.
const CHANGE_TRIES: u32 = 1000;
const CHANGE_PAUSE: Duration = Duration::from_millis(2);

/// Held while files are put in place or taken away.
#[derive(Debug)]
pub struct Changing<'a>(Option<&'a File>);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        if let Some(dir) = self.0
            && let Err(error) = dir.unlock()
        {
            log::debug!("cannot unlock the cache: {error}");
        }
    }
}

impl<'a> Changing<'a> {
    /// Waits until no one else changes the directory. The lock is on the directory itself: no one can
    /// take that away from under it. Where there are no such locks (some network disks), or where a
    /// holder was stopped, it goes on without: a session that is not written is lost for sure, and
    /// what may happen otherwise needs another run within the same microseconds.
    pub(crate) fn begin(dir: &'a File) -> Self {
        for _ in 0..CHANGE_TRIES {
            match dir.try_lock() {
                Ok(()) => return Self(Some(dir)),
                Err(TryLockError::WouldBlock) => std::thread::sleep(CHANGE_PAUSE),
                Err(TryLockError::Error(error)) => {
                    log::debug!("the cache cannot be locked: {error}");
                    break;
                }
            }
        }
        Self(None)
    }
}
