//! Linux.

pub(crate) mod memory;
pub(crate) mod processes;

use std::fs::{self, File};
use std::path::Path;

use nix::sys::stat::stat;
use nix::sys::statfs::{FsType, fstatfs};
use nix::time::ClockId;

use crate::model::environment::Environment;
use crate::model::failure::route::Machine;

// The unwinder out of the compiler's archive, as rust-lld takes what is named first. The standard
// library names libgcc_s, which every run would look up, map and search for symbols.
#[cfg(target_env = "gnu")]
#[link(name = "gcc_eh", kind = "static", modifiers = "-bundle")]
unsafe extern "C" {}

/// Where sessions are cached without `XDG_CACHE_HOME` (the `XDG Base Directory Specification`).
pub(crate) const CACHE_BELOW_HOME: &str = ".cache/mfaexec";

/// Where keys are kept without `XDG_DATA_HOME` (the same specification).
pub(crate) const DATA_BELOW_HOME: &str = ".local/share/mfaexec";

/// Where the system sleeps, this clock goes on (clock_gettime(2)).
pub(crate) const CLOCK_SINCE_BOOT: ClockId = ClockId::CLOCK_BOOTTIME;

/// The programs that ask where there is no terminal, the first of them first.
pub(crate) const USUAL_DIALOGS: &[&str] = &["pinentry", "zenity", "kdialog"];

/// What shows a man page that comes through a pipe (man(1) of man-db and of mandoc).
pub(crate) const READ_MAN_PAGE: &str = "man -l -";

/// What to do where no certificates of authorities are found.
pub(crate) const ROOTS_REMEDY: &str = "install ca-certificates";

/// What this was compiled for, as rustc names it.
pub(crate) fn target() -> String {
    let libc = match cfg!(target_env = "musl") {
        true => "musl",
        false => "gnu",
    };
    format!("{}-unknown-linux-{libc}", std::env::consts::ARCH)
}

/// Which start of which system this is (random(4)).
pub(crate) fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// The container in which numbers of processes mean something (pid_namespaces(7)); zero if unknown.
pub(crate) fn pid_namespace() -> u64 {
    stat("/proc/self/ns/pid").map_or(0, |stat| stat.st_ino)
}

/// The kernel's name tells Windows, files of Docker and Podman tell a container (as systemd's
/// container interface has it), and sd_booted(3) tells systemd.
pub(crate) fn machine() -> Machine {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let is_there = |path: &str| Path::new(path).exists();
    if kernel.to_ascii_lowercase().contains("microsoft") {
        Machine::Wsl
    } else if is_there("/.dockerenv") || is_there("/run/.containerenv") {
        Machine::Container
    } else if is_there("/run/systemd/system") {
        Machine::Systemd
    } else {
        Machine::Other
    }
}

/// Why no window can be shown; none if one can.
pub(crate) fn no_window(env: &Environment) -> Option<&'static str> {
    let is_set = |name: &&str| env.text(name).is_some();
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(is_set);
    (!has_display).then_some("neither DISPLAY nor WAYLAND_DISPLAY is set")
}

/// Whether a pipe is a file with a name, which anyone may open later; those of shells are not.
pub(crate) fn pipe_has_name(pipe: &File) -> bool {
    /// PIPEFS_MAGIC of linux/magic.h.
    const PIPES: FsType = FsType(0x5049_5045);
    fstatfs(pipe).is_ok_and(|system| system.filesystem_type() != PIPES)
}
