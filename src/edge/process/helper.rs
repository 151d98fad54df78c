//! Programs that people name to help: found where no one else could put one, run in mfaexec's own
//! group of processes, as the terminal is theirs, too, and given up after a while.

use std::fs::File;
use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::termios::{LocalFlags, tcgetattr};
use zeroize::Zeroizing;

use crate::edge::process::ending::Group;
use crate::edge::process::lookup;
use crate::edge::process::subprocess::{Heard, Subprocess, exit_code};
use crate::edge::signals::{Noting, Wake, ends, obey};
use crate::model::environment::Environment;
use crate::model::vars::PROCESS_OF;

/// How long a program may take that prints a code. Someone may have to touch a token.
const CODE_TIME: Duration = Duration::from_secs(15);
/// How long one may take that gives keys: a sign-in with approvals and devices may be behind it. The
/// AWS CLI waits for ever, and the person who sits here can also end it.
const KEYS_TIME: Duration = Duration::from_secs(20 * 60);
/// How long what a program has started may hold its output open when it has ended itself.
const OPEN_OUTPUT_TIME: Duration = Duration::from_secs(15);
/// After this time a person wants to know what is waited for.
const TELL_AFTER: Duration = Duration::from_secs(1);
/// After this time a line without an end is one: a question that a program asks.
const QUESTION_PAUSE: Duration = Duration::from_millis(300);

/// What a person wants to know of a program that runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum News<'a> {
    /// It has said this line on stderr.
    Line(&'a str),
    /// It has said nothing for a while.
    Silent,
}

/// Runs a command line without a shell, waits for it, and gives what it has printed on stdout;
/// perhaps a secret. Each line on stderr goes to `tell` when it comes: it may be what makes a person
/// touch a token.
///
/// # Errors
/// It cannot be read, found or run; it fails, or takes too long. In words.
pub(crate) fn run(
    line: &str,
    env: &Environment,
    tell: impl FnMut(News<'_>),
) -> Result<Zeroizing<String>, String> {
    let words = shlex::split(line).filter(|words| !words.is_empty());
    let words = words.ok_or("its quotes do not match")?;
    let mut command = Command::new(lookup::find(&words[0], env)?);
    command.args(&words[1..]);
    let printed = run_to_end(command, CODE_TIME, tell)?;
    Ok(Zeroizing::new(
        String::from_utf8_lossy(&printed).into_owned(),
    ))
}

/// The same for a line of `credential_process`, which is written for a shell. `profiles` are those
/// whose programs this is part of: a run of mfaexec in it has to know where it is.
///
/// # Errors
/// It cannot be run; it fails, or takes too long. In words.
pub(crate) fn run_in_shell(
    line: &str,
    profiles: &str,
    tell: impl FnMut(News<'_>),
) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", line]).env(PROCESS_OF, profiles);
    run_to_end(command, KEYS_TIME, tell)
}

/// Runs a program to its end. Signals that come meanwhile are obeyed: one that ends this process
/// when the program is gone, one that stops it at once, as the program was stopped, too.
fn run_to_end(
    command: Command,
    time: Duration,
    tell: impl FnMut(News<'_>),
) -> Result<Zeroizing<Vec<u8>>, String> {
    let in_words = |error: io::Error| error.to_string();
    let mut wake = Wake::new().map_err(in_words)?;
    let mut noting = Noting::start(&wake);
    let process = Subprocess::start(command, Stdio::null(), Group::Shared).map_err(in_words)?;
    let mut waiting = AwaitedProgram::new(process, time, tell);
    loop {
        let end = waiting.wait(&wake);
        let Some(signal) = Noting::noted() else {
            match end {
                Some(end) => return end,
                None => {
                    wake.drain();
                    continue;
                }
            }
        };
        if ends(signal) {
            waiting.process.end();
        }
        drop(noting);
        wake.drain();
        let stopped = Instant::now();
        obey(signal);
        noting = Noting::start(&wake);
        waiting.until += stopped.elapsed();
        if let Some(end) = end {
            return end;
        }
    }
}

/// A program that is waited for.
struct AwaitedProgram<T> {
    process: Subprocess,
    time: Duration,
    until: Instant,
    tell: T,
    /// Bytes of its stderr that were told.
    told: usize,
    /// When something was heard last.
    heard_at: Instant,
    /// Whether a person knows that something goes on.
    is_known: bool,
    is_closed: bool,
    has_ended: bool,
}

impl<T: FnMut(News<'_>)> AwaitedProgram<T> {
    fn new(process: Subprocess, time: Duration, tell: T) -> Self {
        let now = Instant::now();
        Self {
            process,
            time,
            until: now + time,
            tell,
            told: 0,
            heard_at: now,
            is_known: false,
            is_closed: false,
            has_ended: false,
        }
    }

    /// Waits until the program has ended, or has to be; nothing if a signal came.
    fn wait(&mut self, wake: &Wake) -> Option<Result<Zeroizing<Vec<u8>>, String>> {
        loop {
            let heard = match self.process.listen(wake, self.next_look()) {
                Ok(heard) => heard,
                Err(error) => return Some(self.give_up(error.to_string())),
            };
            self.tell_lines(false);
            match heard {
                Heard::Woken => return None,
                Heard::Printed if self.process.babbles() => {
                    return Some(self.give_up("what it prints does not end".to_owned()));
                }
                Heard::Printed => {}
                Heard::Complained => self.heard_at = Instant::now(),
                Heard::Closed => self.is_closed = true,
                Heard::Ended => {
                    self.tell_lines(true);
                    self.has_ended = true;
                    self.until = self.until.min(Instant::now() + OPEN_OUTPUT_TIME);
                    if let Some(failure) = self.failure() {
                        return Some(self.give_up(failure));
                    }
                }
                Heard::TooLate if Instant::now() >= self.until => {
                    self.tell_lines(true);
                    let cause = match self.has_ended {
                        true => "what it prints does not end".to_owned(),
                        false => format!("it took more than {}", in_words(self.time)),
                    };
                    return Some(self.give_up(cause));
                }
                Heard::TooLate => self.look(),
            }
            if self.is_closed && self.has_ended {
                let printed = std::mem::take(&mut self.process.printed);
                return Some(Ok(printed));
            }
        }
    }

    /// When there is something to be said even if the program does nothing.
    fn next_look(&self) -> Instant {
        let silence = (!self.is_known).then(|| self.heard_at + TELL_AFTER);
        let pause = (self.rest() > 0).then(|| self.heard_at + QUESTION_PAUSE);
        let looks = [silence, pause].into_iter().flatten();
        looks.fold(self.until, Instant::min)
    }

    fn look(&mut self) {
        if self.rest() > 0 {
            self.tell_lines(true);
        } else if !self.is_known {
            self.is_known = true;
            // A line in the middle of its question would be taken for a part of it.
            if !asks_at_terminal() {
                (self.tell)(News::Silent);
            }
        }
    }

    /// Bytes of its stderr that were not told yet.
    fn rest(&self) -> usize {
        self.process.complaints().len() - self.told
    }

    fn tell_lines(&mut self, with_last: bool) {
        loop {
            let rest = &self.process.complaints()[self.told..];
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, length) = match end {
                Some(end) => (&rest[..end], end + 1),
                None if with_last && !rest.is_empty() => (rest, rest.len()),
                None => return,
            };
            let line = String::from_utf8_lossy(line);
            if !line.trim().is_empty() {
                self.is_known = true;
                (self.tell)(News::Line(line.trim_end()));
            }
            self.told += length;
        }
    }

    /// Why it failed, if it did: its exit code, and what it said last.
    fn failure(&mut self) -> Option<String> {
        let status = self.process.ended()?;
        let failed = format!("it failed with exit code {}", exit_code(status));
        let said = self.process.reason("");
        match said.is_empty() {
            _ if status.success() => None,
            true => Some(failed),
            false => Some(format!("{failed}: {said}")),
        }
    }

    fn give_up<R>(&mut self, cause: String) -> Result<R, String> {
        self.process.end();
        Err(cause)
    }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} minutes", seconds / 60),
    }
}

/// Whether a question is open on the terminal, as far as that can be seen: what is typed is
/// hidden, or does not come in lines.
fn asks_at_terminal() -> bool {
    let usual = LocalFlags::ECHO | LocalFlags::ICANON;
    let modes = File::open("/dev/tty").ok().map(tcgetattr);
    matches!(modes, Some(Ok(modes)) if !modes.local_flags.contains(usual))
}
