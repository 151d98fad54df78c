//! Moments and durations, read and printed in one way.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, in whole seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// No moment that comes: keys of a provider that tells no end.
    pub const NEVER: Self = Self(u64::MAX);

    /// A moment as [`fmt::Display`] writes it, or otherwise by RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        humantime::parse_rfc3339(text).ok().map(Self::from)
    }

    /// The seconds from `self` until `later`; zero when that is past.
    pub fn until(self, later: Timestamp) -> u64 {
        later.0.saturating_sub(self.0)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(
            time.duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
        )
    }
}

/// `2026-01-31T12:00:00Z`: UTC, whole seconds, `Z`. The one form that every SDK reads.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // humantime writes years up to 9999; later ones only come from a broken answer.
        let seconds = self.0.min(253_402_300_799);
        humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).fmt(f)
    }
}

/// `4h`, `90m`, `1h 30m`, or a bare number of seconds.
///
/// # Errors
/// It is none of these; in words.
pub(crate) fn parse_seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text} is no time; write 4h, 90m, or seconds");
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_err(|_| wrong());
    }
    let duration = humantime::parse_duration(text).map_err(|_| wrong())?;
    Ok(duration.as_secs())
}

/// Seconds as people say them: `3h 59m`, `59s`. From an hour on to the nearest minute.
pub(crate) fn in_words(seconds: u64) -> String {
    let shown = if seconds >= 3600 {
        (seconds + 30) / 60 * 60
    } else {
        seconds
    };
    let text = humantime::format_duration(Duration::from_secs(shown)).to_string();
    // One letter for each unit, as they are read.
    text.replace("days", "d").replace("day", "d")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_as_every_sdk_reads_it() {
        assert_eq!(Timestamp(1_700_000_000).to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(Timestamp(u64::MAX).to_string(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn time_left_is_said_in_two_units() {
        assert_eq!(in_words(14_399), "4h");
        assert_eq!(in_words(14_369), "3h 59m");
        assert_eq!(in_words(59), "59s");
    }
}
