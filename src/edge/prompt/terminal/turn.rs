//! One question at a time on a terminal, whatever it is about: two that are open together get
//! each other's answers, and one that ends puts the echo back under the other.

use std::fs::File;
use std::os::fd::IntoRawFd;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use crate::edge::lock::lock_holder::{Holder, place, session};
use crate::edge::private_dir::PrivateDir;
use crate::error::Result;
use crate::model::digest::digest_of;

/// The file in which each terminal has a byte.
const FILE: &str = "terminals";
/// Kinds of record locks, in the width that the system's structure has for them.
const WRITE: libc::c_short = libc::F_WRLCK as libc::c_short;
const FREE: libc::c_short = libc::F_UNLCK as libc::c_short;

/// The byte of a session's terminal: its number alone would be that of another one in a container.
fn byte_of(place: &str, session: i32) -> libc::off_t {
    let digest = digest_of("terminal", &[place, &session.to_string()]);
    // Far below the largest number of a byte.
    libc::off_t::from_str_radix(&digest[..12], 16).unwrap_or(0)
}

/// The right to ask on the terminal, until this is gone. A record lock (fcntl(2)) on the byte of the
/// session: a terminal controls one session, and a session has one terminal.
#[derive(Debug)]
pub(crate) struct Turn {
    file: File,
    byte: libc::off_t,
}

impl Turn {
    /// Waits until no one else asks on this terminal. `on_wait` is told who does, where that is
    /// known, before a wait.
    ///
    /// # Errors
    /// The file cannot be trusted or made.
    pub(crate) fn take(dir: &PrivateDir, on_wait: impl FnOnce(Option<Holder>)) -> Result<Self> {
        let turn = Self {
            file: dir.lock_file(FILE)?,
            byte: byte_of(&place(), session()),
        };
        if let Err(Errno::EACCES | Errno::EAGAIN) = turn.set(WRITE, false) {
            on_wait(turn.holder());
            turn.take_again();
        }
        Ok(turn)
    }

    /// Lets others ask while this process is stopped.
    pub(crate) fn give_up(&self) {
        // The system frees it at the end of the process.
        let _ = self.set(FREE, false);
    }

    /// Waits for the turn once more. Where locks do not work, on some network disks, there is none
    /// to wait for.
    pub(crate) fn take_again(&self) {
        while self.set(WRITE, true) == Err(Errno::EINTR) {}
    }

    /// Keeps the turn until the process ends.
    pub(crate) fn keep_to_the_end(self) {
        // It stays open until the process ends.
        let _ = self.file.into_raw_fd();
    }

    fn set(&self, kind: libc::c_short, wait: bool) -> nix::Result<()> {
        let lock = self.lock(kind);
        let how = match wait {
            true => FcntlArg::F_SETLKW(&lock),
            false => FcntlArg::F_SETLK(&lock),
        };
        fcntl(&self.file, how).map(drop)
    }

    fn holder(&self) -> Option<Holder> {
        let mut lock = self.lock(WRITE);
        fcntl(&self.file, FcntlArg::F_GETLK(&mut lock)).ok()?;
        // Zero represents a process that this one cannot see.
        let holder = u32::try_from(lock.l_pid).ok().filter(|pid| *pid != 0);
        holder.map(Holder)
    }

    fn lock(&self, kind: libc::c_short) -> libc::flock {
        libc::flock {
            l_type: kind,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: self.byte,
            l_len: 1,
            l_pid: 0,
        }
    }
}
