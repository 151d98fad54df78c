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

/// A code that was sent to AWS, without the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedCode {
    digest: String,
    at: Timestamp,
}

impl UsedCode {
    /// Remembers `code` of the device `serial` as used at `now`.
    #[must_use]
    pub fn new(serial: &str, code: &SecretString, now: Timestamp) -> Self {
        Self {
            digest: digest(serial, code),
            at: now,
        }
    }

    /// If `code` is this one and can't be the same digits come again by chance: the seconds until
    /// the next code.
    #[must_use]
    pub fn refuses(&self, serial: &str, code: &SecretString, now: Timestamp) -> Option<u64> {
        let recent = self.at.until(now) < MEMORY;
        (recent && self.digest == digest(serial, code)).then(|| seconds_to_next(now))
    }

    /// Reads what `Display` has written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, digest) = text.trim_end().split_once(' ')?;
        Some(Self {
            digest: digest.to_owned(),
            at: Timestamp(at.parse().ok()?),
        })
    }
}

impl fmt::Display for UsedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at.0, self.digest)
    }
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
    fn a_used_code_is_refused_until_it_may_come_again() {
        let (serial, code) = ("GAHT12345678", SecretString::from("123456"));
        let used = UsedCode::new(serial, &code, Timestamp(1000));
        assert_eq!(used.refuses(serial, &code, Timestamp(1001)), Some(19));
        assert_eq!(
            used.refuses(serial, &"654321".into(), Timestamp(1001)),
            None
        );
        assert_eq!(used.refuses("other", &code, Timestamp(1001)), None);
        assert_eq!(used.refuses(serial, &code, Timestamp(1090)), None);
        assert_eq!(UsedCode::parse(&used.to_string()), Some(used));
    }
}
