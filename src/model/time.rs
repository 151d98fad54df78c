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

/// A length of time that someone wants, in the words that they used, so that an answer can repeat them.
#[derive(Debug, Clone)]
pub struct Span {
    pub seconds: u64,
    written: Option<String>,
}

impl Span {
    /// `4h`, `90m`, `1h 30m`, or a bare number of seconds.
    ///
    /// # Errors
    /// It is none of these; in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self {
            seconds: parse_seconds(text)?,
            written: Some(text.to_owned()),
        })
    }

    /// As it was written; settings of AWS's are in seconds.
    pub(crate) fn as_written(&self) -> String {
        let seconds = || format!("{} s", self.seconds);
        self.written.clone().unwrap_or_else(seconds)
    }
}

impl From<u64> for Span {
    fn from(seconds: u64) -> Self {
        Self {
            seconds,
            written: None,
        }
    }
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.seconds == other.seconds
    }
}

impl Eq for Span {}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.written {
            Some(written) => f.write_str(written),
            None => f.write_str(&in_words(self.seconds)),
        }
    }
}

fn parse_seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text} is no time; write 4h, 90m, or seconds");
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_err(|_| wrong());
    }
    let duration = humantime::parse_duration(text).map_err(|_| wrong())?;
    Ok(duration.as_secs())
}

/// Seconds as people say them: `36h`, `3h 59m`, `59s`. From 59m 30s on to the
/// nearest minute: what AWS gives for an hour has 59m 59s left when it is here.
pub(crate) fn in_words(seconds: u64) -> String {
    let shown = match seconds {
        0..3570 => seconds,
        long => long.saturating_add(30) / 60 * 60,
    };
    let units = [
        (shown / 3600, 'h'),
        (shown / 60 % 60, 'm'),
        (shown % 60, 's'),
    ];
    let parts = units.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    match parts.is_empty() {
        true => "0s".to_owned(),
        false => parts.join(" "),
    }
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
        assert_eq!(in_words(3599), "1h");
        assert_eq!(in_words(3569), "59m 29s");
        assert_eq!(in_words(59), "59s");
        assert_eq!(in_words(0), "0s");
        assert_eq!(in_words(213), "3m 33s");
        // AWS and its users count sessions in hours.
        assert_eq!(in_words(129_600), "36h");
        assert_eq!(in_words(129_660), "36h 1m");
    }

    #[test]
    fn what_was_written_is_repeated() {
        let shown = |text: &str| Span::parse(text).map(|span| (span.seconds, span.to_string()));
        assert_eq!(shown("90m"), Ok((5400, "90m".to_owned())));
        assert_eq!(shown("300"), Ok((300, "300".to_owned())));
        assert!(shown("x").is_err());
        assert_eq!(Span::from(5400).to_string(), "1h 30m");
    }
}
