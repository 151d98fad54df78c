//! The processes behind a program that runs in mfaexec's own group: it has to be there to read from
//! the terminal and to get ^C, so the group cannot be used to end it with all that it has started.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A process, by its number and the moment of its start: numbers are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    pid: Pid,
    started: u64,
}

impl Member {
    /// A process that runs now.
    pub(crate) fn of(pid: Pid) -> Option<Self> {
        let started = stat(pid)?.started;
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
        stat(self.pid).is_some_and(|stat| stat.started == self.started && stat.runs)
    }
}

/// What is asked of a process.
struct Stat {
    runs: bool,
    #[cfg(target_os = "linux")]
    parent: Pid,
    #[cfg(target_os = "linux")]
    session: Pid,
    started: u64,
}

#[cfg(target_os = "linux")]
fn stat(pid: Pid) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in parentheses, and may have some in it.
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<i32>().ok();
    Some(Stat {
        runs: !matches!(fields.first(), Some(&"Z" | &"X")),
        parent: Pid::from_raw(number(1)?),
        session: Pid::from_raw(number(3)?),
        started: fields.get(19)?.parse().ok()?,
    })
}

/// The program itself, all that it has started, and what else has its pipes: what lives on where its
/// parent has ended is found by these. A daemon has a session of its own and has closed the pipes: it
/// is no one's business.
#[cfg(target_os = "linux")]
pub(crate) fn of(program: Pid, pipes: &[u64]) -> Vec<Member> {
    let session = nix::unistd::getsid(None).ok();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let all: Vec<(Pid, Stat)> = pids
        .map(Pid::from_raw)
        .filter_map(|pid| Some((pid, stat(pid)?)))
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

/// Whether one of these pipes is open in a process, as far as this one may look.
#[cfg(target_os = "linux")]
fn has_pipe(pid: Pid, pipes: &[u64]) -> bool {
    let open = std::fs::read_dir(format!("/proc/{pid}/fd"));
    let mut links = open
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok());
    links.any(|link| {
        pipes
            .iter()
            .any(|pipe| link.as_os_str() == format!("pipe:[{pipe}]").as_str())
    })
}

#[cfg(not(target_os = "linux"))]
fn stat(pid: Pid) -> Option<Stat> {
    kill(pid, None).is_ok().then_some(Stat {
        runs: true,
        started: 0,
    })
}

/// The program alone: other systems have no such list.
#[cfg(not(target_os = "linux"))]
pub(crate) fn of(program: Pid, _pipes: &[u64]) -> Vec<Member> {
    vec![Member {
        pid: program,
        started: 0,
    }]
}
