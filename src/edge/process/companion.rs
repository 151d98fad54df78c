//! A process of mfaexec that stays beside the command. The command itself replaces mfaexec as in
//! every run, so that its caller sees no difference: process id, signals, jobs and exit status are
//! the command's own. The companion is no child of it, and has nothing of what it was started with
//! but memory and the directory, as paths may be relative: no terminal, no open file.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::SigSet;
use nix::sys::stat::{Mode, umask};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, dup2_stderr, dup2_stdin, dup2_stdout, fork, setsid};
use zeroize::Zeroizing;

use crate::edge::process::descendants::Member;
use crate::edge::system::processes;

/// How long it may take the companion to begin.
const START_TIME: Duration = Duration::from_secs(10);
/// How often a command is looked at, where the system does not tell its end.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);
/// The byte that it says when it has begun.
const READY: [u8; 1] = [1];

/// The command's end of the line to its companion. Without a message the companion ends with it.
#[derive(Debug)]
pub(crate) struct Companion {
    line: UnixStream,
}

/// The companion's end.
#[derive(Debug)]
pub(crate) struct CompanionEnd {
    line: UnixStream,
    command: Member,
}

/// Starts the companion, in which `stay` runs; it keeps only the descriptor `kept`. To be called
/// before any other thread exists, and on macOS before anything of its frameworks is used: a fork
/// after that would leave them in a state of which they warn (fork(2) there, CAVEATS).
///
/// # Errors
/// The system has no process left.
pub(crate) fn start(
    kept: BorrowedFd<'_>,
    stay: impl FnOnce(CompanionEnd),
) -> io::Result<Companion> {
    let (ours, theirs) = UnixStream::pair()?;
    let command = Member::this().ok_or_else(|| io::Error::other("this process has no number"))?;
    // SAFETY: there is no other thread yet, so the new process may do everything.
    if let ForkResult::Parent { child } = unsafe { fork() }? {
        // It ends at once: its child is no child of the command, which may wait for all of its own.
        while waitpid(child, None) == Err(Errno::EINTR) {}
        return Ok(Companion { line: ours });
    }
    // No signal of the terminal, nor to the group of the caller, is meant for the companion.
    let alone = setsid();
    // SAFETY: as above.
    if let (Ok(_), Ok(ForkResult::Child)) = (alone, unsafe { fork() }) {
        drop(ours);
        if let_go_of_all_but(&[theirs.as_raw_fd(), kept.as_raw_fd()]).is_ok() {
            stay(CompanionEnd {
                line: theirs,
                command,
            });
        }
    }
    // SAFETY: it ends this process, without what is to be done at the end of the other one.
    unsafe { libc::_exit(0) }
}

impl Companion {
    /// Gives the companion its message, and waits until it has begun.
    ///
    /// # Errors
    /// It is gone, or does not begin.
    pub(crate) fn begin(mut self, message: &[u8]) -> io::Result<()> {
        self.line.set_read_timeout(Some(START_TIME))?;
        self.line.write_all(message)?;
        self.line.shutdown(Shutdown::Write)?;
        self.line.read_exact(&mut [0; READY.len()])
    }
}

impl CompanionEnd {
    /// The message; none if the command will not come.
    pub(crate) fn message(&mut self) -> Option<Zeroizing<Vec<u8>>> {
        let mut message = Zeroizing::new(Vec::with_capacity(64 * 1024));
        self.line.read_to_end(&mut message).ok()?;
        (!message.is_empty()).then_some(message)
    }

    /// Lets the command begin; what tells when it is gone.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn ready(mut self) -> io::Result<Watch> {
        let handle = processes::end_of(self.command.pid()).ok();
        self.line.write_all(&READY)?;
        let command = self.command;
        Ok(Watch { command, handle })
    }
}

/// The process of the command, which is no child of the companion.
#[derive(Debug)]
pub(crate) struct Watch {
    command: Member,
    /// Becomes readable when it ends, where the system has such a thing.
    handle: Option<OwnedFd>,
}

impl Watch {
    /// Waits until the command is gone.
    pub(crate) fn wait(&self) {
        if let Some(handle) = &self.handle {
            let mut ends = [PollFd::new(handle.as_fd(), PollFlags::POLLIN)];
            while poll(&mut ends, PollTimeout::NONE) == Err(Errno::EINTR) {}
            return;
        }
        while self.command.is_there() {
            std::thread::sleep(LOOK_INTERVAL);
        }
    }
}

/// Closes what the caller has opened: a reader of a pipe of the command waits for its end.
fn let_go_of_all_but(kept: &[RawFd]) -> io::Result<()> {
    let null = open("/dev/null", OFlag::O_RDWR, Mode::empty())?;
    dup2_stdin(&null)?;
    dup2_stdout(&null)?;
    dup2_stderr(&null)?;
    drop(null);
    let open: Vec<RawFd> = std::fs::read_dir("/dev/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    for fd in open.into_iter().filter(|fd| *fd > 2 && !kept.contains(fd)) {
        // SAFETY: the caller's descriptors belong to no object of this process, and what was listed
        // with is closed already; then this does nothing.
        unsafe { libc::close(fd) };
    }
    umask(Mode::S_IRWXG | Mode::S_IRWXO);
    Ok(SigSet::empty().thread_set_mask()?)
}
