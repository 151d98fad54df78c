//! One sign-in at a time per MFA device, and a memory of the codes that it used of late. The lock is
//! the kernel's: whatever happens to its holder, it is free when the holder is gone.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::unistd::{Pid, getpgid, getpgrp};

use super::files::PrivateDir;
use crate::error::{Error, Result};
use crate::model::code::UsedCodes;

/// A held lock. Its file says who holds it, then a line for each code that was used of late.
#[derive(Debug)]
pub struct DeviceLock {
    file: File,
    /// The codes that were sent.
    pub used: UsedCodes,
    /// Whether somebody else signed in meanwhile.
    pub waited: bool,
}

impl DeviceLock {
    /// Takes the lock named `id`. If somebody else has it, `on_wait` is told who, where that is
    /// known, before the wait, which goes on for `limit` at most, if there is one.
    ///
    /// # Errors
    /// The file cannot be trusted, made or locked, or nobody has set it free in time.
    pub fn take(
        dir: &PrivateDir,
        id: &str,
        limit: Option<Duration>,
        on_wait: impl FnOnce(Option<Holder>),
    ) -> Result<Self> {
        let name = format!("{id}.lock");
        let failed = |cause: std::io::Error| {
            Error::new(
                format!("cannot lock {}", dir.path().join(&name).display()),
                cause.to_string(),
                "set XDG_CACHE_HOME to a directory on a disk of this machine",
            )
        };
        let mut file = dir.lock_file(&name)?;
        let waited = match file.try_lock() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => {
                let holder = holder(&mut file);
                on_wait(holder);
                match limit {
                    None => file.lock().map_err(failed)?,
                    Some(limit) if lock_within(&file, limit).map_err(failed)? => {}
                    Some(limit) => return Err(under_way_for_ever(holder, limit)),
                }
                true
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        };
        let (_, used) = read_lines(&mut file);
        let mut lock = Self { file, used, waited };
        lock.write().map_err(failed)?;
        Ok(lock)
    }

    /// Remembers codes as used. To be called before one is sent: a call whose answer is lost may
    /// have used it all the same.
    ///
    /// # Errors
    /// The disk is full.
    pub fn remember(&mut self, used: UsedCodes) -> std::io::Result<()> {
        self.used = used;
        self.write()
    }

    fn write(&mut self) -> std::io::Result<()> {
        let text = format!("{}\n{}", std::process::id(), self.used);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}

/// Waits for a lock, and says whether it got it in time.
fn lock_within(file: &File, limit: Duration) -> std::io::Result<bool> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if begun.elapsed() < limit => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Many may wait for a sign-in of a moment, and few for a question that was forgotten.
        let soon = begun.elapsed() < Duration::from_secs(2);
        std::thread::sleep(Duration::from_millis(if soon { 2 } else { 50 }));
    }
}

fn under_way_for_ever(holder: Option<Holder>, limit: Duration) -> Error {
    let (process, kill) = match holder {
        Some(Holder(pid)) => (format!("process {pid}"), format!("end it: kill {pid}")),
        None => ("somebody else".to_owned(), "end it".to_owned()),
    };
    Error::new(
        "another sign-in with this device does not end",
        format!("{process} has been at it for {} s", limit.as_secs()),
        format!("answer the question that it asks, or {kill}"),
    )
}

/// The process that has a lock.
#[derive(Debug, Clone, Copy)]
pub struct Holder(pub u32);

impl Holder {
    /// Whether it belongs to the same job as this process. Then both have the same terminal, and
    /// both have it in the foreground or neither has.
    #[must_use]
    pub fn is_of_this_job(self) -> bool {
        self.job() == Ok(getpgrp())
    }

    /// The group that it belongs to; an error if it is gone, or if its number is of another
    /// namespace.
    fn job(self) -> nix::Result<Pid> {
        let pid = i32::try_from(self.0).map_err(|_| Errno::ESRCH)?;
        getpgid(Some(Pid::from_raw(pid)))
    }
}

/// Who has the lock. It says so a moment after it has got it; until then the file is empty, or names
/// somebody before it.
fn holder(file: &mut File) -> Option<Holder> {
    for _ in 0..20 {
        let holder = read_lines(file).0;
        if holder.is_some_and(|holder| holder.job().is_ok()) {
            return holder;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    read_lines(file).0
}

fn read_lines(file: &mut File) -> (Option<Holder>, UsedCodes) {
    let mut text = String::new();
    let read = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.take(4096).read_to_string(&mut text));
    if read.is_err() {
        return (None, UsedCodes::default());
    }
    let mut lines = text.lines();
    let holder = lines.next().and_then(|line| line.parse().ok().map(Holder));
    (holder, UsedCodes::parse(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_with_a_limit_ends() -> Result<()> {
        let path = std::env::temp_dir().join(format!("mfaexec-lock-{}", std::process::id()));
        let dir = PrivateDir::create(&path)?;
        let take = |limit| DeviceLock::take(&dir, "device", limit, |_| {});
        let held = take(None)?;
        let error = take(Some(Duration::from_millis(20))).err();
        let error = error.map(|error| error.to_string()).unwrap_or_default();
        let own = format!("kill {}", std::process::id());
        assert!(
            error.contains("does not end") && error.contains(&own),
            "{error}"
        );
        let later = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(held);
        });
        assert!(take(Some(Duration::from_secs(60)))?.waited);
        assert!(later.join().is_ok());
        let _ = std::fs::remove_dir_all(&path);
        Ok(())
    }
}
