//! Memory with secrets in it.

/// No core dump, no debugger of the same user, no reading of /proc/PID/environ while this process
/// holds secrets. The kernel lifts it at the next exec: the command is not concerned.
pub(crate) fn protect() {
    // prctl(2) has no error for this value; where a sandbox forbids the call, runs go on.
    nix::sys::prctl::set_dumpable(false).ok();
}

/// The same, in a process that becomes no command.
pub(crate) fn protect_to_the_end() {
    protect();
}

/// Nothing that an exec would not lift by itself.
pub(crate) fn put_back() {}
