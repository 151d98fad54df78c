//! The small signed client: the calls of the story, with the AWS CLI's options, output, errors and exit
//! statuses.

use std::fs;
use std::io::{self, Write as _};

use jiff::Timestamp;
use local_aws::sigv4::{self, ALGORITHM, Scope, Signed};

use super::Failure;
use super::args::{Common, Ec2, Iam, Service, Sts};
use super::configure;
use super::credentials::{self, Credentials, variable};
use super::http::{Endpoint, exchange};
use super::output;

/// One call as it goes over the wire.
pub(crate) struct Call {
    service: &'static str,
    pub(crate) action: &'static str,
    version: &'static str,
    parameters: Vec<(&'static str, String)>,
}

pub(crate) fn run(service: &Service, common: &Common) -> Result<(), Failure> {
    let Some(call) = Call::of(service)? else {
        return configure::run(common.profile.as_deref());
    };
    let (credentials, profile_region) = credentials::find(common.profile.as_deref())?;
    let region = common
        .region
        .clone()
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .or(profile_region)
        .unwrap_or_else(|| "us-east-1".to_owned());
    let endpoint = endpoint(call.service, common)?;
    let body = call.form();
    let headers = sign(&call, &credentials, &region, &endpoint, &body);
    let response = exchange(&endpoint, "POST", "/", &headers, body).map_err(|_| {
        let url = endpoint.url();
        Failure::new(
            255,
            format!("\nCould not connect to the endpoint URL: \"{url}\""),
        )
    })?;
    // The AWS CLI prints nothing where there is nothing to tell.
    if let Some(text) = output::render(&call, &response)? {
        writeln!(io::stdout(), "{text}")?;
    }
    Ok(())
}

impl Call {
    /// None for what goes over no wire.
    fn of(service: &Service) -> Result<Option<Call>, Failure> {
        Ok(Some(match service {
            Service::Configure => return Ok(None),
            Service::Ec2(Ec2::DescribeRegions) => Call {
                service: "ec2",
                action: "DescribeRegions",
                version: "2016-11-15",
                parameters: Vec::new(),
            },
            Service::Sts(Sts::GetCallerIdentity) => Call::sts("GetCallerIdentity", Vec::new()),
            Service::Sts(Sts::GetSessionToken {
                serial_number,
                token_code,
                duration_seconds,
            }) => {
                let given = [
                    ("SerialNumber", serial_number),
                    ("TokenCode", token_code),
                    ("DurationSeconds", duration_seconds),
                ];
                let given = given
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value.clone()?)));
                Call::sts("GetSessionToken", given.collect())
            }
            Service::Iam(call) => Call::iam(call)?,
        }))
    }

    fn iam(call: &Iam) -> Result<Call, Failure> {
        let (action, parameters) = match call {
            Iam::CreateUser { user_name } => ("CreateUser", vec![("UserName", user_name.clone())]),
            Iam::PutUserPolicy {
                user_name,
                policy_name,
                policy_document,
            } => (
                "PutUserPolicy",
                vec![
                    ("UserName", user_name.clone()),
                    ("PolicyName", policy_name.clone()),
                    ("PolicyDocument", document(policy_document)?),
                ],
            ),
            Iam::CreateAccessKey { user_name } => {
                ("CreateAccessKey", vec![("UserName", user_name.clone())])
            }
        };
        Ok(Call {
            service: "iam",
            action,
            version: "2010-05-08",
            parameters,
        })
    }

    fn sts(action: &'static str, parameters: Vec<(&'static str, String)>) -> Call {
        Call {
            service: "sts",
            action,
            version: "2011-06-15",
            parameters,
        }
    }

    fn form(&self) -> String {
        let mut form = format!("Action={}&Version={}", self.action, self.version);
        for (name, value) in &self.parameters {
            form += &format!("&{name}={}", sigv4::escape(value));
        }
        form
    }
}

/// A parameter that may name a file, as those of the AWS CLI do.
fn document(text: &str) -> Result<String, Failure> {
    let Some(path) = text.strip_prefix("file://") else {
        return Ok(text.to_owned());
    };
    fs::read_to_string(path).map_err(|error| {
        Failure::new(
            255,
            format!("\nError parsing parameter '--policy-document': Unable to load paramfile {text}: {error}"),
        )
    })
}

fn endpoint(service: &str, common: &Common) -> Result<Endpoint, Failure> {
    let url = common
        .endpoint_url
        .clone()
        .or_else(|| variable(&format!("AWS_ENDPOINT_URL_{}", service.to_uppercase())))
        .or_else(|| variable("AWS_ENDPOINT_URL"))
        .ok_or_else(|| {
            Failure::new(
                255,
                "local-aws: no endpoint: set AWS_ENDPOINT_URL to the server's address",
            )
        })?;
    Endpoint::parse(&url)
}

/// All headers of the request, `host` among them because it is signed.
fn sign(
    call: &Call,
    credentials: &Credentials,
    region: &str,
    endpoint: &Endpoint,
    body: &str,
) -> Vec<(String, String)> {
    let timestamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut headers = vec![
        header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        header("host", &endpoint.authority),
        header("x-amz-date", &timestamp),
    ];
    if let Some(token) = &credentials.token {
        headers.push(header("x-amz-security-token", token));
    }
    let scope = Scope {
        date: timestamp[..8].to_owned(),
        // IAM has one endpoint for all regions, whose requests are signed for this one.
        region: match call.service {
            "iam" => "us-east-1".to_owned(),
            _ => region.to_owned(),
        },
        service: call.service.to_owned(),
    };
    let signature = sigv4::signature(
        &credentials.secret,
        &scope,
        &Signed {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
            timestamp: &timestamp,
        },
    );
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={signature}",
        credentials.key_id,
        scope.text(),
        sigv4::header_names(&headers),
    );
    headers.push(header("authorization", &authorization));
    headers
}
