//! The federation endpoint of the console. It has no model in the SDK, so the request is made here and
//! sent by the SDK's orchestrator, with the client that all calls have.

use aws_sdk_sts::config::SharedHttpClient;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::metadata::ErrorMetadata;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::edge::aws::errors::{CALL_TIMEOUT, CONNECT_TIMEOUT, Called, failure, lost};
use crate::edge::aws::trace::clock_offset;
use crate::model::console::FEDERATION;
use crate::model::failure::answer_form::Form;
use crate::model::failure::{CallFailure, Progress, SIGNIN_TOKEN};

/// More characters are no token: it has to fit into a link.
const LONGEST_TOKEN: usize = 16 * 1024;

/// What AWS says on its page where it refuses, as far as it is known.
const WORDS: [&str; 3] = [
    "Only federation tokens or assume role tokens may be used for federated login",
    "Invalid credentials parameter",
    "Invalid parameter: SessionDuration",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SigninTokenAnswer {
    signin_token: Zeroizing<String>,
}

/// Sends the form, and takes the token out of the answer.
pub(crate) async fn signin_token(
    http: SharedHttpClient,
    url: String,
    form: SecretString,
) -> Called<SecretString> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    let operation = Operation::builder()
        .service_name("signin")
        .operation_name(SIGNIN_TOKEN)
        .http_client(http)
        .endpoint_url(&url)
        .no_auth()
        .no_retry()
        .timeout_config(timeouts)
        .serializer(|form: SecretString| {
            let mut request = HttpRequest::new(SdkBody::from(form.expose_secret()));
            request.set_method("POST")?;
            request.set_uri(FEDERATION)?;
            let kind = "application/x-www-form-urlencoded";
            request.headers_mut().insert("content-type", kind);
            request.headers_mut().insert("accept", "application/json");
            Ok(request)
        })
        .deserializer(
            |response: &HttpResponse| -> Result<_, OrchestratorError<ErrorMetadata>> {
                Ok(read(response))
            },
        )
        .build();
    match operation.invoke(form).await {
        Ok(read) => read,
        Err(error) => Err(failure(SIGNIN_TOKEN, &error)),
    }
}

fn read(response: &HttpResponse) -> Called<SecretString> {
    let body = response.body().bytes().unwrap_or_default();
    let status = response.status();
    if status.is_success() {
        let answer = serde_json::from_slice::<SigninTokenAnswer>(body);
        let token = answer
            .ok()
            .map(|answer| SecretString::from(answer.signin_token.as_str()));
        let token = token.filter(|token| is_token(token.expose_secret()));
        return token.ok_or_else(|| CallFailure {
            not_aws: true,
            ..lost(
                SIGNIN_TOKEN,
                &format!("no token: {}", Form::of(body).in_words()),
            )
        });
    }
    let text = String::from_utf8_lossy(body);
    let words = WORDS.iter().find(|words| text.contains(**words));
    let known = words.map(|words| (*words).to_owned());
    let unknown = || format!("HTTP status {status}: {}", Form::of(body).in_words());
    Err(CallFailure {
        progress: match status.is_client_error() {
            true => Progress::Refused,
            false => Progress::Lost,
        },
        message: known.unwrap_or_else(unknown),
        clock_offset: clock_offset(response),
        // AWS refuses with a page of its own, so a page says nothing: `not_aws` stays false.
        ..lost(SIGNIN_TOKEN, "")
    })
}

fn is_token(token: &str) -> bool {
    let visible = |b: u8| b.is_ascii_graphic();
    !token.is_empty() && token.len() <= LONGEST_TOKEN && token.bytes().all(visible)
}
