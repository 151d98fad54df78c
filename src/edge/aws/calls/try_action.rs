//! Calls that are made to see whether they are allowed. Each only reads, and those of EC2 are dry runs
//! besides: EC2 looks at the policies, says what it would do, and does nothing (EC2 API reference, DryRun).
//! There is no client of EC2 and S3 here, so the request is signed and sent as one of the SDK's own.

use std::time::{Duration, SystemTime};

use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{Credentials, SharedHttpClient};
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::metadata::ErrorMetadata;

use crate::edge::aws::clients::{iam_signer, keys, of_key};
use crate::edge::aws::errors::{Called, failure, lost};
use crate::edge::aws::thread::{Aws, Pending, of_session};
use crate::edge::aws::trace::clock_offset;
use crate::model::doctor::policy::Permission;
use crate::model::failure::{CallFailure, Meaning, Progress};
use crate::model::session::Session;
use crate::model::source::key::LongTermKey;

const TIMEOUT: Duration = Duration::from_secs(8);
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Ec2,
    S3,
}

impl Service {
    /// In endpoints, and in signatures.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::S3 => "s3",
        }
    }
}

/// A call of a service, and where it goes.
#[derive(Debug, Clone)]
pub(crate) struct ServiceCall {
    pub(crate) service: Service,
    /// The API's name, `DescribeRegions`.
    pub(crate) operation: &'static str,
    pub(crate) url: String,
    pub(crate) region: String,
}

/// Who signs it.
#[derive(Clone, Copy)]
pub(crate) enum Signer<'a> {
    Key(&'a LongTermKey),
    Session(&'a Session),
}

impl Aws {
    /// Whether IAM tells the signer who the users of the account are: a call that no one needs for a
    /// sign-in, and that changes nothing.
    pub(crate) fn may_list_users(&self, whose: Option<&Session>) -> Pending<Permission> {
        const OPERATION: &str = "ListUsers";
        let signer = whose.map(iam_signer).unwrap_or_default();
        let secrets = self.secrets.clone().with(of_session(whose));
        self.call(OPERATION, None, secrets, |clients| {
            let call = clients.iam.list_users().max_items(1);
            async move {
                let answer = call.customize().config_override(signer).send().await;
                match answer.map_err(|e| failure(OPERATION, &e)) {
                    Ok(_) => Ok(Permission::Allowed),
                    Err(failure) if failure.meaning() == Meaning::Denied => Ok(Permission::Refused),
                    Err(failure) => Err(failure),
                }
            }
        })
    }

    /// Whether the service would do it for the signer.
    pub(crate) fn try_action(
        &self,
        attempt: ServiceCall,
        signer: Signer<'_>,
    ) -> Pending<Permission> {
        let (credentials, session) = match signer {
            Signer::Key(key) => (of_key(key), None),
            Signer::Session(session) => (Some(keys(session)), Some(session)),
        };
        let secrets = self.secrets.clone().with(of_session(session));
        self.call(attempt.operation, None, secrets, move |clients| {
            attempt.send(clients.http.clone(), credentials)
        })
    }
}

impl ServiceCall {
    async fn send(
        self,
        http: SharedHttpClient,
        credentials: Option<Credentials>,
    ) -> Called<Permission> {
        let operation = self.operation;
        let credentials = credentials.ok_or_else(|| "the key was not read".to_owned());
        let request = credentials.and_then(|credentials| self.signed(credentials));
        let request = request.map_err(|cause| CallFailure {
            progress: Progress::NotSent,
            ..lost(operation, &cause)
        })?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(TIMEOUT)
            .operation_timeout(TIMEOUT)
            .build();
        let call = Operation::builder()
            .service_name(self.service.name())
            .operation_name(operation)
            .http_client(http)
            .endpoint_url(&self.url)
            .no_auth()
            .no_retry()
            .timeout_config(timeouts)
            .serializer(|request: Signed| Ok(request.to_http()?))
            .deserializer(
                move |response: &HttpResponse| -> Result<_, OrchestratorError<ErrorMetadata>> {
                    Ok(self.read(response))
                },
            )
            .build();
        match call.invoke(request).await {
            Ok(read) => read,
            Err(error) => Err(failure(operation, &error)),
        }
    }

    /// The request with the headers that sign it (SigV4).
    fn signed(&self, credentials: Credentials) -> Result<Signed, String> {
        let operation = self.operation;
        let mut settings = SigningSettings::default();
        let mut request = match self.service {
            Service::Ec2 => Signed {
                method: "POST",
                headers: vec![("content-type".to_owned(), FORM.to_owned())],
                body: format!("Action={operation}&Version=2016-11-15&DryRun=true"),
            },
            Service::S3 => {
                // S3 wants the digest of the body in a header.
                settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
                Signed {
                    method: "GET",
                    headers: Vec::new(),
                    body: String::new(),
                }
            }
        };
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service.name())
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(|error| error.to_string())?;
        let uri = format!("{}/", self.url.trim_end_matches('/'));
        let headers = request.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(request.body.as_bytes());
        let signable = SignableRequest::new(request.method, uri, headers, body);
        let signable = signable.map_err(|error| error.to_string())?;
        let signed = sign(signable, &params.into()).map_err(|error| error.to_string())?;
        let (instructions, _) = signed.into_parts();
        let added = instructions.headers();
        let added = added.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let added: Vec<_> = added.collect();
        request.headers.extend(added);
        Ok(request)
    }

    fn read(&self, response: &HttpResponse) -> Called<Permission> {
        let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
        let (answer, refusal) = match self.service {
            // An endpoint that knows no dry runs answers the question itself.
            Service::Ec2 => (
                format!("<{}Response", self.operation),
                "UnauthorizedOperation",
            ),
            Service::S3 => ("<ListAllMyBucketsResult".to_owned(), "AccessDenied"),
        };
        match element(&body, "Code") {
            Some("DryRunOperation") => Ok(Permission::Allowed),
            _ if response.status().is_success() && body.contains(&answer) => {
                Ok(Permission::Allowed)
            }
            Some(code) if code == refusal => Ok(Permission::Refused),
            code => Err(CallFailure {
                progress: match response.status().is_client_error() {
                    true => Progress::Refused,
                    false => Progress::Lost,
                },
                code: code.unwrap_or_default().to_owned(),
                message: element(&body, "Message").unwrap_or_default().to_owned(),
                clock_offset: clock_offset(response),
                ..lost(self.operation, "")
            }),
        }
    }
}

/// A request, ready to be sent.
#[derive(Debug)]
struct Signed {
    method: &'static str,
    headers: Vec<(String, String)>,
    body: String,
}

impl Signed {
    fn to_http(&self) -> Result<HttpRequest, HttpError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body.as_str()));
        request.set_method(self.method)?;
        request.set_uri("/")?;
        for (name, value) in &self.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        Ok(request)
    }
}

/// The text of the first element of that name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0)
}
