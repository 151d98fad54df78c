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

/// The code in what a program has printed, decorated as it may be: a line of nothing else, or the only
/// six digits that stand alone, also as `123 456` and `123-456`. Several numbers that could be one are
/// none: a wrong one would be sent.
#[must_use]
pub fn find_code(printed: &str) -> Option<SecretString> {
    let mut lines = printed.lines();
    let alone = lines.find_map(|line| parse_code(&line.replace('-', " ").into()));
    alone.or_else(|| {
        let text: Vec<char> = printed.chars().collect();
        let mut codes: Vec<String> = (0..text.len())
            .filter_map(|at| code_at(&text, at))
            .collect();
        codes.sort();
        codes.dedup();
        let code = codes.pop().filter(|_| codes.is_empty());
        code.map(SecretString::from)
    })
}

/// The six digits that begin there, unless they are a part of something longer: of a word, of a
/// number with a point, of a time, or of more groups of digits.
fn code_at(text: &[char], at: usize) -> Option<String> {
    let digits = |from: usize, count: usize| -> Option<String> {
        let digits = text.get(from..from + count)?;
        digits
            .iter()
            .all(char::is_ascii_digit)
            .then(|| digits.iter().collect())
    };
    let is_gap = |c: Option<&char>| matches!(c, Some(' ' | '-'));
    let (code, end) = match digits(at, 6) {
        Some(code) => (code, at + 6),
        None if is_gap(text.get(at + 3)) => (digits(at, 3)? + &digits(at + 4, 3)?, at + 7),
        None => return None,
    };
    let in_groups = end == at + 7;
    // What is next to it, and what is behind that.
    let goes_on = |next: Option<&char>, beyond: Option<&char>| match next {
        Some(c) if c.is_alphanumeric() => true,
        Some('.' | ':') => beyond.is_some_and(char::is_ascii_digit),
        Some(' ' | '-') if in_groups => beyond.is_some_and(char::is_ascii_digit),
        _ => false,
    };
    let before = |distance: usize| at.checked_sub(distance).and_then(|at| text.get(at));
    let free = !goes_on(before(1), before(2)) && !goes_on(text.get(end), text.get(end + 1));
    free.then_some(code)
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
        assert_eq!(found("Code:123456.").as_deref(), Some("123456"));
        assert_eq!(found("AWS   123 456").as_deref(), Some("123456"));
        assert_eq!(found("AWS: 123-456 (12 s)").as_deref(), Some("123456"));
        let log = "12:30:15.123456 INFO asking\nyour code: 654321\n";
        assert_eq!(found(log).as_deref(), Some("654321"));
        assert_eq!(found("id 111222\n654321\n").as_deref(), Some("654321"));
        assert_eq!(found("654321 again 654321").as_deref(), Some("654321"));
        for none in [
            "1234567 12345",
            "1 123 456",
            "123 456 789",
            "a123456",
            "old 111222 new 333444",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
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
