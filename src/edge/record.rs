//! What is written into the files of the cache, before it is sealed.

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::session::{Session, SessionKind, Timestamp};

/// A device that was looked up for an access key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Device {
    /// Its serial.
    pub serial: String,
}

/// A session as it is written.
#[derive(Serialize, Deserialize)]
pub struct StoredSession {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    expires_at: u64,
    obtained_at: u64,
    duration: u64,
    account: Option<String>,
    serial: Option<String>,
    source_key_id: Option<String>,
    profile: String,
    // Later than the first format, which had MFA sessions only.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    role_arn: Option<String>,
}

impl From<&Session> for StoredSession {
    fn from(session: &Session) -> Self {
        let exposed =
            |secret: &secrecy::SecretString| Zeroizing::new(secret.expose_secret().to_owned());
        Self {
            access_key_id: session.access_key_id.clone(),
            secret_access_key: exposed(&session.secret_access_key),
            session_token: exposed(&session.session_token),
            expires_at: session.expires_at.0,
            obtained_at: session.obtained_at.0,
            duration: session.duration,
            account: session.account.clone(),
            serial: session.serial.clone(),
            source_key_id: session.source_key_id.clone(),
            profile: session.profile.clone(),
            kind: session.kind.name().to_owned(),
            role_arn: session.role_arn.clone(),
        }
    }
}

impl From<StoredSession> for Session {
    fn from(stored: StoredSession) -> Self {
        Self {
            access_key_id: stored.access_key_id,
            secret_access_key: stored.secret_access_key.as_str().into(),
            session_token: stored.session_token.as_str().into(),
            expires_at: Timestamp(stored.expires_at),
            obtained_at: Timestamp(stored.obtained_at),
            duration: stored.duration,
            account: stored.account,
            serial: stored.serial,
            source_key_id: stored.source_key_id,
            profile: stored.profile,
            kind: SessionKind::of_name(&stored.kind).unwrap_or_default(),
            role_arn: stored.role_arn,
        }
    }
}
