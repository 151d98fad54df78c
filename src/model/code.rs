//! One-time codes: what one looks like, and whether it was used already. RFC 6238 gives a new one
//! every 30 seconds, and AWS takes each only once.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::session::{Timestamp, digest_of};

/// Seconds between codes.
const STEP: u64 = 30;
/// Seconds in which a code that was used could still be on show: its own step, and one to each
/// side for a clock that is a little off.
const MEMORY: u64 = 3 * STEP;

/// The codes that were sent to AWS of late, without the codes: a digest and the moment of each.
/// More than one, as a person who gets two wrong may try the first one again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsedCodes(Vec<(Timestamp, String)>);

impl UsedCodes {
    /// These and `code` of the device `serial`, used at `now`. Those that are of no use any more
    /// are left out.
    #[must_use]
    pub fn with(&self, serial: &str, code: &SecretString, now: Timestamp) -> Self {
        let recent = self.0.iter().filter(|(at, _)| is_recent(*at, now)).cloned();
        Self(recent.chain([(now, digest(serial, code))]).collect())
    }

    /// If `code` was used and can't be the same digits come again by chance: the seconds until
    /// the next code.
    #[must_use]
    pub fn refuses(&self, serial: &str, code: &SecretString, now: Timestamp) -> Option<u64> {
        let digest = digest(serial, code);
        let used = |(at, used): &(Timestamp, String)| is_recent(*at, now) && *used == digest;
        self.0.iter().any(used).then(|| seconds_to_next(now))
    }

    /// Reads what `Display` has written, line by line.
    #[must_use]
    pub fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let codes = lines.filter_map(|line| {
            let (at, digest) = line.split_once(' ')?;
            Some((Timestamp(at.parse().ok()?), digest.to_owned()))
        });
        Self(codes.collect())
    }
}

impl fmt::Display for UsedCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digest) in &self.0 {
            writeln!(f, "{} {digest}", at.0)?;
        }
        Ok(())
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    at.until(now) < MEMORY
}

/// Six digits, taken from what was typed; blanks between them don't matter.
#[must_use]
pub fn parse_code(typed: &SecretString) -> Option<SecretString> {
    let code: String = typed
        .expose_secret()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let right = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    right.then(|| SecretString::from(code))
}

/// The first six digits that stand alone in what a program has printed, decorated as it may be.
#[must_use]
pub fn find_code(printed: &str) -> Option<SecretString> {
    let mut numbers = printed.split(|c: char| !c.is_ascii_digit());
    numbers
        .find(|digits| digits.len() == 6)
        .map(SecretString::from)
}

/// Seconds until the device shows the next code.
#[must_use]
pub fn seconds_to_next(now: Timestamp) -> u64 {
    STEP - now.0 % STEP
}

fn digest(serial: &str, code: &SecretString) -> String {
    digest_of("used-code", &[serial, code.expose_secret()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_and_nothing_else() {
        let parsed = |typed: &str| parse_code(&typed.into()).map(|c| c.expose_secret().to_owned());
        assert_eq!(parsed("123456").as_deref(), Some("123456"));
        assert_eq!(parsed(" 123 456 ").as_deref(), Some("123456"));
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_found_in_what_programs_print() {
        let found = |text| find_code(text).map(|code| code.expose_secret().to_owned());
        assert_eq!(found("123456\n").as_deref(), Some("123456"));
        assert_eq!(found("aws:me (Work)   654321").as_deref(), Some("654321"));
        assert_eq!(
            found("account 123456789012: 111222").as_deref(),
            Some("111222")
        );
        assert_eq!(found("1234567 12345"), None);
    }

    #[test]
    fn a_used_code_is_refused_until_it_may_come_again() {
        let (serial, code) = ("GAHT12345678", SecretString::from("123456"));
        let other = SecretString::from("654321");
        let used = UsedCodes::default().with(serial, &code, Timestamp(1000));
        assert_eq!(used.refuses(serial, &code, Timestamp(1001)), Some(19));
        assert_eq!(used.refuses(serial, &other, Timestamp(1001)), None);
        assert_eq!(used.refuses("other", &code, Timestamp(1001)), None);
        assert_eq!(used.refuses(serial, &code, Timestamp(1090)), None);
        // The one before the last is not forgotten, until it is old.
        let both = used.with(serial, &other, Timestamp(1010));
        assert!(both.refuses(serial, &code, Timestamp(1011)).is_some());
        assert!(both.refuses(serial, &other, Timestamp(1011)).is_some());
        assert_eq!(UsedCodes::parse(both.to_string().lines()), both);
        let later = both.with(serial, &code, Timestamp(1095));
        assert_eq!(later.to_string().lines().count(), 2);
    }
}
