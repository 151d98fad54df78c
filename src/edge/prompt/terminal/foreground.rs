//! Whether a question on the terminal could be answered: a process in the background is stopped when
//! it asks, which helps only where a shell can bring it to the front again.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::stat::{SFlag, fstat};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid, tcgetpgrp};

use crate::edge::signals::is_ignored;

/// Why no one could answer, in words; none if someone could.
///
/// Not every orphaned group is found here: of the others tcsetattr(3) says so (EIO) when the question
/// is asked.
pub(crate) fn cannot_be_answered(tty: &File) -> Option<&'static str> {
    let in_front = tcgetpgrp(tty).ok()?;
    if in_front == getpgrp() {
        return None;
    }
    if is_deaf(Signal::SIGTTIN) || is_deaf(Signal::SIGTTOU) {
        return Some(
            "it runs in the background, in a job that its shell does not bring to the front",
        );
    }
    // Whose parent is gone, or belongs to another session, has no shell that could do anything.
    if getsid(Some(getppid())) != getsid(None) {
        return Some("it runs in the background, where no shell can bring it to the front");
    }
    // A real job can be brought to the front: it waits while its shell shows a prompt. What is
    // in a process substitution is no job of any shell's: the command beside it has the terminal.
    let shells = [getsid(None), getpgid(Some(getppid()))];
    let at_prompt = shells.contains(&Ok(in_front));
    let in_pipe = is_pipe(io::stdin()) || is_pipe(io::stdout());
    (in_pipe && !at_prompt)
        .then_some("it runs in the background beside the command at the terminal, as in <( )")
}

/// Whether this process has the terminal.
pub(crate) fn has_terminal(tty: &File) -> bool {
    tcgetpgrp(tty).is_ok_and(|in_front: Pid| in_front == getpgrp())
}

/// Whether stdout is a pipe: a pager may be at its other end.
pub(crate) fn stdout_is_pipe() -> bool {
    is_pipe(io::stdout())
}

fn is_pipe(stream: impl AsFd) -> bool {
    fstat(stream).is_ok_and(|stat| {
        SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits()) == SFlag::S_IFIFO
    })
}

/// Whether the signal is ignored or blocked: then the kernel does not stop this process.
fn is_deaf(signal: Signal) -> bool {
    let mut blocked = SigSet::empty();
    let asked = nix::sys::signal::sigprocmask(SigmaskHow::SIG_BLOCK, None, Some(&mut blocked));
    let blocked = asked.is_ok() && blocked.contains(signal);
    blocked || is_ignored(signal)
}
