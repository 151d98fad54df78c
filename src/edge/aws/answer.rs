//! What comes back from AWS: credentials that can be believed, and failures told apart.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::date_time::{DateTime, Format};
use secrecy::SecretString;

use crate::model::arn::is_account;
use crate::model::failure::answer_form::Form;
use crate::model::failure::{CallFailure, Progress};
use crate::model::session::validate::{ARN_LIMIT, are_keys, can_end_at, is_graphic};
use crate::model::time::Timestamp;

/// How long a call may take. A person waits.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Long enough for a slow link.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A call's result.
pub type Called<T> = std::result::Result<T, CallFailure>;

/// What STS hands out.
#[derive(Debug)]
pub struct TemporaryKeys {
    /// `ASIA…`
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: SecretString,
    /// The token.
    pub session_token: SecretString,
    /// When they end.
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
pub fn believe_caller(account: Option<String>, arn: Option<String>) -> Called<Identity> {
    match (account, arn) {
        (Some(account), Some(arn)) if is_account(&account) && is_graphic(&arn, ARN_LIMIT) => {
            Ok(Identity { account, arn })
        }
        _ => Err(lost("GetCallerIdentity", "the answer names no caller")),
    }
}

/// Takes credentials over if they can be some: what goes into an environment must not carry a
/// line break, what is over already is worth nothing, and nobody gives more than was asked for
/// (`duration`, in seconds).
///
/// # Errors
/// They cannot be any.
pub fn believe(
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
pub fn believe_provided(keys: &aws_sdk_sts::config::Credentials) -> Called<TemporaryKeys> {
    let Some(token) = keys.session_token() else {
        return Err(lost(
            PROVIDER,
            "it gives a long-term key, which no command is to have",
        ));
    };
    believe_parts(
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
pub(crate) fn believe_parts(
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

/// What stands for an operation's name where a provider was asked.
pub const PROVIDER: &str = "the provider";

/// What a failed call means, as far as its error tells.
pub fn failure<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> CallFailure
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let response = error.raw_response();
    let code = error.code().unwrap_or_default().to_owned();
    let message = match (error.message(), response) {
        (Some(message), _) => message.to_owned(),
        (None, Some(response)) if code.is_empty() => {
            format!(
                "an answer that cannot be read, HTTP status {}: {}",
                response.status(),
                form(response).in_words(),
            )
        }
        (None, Some(_)) => String::new(),
        (None, None) => transport_words(error),
    };
    let progress = match error {
        SdkError::ConstructionFailure(_) => Progress::NotSent,
        SdkError::DispatchFailure(failure) if !never_sent(failure) => Progress::Lost,
        SdkError::DispatchFailure(_) => Progress::NotSent,
        // A page with status 200, as of a hotel's network, is no refusal.
        SdkError::ServiceError(answer) if answer.raw().status().is_client_error() => {
            Progress::Refused
        }
        _ => Progress::Lost,
    };
    let clock_offset = response.and_then(clock_offset);
    // What stands in front of AWS has its own words for an AWS that is not there.
    let not_aws = code.is_empty()
        && response.is_some_and(|response| {
            !response.status().is_server_error() && form(response) != Form::Aws
        });
    CallFailure {
        operation,
        progress,
        code,
        message,
        clock_offset,
        not_aws,
    }
}

/// What the answer looks like.
fn form(response: &HttpResponse) -> Form {
    Form::of(response.body().bytes().unwrap_or_default())
}

/// Only a failure to connect says for sure that nothing was sent.
fn never_sent(failure: &aws_smithy_runtime_api::client::result::DispatchFailure) -> bool {
    use hyper_util::client::legacy::Error as HyperError;
    let connector_error = failure.as_connector_error();
    let mut source = connector_error.and_then(StdError::source);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<HyperError>() {
            return error.is_connect();
        }
        source = error.source();
    }
    failure.is_timeout()
}

/// The innermost cause is the one that says something: "Connection refused", not "dispatch
/// failure".
fn transport_words<E: StdError + 'static, R: std::fmt::Debug + 'static>(
    error: &SdkError<E, R>,
) -> String {
    if let SdkError::TimeoutError(_) = error {
        return format!("no answer within {} s", CALL_TIMEOUT.as_secs());
    }
    let mut innermost: &dyn StdError = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let words = innermost.to_string();
    if words.is_empty() {
        DisplayErrorContext(error).to_string()
    } else {
        words
    }
}

/// The server's clock less this machine's, from the answer's Date header.
fn clock_offset(response: &HttpResponse) -> Option<i64> {
    let date = response.headers().get("date")?;
    let server = DateTime::from_str(date, Format::HttpDate).ok()?.secs();
    let here = i64::try_from(Timestamp::from(SystemTime::now()).0).ok()?;
    Some(server - here)
}

pub(crate) fn lost(operation: &'static str, message: &str) -> CallFailure {
    let message = message.to_owned();
    let (progress, code) = (Progress::Lost, String::new());
    CallFailure {
        operation,
        progress,
        code,
        message,
        clock_offset: None,
        not_aws: false,
    }
}

pub(crate) fn lost_thread() -> CallFailure {
    lost("the call", "the thread that talks to AWS has ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_an_account_and_an_arn_without_surprises() {
        let arn = "arn:aws:iam::123456789012:user/me";
        let believed = |account: &str, arn: &str| {
            believe_caller(Some(account.to_owned()), Some(arn.to_owned())).is_ok()
        };
        assert!(believed("123456789012", arn));
        for account in [
            "",
            "12345678901",
            "123456789012\n",
            "12345678901a",
            "１２３４",
        ] {
            assert!(!believed(account, arn), "{account:?}");
        }
        for wrong in ["", "arn:aws:iam::123456789012:user/a b", "arn:\u{1b}[2J"] {
            assert!(!believed("123456789012", wrong), "{wrong:?}");
        }
        assert!(believe_caller(None, Some(arn.to_owned())).is_err());
    }
}
