//! Reading a line from the terminal, while the time is counted down and signals may come.

use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use nix::libc;
use zeroize::Zeroizing;

use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::countdown::Count;
use crate::edge::prompt::terminal::foreground::has_terminal;
use crate::edge::prompt::terminal::line::{Key, TypedLine};
use crate::edge::prompt::terminal::ready::{Ready, wait};
use crate::edge::signals::{Wake, obey};

/// The line, or why there is none; it is waited for until then.
///
/// # Errors
/// Those of the system.
pub(super) fn read_line(
    mut tty: &File,
    wake: &Wake,
    count: &mut Count<'_>,
    until: Instant,
) -> io::Result<Reply> {
    let mut line = TypedLine::new();
    // A line comes at once: nothing is counted down in the middle of it, on the line below.
    let mut in_line = false;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Reply::TimedOut);
        }
        let limit = match in_line {
            true => Duration::ZERO,
            false => count.show()?.map_or(left, |count| count.min(left)),
        };
        match wait(tty, wake.readable(), limit)? {
            Ready::Key => {}
            Ready::TooLate => {
                in_line = false;
                continue;
            }
            Ready::Woken | Ready::Interrupted => return Ok(Reply::Interrupted),
        }
        // A byte at a time: what is behind the line is the command's, also where someone else
        // has made the terminal give more than a line at once.
        let mut byte = Zeroizing::new([0]);
        match tty.read(&mut *byte) {
            Ok(0) => return Ok(Reply::Cancelled),
            Ok(_) => in_line = true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                return Ok(Reply::Interrupted);
            }
            // The other end of the terminal is gone; in the background it is another matter.
            Err(error) if error.raw_os_error() == Some(libc::EIO) && has_terminal(tty) => {
                return Ok(Reply::Cancelled);
            }
            Err(error) => return Err(error),
        }
        match line.press(byte[0]) {
            Key::Part => {}
            Key::Enter => return Ok(Reply::Line(line.into_text())),
            Key::End => return Ok(Reply::Cancelled),
            Key::Signal(signal) => obey(signal),
        }
    }
}
