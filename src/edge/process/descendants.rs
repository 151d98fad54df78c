//! The processes behind a program that runs in mfaexec's own group: it has to be there to read from
//! the terminal and to get ^C, so the group cannot be used to end it with all that it has started.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::edge::system::Stat;
use crate::edge::system::processes::{self, has_pipe};

/// A process, by its number and the moment of its start: numbers are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    pid: Pid,
    started: u64,
}

impl Member {
    /// A process that runs now.
    pub(crate) fn of(pid: Pid) -> Option<Self> {
        let started = processes::stat(pid)?.started;
        Some(Self { pid, started })
    }

    pub(crate) fn this() -> Option<Self> {
        Self::of(Pid::this())
    }

    pub(crate) fn pid(self) -> Pid {
        self.pid
    }

    /// The moment of its start, in the units of the system.
    pub(crate) fn started(self) -> u64 {
        self.started
    }

    /// Sends it a signal, if it is still there.
    pub(crate) fn signal(self, signal: Signal) {
        if self.is_there() {
            // It may be gone meanwhile.
            let _ = kill(self.pid, signal);
        }
    }

    /// Whether it still runs.
    pub(crate) fn is_there(self) -> bool {
        processes::stat(self.pid).is_some_and(|stat| stat.started == self.started && stat.runs)
    }
}

/// The program itself, all that it has started, and what else has its pipes: what lives on where its
/// parent has ended is found by these. A daemon has a session of its own and has closed the pipes: it
/// is no one's business.
pub(crate) fn of(program: Pid, pipes: &[u64]) -> Vec<Member> {
    let session = nix::unistd::getsid(None).ok();
    let all: Vec<(Pid, Stat)> = processes::all()
        .into_iter()
        .filter_map(|pid| Some((pid, processes::stat(pid)?)))
        .filter(|(pid, _)| *pid != Pid::this())
        .filter(|(pid, stat)| Some(stat.session) == session || has_pipe(*pid, pipes))
        .collect();
    let mut members = vec![program];
    let holders = all.iter().filter(|(pid, _)| has_pipe(*pid, pipes));
    members.extend(holders.map(|(pid, _)| *pid));
    // Each round finds the children of the last one.
    loop {
        let more = all.iter().map(|(pid, stat)| (*pid, stat.parent));
        let more: Vec<Pid> = more
            .filter(|(pid, parent)| members.contains(parent) && !members.contains(pid))
            .map(|(pid, _)| pid)
            .collect();
        if more.is_empty() {
            break;
        }
        members.extend(more);
    }
    let member = |(pid, stat): &(Pid, Stat)| Member {
        pid: *pid,
        started: stat.started,
    };
    let of_family = all.iter().filter(|(pid, _)| members.contains(pid));
    of_family.map(member).collect()
}
