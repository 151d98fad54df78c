//! The SDK's clients for one invocation: where they send requests, whom they trust, how they sign.

use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedHttpClient,
};
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use secrecy::ExposeSecret;

use crate::edge::aws::errors::{CALL_TIMEOUT, CONNECT_TIMEOUT};
use crate::edge::aws::http::BoundedClient;
use crate::edge::aws::providers::Routes;
use crate::edge::aws::roots::Roots;
use crate::edge::aws::trace::Trace;
use crate::edge::system::ROOTS_REMEDY;
use crate::error::{Error, Result};
use crate::model::origin::Sourced;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::url::is_plain_http;
use crate::model::source::key::LongTermKey;
use crate::model::source::role::{Role, values};

/// Routes to the services, made where an error can still be told.
pub(crate) struct Transports {
    sts: SharedHttpClient,
    iam: SharedHttpClient,
    http: SharedHttpClient,
    direct: SharedHttpClient,
    /// What requests through any of them have met.
    pub(crate) trace: Trace,
}

impl Transports {
    /// # Errors
    /// The CA bundle cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let trace = Trace::default();
        let endpoints = &settings.endpoints;
        let roots = endpoints.ca_bundle.as_ref().map(read_roots).transpose()?;
        // What goes to this machine unencrypted must not go through a proxy, which may be another
        // machine.
        let client = |roots: Option<&Roots>, proxy: bool| {
            let client = BoundedClient::new(roots, proxy, trace.clone());
            let failed = |cause| Error::new("cannot use TLS", cause, ROOTS_REMEDY);
            client.map(SharedHttpClient::new).map_err(failed)
        };
        let to = |endpoint: Option<&Sourced<String>>| {
            let plain_http = endpoint.is_some_and(|endpoint| is_plain_http(&endpoint.value));
            client(roots.as_ref(), !plain_http)
        };
        Ok(Self {
            sts: to(endpoints.sts.as_ref())?,
            iam: to(endpoints.iam.as_ref())?,
            http: to(None)?,
            direct: client(None, false)?,
            trace,
        })
    }
}

pub(crate) struct Clients {
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    /// To those who give temporary keys.
    pub(crate) ways: Routes,
    /// To services of AWS that have no client here.
    pub(crate) http: SharedHttpClient,
}

impl Clients {
    pub(crate) fn new(settings: &Settings, region: String, transports: Transports) -> Self {
        let key = settings
            .key()
            .and_then(of_key)
            .map(SharedCredentialsProvider::new);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_timeout(CALL_TIMEOUT)
            .build();
        let endpoints = &settings.endpoints;
        let mut sts = aws_sdk_sts::Config::builder();
        sts.set_endpoint_url(
            endpoints
                .sts
                .as_ref()
                .map(|endpoint| endpoint.value.clone()),
        );
        sts.set_use_fips(Some(endpoints.use_fips));
        sts.set_use_dual_stack(Some(endpoints.use_dualstack));
        let mut iam = aws_sdk_iam::Config::builder();
        iam.set_endpoint_url(
            endpoints
                .iam
                .as_ref()
                .map(|endpoint| endpoint.value.clone()),
        );
        iam.set_use_fips(Some(endpoints.use_fips));
        iam.set_use_dual_stack(Some(endpoints.use_dualstack));
        sts.set_credentials_provider(key.clone());
        iam.set_credentials_provider(key);
        let sts_region = endpoints.sts_region(&region).to_owned();
        let sts = sts
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(sts_region))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.clone())
            .http_client(transports.sts)
            .build();
        let iam = iam
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .http_client(transports.iam)
            .build();
        let sts = aws_sdk_sts::Client::from_conf(sts);
        let http = transports.http.clone();
        let others = [transports.http, transports.direct];
        Self {
            http,
            ways: Routes::new(endpoints, region, sts.clone(), others),
            sts,
            iam: aws_sdk_iam::Client::from_conf(iam),
        }
    }
}

/// Reads the bundle that is configured.
fn read_roots(path: &Sourced<String>) -> Result<Roots> {
    Roots::read(&path.value).map_err(|cause| {
        Error::new(
            format!("cannot use the CA bundle {}", path.value),
            cause,
            format!("correct {}: a file of PEM certificates", path.origin),
        )
    })
}

/// Signs a call to STS with a session instead of the long-term key.
pub(crate) fn signer(session: &Session) -> aws_sdk_sts::config::Builder {
    aws_sdk_sts::config::Builder::default().credentials_provider(keys(session))
}

/// Signs a call to IAM with a session instead of the long-term key.
pub(crate) fn iam_signer(session: &Session) -> aws_sdk_iam::config::Builder {
    aws_sdk_iam::config::Builder::default().credentials_provider(keys(session))
}

/// None as long as the key is in the store of keys.
pub(super) fn of_key(key: &LongTermKey) -> Option<Credentials> {
    let secret = key.secret_access_key.as_ref()?.expose_secret().to_owned();
    let id = key.access_key_id.clone();
    Some(Credentials::new(id, secret, None, None, "profile"))
}

pub(super) fn keys(session: &Session) -> Credentials {
    Credentials::new(
        session.access_key_id.clone(),
        session.secret_access_key.expose_secret().to_owned(),
        Some(session.session_token.expose_secret().to_owned()),
        None,
        "session",
    )
}

/// Everything that a role says about its sessions.
pub(crate) fn assume_role(sts: &aws_sdk_sts::Client, role: &Role) -> AssumeRoleFluentBuilder {
    let mut call = sts
        .assume_role()
        .role_arn(&role.arn.value)
        .set_external_id(text(&role.external_id))
        .set_source_identity(text(&role.source_identity))
        .set_policy(text(&role.policy));
    for (key, value) in values(&role.tags) {
        let tag = Tag::builder().key(key).value(value).build();
        // Both are there, which is all that it asks for.
        call = tag.into_iter().fold(call, AssumeRoleFluentBuilder::tags);
    }
    for key in values(&role.transitive_tags) {
        call = call.transitive_tag_keys(key);
    }
    for arn in values(&role.policy_arns) {
        call = call.policy_arns(PolicyDescriptorType::builder().arn(arn).build());
    }
    call
}

fn text(setting: &Option<Sourced<String>>) -> Option<String> {
    setting.as_ref().map(|setting| setting.value.clone())
}
