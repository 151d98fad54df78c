//! A session: temporary keys that STS handed out, what identifies them, and until when they work.

pub(crate) mod aws_clock;
pub(crate) mod id;
pub(crate) mod one_time_code;
pub(crate) mod validate;

use crate::model::session::aws_clock::AwsClock;
use crate::model::time::Timestamp;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The shortest session that GetSessionToken grants, in seconds (STS API reference).
pub(crate) const MIN_DURATION: u64 = 900;
/// The longest session that GetSessionToken grants to an IAM user, in seconds.
pub(crate) const MAX_DURATION: u64 = 129_600;

/// What a session is of. Files of the cache and JSON have the names of serde.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// GetSessionToken with a code.
    #[serde(rename = "mfa_session")]
    Mfa,
    /// GetSessionToken without a code, for `--without-mfa`.
    #[serde(rename = "session_without_mfa")]
    Plain,
    Role,
    /// Temporary keys of a provider.
    #[serde(rename = "temporary_keys")]
    Provided,
}

impl SessionKind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mfa => "MFA session",
            Self::Plain => "session without MFA",
            Self::Role => "role",
            Self::Provided => "temporary keys",
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
    /// When it ends; [`Timestamp::NEVER`] where no one says.
    pub expires_at: Timestamp,
    /// When it was handed out, on this machine's clock.
    pub obtained_at: Timestamp,
    /// What was seen of AWS's clock then.
    pub clock: AwsClock,
    /// AWS's clock less this machine's now, in seconds, as far as it is known.
    pub aws_is_ahead: i64,
    /// The seconds that were asked for. STS cuts a root user's to an hour, so this is what tells
    /// whether it is enough for a later request.
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

impl Session {
    /// The seconds until it ends by AWS's clock.
    pub fn left(&self, now: Timestamp) -> u64 {
        let now = Timestamp(now.0.saturating_add_signed(self.aws_is_ahead));
        now.until(self.expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_never_shows_its_secrets() {
        let session = Session {
            access_key_id: "ASIAX".into(),
            secret_access_key: "canary-secret".into(),
            session_token: "canary-token".into(),
            expires_at: Timestamp(1),
            obtained_at: Timestamp(0),
            clock: AwsClock::default(),
            aws_is_ahead: 0,
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
}
