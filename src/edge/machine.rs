//! What kind of machine this is.

use std::fs;
use std::path::Path;

use crate::model::failure::route::Machine;

/// The kernel's name tells Windows, files of Docker and Podman tell a container (as systemd's
/// container interface has it), and sd_booted(3) tells systemd.
pub(crate) fn machine() -> Machine {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let is_there = |path: &str| Path::new(path).exists();
    if kernel.to_ascii_lowercase().contains("microsoft") {
        Machine::Wsl
    } else if cfg!(target_os = "macos") {
        Machine::MacOs
    } else if is_there("/.dockerenv") || is_there("/run/.containerenv") {
        Machine::Container
    } else if is_there("/run/systemd/system") {
        Machine::Systemd
    } else {
        Machine::Other
    }
}
