//! Answers of AWS and of providers, taken over only if they can be true.

use std::time::SystemTime;

use secrecy::SecretString;

use crate::edge::aws::errors::{Called, PROVIDER, lost};
use crate::model::arn::is_account;
use crate::model::session::validate::{ARN_LIMIT, are_keys, can_end_at, is_graphic};
use crate::model::time::Timestamp;

/// What STS hands out.
#[derive(Debug)]
pub struct TemporaryKeys {
    /// `ASIA…`
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    pub session_token: SecretString,
    pub expires_at: Timestamp,
    /// The account's twelve digits, if the answer tells.
    pub account: Option<String>,
}

/// Who a key belongs to.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The account's twelve digits.
    pub account: String,
    /// `arn:aws:iam::123456789012:user/me`
    pub arn: String,
}

/// Takes the caller's identity over if it can be one: the account goes into an environment, the
/// ARN leads to a device.
///
/// # Errors
/// It cannot be one.
pub fn validate_caller(account: Option<String>, arn: Option<String>) -> Called<Identity> {
    match (account, arn) {
        (Some(account), Some(arn)) if is_account(&account) && is_graphic(&arn, ARN_LIMIT) => {
            Ok(Identity { account, arn })
        }
        _ => Err(lost("GetCallerIdentity", "the answer names no caller")),
    }
}

/// Takes credentials over if they can be some: what goes into an environment must not carry a
/// line break, what is over already is worth nothing, and no one gives more than was asked for
/// (`duration`, in seconds).
///
/// # Errors
/// They cannot be any.
pub fn validate_keys(
    operation: &'static str,
    keys: &aws_sdk_sts::types::Credentials,
    duration: u64,
) -> Called<TemporaryKeys> {
    let refuse = |cause: &str| Err(lost(operation, cause));
    // What is missing in the answer is empty here, and an end a zero.
    let parts = [
        &keys.access_key_id,
        &keys.secret_access_key,
        &keys.session_token,
    ];
    if parts.iter().any(|part| part.is_empty()) {
        return refuse("the answer is not complete: a part of the session is missing");
    }
    if keys.expiration.secs() == 0 {
        return refuse("the answer is not complete: it does not say when the session ends");
    }
    if !are_keys(
        &keys.access_key_id,
        &keys.secret_access_key,
        &keys.session_token,
    ) {
        return refuse("the credentials in the answer cannot be real ones");
    }
    let expires_at = Timestamp(u64::try_from(keys.expiration.secs()).unwrap_or(0));
    let now = Timestamp::from(SystemTime::now());
    if !can_end_at(expires_at, now, duration) {
        return refuse("the session in the answer is longer than the one that was asked for");
    }
    if expires_at <= now {
        return refuse("the session in the answer is over already: is this machine's clock right?");
    }
    Ok(TemporaryKeys {
        access_key_id: keys.access_key_id.clone(),
        secret_access_key: keys.secret_access_key.as_str().into(),
        session_token: keys.session_token.as_str().into(),
        expires_at,
        account: None,
    })
}

/// Takes a provider's keys over, if they can be temporary ones.
///
/// # Errors
/// They cannot be any, or they are for ever.
pub(crate) fn validate_provided(keys: &aws_sdk_sts::config::Credentials) -> Called<TemporaryKeys> {
    let Some(token) = keys.session_token() else {
        return Err(lost(
            PROVIDER,
            "it gives a long-term key, which no command is to have",
        ));
    };
    validate_parts(
        keys.access_key_id(),
        keys.secret_access_key(),
        token,
        keys.expiry().map_or(Timestamp::NEVER, Timestamp::from),
        keys.account_id().map(|account| account.as_str()),
    )
}

/// The same for keys in their parts.
///
/// # Errors
/// They cannot be any.
pub(crate) fn validate_parts(
    access_key_id: &str,
    secret_access_key: &str,
    session_token: &str,
    expires_at: Timestamp,
    account: Option<&str>,
) -> Called<TemporaryKeys> {
    let refuse = |cause: &str| Err(lost(PROVIDER, cause));
    if !are_keys(access_key_id, secret_access_key, session_token) {
        return refuse("what it gives cannot be credentials");
    }
    if expires_at <= Timestamp::from(SystemTime::now()) {
        return refuse("what it gives is over already");
    }
    Ok(TemporaryKeys {
        access_key_id: access_key_id.to_owned(),
        secret_access_key: secret_access_key.into(),
        session_token: session_token.into(),
        expires_at,
        // It goes into an environment.
        account: account.filter(|id| is_account(id)).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_an_account_and_an_arn_without_surprises() {
        let arn = "arn:aws:iam::123456789012:user/me";
        let validated = |account: &str, arn: &str| {
            validate_caller(Some(account.to_owned()), Some(arn.to_owned())).is_ok()
        };
        assert!(validated("123456789012", arn));
        for account in [
            "",
            "12345678901",
            "123456789012\n",
            "12345678901a",
            "１２３４",
        ] {
            assert!(!validated(account, arn), "{account:?}");
        }
        for wrong in ["", "arn:aws:iam::123456789012:user/a b", "arn:\u{1b}[2J"] {
            assert!(!validated("123456789012", wrong), "{wrong:?}");
        }
        assert!(validate_caller(None, Some(arn.to_owned())).is_err());
    }
}
