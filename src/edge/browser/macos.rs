//! AppleScript opens the link. It takes its program on stdin, so no one sees the link.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use secrecy::{ExposeSecret, SecretString};

use crate::edge::browser::cannot;
use crate::edge::output::Ui;
use crate::edge::system::no_window;
use crate::error::Result;
use crate::model::environment::Environment;

/// Makes sure that a browser can be seen.
///
/// # Errors
/// It cannot.
pub(crate) fn check(env: &Environment) -> Result<()> {
    no_window(env).map_or(Ok(()), |cause| Err(cannot(cause)))
}

/// Opens the link in the browser.
///
/// # Errors
/// osascript failed.
pub(crate) fn open(link: &SecretString, _: &Environment, _: Ui) -> Result<()> {
    let in_words = |error: io::Error| cannot(&format!("osascript: {error}"));
    let mut osascript = Command::new("/usr/bin/osascript")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(in_words)?;
    // All of a link's characters are ASCII, and quotes are escaped in it.
    let script = format!("open location \"{}\"\n", link.expose_secret());
    let mut stdin = osascript.stdin.take();
    let told = stdin
        .as_mut()
        .map(|stdin| stdin.write_all(script.as_bytes()));
    drop(stdin);
    told.transpose().map_err(in_words)?;
    match osascript.wait().map_err(in_words)?.success() {
        true => Ok(()),
        false => Err(cannot("osascript failed")),
    }
}
