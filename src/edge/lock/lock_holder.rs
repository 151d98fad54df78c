//! The process that has a lock, and where numbers of processes mean something.

use nix::errno::Errno;
use nix::unistd::{Pid, getpgid, getpgrp, getsid};

use crate::edge::system::{boot, pid_namespace};

/// The process that has a lock, by its number.
#[derive(Debug, Clone, Copy)]
pub struct Holder(pub u32);

impl Holder {
    /// Whether it belongs to the same job as this process. Then both have the same terminal, and
    /// both have it in the foreground or neither has.
    pub fn is_of_this_job(self) -> bool {
        self.job() == Ok(getpgrp())
    }

    /// Whether it is there, as far as this process can see.
    pub(crate) fn is_there(self) -> bool {
        self.job().is_ok()
    }

    /// The group that it belongs to; an error if it is gone, or if its number is of another
    /// namespace.
    fn job(self) -> nix::Result<Pid> {
        let pid = i32::try_from(self.0).map_err(|_| Errno::ESRCH)?;
        getpgid(Some(Pid::from_raw(pid)))
    }
}

/// Where the number of a process means that process: this running system, and the container in it.
/// Others may have the same home directory.
pub(crate) fn place() -> String {
    let (boot, namespace) = (boot().unwrap_or_default(), pid_namespace());
    format!("{boot} {namespace}")
}

/// The number of this process's session.
pub(crate) fn session() -> i32 {
    getsid(None).map_or(0, Pid::as_raw)
}
