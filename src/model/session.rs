//! A session: temporary keys that STS handed out, what identifies them, and until when they work.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::digest;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The shortest session that GetSessionToken grants, in seconds (STS API reference).
pub const MIN_DURATION: u64 = 900;
/// The longest session that GetSessionToken grants to an IAM user, in seconds.
pub const MAX_DURATION: u64 = 129_600;

/// A moment, in whole seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// No moment that comes: keys of a provider that tells no end.
    pub const NEVER: Self = Self(u64::MAX);

    /// A moment as [`fmt::Display`] writes it, or otherwise by RFC 3339.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        humantime::parse_rfc3339(text).ok().map(Self::from)
    }

    /// The seconds from `self` until `later`; zero when that is past.
    #[must_use]
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

/// What a session is of. Files of the cache have it under the name that [`Self::name`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionKind {
    /// GetSessionToken with a code.
    #[serde(rename = "mfa-session")]
    Mfa,
    /// GetSessionToken without one, as was asked for.
    #[serde(rename = "session-without-mfa")]
    Plain,
    /// AssumeRole.
    #[serde(rename = "role")]
    Role,
    /// Temporary keys that somebody else gave.
    #[serde(rename = "provided")]
    Provided,
}

impl SessionKind {
    /// Its name in `status`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mfa => "mfa-session",
            Self::Plain => "session-without-mfa",
            Self::Role => "role",
            Self::Provided => "provided",
        }
    }
}

/// Temporary keys, with what has to be known to use and to judge them.
#[derive(Debug, Clone)]
pub struct Session {
    /// What it is of.
    pub kind: SessionKind,
    /// The key's id, `ASIA…`; not a secret.
    pub access_key_id: String,
    /// The secret half of the key.
    pub secret_access_key: SecretString,
    /// The token that has to go with the key.
    pub session_token: SecretString,
    /// When it ends; [`Timestamp::NEVER`] where nobody says.
    pub expires_at: Timestamp,
    /// When it was handed out, on this machine's clock.
    pub obtained_at: Timestamp,
    /// The seconds that were asked for. STS cuts a root user's to an hour, so this is what tells
    /// whether a later wish is already answered.
    pub duration: u64,
    /// The account's twelve digits, where they are known.
    pub account: Option<String>,
    /// The MFA device that vouched for it, if one did.
    pub serial: Option<String>,
    /// The long-term key that it was obtained with, at the beginning of the chain.
    pub source_key_id: Option<String>,
    /// The role that it is of.
    pub role_arn: Option<String>,
    /// The profile that it was obtained for.
    pub profile: String,
}

/// Everything that identifies an MFA session. Change one field, and it is another session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    /// The long-term key that asked; it stands for the account and the user as well.
    pub access_key_id: String,
    /// The MFA device.
    pub serial: String,
    /// The endpoint if one was configured or it is the global one; nothing for a region's own, whose
    /// sessions hold in every region of the partition that the key belongs to.
    pub endpoint: Option<String>,
}

impl SessionKey {
    /// 64 hexadecimal digits, the same for equal keys only: the name of the session at rest.
    #[must_use]
    pub fn id(&self) -> String {
        let endpoint = self.endpoint.as_deref().unwrap_or_default();
        digest_of(
            "mfa-session",
            &[&self.access_key_id, &self.serial, endpoint],
        )
    }
}

/// The SHA-256 of a list of texts, in hexadecimal. Each goes in with its length, so that no two
/// lists run together into the same bytes.
#[must_use]
pub fn digest_of(purpose: &str, parts: &[&str]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in std::iter::once(&purpose).chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    hex::encode(context.finish())
}

/// Whether it can be the id of an account.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The account in an ARN (`arn:aws:iam::123456789012:mfa/me`), if it has one.
#[must_use]
pub fn account_of_arn(arn: &str) -> Option<&str> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    is_account(account).then_some(account)
}

/// `4h`, `90m`, `1h 30m`, or a bare number of seconds.
///
/// # Errors
/// It is none of these; in words.
pub fn parse_seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text} is no time; write 4h, 90m, or seconds");
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_err(|_| wrong());
    }
    let duration = humantime::parse_duration(text).map_err(|_| wrong())?;
    Ok(duration.as_secs())
}

/// Seconds as people say them: `3h 59m`, `59s`. From an hour on to the nearest minute.
#[must_use]
pub fn in_words(seconds: u64) -> String {
    let shown = if seconds >= 3600 {
        (seconds + 30) / 60 * 60
    } else {
        seconds
    };
    humantime::format_duration(Duration::from_secs(shown)).to_string()
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
    fn fields_of_a_key_do_not_run_together() {
        assert_ne!(digest_of("p", &["ab", "c"]), digest_of("p", &["a", "bc"]));
        assert_ne!(digest_of("p", &["a", ""]), digest_of("p", &["", "a"]));
    }

    #[test]
    fn the_account_is_read_from_an_arn_only() {
        let account = |arn| account_of_arn(arn);
        assert_eq!(
            account("arn:aws:iam::123456789012:mfa/me"),
            Some("123456789012")
        );
        assert_eq!(
            account("arn:aws-cn:iam::123456789012:mfa/a/me"),
            Some("123456789012")
        );
        assert_eq!(account("GAHT12345678"), None);
        assert_eq!(account("arn:aws:iam::12:mfa/me"), None);
    }

    #[test]
    fn a_session_never_shows_its_secrets() {
        let session = Session {
            access_key_id: "ASIAX".into(),
            secret_access_key: "canary-secret".into(),
            session_token: "canary-token".into(),
            expires_at: Timestamp(1),
            obtained_at: Timestamp(0),
            duration: 900,
            account: None,
            kind: SessionKind::Mfa,
            serial: Some("GAHT12345678".into()),
            source_key_id: Some("AKIAX".into()),
            role_arn: None,
            profile: "p".into(),
        };
        assert!(!format!("{session:?}").contains("canary"));
    }

    #[test]
    fn time_left_is_said_in_two_units() {
        assert_eq!(in_words(14_399), "4h");
        assert_eq!(in_words(14_369), "3h 59m");
        assert_eq!(in_words(59), "59s");
    }
}
