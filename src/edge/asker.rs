//! A program that asks a person in mfaexec's place: started without a shell, listened to, and taken
//! away when a signal, another thread or the time ends the wait.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::signals::Wake;
use crate::model::vars::is_withheld;

/// How long a person may take: the phone may be in another room.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long a program may take to end when it has been asked to.
const GRACE: Duration = Duration::from_secs(1);
/// How often it is looked at whether the program is still there.
const STEP: Duration = Duration::from_millis(100);
/// More bytes than this are no code.
const LIMIT: usize = 4096;

/// What a program shows.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The lines of the question.
    pub lines: &'a [String],
    /// What was wrong with the answer before.
    pub problem: Option<&'a str>,
}

/// How a question to a person ended.
#[derive(Debug)]
pub enum Said {
    /// With something typed.
    Answer(SecretString),
    /// The person did not want to answer.
    Cancelled,
    /// Nobody answered in time.
    TimedOut,
    /// A signal or another thread ended it.
    Woken,
}

/// What listening to a program came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It has printed something more.
    Something,
    /// It will print nothing more.
    Silence,
    /// A signal or another thread wants an end.
    Woken,
    /// The time is over.
    TooLate,
}

/// A program that runs. It is gone when this is.
pub(super) struct Asker {
    child: Child,
    has_group: bool,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// What it has printed and nobody has taken yet; perhaps a secret.
    pub(super) printed: Zeroizing<Vec<u8>>,
    complaints: Vec<u8>,
}

impl Asker {
    /// Starts a program. One that may ask on the terminal (`on_terminal`) has to be in the group of
    /// processes that the terminal listens to; any other gets one of its own, so that what it has
    /// started in its turn goes away with it.
    pub(super) fn start(program: &Path, args: &[String], on_terminal: bool) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_withheld(name.as_bytes())) {
            command.env_remove(name);
        }
        if !on_terminal {
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        Ok(Self {
            has_group: !on_terminal,
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            printed: Zeroizing::new(Vec::with_capacity(LIMIT)),
            complaints: Vec::new(),
        })
    }

    pub(super) fn tell(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.stdin.as_mut();
        stdin.map_or(Ok(()), |stdin| stdin.write_all(line.as_bytes()))
    }

    /// Nothing more will be told.
    pub(super) fn hush(&mut self) {
        self.stdin = None;
    }

    /// Waits until it prints something more, or something else ends the wait.
    pub(super) fn listen(&mut self, wake: &Wake, until: Instant) -> io::Result<Heard> {
        loop {
            // Looked at before the pipes: what is in them then is all that there will be.
            let gone = self.child.try_wait()?.is_some();
            let left = until.saturating_duration_since(Instant::now());
            let wait = if gone { Duration::ZERO } else { left.min(STEP) };
            let [woken, complains, prints] = match self.poll(wake, wait) {
                Err(Errno::EINTR) => return Ok(Heard::Woken),
                ready => ready?,
            };
            if woken {
                return Ok(Heard::Woken);
            }
            if complains && read(&mut self.stderr, &mut self.complaints)? == 0 {
                self.stderr = None;
            }
            if prints {
                if read(&mut self.stdout, &mut self.printed)? > 0 {
                    return Ok(Heard::Something);
                }
                self.stdout = None;
            }
            if self.stdout.is_none() || (gone && !complains) {
                return Ok(Heard::Silence);
            }
            if left.is_zero() {
                return Ok(Heard::TooLate);
            }
        }
    }

    /// Which can be read from: the wake, stderr, stdout.
    fn poll(&self, wake: &Wake, wait: Duration) -> nix::Result<[bool; 3]> {
        let wait = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
        let stderr = self.stderr.as_ref().map(AsFd::as_fd);
        let stdout = self.stdout.as_ref().map(AsFd::as_fd);
        let open = [Some(wake.readable()), stderr, stdout];
        let mut waiting: Vec<PollFd<'_>> = open
            .iter()
            .flatten()
            .map(|fd| PollFd::new(*fd, PollFlags::POLLIN))
            .collect();
        poll(&mut waiting, wait)?;
        let mut ready = waiting.iter().map(|fd| fd.any() == Some(true));
        Ok(open.map(|fd| fd.is_some() && ready.next() == Some(true)))
    }

    /// How it ended, which it has to do soon.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < GRACE {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                ended => return ended.ok().flatten(),
            }
        }
        None
    }

    /// What it said on stderr.
    pub(super) fn complaints(&self) -> String {
        String::from_utf8_lossy(&self.complaints).into_owned()
    }

    /// Why it ended, in the last words that it said, else in `words`.
    pub(super) fn reason(&self, words: &str) -> String {
        let text = self.complaints();
        let mut lines = text.lines().map(str::trim).rev();
        let last = lines.find(|line| !line.is_empty());
        last.unwrap_or(words).to_owned()
    }

    /// Whether it prints without end.
    pub(super) fn babbles(&self) -> bool {
        self.printed.len() >= LIMIT
    }

    fn signal(&self, signal: Signal) {
        let Ok(id) = i32::try_from(self.child.id()).map(Pid::from_raw) else {
            return;
        };
        let _it_may_be_gone = if self.has_group {
            killpg(id, signal)
        } else {
            kill(id, signal)
        };
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.hush();
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        self.signal(Signal::SIGTERM);
        // ^Z may have stopped it.
        self.signal(Signal::SIGCONT);
        if self.ended().is_none() {
            self.signal(Signal::SIGKILL);
            let _without_its_group = self.child.kill();
            let _it_is_gone = self.child.wait();
        }
    }
}

/// Reads what is there, and what would be more than [`LIMIT`] not at all: the buffer never moves, so
/// that no copy of a code is left behind.
fn read(pipe: &mut Option<impl Read>, into: &mut Vec<u8>) -> io::Result<usize> {
    let Some(pipe) = pipe else { return Ok(0) };
    let mut part = Zeroizing::new([0; 512]);
    let count = pipe.read(&mut *part)?;
    let room = LIMIT.saturating_sub(into.len());
    into.extend_from_slice(&part[..count.min(room)]);
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Asker {
        Asker::start(
            Path::new("/bin/sh"),
            &["-c".to_owned(), script.to_owned()],
            false,
        )
        .unwrap()
    }

    fn listen(asker: &mut Asker, wake: &Wake, wait: u64) -> Heard {
        asker
            .listen(wake, Instant::now() + Duration::from_millis(wait))
            .unwrap()
    }

    #[test]
    fn what_never_answers_is_given_up() {
        let mut asker = shell("sleep 600");
        let wake = Wake::new().unwrap();
        assert_eq!(listen(&mut asker, &wake, 50), Heard::TooLate);
    }

    #[test]
    fn a_wake_ends_the_wait() {
        let mut asker = shell("sleep 600");
        let wake = Wake::new().unwrap();
        super::super::signals::wake(&wake.waker().unwrap());
        assert_eq!(listen(&mut asker, &wake, 60_000), Heard::Woken);
    }

    #[test]
    fn the_end_shows_also_where_something_else_holds_the_pipe() {
        let mut asker = shell("sleep 600 & echo 123456; echo oops >&2");
        let wake = Wake::new().unwrap();
        assert_eq!(listen(&mut asker, &wake, 60_000), Heard::Something);
        assert_eq!(listen(&mut asker, &wake, 60_000), Heard::Silence);
        assert_eq!(&**asker.printed, b"123456\n");
        assert_eq!(asker.reason(""), "oops");
        // Not by its own end: its group is still there.
        asker.signal(Signal::SIGKILL);
    }

    #[test]
    fn what_does_not_want_to_end_is_ended_with_all_that_it_started() {
        let mut asker = shell("trap '' TERM; sleep 600 & echo $!; wait; sleep 600");
        let wake = Wake::new().unwrap();
        assert_eq!(listen(&mut asker, &wake, 60_000), Heard::Something);
        let started = String::from_utf8_lossy(&asker.printed).trim().to_owned();
        drop(asker);
        let started = Pid::from_raw(started.parse().unwrap());
        let gone = || kill(started, None) == Err(Errno::ESRCH);
        for _ in 0..500 {
            if gone() || state_of(started) == Some('Z') {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it is still there");
    }

    /// Nobody waits for it here, so that it may stay a zombie.
    fn state_of(pid: Pid) -> Option<char> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.chars().next()
    }
}
