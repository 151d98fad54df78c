//! Waits for a key on a terminal, or for a wake.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::select::{FD_SETSIZE, FdSet, select};
use nix::sys::time::{TimeVal, TimeValLike};

/// What ended the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    Key,
    Woken,
    /// The time is over.
    TooLate,
    /// A signal.
    Interrupted,
}

/// Waits for `limit` at most.
///
/// # Errors
/// Those of the system.
pub(crate) fn wait(tty: impl AsFd, wake: BorrowedFd<'_>, limit: Duration) -> io::Result<Ready> {
    let mut waiting = [
        PollFd::new(tty.as_fd(), PollFlags::POLLIN),
        PollFd::new(wake, PollFlags::POLLIN),
    ];
    // A part of a millisecond counts as a whole, or the last one would be spent in a busy loop.
    let millis = limit.as_nanos().div_ceil(1_000_000);
    let timeout = PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX);
    match poll(&mut waiting, timeout) {
        Ok(_) => {}
        Err(Errno::EINTR) => return Ok(Ready::Interrupted),
        Err(errno) => return Err(errno.into()),
    }
    let [tty_events, wake_events] = waiting.map(|fd| fd.revents().unwrap_or(PollFlags::POLLNVAL));
    // macOS cannot poll terminals: poll(2) there, BUGS.
    if tty_events.contains(PollFlags::POLLNVAL) {
        return wait_by_select(tty.as_fd(), wake, limit);
    }
    Ok(match (wake_events.is_empty(), tty_events.is_empty()) {
        (false, _) => Ready::Woken,
        (true, false) => Ready::Key,
        (true, true) => Ready::TooLate,
    })
}

fn wait_by_select(tty: BorrowedFd<'_>, wake: BorrowedFd<'_>, limit: Duration) -> io::Result<Ready> {
    let mut waiting = FdSet::new();
    for fd in [tty, wake] {
        // A set has no place for higher ones.
        if usize::try_from(fd.as_raw_fd()).is_ok_and(|fd| fd >= FD_SETSIZE) {
            return Err(io::Error::other("the caller has too many files open"));
        }
        waiting.insert(fd);
    }
    let micros = i64::try_from(limit.as_nanos().div_ceil(1000)).unwrap_or(i64::MAX);
    let mut timeout = TimeVal::microseconds(micros);
    match select(None, &mut waiting, None, None, &mut timeout) {
        Ok(_) if waiting.contains(wake) => Ok(Ready::Woken),
        Ok(_) if waiting.contains(tty) => Ok(Ready::Key),
        Ok(_) => Ok(Ready::TooLate),
        Err(Errno::EINTR) => Ok(Ready::Interrupted),
        Err(errno) => Err(errno.into()),
    }
}
