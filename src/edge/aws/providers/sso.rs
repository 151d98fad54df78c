//! The Identity Center: a token from the file of `aws sso login`, which is renewed if it ends, and
//! the keys that the portal gives for it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_sdk_sso::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_sdk_sts::config::Credentials;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_smithy_types::date_time::DateTime;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::edge::aws::errors::{Called, PROVIDER, failure, lost};
use crate::edge::aws::validate::{TemporaryKeys, validate_provided};
use crate::edge::bounded::read_bounded;
use crate::edge::clock::now;
use crate::model::failure::secrets::Secrets;
use crate::model::failure::{CREATE_TOKEN, CallFailure, Progress, ROLE_CREDENTIALS};
use crate::model::settings::endpoint::Endpoints;
use crate::model::source::provider::Sso;
use crate::model::source::sso_token::{SsoToken, TokenRenewal, renewed};
use crate::model::time::Timestamp;

/// How the Identity Center is reached.
#[derive(Debug, Clone)]
pub(crate) struct SsoRoutes {
    http: SharedHttpClient,
    timeouts: TimeoutConfig,
    endpoints: Endpoints,
}

impl SsoRoutes {
    pub(crate) fn new(
        http: SharedHttpClient,
        timeouts: TimeoutConfig,
        endpoints: &Endpoints,
    ) -> Self {
        let endpoints = endpoints.clone();
        Self {
            http,
            timeouts,
            endpoints,
        }
    }

    fn portal(&self, region: &str) -> aws_sdk_sso::Client {
        let endpoints = &self.endpoints;
        let mut config = aws_sdk_sso::Config::builder();
        config.set_endpoint_url(endpoints.sso.as_ref().map(|url| url.value.clone()));
        config.set_use_fips(Some(endpoints.use_fips));
        config.set_use_dual_stack(Some(endpoints.use_dualstack));
        let config = config
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .timeout_config(self.timeouts.clone())
            .http_client(self.http.clone());
        aws_sdk_sso::Client::from_conf(config.build())
    }

    /// A refresh token may work once, so a lost call is not made again.
    fn tokens(&self, region: &str) -> aws_sdk_ssooidc::Client {
        let endpoints = &self.endpoints;
        let mut config = aws_sdk_ssooidc::Config::builder();
        config.set_endpoint_url(endpoints.sso_oidc.as_ref().map(|url| url.value.clone()));
        config.set_use_fips(Some(endpoints.use_fips));
        config.set_use_dual_stack(Some(endpoints.use_dualstack));
        let config = config
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(self.timeouts.clone())
            .http_client(self.http.clone());
        aws_sdk_ssooidc::Client::from_conf(config.build())
    }
}

/// When the token of `aws sso login` ends, and whether it can be renewed then. Nothing is sent.
///
/// # Errors
/// There is no token, or none that can be read.
pub(crate) fn token_end(sso: &Sso) -> Called<(Timestamp, bool)> {
    let token = TokenFile::of(sso)?.read()?;
    Ok((token.expires_at, token.possible_renewal(now()).is_some()))
}

/// Asks the portal for the keys of a role.
pub(crate) async fn identity_center(sso: &Sso, routes: &SsoRoutes) -> Called<TemporaryKeys> {
    let store = TokenFile::of(sso)?;
    let mut token = store.read()?;
    let mut is_new = false;
    if let Some(renewal) = token.due_renewal(now()) {
        match renew(sso, routes, &store, renewal).await {
            Ok(next) => (token, is_new) = (next, true),
            // The one that is there may do for this time.
            Err(failure) if !token.is_over(now()) => {
                log::info!("the token was not renewed: {}", failure.message);
            }
            Err(failure) => return Err(failure),
        }
    }
    if token.is_over(now()) {
        return Err(lost(PROVIDER, "the token of aws sso login is over"));
    }
    match role_credentials(sso, routes, &token).await {
        // It is over by AWS's clock, or was revoked.
        Err(failure) if failure.progress == Progress::Refused && !is_new => {
            match token.possible_renewal(now()) {
                Some(renewal) if failure.code == "UnauthorizedException" => {
                    let next = renew(sso, routes, &store, renewal).await;
                    role_credentials(sso, routes, &next.map_err(|_| failure)?).await
                }
                _ => Err(failure),
            }
        }
        answer => answer,
    }
}

async fn role_credentials(
    sso: &Sso,
    routes: &SsoRoutes,
    token: &SsoToken,
) -> Called<TemporaryKeys> {
    let call = routes.portal(&sso.region).get_role_credentials();
    let answer = call
        .role_name(&sso.role_name)
        .account_id(&sso.account_id)
        .access_token(token.access_token.expose_secret())
        .send()
        .await;
    let hidden = Secrets::default().with([&token.access_token]);
    let answer = answer.map_err(|error| failure(ROLE_CREDENTIALS, &error).without(&hidden))?;
    let incomplete = || lost(ROLE_CREDENTIALS, "the answer holds no credentials");
    let keys = answer.role_credentials.ok_or_else(incomplete)?;
    let end = DateTime::from_millis(keys.expiration).try_into().ok();
    let mut credentials = Credentials::builder()
        .access_key_id(keys.access_key_id.ok_or_else(incomplete)?)
        .secret_access_key(keys.secret_access_key.ok_or_else(incomplete)?)
        .account_id(&sso.account_id)
        .provider_name("sso");
    credentials.set_session_token(keys.session_token);
    credentials.set_expiry(Some(end.ok_or_else(incomplete)?));
    validate_provided(&credentials.build())
}

/// Gets the next token, and writes it down where the AWS CLI does. A file that cannot be written
/// stops no run.
async fn renew(
    sso: &Sso,
    routes: &SsoRoutes,
    store: &TokenFile,
    renewal: &TokenRenewal,
) -> Called<SsoToken> {
    let hidden = Secrets::default().with([&renewal.client_secret, &renewal.refresh_token]);
    let call = routes.tokens(&sso.region).create_token();
    let answer = call
        .grant_type("refresh_token")
        .client_id(&renewal.client_id)
        .client_secret(renewal.client_secret.expose_secret())
        .refresh_token(renewal.refresh_token.expose_secret())
        .send()
        .await
        .map_err(|error| failure(CREATE_TOKEN, &error).without(&hidden));
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => return renewed_by_others(store, renewal).ok_or(failure),
    };
    let unusable = || lost(CREATE_TOKEN, "the answer holds no token");
    let token = answer.access_token().ok_or_else(unusable)?;
    let seconds = u64::try_from(answer.expires_in()).map_err(|_| unusable())?;
    let end = Timestamp(now().0.saturating_add(seconds));
    let next = renewed(&store.content()?, token, answer.refresh_token(), end);
    let next = next.ok_or_else(unusable)?;
    match store.write(&next) {
        Ok(()) => log::info!("the token of aws sso login was renewed"),
        Err(error) => log::info!(
            "the renewed token cannot be kept in {}: {error}",
            store.path.display()
        ),
    }
    SsoToken::parse(next.as_bytes()).map_err(|cause| lost(CREATE_TOKEN, &cause))
}

/// A refresh token may work once: where it does not, another program may have used it a moment ago.
fn renewed_by_others(store: &TokenFile, renewal: &TokenRenewal) -> Option<SsoToken> {
    let token = store.read().ok().filter(|token| !token.is_over(now()))?;
    let now_there = token.renewal.as_ref()?.refresh_token.expose_secret();
    (now_there != renewal.refresh_token.expose_secret()).then_some(token)
}

/// Where the AWS CLI keeps a token: `~/.aws/sso/cache`, and the SHA-1 of the session's name, or of
/// the start page where there is none.
struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    fn of(sso: &Sso) -> Called<Self> {
        let home = std::env::home_dir();
        let home = home.ok_or_else(|| lost(PROVIDER, "there is no home directory"))?;
        let name = sso.session.as_deref().unwrap_or(&sso.start_url);
        let name = hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes()));
        let path = home.join(".aws/sso/cache").join(name + ".json");
        Ok(Self { path })
    }

    fn content(&self) -> Called<Zeroizing<Vec<u8>>> {
        let content = read_bounded(&self.path).map(Zeroizing::new);
        content.map_err(|error| self.failed(&format!("failed to read {}: {error}", self.shown())))
    }

    fn read(&self) -> Called<SsoToken> {
        SsoToken::parse(&self.content()?)
            .map_err(|cause| self.failed(&format!("failed to use {}: {cause}", self.shown())))
    }

    /// Another program may read it at any time, so it is replaced as a whole.
    fn write(&self, text: &str) -> io::Result<()> {
        let path = fs::canonicalize(&self.path)?;
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)?;
        let written = file.write_all(text.as_bytes());
        let written = written.and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            // The first error says more.
            fs::remove_file(&temporary).ok();
        }
        written
    }

    fn shown(&self) -> impl std::fmt::Display + '_ {
        Path::display(&self.path)
    }

    fn failed(&self, words: &str) -> CallFailure {
        lost(PROVIDER, words)
    }
}
