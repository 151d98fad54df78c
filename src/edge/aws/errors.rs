//! What a failed call means, as far as its error tells: not sent, lost, or refused.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::edge::aws::trace::clock_offset;
use crate::model::failure::answer_form::Form;
use crate::model::failure::route::Machine;
use crate::model::failure::{CallFailure, Progress};

/// How long a call may take. A person waits.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Long enough for a slow link.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub type Called<T> = std::result::Result<T, CallFailure>;

/// Takes the place of an operation's name where a provider was asked.
pub(crate) const PROVIDER: &str = "the provider";

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
    // A proxy in front of AWS has its own words for an AWS that is not there.
    let not_aws = code.is_empty()
        && response.is_some_and(|response| {
            !response.status().is_server_error() && form(response) != Form::Aws
        });
    // A server that refuses in a form of its own has not handed the request on.
    let never_came_to_aws = not_aws
        && progress == Progress::Refused
        && response.is_some_and(|response| form(response).is_of_others());
    CallFailure {
        operation,
        progress,
        code,
        message,
        clock_offset,
        not_aws,
        never_came_to_aws,
        route: Box::default(),
        machine: Machine::default(),
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
        never_came_to_aws: false,
        route: Box::default(),
        machine: Machine::default(),
    }
}

pub(crate) fn lost_thread() -> CallFailure {
    lost("the call", "the thread that talks to AWS has ended")
}
