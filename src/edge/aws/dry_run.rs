//! Calls that are made to see whether they are allowed. Each only reads, and is a dry run besides: EC2
//! looks at the policies, says what it would do, and does nothing (EC2 API reference, DryRun). There is
//! no client of EC2 here, so the request is signed and sent as one of the SDK's own.

use std::time::{Duration, SystemTime};

use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{Credentials, SharedHttpClient};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::metadata::ErrorMetadata;

use crate::edge::aws::clients::{keys, of_key};
use crate::edge::aws::errors::{Called, failure, lost};
use crate::edge::aws::thread::{Aws, Pending, of_session};
use crate::edge::aws::trace::clock_offset;
use crate::model::doctor::policy::Permission;
use crate::model::failure::{CallFailure, Progress};
use crate::model::session::Session;
use crate::model::source::key::LongTermKey;

const TIMEOUT: Duration = Duration::from_secs(8);
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Where a dry run goes.
#[derive(Debug, Clone)]
pub(crate) struct Ec2 {
    pub(crate) url: String,
    pub(crate) region: String,
}

/// Who signs it.
pub(crate) enum Signer<'a> {
    Key(&'a LongTermKey),
    Session(&'a Session),
}

impl Aws {
    /// Whether EC2 would do `action` for the signer.
    pub(crate) fn dry_run(
        &self,
        ec2: &Ec2,
        action: &'static str,
        signer: &Signer<'_>,
    ) -> Pending<Permission> {
        let (credentials, session) = match signer {
            Signer::Key(key) => (of_key(key), None),
            Signer::Session(session) => (keys(session), Some(*session)),
        };
        let secrets = self.secrets.clone().with(of_session(session));
        let ec2 = ec2.clone();
        self.call(action, None, secrets, move |clients| {
            send(clients.http.clone(), ec2, action, credentials)
        })
    }
}

async fn send(
    http: SharedHttpClient,
    ec2: Ec2,
    action: &'static str,
    credentials: Credentials,
) -> Called<Permission> {
    let body = format!("Action={action}&Version=2016-11-15&DryRun=true");
    let headers = signature(&ec2, &body, credentials).map_err(|cause| CallFailure {
        progress: Progress::NotSent,
        ..lost(action, &cause)
    })?;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(TIMEOUT)
        .operation_timeout(TIMEOUT)
        .build();
    let operation = Operation::builder()
        .service_name("ec2")
        .operation_name(action)
        .http_client(http)
        .endpoint_url(&ec2.url)
        .no_auth()
        .no_retry()
        .timeout_config(timeouts)
        .serializer(move |body: String| {
            let mut request = HttpRequest::new(SdkBody::from(body));
            request.set_method("POST")?;
            request.set_uri("/")?;
            request.headers_mut().insert("content-type", FORM);
            for (name, value) in &headers {
                request.headers_mut().insert(name.clone(), value.clone());
            }
            Ok(request)
        })
        .deserializer(
            move |response: &HttpResponse| -> Result<_, OrchestratorError<ErrorMetadata>> {
                Ok(read(action, response))
            },
        )
        .build();
    match operation.invoke(body).await {
        Ok(read) => read,
        Err(error) => Err(failure(action, &error)),
    }
}

/// The headers that sign the request (SigV4).
fn signature(
    ec2: &Ec2,
    body: &str,
    credentials: Credentials,
) -> Result<Vec<(String, String)>, String> {
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&ec2.region)
        .name("ec2")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| error.to_string())?;
    let uri = format!("{}/", ec2.url.trim_end_matches('/'));
    let headers = [("content-type", FORM)].into_iter();
    let body = SignableBody::Bytes(body.as_bytes());
    let request = SignableRequest::new("POST", uri, headers, body);
    let request = request.map_err(|error| error.to_string())?;
    let signed = sign(request, &params.into()).map_err(|error| error.to_string())?;
    let (instructions, _) = signed.into_parts();
    let headers = instructions.headers();
    Ok(headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

fn read(action: &'static str, response: &HttpResponse) -> Called<Permission> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    // An endpoint that knows no dry runs answers the question itself.
    let is_answered = body.contains(&format!("<{action}Response"));
    match element(&body, "Code") {
        Some("DryRunOperation") => Ok(Permission::Allowed),
        _ if response.status().is_success() && is_answered => Ok(Permission::Allowed),
        Some("UnauthorizedOperation") => Ok(Permission::Refused),
        code => Err(CallFailure {
            progress: match response.status().is_client_error() {
                true => Progress::Refused,
                false => Progress::Lost,
            },
            code: code.unwrap_or_default().to_owned(),
            message: element(&body, "Message").unwrap_or_default().to_owned(),
            clock_offset: clock_offset(response),
            ..lost(action, "")
        }),
    }
}

/// The text of the first element of that name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0)
}
