//! macOS. Nothing in here was ever run: README.md says so.

pub(crate) mod keychain;
pub(crate) mod memory;
pub(crate) mod processes;

use std::ffi::{CStr, c_int};
use std::fs::File;
use std::os::unix::fs::MetadataExt;

use nix::libc;
use nix::time::ClockId;

use crate::model::environment::Environment;
use crate::model::failure::route::Machine;

/// Where sessions are cached without `XDG_CACHE_HOME`: Apple's File System Programming Guide, "The
/// Library Directory".
pub(crate) const CACHE_BELOW_HOME: &str = "Library/Caches/mfaexec";

/// Where keys are kept without `XDG_DATA_HOME` (the same guide).
pub(crate) const DATA_BELOW_HOME: &str = "Library/Application Support/mfaexec";

/// Where the system sleeps, this clock goes on, and nothing sets it: mach_continuous_time, in
/// clock_gettime(3).
pub(crate) const CLOCK_SINCE_BOOT: ClockId = ClockId::from_raw(libc::CLOCK_MONOTONIC_RAW);

/// The programs that ask where there is no terminal, the first of them first. `pinentry` alone is
/// often one for terminals, which says so and is left out then. osascript is a part of the system.
pub(crate) const USUAL_DIALOGS: &[&str] =
    &["pinentry-mac", "pinentry", "zenity", "kdialog", "osascript"];

/// What shows a man page that comes through a pipe: man(1) of macOS reads none, mandoc(1) does.
pub(crate) const READ_MAN_PAGE: &str = "mandoc -a";

/// What to do where no certificates of authorities are found.
pub(crate) const ROOTS_REMEDY: &str =
    "look at System Roots in Keychain Access, or set AWS_CA_BUNDLE to a file of certificates";

/// Which start of the system this is.
/// What this was compiled for, as rustc names it.
pub(crate) fn target() -> String {
    format!("{}-apple-darwin", std::env::consts::ARCH)
}

pub(crate) fn boot() -> Option<String> {
    // A UUID as text, with the NUL at its end.
    let mut id = [0_u8; 64];
    let mut length = id.len();
    // SAFETY: sysctl(3) writes `length` bytes at most, and how many it has written.
    let result = unsafe {
        libc::sysctlbyname(
            c"kern.bootsessionuuid".as_ptr(),
            id.as_mut_ptr().cast(),
            &raw mut length,
            std::ptr::null_mut(),
            0,
        )
    };
    let id = CStr::from_bytes_until_nul(&id).ok()?.to_str().ok()?;
    (result == 0 && !id.is_empty()).then(|| id.to_owned())
}

/// Numbers of processes mean the same everywhere on a Mac.
pub(crate) fn pid_namespace() -> u64 {
    0
}

pub(crate) fn machine() -> Machine {
    Machine::MacOs
}

#[link(name = "Security", kind = "framework")]
unsafe extern "C" {
    /// AuthSession.h: what the session of a process is. The identity may be left out.
    fn SessionGetInfo(session: u32, identity: *mut u32, attributes: *mut u32) -> c_int;
}

/// Why no window can be shown; none if one can. A job of the system's launchd and a login over ssh
/// have no window server. Over ssh, there may be one that someone else sits at.
pub(crate) fn no_window(env: &Environment) -> Option<&'static str> {
    /// callerSecuritySession and sessionHasGraphicAccess.
    const OWN: u32 = u32::MAX;
    const WINDOWS: u32 = 0x10;
    if env.text("SSH_CONNECTION").is_some() {
        return Some("this login came over ssh (SSH_CONNECTION is set)");
    }
    let mut attributes = 0;
    // SAFETY: it writes the attributes to where it is told.
    let result = unsafe { SessionGetInfo(OWN, std::ptr::null_mut(), &raw mut attributes) };
    let has_windows = result == 0 && attributes & WINDOWS != 0;
    (!has_windows).then_some("this login has no access to the window server")
}

/// Whether a pipe is a file with a name, which anyone may open later. Those of shells are in no
/// directory, so no link leads to them (pipe_stat in xnu's sys_pipe.c).
pub(crate) fn pipe_has_name(pipe: &File) -> bool {
    pipe.metadata().is_ok_and(|about| about.nlink() > 0)
}
