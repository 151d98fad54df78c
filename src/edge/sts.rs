//! Calls to STS and IAM. The only importer of the AWS SDK and of tokio: a thread that runs them
//! exists from the first sign-in on, and never in a run that finds its session in the cache.

use std::future::Future;
use std::io::PipeWriter;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedHttpClient,
};
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::answer::{
    CALL_TIMEOUT, Called, Identity, PROVIDER, TemporaryKeys, believe, believe_caller, failure,
    lost, lost_thread,
};
use super::http::BoundedClient;
use super::provider::provide;
use super::signals::{wake, with_signals_blocked};
use crate::error::{Error, Result};
use crate::model::base::Provider;
use crate::model::diagnose::CallFailure;
use crate::model::endpoint::is_plain_http;
use crate::model::role::Role;
use crate::model::session::Session;
use crate::model::settings::{Settings, Sourced};

/// Long enough for a slow link.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A call under way.
#[derive(Debug)]
pub struct Pending<T>(Receiver<Called<T>>);

impl<T> Pending<T> {
    /// Waits for the result.
    ///
    /// # Errors
    /// The call's.
    pub fn wait(self) -> Called<T> {
        self.0.recv().unwrap_or_else(|_| Err(lost_thread()))
    }
}

type Work = Pin<Box<dyn Future<Output = ()>>>;
type Job = Box<dyn FnOnce(&Clients) -> Work + Send>;

/// The thread that talks to AWS, for the key and the endpoints of one invocation.
#[derive(Debug)]
pub struct Aws {
    jobs: UnboundedSender<Job>,
}

struct Clients {
    sts: aws_sdk_sts::Client,
    iam: aws_sdk_iam::Client,
    /// For other services of AWS, and for what this machine offers without a proxy.
    http: SharedHttpClient,
    direct: SharedHttpClient,
    region: String,
}

/// A code, and the device that it is of.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The device's serial.
    pub serial: &'a str,
    /// Six digits.
    pub code: &'a SecretString,
}

impl Code<'_> {
    fn parts(code: Option<Self>) -> (Option<String>, Option<SecretString>) {
        code.map(|code| (code.serial.to_owned(), code.code.clone()))
            .unzip()
    }
}

const NO_CREDENTIALS: &str = "the answer holds no credentials";

impl Aws {
    /// Starts the thread. `arn` decides on the partition where no region is configured.
    ///
    /// # Errors
    /// The CA bundle cannot be read, or the system has no thread left.
    pub fn start(settings: &Settings, arn: Option<&str>) -> Result<Self> {
        let (jobs, mut work) = unbounded_channel::<Job>();
        let sts = http_client(settings, settings.endpoints.sts.as_ref())?;
        let iam = http_client(settings, settings.endpoints.iam.as_ref())?;
        let http = http_client(settings, None)?;
        let direct = BoundedClient::new(None, false)
            .map(SharedHttpClient::new)
            .map_err(|cause| Error::new("cannot use TLS", cause, "install ca-certificates"))?;
        let settings = settings.clone();
        let region = settings.endpoints.region_for(arn);
        let run = move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
                return;
            };
            let clients = clients(&settings, region, [sts, iam, http, direct]);
            // The runtime goes on while a person types: a connection that the server closes
            // meanwhile has to be noticed, or the code would go out on a dead one.
            runtime.block_on(async {
                while let Some(job) = work.recv().await {
                    job(&clients).await;
                }
            });
        };
        with_signals_blocked(|| thread::Builder::new().name("aws".to_owned()).spawn(run))
            .map_err(|error| Error::new("cannot call AWS", error.to_string(), "try again"))?;
        Ok(Self { jobs })
    }

    /// Asks STS whose key this is: the long-term one, or a session's. Nobody needs a permission for that, and it costs no code. A
    /// failure that makes a sign-in pointless is written to `waker`, if there is one.
    #[must_use]
    pub fn caller_identity(
        &self,
        whose: Option<&Session>,
        waker: Option<PipeWriter>,
    ) -> Pending<Identity> {
        let signer = whose.map(signer);
        self.call("GetCallerIdentity", waker, |clients| {
            let call = clients.sts.get_caller_identity();
            async move {
                let call = call.customize().config_override(signer.unwrap_or_default());
                let answer = call
                    .send()
                    .await
                    .map_err(|e| failure("GetCallerIdentity", &e))?;
                believe_caller(answer.account, answer.arn)
            }
        })
    }

    /// The serials of a user's MFA devices; of the key's own user if none is named.
    ///
    /// # Errors
    /// The call failed, perhaps as it is not allowed.
    pub fn mfa_devices(&self, user: Option<&str>) -> Called<Vec<String>> {
        let user = user.map(str::to_owned);
        let pending = self.call("ListMFADevices", None, |clients| {
            let call = clients.iam.list_mfa_devices().set_user_name(user);
            async move {
                let answer = call
                    .send()
                    .await
                    .map_err(|e| failure("ListMFADevices", &e))?;
                let devices = answer.mfa_devices.into_iter();
                Ok(devices.map(|device| device.serial_number).collect())
            }
        });
        pending.wait()
    }

    /// Gets a session of `duration` seconds for the long-term key, with a code or without one. Sent
    /// once, whatever happens: a code works once, and nobody can tell whether a lost call used it.
    ///
    /// # Errors
    /// The call failed, or what came back cannot be a session.
    pub fn session_token(&self, code: Option<Code<'_>>, duration: u64) -> Called<TemporaryKeys> {
        const OPERATION: &str = "GetSessionToken";
        let (serial, code) = Code::parts(code);
        let pending = self.call(OPERATION, None, move |clients| {
            let call = clients
                .sts
                .get_session_token()
                .set_serial_number(serial)
                .set_token_code(code.as_ref().map(|code| code.expose_secret().to_owned()))
                .duration_seconds(seconds(duration));
            async move {
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let keys = answer.credentials.as_ref();
                let keys = keys.ok_or_else(|| lost(OPERATION, NO_CREDENTIALS))?;
                believe(OPERATION, keys, duration)
            }
        });
        pending.wait()
    }

    /// Gets a session of a role, with the long-term key or with another session. As for the code,
    /// see [`Aws::session_token`].
    ///
    /// # Errors
    /// The call failed, or what came back cannot be a session.
    pub fn assume_role(
        &self,
        source: Option<&Session>,
        code: Option<Code<'_>>,
        role: &Role,
        session_name: &str,
        duration: u64,
    ) -> Called<TemporaryKeys> {
        const OPERATION: &str = "AssumeRole";
        let (serial, code) = Code::parts(code);
        let (role, session_name) = (role.clone(), session_name.to_owned());
        let signer = source.map(signer);
        let pending = self.call(OPERATION, None, move |clients| {
            let call = assume_role(&clients.sts, &role)
                .role_session_name(session_name)
                .set_serial_number(serial)
                .set_token_code(code.as_ref().map(|code| code.expose_secret().to_owned()))
                .duration_seconds(seconds(duration));
            async move {
                let call = call.customize().config_override(signer.unwrap_or_default());
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let keys = answer.credentials.as_ref();
                let keys = keys.ok_or_else(|| lost(OPERATION, NO_CREDENTIALS))?;
                believe(OPERATION, keys, duration)
            }
        });
        pending.wait()
    }

    /// Gets temporary keys from somebody else. `outer` names the profiles whose
    /// `credential_process` this is part of.
    ///
    /// # Errors
    /// It gives none.
    pub fn provided(&self, provider: &Provider, outer: &str) -> Called<TemporaryKeys> {
        let (provider, outer) = (provider.clone(), outer.to_owned());
        let pending = self.call(PROVIDER, None, move |clients| {
            let (proxied, direct) = (clients.http.clone(), clients.direct.clone());
            provide(provider, outer, clients.region.clone(), proxied, direct)
        });
        pending.wait()
    }

    fn call<T, F>(
        &self,
        operation: &'static str,
        waker: Option<PipeWriter>,
        make: impl FnOnce(&Clients) -> F + Send + 'static,
    ) -> Pending<T>
    where
        T: Send + 'static,
        F: Future<Output = Called<T>> + 'static,
    {
        let (result, pending) = channel();
        let job: Job = Box::new(move |clients| {
            let call = make(clients);
            Box::pin(async move {
                let begun = Instant::now();
                let outcome = call.await;
                let word = if outcome.is_ok() {
                    "succeeded"
                } else {
                    "failed"
                };
                tracing::debug!(
                    "{operation} {word} after {} ms",
                    begun.elapsed().as_millis()
                );
                let stops = outcome.as_ref().is_err_and(CallFailure::stops_sign_in);
                // Nobody waits any more when the run is over: fine.
                drop(result.send(outcome));
                if let (Some(waker), true) = (waker, stops) {
                    wake(&waker);
                }
            })
        });
        // Without the thread the receiver reports a lost call.
        drop(self.jobs.send(job));
        Pending(pending)
    }
}

/// The client for one service. What goes to this machine in the clear must not take the way
/// through a proxy, which may be another machine.
fn http_client(
    settings: &Settings,
    endpoint: Option<&Sourced<String>>,
) -> Result<SharedHttpClient> {
    let plain_http = endpoint.is_some_and(|endpoint| is_plain_http(&endpoint.value));
    let Some(path) = &settings.endpoints.ca_bundle else {
        let client = BoundedClient::new(None, !plain_http);
        let failed = |cause: String| Error::new("cannot use TLS", cause, "install ca-certificates");
        return client.map(SharedHttpClient::new).map_err(failed);
    };
    let failed = |cause: String| {
        Error::new(
            format!("cannot use the CA bundle {}", path.value),
            cause,
            format!("correct {}: a file of PEM certificates", path.origin),
        )
    };
    let bundle = std::fs::read(&path.value).map_err(|error| failed(error.to_string()))?;
    let client = BoundedClient::new(Some(bundle), !plain_http).map_err(failed)?;
    Ok(SharedHttpClient::new(client))
}

fn clients(
    settings: &Settings,
    region: String,
    [sts_http, iam_http, http, direct]: [SharedHttpClient; 4],
) -> Clients {
    let key = settings.key().map(|key| {
        let secret = key.secret_access_key.expose_secret().to_owned();
        Credentials::new(key.access_key_id.clone(), secret, None, None, "profile")
    });
    let key = key.map(SharedCredentialsProvider::new);
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
        .http_client(sts_http)
        .build();
    let iam = iam
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.clone()))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .http_client(iam_http)
        .build();
    Clients {
        sts: aws_sdk_sts::Client::from_conf(sts),
        iam: aws_sdk_iam::Client::from_conf(iam),
        http,
        direct,
        region,
    }
}

/// Signs a call with a session in place of the long-term key.
fn signer(session: &Session) -> aws_sdk_sts::config::Builder {
    let keys = Credentials::new(
        session.access_key_id.clone(),
        session.secret_access_key.expose_secret().to_owned(),
        Some(session.session_token.expose_secret().to_owned()),
        None,
        "session",
    );
    aws_sdk_sts::config::Builder::default().credentials_provider(keys)
}

/// Everything that a role says about its sessions.
fn assume_role(sts: &aws_sdk_sts::Client, role: &Role) -> AssumeRoleFluentBuilder {
    let mut call = sts
        .assume_role()
        .role_arn(&role.arn.value)
        .set_external_id(role.external_id.clone())
        .set_source_identity(role.source_identity.clone())
        .set_policy(role.policy.clone());
    for (key, value) in &role.tags {
        let tag = Tag::builder().key(key).value(value).build();
        // Both are there, which is all that it asks for.
        call = tag.into_iter().fold(call, AssumeRoleFluentBuilder::tags);
    }
    for key in &role.transitive_tags {
        call = call.transitive_tag_keys(key);
    }
    for arn in &role.policy_arns {
        call = call.policy_arns(PolicyDescriptorType::builder().arn(arn).build());
    }
    call
}

fn seconds(duration: u64) -> i32 {
    i32::try_from(duration).unwrap_or(i32::MAX)
}
