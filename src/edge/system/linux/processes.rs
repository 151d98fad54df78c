//! Other processes, by proc(5).

use std::fs;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

use crate::edge::system::Stat;

/// A process that this one can see.
pub(crate) fn stat(pid: Pid) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
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

pub(crate) fn all() -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.map(Pid::from_raw).collect()
}

/// Whether one of these pipes is open in a process, as far as this one may look.
pub(crate) fn has_pipe(pid: Pid, pipes: &[u64]) -> bool {
    let open = fs::read_dir(format!("/proc/{pid}/fd"));
    let mut links = open
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok());
    links.any(|link| {
        pipes
            .iter()
            .any(|pipe| link.as_os_str() == format!("pipe:[{pipe}]").as_str())
    })
}

/// Whether a process of this user has the entry in its environment.
pub(crate) fn any_has_in_environment(entry: &[u8]) -> Option<bool> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut environments = processes.filter_map(|process| {
        let name = process.file_name();
        let is_process = name.as_bytes().first().is_some_and(u8::is_ascii_digit);
        // Those of other users cannot be read.
        is_process.then(|| fs::read(process.path().join("environ")).ok())?
    });
    Some(environments.any(|environment| {
        let mut entries = environment.split(|byte| *byte == 0);
        entries.any(|other| other == entry)
    }))
}

/// Becomes readable when the process ends: pidfd_open(2), from Linux 5.3 on.
///
/// # Errors
/// The system is older, or the process is gone.
pub(crate) fn end_of(pid: Pid) -> nix::Result<OwnedFd> {
    // SAFETY: no pointers; a new descriptor, which no one else has, or an error.
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0);
        let fd = RawFd::try_from(Errno::result(fd)?).map_err(|_| Errno::EBADF)?;
        Ok(OwnedFd::from_raw_fd(fd))
    }
}
