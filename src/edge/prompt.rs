//! Questions to the person, on the controlling terminal and nowhere else: stdin, stdout and
//! stderr belong to the command.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Mutex;
use std::time::Instant;

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::Signal;
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::countdown::{Count, has_room};
use super::signals::{Noting, Wake, obey};

/// The terminal and its modes as they were, while a question hides what is typed. A panic puts
/// them back from here.
static HIDDEN: Mutex<Option<(OwnedFd, Termios)>> = Mutex::new(None);

/// The controlling terminal.
#[derive(Debug)]
pub struct Terminal {
    tty: File,
}

/// Whether what is typed can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// It can.
    Shown,
    /// It cannot; the line's end still moves the cursor.
    Hidden,
}

/// How a question ended.
#[derive(Debug)]
pub enum Answer {
    /// With a line, its end cut off.
    Line(SecretString),
    /// Nothing more will come: ^D, or the terminal is gone.
    Closed,
    /// Another thread ended it.
    Woken,
}

impl Terminal {
    /// Opens the controlling terminal.
    ///
    /// # Errors
    /// The process has none.
    pub fn open() -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let tty = options
            .read(true)
            .write(true)
            .custom_flags(libc::O_NOCTTY)
            .open("/dev/tty")?;
        Ok(Self { tty })
    }

    /// Whether seconds can be counted down on the line behind this question.
    #[must_use]
    pub fn has_room_to_count(&self, question: &str) -> bool {
        has_room(&self.tty, question)
    }

    /// Writes a line.
    pub fn say(&self, line: &str) {
        let _a_terminal_that_is_gone_shows_at_the_next_question = writeln!(&self.tty, "{line}");
    }

    /// Asks. Signals that come meanwhile are obeyed when the terminal is as it was: ^C ends this
    /// process, ^Z stops it, and when it is continued the question stands there again.
    ///
    /// # Errors
    /// The terminal does not work.
    pub fn ask(&self, question: &str, echo: Echo, wake: &mut Wake) -> io::Result<Answer> {
        self.ask_until(question, echo, None, wake)
    }

    /// The same, and behind the question the seconds are counted down until `next`, when there will
    /// be something new to answer.
    ///
    /// # Errors
    /// The terminal does not work.
    pub fn ask_until(
        &self,
        question: &str,
        echo: Echo,
        next: Option<Instant>,
        wake: &mut Wake,
    ) -> io::Result<Answer> {
        loop {
            let outcome = {
                let _noting = Noting::start(wake);
                self.ask_once(question, echo, next, wake)
            };
            wake.drain();
            if let Some(signal) = Noting::noted() {
                if signal != Signal::SIGTTIN && signal != Signal::SIGTTOU {
                    // What comes next on the terminal does not belong on the question's line.
                    self.say("");
                }
                obey(signal);
                continue;
            }
            return outcome;
        }
    }

    fn ask_once(
        &self,
        question: &str,
        echo: Echo,
        next: Option<Instant>,
        wake: &Wake,
    ) -> io::Result<Answer> {
        let hidden = match echo {
            Echo::Hidden => Some(Hiding::start(&self.tty)?),
            Echo::Shown => None,
        };
        let written = (&self.tty).write_all(question.as_bytes());
        let next = next.filter(|_| echo == Echo::Hidden);
        let mut count = Count::new(&self.tty, question, next);
        let answer = written.and_then(|()| self.read_line(wake, &mut count));
        if let Some(hidden) = hidden {
            hidden.end(matches!(answer, Ok(Answer::Line(_))));
        }
        if matches!(answer, Ok(Answer::Woken)) && !Noting::has_noted() {
            self.say("");
        }
        answer
    }

    fn read_line(&self, wake: &Wake, count: &mut Count<'_>) -> io::Result<Answer> {
        let mut line = Zeroizing::new(Vec::with_capacity(4096));
        loop {
            let mut waiting = [
                PollFd::new(self.tty.as_fd(), PollFlags::POLLIN),
                PollFd::new(wake.readable(), PollFlags::POLLIN),
            ];
            match poll(&mut waiting, count.show()?) {
                Ok(0) => continue,
                Ok(_) => {}
                Err(Errno::EINTR) => return Ok(Answer::Woken),
                Err(errno) => return Err(errno.into()),
            }
            if waiting[1].any() == Some(true) {
                return Ok(Answer::Woken);
            }
            let mut part = Zeroizing::new([0; 256]);
            match (&self.tty).read(&mut *part) {
                Ok(0) => return Ok(Answer::Closed),
                Ok(count) => line.extend_from_slice(&part[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    return Ok(Answer::Woken);
                }
                // The other end of the terminal is gone.
                Err(error) if error.raw_os_error() == Some(libc::EIO) => return Ok(Answer::Closed),
                Err(error) => return Err(error),
            }
            if line.ends_with(b"\n") || line.len() > 4096 {
                let text = Zeroizing::new(String::from_utf8_lossy(&line).into_owned());
                return Ok(Answer::Line(SecretString::from(
                    text.trim_end_matches(['\r', '\n']),
                )));
            }
        }
    }
}

/// The terminal with its echo off.
struct Hiding;

impl Hiding {
    fn start(tty: &File) -> io::Result<Self> {
        let before = tcgetattr(tty)?;
        let mut hiding = before.clone();
        hiding.local_flags.remove(LocalFlags::ECHO);
        hiding
            .local_flags
            .insert(LocalFlags::ECHONL | LocalFlags::ICANON | LocalFlags::ISIG);
        if let Ok(mut hidden) = HIDDEN.lock() {
            *hidden = Some((tty.as_fd().try_clone_to_owned()?, before));
        }
        // What was typed before the question was not an answer to it. In the background this
        // raises SIGTTOU, and stays undone.
        if let Err(errno) = tcsetattr(tty, SetArg::TCSAFLUSH, &hiding) {
            if let Ok(mut hidden) = HIDDEN.lock() {
                *hidden = None;
            }
            return Err(errno.into());
        }
        Ok(Self)
    }

    /// Puts the modes back. Half an answer is thrown away, or the shell would read it.
    fn end(self, answered: bool) {
        restore(if answered {
            SetArg::TCSANOW
        } else {
            SetArg::TCSAFLUSH
        });
    }
}

fn restore(how: SetArg) {
    if let Ok(mut hidden) = HIDDEN.try_lock()
        && let Some((tty, before)) = hidden.take()
    {
        let _ = tcsetattr(tty, how, &before);
    }
}

/// Puts the terminal right if a question hides what is typed, for the panic hook.
pub fn restore_after_panic() {
    restore(SetArg::TCSAFLUSH);
}

/// Reads one line from stdin and not a byte more: the rest is the command's.
///
/// # Errors
/// stdin cannot be read, or ends before there is anything.
pub fn line_from_stdin() -> io::Result<SecretString> {
    let mut line = Zeroizing::new(Vec::with_capacity(64));
    let mut byte = [0];
    loop {
        match nix::unistd::read(io::stdin(), &mut byte) {
            Ok(0) if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(1) if byte[0] != b'\n' && line.len() < 4096 => line.push(byte[0]),
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    let text = Zeroizing::new(String::from_utf8_lossy(&line).into_owned());
    Ok(SecretString::from(text.trim_end_matches('\r')))
}
