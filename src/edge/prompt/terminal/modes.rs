//! The modes of a terminal while a question is open on it: whatever they were, what is typed comes as
//! a line, keys that send signals do so, and a code does not show.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Mutex;
use std::time::Duration;

use nix::sys::termios::{
    InputFlags, LocalFlags, OutputFlags, SetArg, Termios, tcgetattr, tcsetattr,
};

/// Whether what is typed can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    Shown,
    /// It cannot; the line's end still moves the cursor.
    Hidden,
}

/// The terminal of the open question. A panic puts its modes back from here.
static CHANGED: Mutex<Option<Changed>> = Mutex::new(None);

struct Changed {
    tty: OwnedFd,
    before: Termios,
    /// As the question has set them.
    ours: Termios,
}

/// A terminal that is ready for a question.
pub(crate) struct Modes;

impl Modes {
    /// Makes the terminal ready. What was typed before is discarded: it was not an answer.
    ///
    /// # Errors
    /// The terminal is gone; in the background EINTR where SIGTTOU was noted, EIO where no shell
    /// could bring this process to the front (tcsetattr(3), an orphaned group).
    pub(crate) fn set(tty: &File, echo: Echo) -> io::Result<Self> {
        let before = tcgetattr(tty)?;
        let mut ours = before.clone();
        // Enter ends the line also where a program has left raw modes behind.
        ours.input_flags
            .remove(InputFlags::IGNCR | InputFlags::INLCR);
        ours.input_flags.insert(InputFlags::ICRNL);
        ours.output_flags
            .insert(OutputFlags::OPOST | OutputFlags::ONLCR);
        ours.local_flags
            .insert(LocalFlags::ICANON | LocalFlags::ISIG);
        let (insert, remove) = match echo {
            Echo::Hidden => (LocalFlags::ECHONL, LocalFlags::ECHO),
            Echo::Shown => (LocalFlags::ECHO | LocalFlags::ECHOE, LocalFlags::empty()),
        };
        ours.local_flags.insert(insert);
        ours.local_flags.remove(remove);
        if let Ok(mut changed) = CHANGED.lock() {
            *changed = Some(Changed {
                tty: tty.as_fd().try_clone_to_owned()?,
                before,
                ours: ours.clone(),
            });
        }
        if let Err(errno) = tcsetattr(tty, SetArg::TCSAFLUSH, &ours) {
            if let Ok(mut changed) = CHANGED.lock() {
                *changed = None;
            }
            return Err(errno.into());
        }
        Ok(Self)
    }

    /// Puts the modes back. Half an answer is discarded, or the shell would read it.
    pub(crate) fn put_back(self, answered: bool) {
        put_back(if answered {
            SetArg::TCSANOW
        } else {
            SetArg::TCSAFLUSH
        });
    }
}

/// What someone else has set meanwhile stays: a pager that started while the question stood there
/// (`mfaexec … | less`) needs its own modes.
fn put_back(how: SetArg) {
    if let Ok(mut changed) = CHANGED.try_lock()
        && let Some(Changed { tty, before, ours }) = changed.take()
        && tcgetattr(&tty).is_ok_and(|now| same(&now, &ours))
    {
        // The terminal may be gone.
        let _ = tcsetattr(&tty, how, &before);
    }
}

/// Speeds are left out: a pseudo-terminal may change them by itself.
fn same(a: &Termios, b: &Termios) -> bool {
    a.input_flags == b.input_flags
        && a.output_flags == b.output_flags
        && a.local_flags == b.local_flags
        && a.control_chars == b.control_chars
}

/// Puts the terminal right if a question is open on it, for the panic hook.
pub(crate) fn restore_after_panic() {
    put_back(SetArg::TCSAFLUSH);
}

/// What ends a line on this terminal. Where output is raw, `\n` alone would leave the cursor in its
/// column, as under watch(1).
pub(crate) fn line_end(tty: &File) -> &'static str {
    let translated = OutputFlags::OPOST | OutputFlags::ONLCR;
    match tcgetattr(tty) {
        Ok(modes) if !modes.output_flags.contains(translated) => "\r\n",
        _ => "\n",
    }
}

/// How long a pager may take to set its modes.
const PAGER_STARTS: Duration = Duration::from_millis(400);
/// How often it is looked at whether it has.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Waits a moment for a pager that starts together with this process. One that starts while the
/// question is open would take the question's modes for the terminal's own, and leave them
/// behind at its end: without an echo.
pub(crate) fn wait_for_pager(tty: &File) {
    let mut left = PAGER_STARTS;
    while !left.is_zero()
        && tcgetattr(tty).is_ok_and(|modes| modes.local_flags.contains(LocalFlags::ICANON))
    {
        std::thread::sleep(POLL_INTERVAL);
        left -= POLL_INTERVAL;
    }
}
