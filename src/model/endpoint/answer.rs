//! What the endpoint answers: a session, or why there is none.

use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::model::session::Session;
use crate::model::time::Timestamp;

/// Seconds that a session has left that the endpoint hands out, if it can get such a one. botocore
/// asks anew at each use of keys that have less than 15 minutes left.
pub(crate) const MIN_SECONDS_LEFT: u64 = 16 * 60;
/// Seconds for which keys without an end are handed out at a time. Every SDK wants an end.
const ENDLESS_KEYS_SECONDS: u64 = 3600;

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotRenewed {
    /// Someone has to sign in; the text says how.
    SignInNeeded(String),
    /// The next try may succeed.
    Failed(String),
}

impl NotRenewed {
    /// SDKs ask again after both: botocore and JavaScript three to five times, Rust after 500 only.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::SignInNeeded(_) => StatusCode::FORBIDDEN,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn to_json(&self) -> String {
        match self {
            Self::SignInNeeded(message) => error_json("SignInNeeded", message),
            Self::Failed(message) => error_json("RenewalFailed", message),
        }
    }
}

/// An error as the protocol has it.
pub(crate) fn error_json(code: &str, message: &str) -> String {
    json!({ "Code": code, "Message": format!("mfaexec: {message}") }).to_string()
}

/// A session as the protocol has it: without Token or Expiration it is an error in all SDKs.
pub(crate) fn session_json(session: &Session, now: Timestamp) -> String {
    let end = match session.expires_at {
        Timestamp::NEVER => Timestamp(now.0.saturating_add(ENDLESS_KEYS_SECONDS)),
        end => end,
    };
    let mut answer = json!({
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key.expose_secret(),
        "Token": session.session_token.expose_secret(),
        "Expiration": end.to_string(),
    });
    if let Some(account) = &session.account {
        answer["AccountId"] = account.as_str().into();
    }
    answer.to_string()
}
