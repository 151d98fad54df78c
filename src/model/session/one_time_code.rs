//! One-time codes: what one looks like, and whether it was used already. RFC 6238 gives a new one
//! every 30 seconds, and AWS takes each only once.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::model::digest::digest_of;
use crate::model::time::Timestamp;

/// Seconds between codes.
const CODE_SECONDS: u64 = 30;
/// Seconds in which a code that was used could still be on show: its own step, and one to each
/// side for a clock that is a little off.
const REMEMBERED_SECONDS: u64 = 3 * CODE_SECONDS;

/// A moment by two clocks. Neither can be trusted alone: the time of day is set by hand or by the
/// network, and the time since the system was started begins anew with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The time of day.
    pub wall: Timestamp,
    /// Seconds since the system was started.
    pub since_boot: u64,
}

impl Moment {
    /// Whether a code that was used at this moment could be on show at `now`. It is forgotten only
    /// when both clocks say so, as far as they can tell: a time that runs backwards tells nothing.
    fn is_recent(self, now: Self) -> bool {
        let elapsed = [
            now.wall.0.checked_sub(self.wall.0),
            now.since_boot.checked_sub(self.since_boot),
        ];
        let elapsed = elapsed.into_iter().flatten().min();
        elapsed.is_some_and(|elapsed| elapsed < REMEMBERED_SECONDS)
    }
}

/// The codes that were sent to AWS in the last minutes: a digest and the moment of each. With six
/// digits a digest hides nothing; that the file is private does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UsedCodes(Vec<(Moment, String)>);

/// How many codes are remembered: more than anyone can send in [`REMEMBERED_SECONDS`].
const MOST_REMEMBERED: usize = 10_000;

impl UsedCodes {
    /// Reads what `Display` has written. What is of no use any more is left out, and of too many the
    /// oldest.
    pub(crate) fn parse(text: &str, now: Moment) -> Self {
        let codes = text.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let wall = Timestamp(words.next()?.parse().ok()?);
            let since_boot = words.next()?.parse().ok()?;
            Some((Moment { wall, since_boot }, words.next()?.to_owned()))
        });
        let mut codes: Vec<_> = codes.filter(|(at, _)| at.is_recent(now)).collect();
        codes.drain(..codes.len().saturating_sub(MOST_REMEMBERED));
        Self(codes)
    }

    /// Writes down that `code` of the device `serial` is used at `now`. False if it was used already,
    /// and can't be the same digits come again by chance.
    pub(crate) fn claim(&mut self, serial: &str, code: &SecretString, now: Moment) -> bool {
        let digest = digest(serial, code);
        let fresh = !self.0.iter().any(|(_, used)| *used == digest);
        if fresh {
            self.0.push((now, digest));
        }
        fresh
    }

    /// Forgets a code that was surely not sent.
    pub(crate) fn forget(&mut self, serial: &str, code: &SecretString) {
        let digest = digest(serial, code);
        self.0.retain(|(_, used)| *used != digest);
    }
}

impl fmt::Display for UsedCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digest) in &self.0 {
            writeln!(f, "{} {} {digest}", at.wall.0, at.since_boot)?;
        }
        Ok(())
    }
}

/// Six digits, taken from what was typed; blanks between them don't matter.
pub(crate) fn parse_code(typed: &SecretString) -> Option<SecretString> {
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
pub(crate) fn find_code(printed: &str) -> Option<SecretString> {
    let mut lines = printed.lines();
    let alone = lines.find_map(|line| parse_code(&line.replace('-', " ").into()));
    alone.or_else(|| {
        let text: Vec<char> = printed.chars().collect();
        let mut codes: Vec<String> = (0..text.len())
            .filter_map(|at| Some(code_at(&text, at)?.0))
            .collect();
        codes.sort();
        codes.dedup();
        let code = codes.pop().filter(|_| codes.is_empty());
        code.map(SecretString::from)
    })
}

/// A text with all that could be a code struck out.
pub(crate) fn without_codes(text: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let (mut shown, mut at) = (String::new(), 0);
    while let Some(next) = text.get(at) {
        if let Some((_, end)) = code_at(&text, at) {
            shown.push_str("******");
            at = end;
        } else {
            shown.push(*next);
            at += 1;
        }
    }
    shown
}

/// The six digits that begin there, unless they are a part of something longer: of a word, of a
/// number with a point, of a time, or of more groups of digits.
///
/// The digits, and where what is behind them begins.
fn code_at(text: &[char], at: usize) -> Option<(String, usize)> {
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
    free.then_some((code, end))
}

/// Seconds until the device shows the next code.
pub(crate) fn seconds_to_next(now: Timestamp) -> u64 {
    CODE_SECONDS - now.0 % CODE_SECONDS
}

fn digest(serial: &str, code: &SecretString) -> String {
    let mut digest = digest_of("used-code", &[serial, code.expose_secret()]);
    digest.truncate(16);
    digest
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
    fn what_could_be_a_code_is_struck_out() {
        let text = "+ echo 123456 for 123 456, not 1234567 of 123456789012é";
        let struck = "+ echo ****** for ******, not 1234567 of 123456789012é";
        assert_eq!(without_codes(text), struck);
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

    fn at(wall: u64, since_boot: u64) -> Moment {
        let wall = Timestamp(wall);
        Moment { wall, since_boot }
    }

    #[test]
    fn a_used_code_is_refused_until_it_may_come_again() {
        let (serial, code) = ("GAHT12345678", SecretString::from("123456"));
        let other = SecretString::from("654321");
        let mut used = UsedCodes::default();
        assert!(used.claim(serial, &code, at(1000, 50)));
        assert!(!used.claim(serial, &code, at(1001, 51)));
        assert!(used.claim("other", &code, at(1001, 51)));
        // The one before the last is not forgotten, until it is old.
        assert!(used.claim(serial, &other, at(1010, 60)));
        let text = used.to_string();
        let later = |now: Moment| UsedCodes::parse(&text, now);
        assert_eq!(later(at(1011, 61)), used);
        assert!(later(at(1090, 140)).claim(serial, &code, at(1090, 140)));
        assert!(!later(at(1090, 140)).claim(serial, &other, at(1090, 140)));
        used.forget(serial, &other);
        assert!(used.claim(serial, &other, at(1012, 62)));
    }

    #[test]
    fn a_clock_that_jumps_makes_nothing_forgotten() {
        let (serial, code) = ("GAHT12345678", SecretString::from("123456"));
        let mut used = UsedCodes::default();
        assert!(used.claim(serial, &code, at(1_000_000, 5000)));
        let text = used.to_string();
        let fresh = |wall, boot| {
            let now = at(wall, boot);
            UsedCodes::parse(&text, now).claim(serial, &code, now)
        };
        // Forward by a day, back by a day.
        assert!(!fresh(1_086_400, 5001));
        assert!(!fresh(913_600, 5001));
        assert!(fresh(913_600, 5090));
        // Started anew: the time of day alone counts.
        assert!(!fresh(1_000_030, 20));
        assert!(fresh(1_000_090, 80));
        assert!(fresh(913_600, 20), "nothing can be told");
    }

    #[test]
    fn of_too_many_codes_the_oldest_are_forgotten() {
        let code = |number: usize| SecretString::from(format!("{number:06}"));
        let mut used = UsedCodes::default();
        for number in 0..MOST_REMEMBERED + 10 {
            assert!(used.claim("device", &code(number), at(1000, 1000)));
        }
        let mut used = UsedCodes::parse(&used.to_string(), at(1001, 1001));
        assert_eq!(used.0.len(), MOST_REMEMBERED);
        assert!(!used.claim("device", &code(MOST_REMEMBERED + 9), at(1001, 1001)));
        assert!(used.claim("device", &code(9), at(1001, 1001)));
    }
}
