//! Questions to the person, on the controlling terminal and nowhere else: stdin, stdout and
//! stderr belong to the command.

pub(crate) mod below;
mod countdown;
mod foreground;
mod line;
pub(crate) mod list;
pub(crate) mod modes;
pub(crate) mod picture;
mod ready;
mod turn;
mod typing;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use nix::libc;
use nix::sys::signal::Signal;
use nix::sys::termios::{FlushArg, tcflush};
use terminal_size::{Height, Width, terminal_size_of};

use crate::edge::lock::lock_holder::Holder;
use crate::edge::output::{hold_back, let_go};
use crate::edge::private_dir::PrivateDir;
use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::countdown::{Count, has_room};
use crate::edge::prompt::terminal::foreground::{cannot_be_answered, has_terminal, stdout_is_pipe};
use crate::edge::prompt::terminal::modes::{Modes, line_end, wait_for_pager};
use crate::edge::prompt::terminal::picture::ShownPicture;
use crate::edge::prompt::terminal::turn::Turn;
use crate::edge::prompt::terminal::typing::read_line;
use crate::edge::signals::{Noting, Wake, obey};
use crate::error::Result;
use crate::model::prompt::question::QUESTION_TIME;

pub use crate::edge::prompt::terminal::modes::Echo;

/// Whether this process has asked on the terminal.
static ASKED: AtomicBool = AtomicBool::new(false);

/// The controlling terminal.
#[derive(Debug)]
pub struct Terminal {
    tty: File,
    turn: Option<Turn>,
}

#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What is shown before the place to type.
    pub question: &'a str,
    /// Whether what is typed can be seen.
    pub echo: Echo,
    /// Behind the question the seconds are counted down until then.
    pub next_code: Option<Instant>,
    /// When the question is taken away.
    pub until: Instant,
}

/// What came of asking.
#[derive(Debug)]
pub(super) enum Attempt {
    Reply(Reply),
    /// It was noted, and is still to be obeyed.
    Signal(Signal),
}

impl<'a> Ask<'a> {
    /// A question whose answer can be seen, asked now.
    pub fn openly(question: &'a str) -> Self {
        Self {
            question,
            echo: Echo::Shown,
            next_code: None,
            until: Instant::now() + QUESTION_TIME,
        }
    }
}

impl Terminal {
    /// Opens the controlling terminal, for questions that can be answered there.
    ///
    /// # Errors
    /// The process has none, or is in its background where no one could answer; in words.
    pub fn open() -> std::result::Result<Self, String> {
        let mut options = OpenOptions::new();
        let tty = options
            .read(true)
            .write(true)
            .custom_flags(libc::O_NOCTTY)
            .open("/dev/tty")
            .map_err(|error| format!("no terminal: {error}"))?;
        match cannot_be_answered(&tty) {
            Some(why) => Err(format!("no one can answer at this terminal: {why}")),
            None => Ok(Self { tty, turn: None }),
        }
    }

    /// Waits until no other question is open on this terminal; from then on this one's do, until
    /// [`Terminal::end_turn`]. `on_wait` is told who asks, where that is known, before a wait.
    ///
    /// # Errors
    /// The file of the lock cannot be trusted or made.
    pub fn take_turn(
        &mut self,
        dir: &PrivateDir,
        on_wait: impl FnOnce(Option<Holder>),
    ) -> Result<()> {
        if self.turn.is_none() {
            self.turn = Some(Turn::take(dir, on_wait)?);
        }
        Ok(())
    }

    /// Lets others ask.
    pub fn end_turn(&mut self) {
        self.turn = None;
    }

    /// Lets no one else ask until this process ends: its error has to be read first.
    pub fn keep_turn_to_the_end(self) {
        if let Some(turn) = self.turn {
            turn.keep_to_the_end();
        }
    }

    /// Whether seconds can be counted down on the line behind this question.
    pub fn has_room_to_count(&self, question: &str) -> bool {
        has_room(&self.tty, question)
    }

    /// The file, for what reads and writes by itself.
    ///
    /// # Errors
    /// The system has no descriptors left; in words.
    pub(super) fn file(&self) -> std::result::Result<File, String> {
        self.tty.try_clone().map_err(|error| error.to_string())
    }

    /// Its width in columns.
    pub fn width(&self) -> usize {
        self.size().0
    }

    /// Its width in columns, and its height in lines.
    pub fn size(&self) -> (usize, usize) {
        let size = terminal_size_of(&self.tty);
        size.map_or((80, 24), |(Width(columns), Height(lines))| {
            (usize::from(columns), usize::from(lines))
        })
    }

    pub fn say(&self, line: &str) {
        let end = line_end(&self.tty);
        // A terminal that is gone shows at the next question.
        let _ = write!(&self.tty, "{line}{end}");
    }

    /// Waits until a question can be asked: what was started together with this process has its
    /// modes, and its place in the foreground or behind it.
    ///
    /// # Errors
    /// No one could answer; in words.
    pub fn get_ready(&self) -> std::result::Result<(), String> {
        if !ASKED.swap(true, Ordering::Relaxed) && stdout_is_pipe() {
            wait_for_pager(&self.tty);
        }
        match cannot_be_answered(&self.tty) {
            Some(why) => Err(format!("no one can answer at this terminal: {why}")),
            None => Ok(()),
        }
    }

    /// Asks. Signals that come meanwhile are obeyed when the terminal is as it was: ^C ends this
    /// process, ^Z stops it, and when it is continued the question is shown again.
    ///
    /// # Errors
    /// The terminal does not work, or no one can answer at it; in words.
    pub fn ask(&self, ask: Ask<'_>, wake: &mut Wake) -> std::result::Result<Reply, String> {
        loop {
            match self.attempt(ask, None, wake)? {
                Attempt::Reply(reply) => return Ok(reply),
                Attempt::Signal(signal) => self.obey(signal),
            }
        }
    }

    /// Asks until there is an answer or a signal. `picture` is shown meanwhile, and gone afterwards.
    pub(super) fn attempt(
        &self,
        ask: Ask<'_>,
        picture: Option<&str>,
        wake: &mut Wake,
    ) -> std::result::Result<Attempt, String> {
        self.get_ready()?;
        let outcome = {
            let _noting = Noting::start(wake);
            hold_back();
            self.ask_once(ask, picture, wake)
        };
        wake.drain();
        let noted = Noting::noted();
        let in_front = |signal| signal != Signal::SIGTTIN && signal != Signal::SIGTTOU;
        if noted.is_some_and(in_front) && picture.is_none() {
            // What comes next on the terminal does not belong on the question's line.
            self.say("");
        }
        let_go();
        if let Some(signal) = noted {
            return Ok(Attempt::Signal(signal));
        }
        let reply = outcome.map_err(|error| match error.raw_os_error() {
            Some(libc::EIO) => "no one can answer at this terminal: it runs in the \
                                background, where no shell can bring it to the front"
                .to_owned(),
            _ => format!("the terminal does not work: {error}"),
        });
        reply.map(Attempt::Reply)
    }

    /// Obeys a signal; while this process is stopped others may ask.
    pub(super) fn obey(&self, signal: Signal) {
        if let Some(turn) = &self.turn {
            turn.give_up();
        }
        obey(signal);
        if let Some(turn) = &self.turn {
            turn.take_again();
        }
    }

    fn ask_once(&self, ask: Ask<'_>, picture: Option<&str>, wake: &Wake) -> io::Result<Reply> {
        let modes = Modes::set(&self.tty, ask.echo)?;
        let shown = picture.map(|picture| ShownPicture::draw(&self.tty, picture));
        let written = (&self.tty).write_all(ask.question.as_bytes());
        let next = ask.next_code.filter(|_| ask.echo == Echo::Hidden);
        let mut count = Count::new(&self.tty, ask.question, next);
        let answer = written.and_then(|()| read_line(&self.tty, wake, &mut count, ask.until));
        let had_picture = shown.is_some();
        drop(shown);
        modes.put_back(matches!(answer, Ok(Reply::Line(_))));
        let ends_line = match &answer {
            Ok(Reply::Cancelled | Reply::TimedOut) => true,
            Ok(Reply::Interrupted) => !Noting::has_noted(),
            Ok(Reply::Line(_)) | Err(_) => false,
        };
        if ends_line && !had_picture {
            self.say("");
        }
        answer
    }
}

/// Throws away what was typed behind the last answer, if this process has asked: it was meant for
/// whom the answer was for, and the shell would run it. For a sign-in that failed; where it did not,
/// the rest is the command's.
pub(crate) fn discard_typed() {
    if !ASKED.load(Ordering::Relaxed) {
        return;
    }
    let mut options = OpenOptions::new();
    let tty = options.read(true).custom_flags(libc::O_NOCTTY);
    if let Ok(tty) = tty.open("/dev/tty")
        && has_terminal(&tty)
    {
        // The terminal may be gone.
        let _ = tcflush(&tty, FlushArg::TCIFLUSH);
    }
}
