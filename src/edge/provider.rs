//! Temporary keys from others, through aws-config: the Identity Center, web identities, programs,
//! logins, and what a machine or an environment holds.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_sts::config::{ProvideCredentials, Region, SharedHttpClient};
use aws_sdk_sts::error::DisplayErrorContext;

use super::answer::{Called, PROVIDER, TemporaryKeys, believe_provided, lost};
use crate::model::base::{Provider, ProviderKind};
use crate::model::child_env::PROCESS_OF;
use crate::model::config_text::encode_name;

/// The name of the profile in the text that the SDK is given.
const NAME: &str = "base";

/// Asks a provider for keys. `proxied` is for services of AWS, `direct` for this machine's own.
pub(super) async fn provide(
    provider: Provider,
    outer: String,
    region: String,
    proxied: SharedHttpClient,
    direct: SharedHttpClient,
) -> Called<TemporaryKeys> {
    let config = ProviderConfig::without_region().with_region(Some(Region::new(region)));
    let given = match provider.kind {
        ProviderKind::Environment => {
            EnvironmentVariableCredentialsProvider::new()
                .provide_credentials()
                .await
        }
        ProviderKind::Ec2 => {
            let config = config.with_http_client(direct);
            let ec2 = ImdsCredentialsProvider::builder()
                .configure(&config)
                .build();
            ec2.provide_credentials().await
        }
        ProviderKind::Ecs => {
            let config = config.with_http_client(direct);
            let ecs = EcsCredentialsProvider::builder().configure(&config).build();
            ecs.provide_credentials().await
        }
        ProviderKind::Sso
        | ProviderKind::WebIdentity
        | ProviderKind::Process
        | ProviderKind::Login => {
            let files = EnvConfigFiles::builder()
                .with_contents(EnvConfigFileKind::Config, text(&provider, &outer))
                .build();
            let profile = ProfileFileCredentialsProvider::builder()
                .configure(&config.with_http_client(proxied))
                .profile_files(files)
                .profile_name(NAME)
                .build();
            profile.provide_credentials().await
        }
    };
    match given {
        Ok(keys) => believe_provided(&keys),
        Err(error) => Err(lost(
            PROVIDER,
            &innermost(&error).unwrap_or_else(|| DisplayErrorContext(&error).to_string()),
        )),
    }
}

/// The provider's settings as a config file, which is all that the SDK gets to see.
fn text(provider: &Provider, outer: &str) -> String {
    let (mut profile, mut session) = (String::new(), String::new());
    for (name, value) in &provider.settings {
        match (name.as_str(), name.strip_prefix("session.")) {
            // What stands in a section of its own. The token of `aws sso login` is kept under its
            // name, so that has to stay.
            (_, Some(name)) => session.push_str(&format!("{name} = {value}\n")),
            ("sso_session", _) => {
                let value = encode_name(value);
                profile.push_str(&format!("sso_session = {value}\n"));
                session.insert_str(0, &format!("[sso-session {value}]\n"));
            }
            // It runs in a shell. A run of mfaexec in it has to know where it is.
            ("credential_process", _) => {
                let chain = shlex::try_quote(outer).unwrap_or_default();
                let line = format!("{name} = export {PROCESS_OF}={chain}; {value}\n");
                profile.push_str(&line);
            }
            _ => profile.push_str(&format!("{name} = {value}\n")),
        }
    }
    format!("[profile {NAME}]\n{profile}{session}")
}

/// The cause at the bottom, which says something.
fn innermost(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut error = error.source()?;
    while let Some(source) = error.source() {
        error = source;
    }
    Some(error.to_string()).filter(|words| !words.is_empty())
}
