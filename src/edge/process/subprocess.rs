//! A program that is waited for: what it prints, its time, and its end, which takes away all that it
//! has started. Programs that give codes or keys and programs that ask a person are all run by this.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::fstat;
use zeroize::Zeroizing;

use crate::edge::process::ending::{Group, Program};
use crate::edge::signals::Wake;
use crate::model::failure::secrets::shortened;
use crate::model::vars::is_withheld;

/// How often it is looked at whether the program is still there.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// More bytes than this are no code and no key.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// What listening to a program came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It has printed something more.
    Printed,
    /// It has said something more on stderr.
    Complained,
    /// It has closed its stdout.
    Closed,
    /// It has ended, and everything in its pipes was read. Told once.
    Ended,
    /// A signal or another thread wants an end.
    Woken,
    /// The time is over.
    TooLate,
}

/// A program that runs. It is gone when this is.
pub(crate) struct Subprocess {
    program: Program,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    end_is_told: bool,
    /// What it has printed and no one has taken yet; perhaps a secret.
    pub(crate) printed: Zeroizing<Vec<u8>>,
    complaints: Zeroizing<Vec<u8>>,
}

/// A command without the secrets of the environment, which a program that asks has no use for.
pub(crate) fn without_secrets(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_withheld(name.as_bytes())) {
        command.env_remove(name);
    }
    command
}

impl Subprocess {
    /// Starts a program. What is told to it goes to its stdin, if that is `stdin`.
    pub(crate) fn start(mut command: Command, stdin: Stdio, group: Group) -> io::Result<Self> {
        command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if group == Group::Own {
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let pipes = [number(stdout.as_ref()), number(stderr.as_ref())];
        Ok(Self {
            stdin: child.stdin.take(),
            stdout,
            stderr,
            program: Program::new(child, group, pipes.into_iter().flatten().collect()),
            end_is_told: false,
            printed: Zeroizing::new(Vec::with_capacity(OUTPUT_LIMIT)),
            complaints: Zeroizing::new(Vec::with_capacity(OUTPUT_LIMIT)),
        })
    }

    pub(crate) fn tell(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.stdin.as_mut();
        stdin.map_or(Ok(()), |stdin| stdin.write_all(line.as_bytes()))
    }

    /// Nothing more will be told.
    pub(crate) fn hush(&mut self) {
        self.stdin = None;
    }

    /// Waits until it prints something more, or something else ends the wait.
    pub(crate) fn listen(&mut self, wake: &Wake, until: Instant) -> io::Result<Heard> {
        loop {
            // Looked at before the pipes: what is in them then is all that there will be.
            let ends = self.program.status()?.is_some() && !self.end_is_told;
            let left = until.saturating_duration_since(Instant::now());
            let wait = if ends {
                Duration::ZERO
            } else {
                left.min(POLL_INTERVAL)
            };
            let [woken, complains, prints] = match self.poll(wake, wait) {
                Err(Errno::EINTR) => return Ok(Heard::Woken),
                ready => ready?,
            };
            if woken {
                return Ok(Heard::Woken);
            }
            // Why it ended, it says before it closes stdout.
            let complained = complains && read(&mut self.stderr, &mut self.complaints)? > 0;
            if complains && !complained {
                self.stderr = None;
            }
            if prints {
                if read(&mut self.stdout, &mut self.printed)? > 0 {
                    return Ok(Heard::Printed);
                }
                self.stdout = None;
                return Ok(Heard::Closed);
            }
            // Endless complaints do not make the time longer.
            if complained && !left.is_zero() {
                return Ok(Heard::Complained);
            }
            if ends && !complained {
                self.end_is_told = true;
                return Ok(Heard::Ended);
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
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.program.ended()
    }

    /// What it said on stderr, as far as anyone would read it.
    pub(crate) fn complaints(&self) -> &[u8] {
        &self.complaints
    }

    /// Why it ended, in the last words that it said, else in `words`.
    pub(crate) fn reason(&self, words: &str) -> String {
        let text = String::from_utf8_lossy(&self.complaints);
        let mut lines = text.lines().map(str::trim).rev();
        let last = lines.find(|line| !line.is_empty());
        shortened(last.unwrap_or(words))
    }

    /// Whether it prints without end.
    pub(crate) fn babbles(&self) -> bool {
        self.printed.len() >= OUTPUT_LIMIT
    }
}

impl Subprocess {
    /// Ends it, and all that it has started and left behind.
    pub(crate) fn end(&mut self) {
        self.hush();
        self.program.end();
    }
}

impl Drop for Subprocess {
    fn drop(&mut self) {
        self.hush();
        if let Ok(None) = self.program.status() {
            self.program.end();
        }
    }
}

/// The exit code as a shell has it: a program that was killed by a signal has one, too.
pub(crate) fn exit_code(status: ExitStatus) -> i32 {
    let killed = || status.signal().map(|signal| 128 + signal);
    status.code().or_else(killed).unwrap_or(-1)
}

/// The number of a pipe, the same in every process that has it.
fn number(pipe: Option<&impl AsFd>) -> Option<u64> {
    fstat(pipe?).ok().map(|stat| stat.st_ino)
}

/// Reads what is there, and what would be more than [`OUTPUT_LIMIT`] not at all: the buffer never moves, so
/// that no copy of a secret is left behind.
fn read(pipe: &mut Option<impl Read>, into: &mut Vec<u8>) -> io::Result<usize> {
    let Some(pipe) = pipe else { return Ok(0) };
    let mut part = Zeroizing::new([0; 512]);
    let count = pipe.read(&mut *part)?;
    let room = OUTPUT_LIMIT.saturating_sub(into.len());
    into.extend_from_slice(&part[..count.min(room)]);
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use nix::unistd::Pid;

    use super::*;
    use crate::edge::system::processes::stat;

    fn shell(script: &str, group: Group) -> Subprocess {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        Subprocess::start(command, Stdio::null(), group).unwrap()
    }

    fn listen(process: &mut Subprocess, wake: &Wake, wait: u64) -> Heard {
        process
            .listen(wake, Instant::now() + Duration::from_millis(wait))
            .unwrap()
    }

    #[test]
    fn what_never_answers_is_given_up() {
        let mut process = shell("sleep 600", Group::Own);
        let wake = Wake::new().unwrap();
        assert_eq!(listen(&mut process, &wake, 50), Heard::TooLate);
    }

    #[test]
    fn complaints_without_end_do_not_make_the_time_longer() {
        let mut process = shell("yes >&2", Group::Own);
        let wake = Wake::new().unwrap();
        let until = Instant::now() + Duration::from_millis(300);
        while process.listen(&wake, until).unwrap() != Heard::TooLate {}
        assert_eq!(process.complaints.len(), OUTPUT_LIMIT);
    }

    #[test]
    fn a_wake_ends_the_wait() {
        let mut process = shell("sleep 600", Group::Own);
        let wake = Wake::new().unwrap();
        crate::edge::signals::wake(&wake.waker().unwrap());
        assert_eq!(listen(&mut process, &wake, 60_000), Heard::Woken);
    }

    #[test]
    fn the_end_shows_also_where_something_else_holds_the_pipe() {
        for group in [Group::Own, Group::Shared] {
            let script = "sleep 600 & echo $!; echo oops >&2; exit 3";
            let mut process = shell(script, group);
            let wake = Wake::new().unwrap();
            let mut heard = Vec::new();
            while heard.last() != Some(&Heard::Ended) {
                heard.push(listen(&mut process, &wake, 60_000));
            }
            assert!(!heard.contains(&Heard::Closed) && !heard.contains(&Heard::TooLate));
            assert_eq!(process.reason(""), "oops");
            assert_eq!(process.ended().map(exit_code), Some(3));
            // It is told once, and then there is the pipe to wait for.
            assert_eq!(listen(&mut process, &wake, 50), Heard::TooLate);
            process.end();
            is_gone(&process.printed);
        }
    }

    #[test]
    fn what_does_not_want_to_end_is_ended_with_all_that_it_started() {
        for group in [Group::Own, Group::Shared] {
            let script = "trap '' TERM; (trap '' TERM; sleep 600) & echo $!; wait; sleep 600";
            let mut process = shell(script, group);
            let wake = Wake::new().unwrap();
            assert_eq!(listen(&mut process, &wake, 60_000), Heard::Printed);
            let started = process.printed.clone();
            drop(process);
            is_gone(&started);
        }
    }

    /// Waits until the process of that number is gone.
    #[track_caller]
    fn is_gone(number: &[u8]) {
        let number = String::from_utf8_lossy(number).trim().to_owned();
        let pid = Pid::from_raw(number.parse().unwrap());
        for _ in 0..500 {
            // No one waits for it here, so that it may stay a zombie.
            if stat(pid).is_none_or(|stat| !stat.runs) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it is still there");
    }
}
