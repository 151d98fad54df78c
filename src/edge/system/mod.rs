//! What each system has in its own way: the same names in a folder for each, and nothing else here.
//! Beside it, the keyring (`store/keyring/`) and the browser (`browser/`) have a file for each system.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

use nix::unistd::Pid;

#[cfg(target_os = "linux")]
pub(crate) use linux::{
    CACHE_BELOW_HOME, CLOCK_SINCE_BOOT, DATA_BELOW_HOME, READ_MAN_PAGE, ROOTS_REMEDY,
    USUAL_DIALOGS, boot, machine, memory, no_window, pid_namespace, pipe_has_name, processes,
    target,
};
#[cfg(target_os = "macos")]
pub(crate) use macos::{
    CACHE_BELOW_HOME, CLOCK_SINCE_BOOT, DATA_BELOW_HOME, READ_MAN_PAGE, ROOTS_REMEDY,
    USUAL_DIALOGS, boot, machine, memory, no_window, pid_namespace, pipe_has_name, processes,
    target,
};

#[cfg(target_os = "macos")]
pub(crate) use macos::keychain;

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
compile_error!("mfaexec runs on Linux and macOS; another system needs a folder in src/edge/system");

/// What a system says about a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stat {
    pub(crate) runs: bool,
    pub(crate) parent: Pid,
    pub(crate) session: Pid,
    /// The moment of its start, in units of the system. It stays the same at an exec.
    pub(crate) started: u64,
}
