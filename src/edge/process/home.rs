//! The home of the user where HOME is not set, as under systemd, cron and in containers.

use std::ffi::OsString;

use nix::unistd::{User, getuid};

use crate::edge::nss;

/// The home that the user database has, as Python's `expanduser` asks it for the AWS CLI; none if it
/// does not know the user.
pub(crate) fn of_user() -> Option<OsString> {
    nss::stay_within_the_program();
    let user = User::from_uid(getuid()).ok().flatten()?;
    Some(user.dir.into_os_string())
}

/// Why there is no home.
pub(crate) fn missing() -> String {
    let user = getuid();
    format!("HOME is not set, and the user database has no entry for the user ID {user}")
}
