//! A secret link for the browser. Browsers take their links as arguments, which every user of the
//! machine can read, so each system has its own route. Decision 32 says why.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
pub(crate) use linux::{check, open};
#[cfg(target_os = "macos")]
pub(crate) use macos::{check, open};

use crate::error::Error;

fn cannot(cause: &str) -> Error {
    Error::new(
        "no browser can be opened",
        cause,
        "print the link, and open it yourself within 15 minutes: mfaexec console --print [OPTIONS]",
    )
}
