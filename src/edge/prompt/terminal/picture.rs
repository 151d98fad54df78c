//! A picture above a question, on the other screen of the terminal: when it is answered, the terminal is
//! as it was, and the picture is in no scrollback (xterm, "Alternate Screen Buffer"). A terminal without
//! another screen is cleared.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// The other screen, without what is on it.
const SHOW: &str = "\u{1b}[?1049h\u{1b}[H\u{1b}[2J";
/// Nothing on it, and the first one again.
const HIDE: &str = "\u{1b}[H\u{1b}[2J\u{1b}[?1049l";

/// Whether a picture is on the terminal, for a panic.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// A picture on the terminal, until this goes.
pub(super) struct ShownPicture<'a>(&'a File);

impl<'a> ShownPicture<'a> {
    pub(super) fn draw(mut tty: &'a File, picture: &str) -> Self {
        IS_SHOWN.store(true, Ordering::SeqCst);
        // A terminal that is gone shows when the answer is read.
        tty.write_all(SHOW.as_bytes()).ok();
        tty.write_all(picture.as_bytes()).ok();
        Self(tty)
    }
}

impl Drop for ShownPicture<'_> {
    fn drop(&mut self) {
        hide(self.0);
    }
}

fn hide(mut tty: &File) {
    if IS_SHOWN.swap(false, Ordering::SeqCst) {
        // The terminal may be gone.
        tty.write_all(HIDE.as_bytes()).ok();
    }
}

/// Takes a picture off the terminal that a panic has left there.
pub(crate) fn hide_after_panic() {
    if IS_SHOWN.load(Ordering::SeqCst)
        && let Ok(tty) = OpenOptions::new().write(true).open("/dev/tty")
    {
        hide(&tty);
    }
}
