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
use aws_sdk_sts::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::answer::{
    CALL_TIMEOUT, Called, Identity, TemporaryKeys, believe, believe_caller, failure, lost,
    lost_thread,
};
use super::http::BoundedClient;
use super::signals::{wake, with_signals_blocked};
use crate::error::{Error, Result};
use crate::model::diagnose::CallFailure;
use crate::model::endpoint::is_plain_http;
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
}

impl Aws {
    /// Starts the thread. `serial` decides on the partition where no region is configured.
    ///
    /// # Errors
    /// The CA bundle cannot be read, or the system has no thread left.
    pub fn start(settings: &Settings, serial: Option<&str>) -> Result<Self> {
        let (jobs, mut work) = unbounded_channel::<Job>();
        let sts = http_client(settings, settings.endpoints.sts.as_ref())?;
        let iam = http_client(settings, settings.endpoints.iam.as_ref())?;
        let settings = settings.clone();
        let region = settings.endpoints.region_for(serial);
        let run = move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
                return;
            };
            let clients = clients(&settings, region, sts, iam);
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

    /// Asks STS whose key this is. Nobody needs a permission for that, and it costs no code. A
    /// failure that makes a sign-in pointless is written to `waker`, if there is one.
    #[must_use]
    pub fn caller_identity(&self, waker: Option<PipeWriter>) -> Pending<Identity> {
        self.call("GetCallerIdentity", waker, |clients| {
            let call = clients.sts.get_caller_identity();
            async move {
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

    /// Trades a code for a session of `duration` seconds. Sent once, whatever happens: a code
    /// works once, and nobody can tell whether a lost call used it.
    ///
    /// # Errors
    /// The call failed, or what came back cannot be a session.
    pub fn session_token(
        &self,
        serial: &str,
        code: &SecretString,
        duration: u64,
    ) -> Called<TemporaryKeys> {
        let (serial, code) = (serial.to_owned(), code.clone());
        let pending = self.call("GetSessionToken", None, move |clients| {
            let call = clients
                .sts
                .get_session_token()
                .serial_number(serial)
                .token_code(code.expose_secret())
                .duration_seconds(i32::try_from(duration).unwrap_or(i32::MAX));
            async move {
                let answer = call
                    .send()
                    .await
                    .map_err(|e| failure("GetSessionToken", &e))?;
                let keys = answer.credentials;
                keys.as_ref().map_or_else(
                    || Err(lost("GetSessionToken", "the answer holds no credentials")),
                    |keys| believe(keys, duration),
                )
            }
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
    sts_http: SharedHttpClient,
    iam_http: SharedHttpClient,
) -> Clients {
    let key = Credentials::new(
        settings.key.access_key_id.clone(),
        settings.key.secret_access_key.expose_secret().to_owned(),
        None,
        None,
        "profile",
    );
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
    let sts = sts
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.clone()))
        .credentials_provider(key.clone())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.clone())
        .http_client(sts_http)
        .build();
    let iam = iam
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(key)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .http_client(iam_http)
        .build();
    Clients {
        sts: aws_sdk_sts::Client::from_conf(sts),
        iam: aws_sdk_iam::Client::from_conf(iam),
    }
}
