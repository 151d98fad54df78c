//! The seconds until the next code, counted down behind the question for it.

use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthStr;

/// Seconds that are counted down behind a question. What is typed does not show, so the line can be
/// written again and again.
pub(crate) struct Count<'a> {
    tty: &'a File,
    question: &'a str,
    next: Option<Instant>,
}

impl<'a> Count<'a> {
    /// Nothing is counted where the line would be longer than the terminal is wide.
    pub(crate) fn new(tty: &'a File, question: &'a str, next: Option<Instant>) -> Self {
        Self {
            tty,
            question,
            next: next.filter(|_| has_room(tty, question)),
        }
    }

    /// Shows how many seconds are left, and says how long that is true; none if it stays true.
    pub(crate) fn show(&mut self) -> io::Result<Option<Duration>> {
        let Some(next) = self.next else {
            return Ok(None);
        };
        let (mut tty, question) = (self.tty, self.question);
        let left = next.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.next = None;
            let blanks = " ".repeat(seconds_left(99).len());
            write!(tty, "\r{question}{blanks}\r{question}")?;
            return Ok(None);
        }
        let (seconds, rest) = full_seconds(left);
        write!(tty, "\r{question}{:<13}", seconds_left(seconds))?;
        Ok(Some(rest))
    }
}

/// Whether seconds fit on the line behind the question.
pub(crate) fn has_room(tty: &File, question: &str) -> bool {
    let width = terminal_size_of(tty).map_or(80, |(Width(columns), _)| usize::from(columns));
    question.width() + seconds_left(99).len() < width
}

/// The seconds to show for a time that is left, and the time until it is one less. A part of a
/// millisecond counts as a whole, as waiting for less would end too early.
fn full_seconds(left: Duration) -> (u128, Duration) {
    let millis = left.as_nanos().div_ceil(1_000_000).max(1);
    let seconds = millis.div_ceil(1000);
    let rest = millis - (seconds - 1) * 1000;
    let rest = u64::try_from(rest).unwrap_or(1000);
    (seconds, Duration::from_millis(rest))
}

fn seconds_left(seconds: u128) -> String {
    format!("(new in {seconds} s) ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_counted_down_to_the_last_nanosecond() {
        let of = |nanos| {
            let (seconds, rest) = full_seconds(Duration::from_nanos(nanos));
            (seconds, rest.as_millis())
        };
        assert_eq!(of(2_000_000_000), (2, 1000));
        assert_eq!(of(1_000_000_001), (2, 1));
        assert_eq!(of(1_000_000_000), (1, 1000));
        assert_eq!(of(999_999), (1, 1));
        assert_eq!(of(1), (1, 1));
    }
}
