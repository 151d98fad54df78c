//! Memory with secrets in it.

use std::sync::Mutex;

use nix::libc;
use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};

/// The caller's limits for core dumps.
static BEFORE: Mutex<Option<(rlim_t, rlim_t)>> = Mutex::new(None);

/// No core dump while this process holds secrets. PT_DENY_ATTACH, which would keep debuggers away,
/// stays at an exec (xnu's kern_exec.c, "Transfer parent's ptrace state"): the command could not be
/// debugged any more. So a process that becomes the command does without.
pub(crate) fn protect() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_CORE)
        && setrlimit(Resource::RLIMIT_CORE, 0, hard).is_ok()
        && let Ok(mut before) = BEFORE.lock()
    {
        *before = Some((soft, hard));
    }
}

/// No core dump and no debugger, in a process that becomes no command.
pub(crate) fn protect_to_the_end() {
    protect();
    // SAFETY: no pointers are used. It ends a process that is traced already: this one was just
    // forked, and a trace is not inherited.
    unsafe {
        libc::ptrace(libc::PT_DENY_ATTACH, 0, std::ptr::null_mut(), 0);
    }
}

/// The command has the limits of the caller.
pub(crate) fn put_back() {
    if let Ok(mut before) = BEFORE.try_lock()
        && let Some((soft, hard)) = before.take()
        && let Err(error) = setrlimit(Resource::RLIMIT_CORE, soft, hard)
    {
        log::debug!("cannot restore the limit for core dumps: {error}");
    }
}
