//! How a program ends: by itself, or ended with all that it has started, kindly first.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::edge::process::descendants::{self, Member};

/// How long a program may take to end when it has been asked to.
const END_TIME: Duration = Duration::from_secs(1);

/// The group of processes that a program runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// One of its own, which can be ended as a whole.
    Own,
    /// That of mfaexec: the terminal listens to it, and its ^C and ^Z reach the program, too.
    Shared,
}

/// A program that runs, and what it has started.
pub(crate) struct Program {
    child: Child,
    status: Option<ExitStatus>,
    group: Group,
    /// The numbers of its pipes, by which those are found that have them.
    pipes: Vec<u64>,
}

impl Program {
    pub(crate) fn new(child: Child, group: Group, pipes: Vec<u64>) -> Self {
        Self {
            child,
            status: None,
            group,
            pipes,
        }
    }

    /// How it ended, if it has.
    pub(crate) fn status(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
        }
        Ok(self.status)
    }

    /// How it ended, which it has to do soon.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < END_TIME {
            match self.status() {
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                ended => return ended.ok().flatten(),
            }
        }
        None
    }

    /// Ends it, and all that it has started and left behind.
    pub(crate) fn end(&mut self) {
        let family = self.family();
        self.signal(&family, Signal::SIGTERM);
        // ^Z may have stopped it.
        self.signal(&family, Signal::SIGCONT);
        let begun = Instant::now();
        while begun.elapsed() < END_TIME && self.is_there(&family) {
            thread::sleep(Duration::from_millis(2));
        }
        if !self.is_there(&family) {
            return;
        }
        // Who was started meanwhile is found anew, who has lost its parent is in the first list.
        self.signal(&self.family(), Signal::SIGKILL);
        self.signal(&family, Signal::SIGKILL);
        if let Ok(None) = self.status() {
            // It may have left its group.
            let _ = self.child.kill();
            self.status = self.child.wait().ok();
        }
    }

    /// Who has to be ended one by one.
    fn family(&self) -> Vec<Member> {
        match (self.group, self.pid()) {
            (Group::Shared, Some(program)) => descendants::of(program, &self.pipes),
            _ => Vec::new(),
        }
    }

    fn signal(&self, family: &[Member], signal: Signal) {
        for member in family {
            member.signal(signal);
        }
        // The number of a group is not used again while someone is in it.
        if let (Group::Own, Some(group)) = (self.group, self.pid()) {
            // It may be gone.
            let _ = killpg(group, signal);
        }
    }

    fn is_there(&mut self, family: &[Member]) -> bool {
        let runs = matches!(self.status(), Ok(None));
        let group = self.group == Group::Own
            && self
                .pid()
                .is_some_and(|group| killpg(group, None::<Signal>).is_ok());
        runs || group || family.iter().any(|member| member.is_there())
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().map(Pid::from_raw)
    }
}
