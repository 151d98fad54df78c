//! One sign-in at a time per MFA device. The lock is the kernel's: whatever happens to its holder, it
//! is free when the holder is gone.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::IntoRawFd;
use std::time::{Duration, Instant, SystemTime};

use nix::unistd::getpgrp;

use crate::edge::lock::leftovers::LOCK;
use crate::edge::lock::lock_holder::{Holder, place, session};
use crate::edge::private_dir::PrivateDir;
use crate::error::{Error, Result};
use crate::model::prompt::lock_record::{GivenUp, Job, LockRecord};
use crate::model::time::Timestamp;

/// A wait that is over sooner is not worth a word.
const SILENT_WAIT: Duration = Duration::from_millis(100);

/// The holders of all locks that someone has at this moment, as far as their files say.
pub(crate) fn holders(dir: &PrivateDir) -> Vec<Option<Holder>> {
    let names = dir.names(LOCK).unwrap_or_default().into_iter();
    let files = names.filter_map(|name| dir.existing_lock_file(&name).ok().flatten());
    files
        .filter_map(|mut file| match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(holder(&mut file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        })
        .collect()
}

/// A held lock. Its file says who holds it, and which job does not want to be asked any more.
#[derive(Debug)]
pub(crate) struct DeviceLock {
    file: File,
    /// Whether someone else signed in meanwhile.
    pub waited: bool,
    /// The job whose question was given up last.
    given_up: Option<GivenUp>,
}

impl DeviceLock {
    /// Takes the lock named `id`. If someone else has it for longer than a moment, `on_wait` is
    /// told who, where that is known, and the wait goes on for `limit` at most, if there is one.
    /// `directory` opens the directory of the locks: someone may remove it while this waits.
    ///
    /// # Errors
    /// The file cannot be trusted, made or locked, or no one has set it free in time.
    pub(crate) fn take(
        directory: impl Fn() -> Result<PrivateDir>,
        id: &str,
        limit: Option<Duration>,
        on_wait: impl FnOnce(Option<Holder>),
    ) -> Result<Self> {
        let name = format!("{id}{LOCK}");
        let mut wait = Wait {
            begun: Instant::now(),
            limit,
            on_wait: Some(on_wait),
            waited: false,
        };
        loop {
            let dir = directory()?;
            let failed = |cause: io::Error| {
                Error::new(
                    format!("cannot lock {}", dir.path().join(&name).display()),
                    cause.to_string(),
                    "set XDG_CACHE_HOME to a directory on a disk of this machine",
                )
            };
            let mut file = dir.lock_file(&name)?;
            if !wait.lock(&mut file).map_err(failed)? {
                return Err(under_way_for_ever(holder(&mut file), limit));
            }
            // A lock on a file without a name keeps no one out.
            if dir.has_name(&file, &name) {
                let given_up = read(&mut file).given_up;
                let waited = wait.waited;
                let mut lock = Self {
                    file,
                    waited,
                    given_up,
                };
                lock.write().map_err(failed)?;
                return Ok(lock);
            }
        }
    }

    /// Whether a question was given up in the job of this process a short time ago: then no one in
    /// it is to be asked once more.
    pub(crate) fn is_given_up(&self) -> bool {
        let given_up = self.given_up.as_ref();
        given_up.is_some_and(|given_up| given_up.concerns(&this_job(), now()))
    }

    /// Someone has signed in: a user who gave a question up may be asked again.
    pub(crate) fn end_peace(mut self) {
        if self.given_up.take().is_some() {
            // If this fails, it is over in ten minutes anyway.
            let _ = self.write();
        }
    }

    /// Keeps the lock until this process ends, so that its error is read before someone else is
    /// asked; where the question was given up, so is that of the others in this job.
    pub(crate) fn keep_to_the_end(mut self, given_up: bool) {
        if given_up {
            self.given_up = Some(GivenUp {
                job: this_job(),
                at: now(),
            });
            // If this fails, they are asked.
            let _ = self.write();
        }
        // It stays open until the process ends.
        let _ = self.file.into_raw_fd();
    }

    fn write(&mut self) -> io::Result<()> {
        let record = LockRecord {
            holder: Some(std::process::id()),
            given_up: self.given_up.clone(),
        };
        let text = record.to_string();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}

/// A wait for a lock, over as many files as it takes.
struct Wait<F> {
    begun: Instant,
    limit: Option<Duration>,
    on_wait: Option<F>,
    waited: bool,
}

impl<F: FnOnce(Option<Holder>)> Wait<F> {
    /// Locks the file, and says whether it got it in time.
    fn lock(&mut self, file: &mut File) -> io::Result<bool> {
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(true),
                Err(TryLockError::WouldBlock) => self.waited = true,
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let elapsed = self.begun.elapsed();
            if self.limit.is_some_and(|limit| elapsed >= limit) {
                return Ok(false);
            }
            if elapsed >= SILENT_WAIT
                && let Some(on_wait) = self.on_wait.take()
            {
                on_wait(holder(file));
                if self.limit.is_none() {
                    return file.lock().map(|()| true);
                }
            }
            // Many may wait for a sign-in of a moment, and few for a question that was forgotten.
            let soon = elapsed < Duration::from_secs(2);
            std::thread::sleep(Duration::from_millis(if soon { 2 } else { 50 }));
        }
    }
}

fn under_way_for_ever(holder: Option<Holder>, limit: Option<Duration>) -> Error {
    let (process, kill) = match holder {
        Some(Holder(pid)) => (format!("process {pid}"), format!("end it: kill {pid}")),
        None => ("another process".to_owned(), "end it".to_owned()),
    };
    let seconds = limit.unwrap_or_default().as_secs();
    Error::new(
        "another sign-in with this device does not end",
        format!("{process} has been at it for {seconds} s"),
        format!("answer the question that it asks, or {kill}"),
    )
}

/// Who has the lock. It says so a moment after it has got it; until then the file is empty, or names
/// someone before it.
fn holder(file: &mut File) -> Option<Holder> {
    let mut read = || read(file).holder.map(Holder);
    for _ in 0..20 {
        let holder = read();
        if holder.is_some_and(Holder::is_there) {
            return holder;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    read()
}

fn read(file: &mut File) -> LockRecord {
    let mut text = String::new();
    let read = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.take(4096).read_to_string(&mut text));
    match read {
        Ok(_) => LockRecord::parse(&text),
        Err(_) => LockRecord::default(),
    }
}

/// The job that this process belongs to: what a shell stops and continues as one.
fn this_job() -> Job {
    Job::new(&place(), session(), getpgrp().as_raw())
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_with_a_limit_ends() -> Result<()> {
        let path = std::env::temp_dir().join(format!("mfaexec-lock-{}", std::process::id()));
        let take = |limit| DeviceLock::take(|| PrivateDir::create(&path), "device", limit, |_| {});
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
        // Without its name a lock keeps no one out, so another one is taken.
        let held = take(None)?;
        std::fs::remove_dir_all(&path).map_err(|_| under_way_for_ever(None, None))?;
        assert!(!take(Some(Duration::ZERO))?.waited);
        drop(held);
        let _ = std::fs::remove_dir_all(&path);
        Ok(())
    }
}
