//! What is written into the files of the cache, before it is sealed.

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::session::aws_clock::AwsClock;
use crate::model::session::{Session, SessionKind};
use crate::model::source::caller::Caller;
use crate::model::time::Timestamp;

/// A device that was looked up for an access key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KnownDevice {
    pub serial: String,
    /// Whether the user has others that give codes: then a question names it.
    pub one_of_several: bool,
}

/// The user that keys belong to, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredCaller {
    /// None where the caller has no name of a user.
    user: Option<String>,
}

impl From<&Caller> for StoredCaller {
    fn from(caller: &Caller) -> Self {
        let user = match caller {
            Caller::User(name) => Some(name.clone()),
            Caller::Unknown | Caller::Nameless => None,
        };
        Self { user }
    }
}

impl From<StoredCaller> for Caller {
    fn from(stored: StoredCaller) -> Self {
        stored.user.map_or(Self::Nameless, Self::User)
    }
}

/// A session as it is written.
#[derive(Serialize, Deserialize)]
pub struct StoredSession {
    kind: SessionKind,
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    expires_at: u64,
    obtained_at: u64,
    #[serde(default)]
    clock_offset: i64,
    #[serde(default)]
    since_boot: u64,
    #[serde(default)]
    boot: Option<String>,
    duration: u64,
    account: Option<String>,
    serial: Option<String>,
    source_key_id: Option<String>,
    role_arn: Option<String>,
    profile: String,
}

impl From<&Session> for StoredSession {
    fn from(session: &Session) -> Self {
        let exposed =
            |secret: &secrecy::SecretString| Zeroizing::new(secret.expose_secret().to_owned());
        Self {
            kind: session.kind,
            access_key_id: session.access_key_id.clone(),
            secret_access_key: exposed(&session.secret_access_key),
            session_token: exposed(&session.session_token),
            expires_at: session.expires_at.0,
            obtained_at: session.obtained_at.0,
            clock_offset: session.clock.offset,
            since_boot: session.clock.since_boot,
            boot: session.clock.boot.clone(),
            duration: session.duration,
            account: session.account.clone(),
            serial: session.serial.clone(),
            source_key_id: session.source_key_id.clone(),
            role_arn: session.role_arn.clone(),
            profile: session.profile.clone(),
        }
    }
}

impl From<StoredSession> for Session {
    fn from(stored: StoredSession) -> Self {
        Self {
            kind: stored.kind,
            access_key_id: stored.access_key_id,
            secret_access_key: stored.secret_access_key.as_str().into(),
            session_token: stored.session_token.as_str().into(),
            expires_at: Timestamp(stored.expires_at),
            obtained_at: Timestamp(stored.obtained_at),
            clock: AwsClock {
                offset: stored.clock_offset,
                since_boot: stored.since_boot,
                boot: stored.boot,
            },
            aws_is_ahead: 0,
            duration: stored.duration,
            account: stored.account,
            serial: stored.serial,
            source_key_id: stored.source_key_id,
            role_arn: stored.role_arn,
            profile: stored.profile,
        }
    }
}
