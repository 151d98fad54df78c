//! Temporary keys from others, through aws-config: logins, and what a
//! machine or an environment holds. A web identity's come from STS, which has its endpoint here.

pub(crate) mod program_keys;
pub(crate) mod sso;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::Client as MetadataClient;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::login::LoginCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{Credentials, ProvideCredentials, Region, SharedHttpClient};
use aws_sdk_sts::error::DisplayErrorContext;

use secrecy::{ExposeSecret, SecretString};

use crate::edge::aws::errors::{CALL_TIMEOUT, CONNECT_TIMEOUT, Called, PROVIDER, failure, lost};
use crate::edge::aws::providers::sso::{SsoRoutes, identity_center};
use crate::edge::aws::validate::{TemporaryKeys, validate_provided};
use crate::model::arn::account_of_arn;
use crate::model::failure::secrets::Secrets;
use crate::model::settings::endpoint::Endpoints;
use crate::model::source::provider::{Provider, ProviderKind};

/// How providers reach what they ask.
#[derive(Debug, Clone)]
pub(crate) struct Routes {
    /// To services of AWS.
    services: ProviderConfig,
    /// To what this machine offers, through no proxy.
    machine: ProviderConfig,
    sts: aws_sdk_sts::Client,
    sso: SsoRoutes,
}

impl Routes {
    /// `region` is the one of requests.
    pub(crate) fn new(
        endpoints: &Endpoints,
        region: String,
        sts: aws_sdk_sts::Client,
        [services, machine]: [SharedHttpClient; 2],
    ) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_timeout(CALL_TIMEOUT)
            .build();
        let config = ProviderConfig::without_region();
        let sso = SsoRoutes::new(services.clone(), timeouts.clone(), endpoints);
        Self {
            sso,
            services: config
                .clone()
                .with_region(Some(Region::new(region)))
                .with_use_fips(Some(endpoints.use_fips))
                .with_use_dual_stack(Some(endpoints.use_dualstack))
                .with_timeout_config(timeouts)
                .with_http_client(services),
            machine: config.with_http_client(machine),
            sts,
        }
    }
}

/// Asks a provider for keys.
///
/// Each provider of the SDK is made by itself: as a chain of a profile they would read the config
/// files once more, by other rules.
pub(crate) async fn provide(provider: Provider, ways: Routes) -> Called<TemporaryKeys> {
    let given = match &provider.kind {
        ProviderKind::WebIdentity {
            token_file,
            role_arn,
            session_name,
        } => return web_identity(token_file, role_arn, session_name.as_deref(), &ways.sts).await,
        ProviderKind::Sso(sso) => return identity_center(sso, &ways.sso).await,
        ProviderKind::Login { session } => {
            let login = LoginCredentialsProvider::builder(session);
            ask(login.configure(&ways.services).build()).await
        }
        ProviderKind::Environment { .. } => {
            ask(EnvironmentVariableCredentialsProvider::new()).await
        }
        ProviderKind::Ec2 { endpoint } => {
            let endpoint = endpoint.as_deref().unwrap_or("http://169.254.169.254");
            let client = MetadataClient::builder().configure(&ways.machine);
            let client = client
                .endpoint(endpoint)
                .map_err(|error| lost(PROVIDER, &format!("{endpoint}: {error}")))?;
            let ec2 = ImdsCredentialsProvider::builder()
                .configure(&ways.machine)
                .imds_client(client.build());
            ask(ec2.build()).await
        }
        ProviderKind::Ecs { .. } => {
            let ecs = EcsCredentialsProvider::builder().configure(&ways.machine);
            ask(ecs.build()).await
        }
        // Its own file runs it: see program_keys.
        ProviderKind::Process { .. } => Err("a program is not asked in this way".to_owned()),
    };
    match given {
        Ok(keys) => validate_provided(&keys),
        Err(words) => Err(lost(PROVIDER, &words)),
    }
}

async fn ask(provider: impl ProvideCredentials) -> Result<Credentials, String> {
    let given = provider.provide_credentials().await;
    given.map_err(|error| words(&error))
}

/// AssumeRoleWithWebIdentity. Nothing signs it: the token says who it is.
async fn web_identity(
    path: &str,
    role_arn: &str,
    session_name: Option<&str>,
    sts: &aws_sdk_sts::Client,
) -> Called<TemporaryKeys> {
    const OPERATION: &str = "AssumeRoleWithWebIdentity";
    let token = std::fs::read_to_string(path)
        .map(SecretString::from)
        .map_err(|error| lost(PROVIDER, &format!("cannot read {path}: {error}")))?;
    let answer = sts
        .assume_role_with_web_identity()
        .role_arn(role_arn)
        .role_session_name(session_name.unwrap_or("mfaexec"))
        .web_identity_token(token.expose_secret())
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error).without(&Secrets::default().with([&token])))?;
    let keys = answer.credentials.as_ref();
    let keys = keys.ok_or_else(|| lost(OPERATION, "the answer holds no credentials"))?;
    let end = keys.expiration.try_into();
    let end = end.map_err(|_| lost(OPERATION, "the session in the answer has no end"))?;
    let keys = Credentials::new(
        &keys.access_key_id,
        &keys.secret_access_key,
        Some(keys.session_token.clone()),
        Some(end),
        OPERATION,
    );
    let mut keys = validate_provided(&keys)?;
    let arn = answer.assumed_role_user.as_ref().map(|user| user.arn());
    keys.account = arn.and_then(account_of_arn).map(str::to_owned);
    Ok(keys)
}

/// The cause at the bottom, which says something, and what it was the cause of, which says where.
fn words(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        // A program's words may have many lines, an error has one.
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let text = lines.join(" ").trim().to_owned();
        if !text.is_empty() && text != "service error" && said.last() != Some(&text) {
            said.push(text);
        }
        next = error.source();
    }
    match &said[..] {
        [] => DisplayErrorContext(error).to_string(),
        [.., above, cause] if !above.contains(cause) => format!("{above}: {cause}"),
        [.., cause] => cause.clone(),
    }
}
