//! Calls to STS and IAM. The only importer of the AWS SDK: a thread that runs them
//! exists from the first sign-in on, and never in a run that finds its session in the cache.

use std::future::Future;
use std::io::PipeWriter;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local};

use crate::edge::aws::clients::{Clients, Transports, assume_role, iam_signer, signer};
use crate::edge::aws::errors::{Called, PROVIDER, failure, lost, lost_thread};
use crate::edge::aws::federation;
use crate::edge::aws::providers::provide;
use crate::edge::aws::trace::Trace;
use crate::edge::aws::validate::{Identity, TemporaryKeys, validate_caller, validate_keys};
use crate::edge::signals::{wake, with_signals_blocked};
use crate::edge::system::machine;
use crate::error::{Error, Result};
use crate::model::console::Console;
use crate::model::failure::secrets::{Secrets, shortened};
use crate::model::failure::{CallFailure, Meaning, SIGNIN_TOKEN};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::source::provider::Provider;
use crate::model::source::role::Role;

/// After this time a person wants to know what is going on.
const SLOW_AFTER: Duration = Duration::from_secs(1);

/// A call under way.
#[derive(Debug)]
pub(crate) struct Pending<T>(Receiver<Called<T>>);

impl<T> Pending<T> {
    /// Waits for the result. Where it takes long, `on_slow` tells the person what is waited for.
    ///
    /// # Errors
    /// The call's.
    pub(crate) fn wait(self, on_slow: impl FnOnce()) -> Called<T> {
        if let Ok(result) = self.0.recv_timeout(SLOW_AFTER) {
            return result;
        }
        on_slow();
        self.0.recv().unwrap_or_else(|_| Err(lost_thread()))
    }

    /// The result, if it comes within `limit`. `on_slow` is as for [`Pending::wait`].
    pub(crate) fn wait_within(self, limit: Duration, on_slow: impl FnOnce()) -> Option<Called<T>> {
        if let Ok(result) = self.0.recv_timeout(SLOW_AFTER.min(limit)) {
            return Some(result);
        }
        on_slow();
        self.0.recv_timeout(limit.saturating_sub(SLOW_AFTER)).ok()
    }
}

type Work = Pin<Box<dyn Future<Output = ()>>>;
type QueuedCall = Box<dyn FnOnce(&Clients) -> Work + Send>;

/// The thread that talks to AWS, for the key and the endpoints of one invocation.
#[derive(Debug)]
pub(crate) struct Aws {
    jobs: UnboundedSender<QueuedCall>,
    /// What no error may show.
    pub(super) secrets: Secrets,
    trace: Trace,
}

/// A code, and the device that it is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code<'a> {
    pub serial: &'a str,
    pub code: &'a SecretString,
}

impl Code<'_> {
    fn parts(code: Option<Self>) -> (Option<String>, Option<SecretString>) {
        code.map(|code| (code.serial.to_owned(), code.code.clone()))
            .unzip()
    }
}

/// More devices than a user can have.
const MOST_DEVICES: usize = 20;
pub(super) const NO_CREDENTIALS: &str = "the answer holds no credentials";

impl Aws {
    /// Starts the thread. `arn` decides on the partition where no region is configured.
    ///
    /// # Errors
    /// The CA bundle cannot be read, or the system has no thread left.
    pub(crate) fn start(settings: &Settings, arn: Option<&str>) -> Result<Self> {
        let (jobs, mut work) = unbounded_channel::<QueuedCall>();
        let transports = Transports::new(settings)?;
        let trace = transports.trace.clone();
        let key = settings
            .key()
            .and_then(|key| key.secret_access_key.as_ref());
        let secrets = Secrets::default().with(key);
        let settings = settings.clone();
        let region = settings.endpoints.region_for(arn);
        let run = move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
                return;
            };
            let clients = Clients::new(&settings, region, transports);
            // The runtime goes on while a person types: a connection that the server closes
            // meanwhile has to be noticed, or the code would go out on a dead one. Calls do not
            // wait for each other: one that hangs must not hold back the one with the code.
            let calls = async {
                while let Some(job) = work.recv().await {
                    spawn_local(job(&clients));
                }
            };
            let tasks = LocalSet::new();
            tasks.block_on(&runtime, calls);
            // Calls that no one waits for any more are dropped here, and the end of one may begin
            // another task, which takes a runtime.
            let _inside = runtime.enter();
            drop((tasks, clients));
        };
        with_signals_blocked(|| thread::Builder::new().name("aws".to_owned()).spawn(run))
            .map_err(|error| Error::new("cannot call AWS", error.to_string(), "try again"))?;
        Ok(Self {
            jobs,
            secrets,
            trace,
        })
    }

    /// AWS's clock less this machine's, in seconds, if an answer has told.
    pub(crate) fn clock_offset(&self) -> Option<i64> {
        self.trace.clock_offset()
    }

    /// Asks STS whose key this is: the long-term one, or a session's. No one needs a permission for
    /// that, and it costs no code. A failure that makes a sign-in pointless is written to `waker`,
    /// if there is one.
    pub(crate) fn caller_identity(
        &self,
        whose: Option<&Session>,
        waker: Option<PipeWriter>,
    ) -> Pending<Identity> {
        let signer = whose.map(signer);
        let secrets = self.secrets.clone().with(of_session(whose));
        self.call("GetCallerIdentity", waker, secrets, |clients| {
            let call = clients.sts.get_caller_identity();
            async move {
                let call = call.customize().config_override(signer.unwrap_or_default());
                let answer = call
                    .send()
                    .await
                    .map_err(|e| failure("GetCallerIdentity", &e))?;
                validate_caller(answer.account, answer.arn)
            }
        })
    }

    /// Asks IAM for the serials of a user's MFA devices; of the key's own user if none is named. With a
    /// session, or with the long-term key.
    pub(crate) fn mfa_devices(
        &self,
        user: Option<&str>,
        whose: Option<&Session>,
    ) -> Pending<Vec<String>> {
        let user = user.map(str::to_owned);
        let signer = whose.map(iam_signer);
        let secrets = self.secrets.clone().with(of_session(whose));
        self.call("ListMFADevices", None, secrets, |clients| {
            let call = clients.iam.list_mfa_devices().set_user_name(user);
            async move {
                let call = call.customize().config_override(signer.unwrap_or_default());
                let answer = call
                    .send()
                    .await
                    .map_err(|e| failure("ListMFADevices", &e))?;
                // No one has more than eight (IAM's quotas), none with such a name.
                let devices = answer.mfa_devices.into_iter().take(MOST_DEVICES);
                Ok(devices
                    .map(|device| shortened(&device.serial_number))
                    .collect())
            }
        })
    }

    /// Gets a session of `duration` seconds for the long-term key, with a code or without one. Sent
    /// once, whatever happens: a code works once, and no one can tell whether a lost call used it.
    pub(crate) fn session_token(
        &self,
        code: Option<Code<'_>>,
        duration: u64,
    ) -> Pending<TemporaryKeys> {
        const OPERATION: &str = "GetSessionToken";
        let (serial, code) = Code::parts(code);
        let secrets = self.secrets.clone().with(&code);
        self.call(OPERATION, None, secrets, move |clients| {
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
                validate_keys(OPERATION, keys, duration)
            }
        })
    }

    /// Gets a session of a role, with the long-term key or with another session. As for the code,
    /// see [`Aws::session_token`].
    pub(crate) fn assume_role(
        &self,
        source: Option<&Session>,
        code: Option<Code<'_>>,
        role: &Role,
        session_name: &str,
        duration: u64,
    ) -> Pending<TemporaryKeys> {
        const OPERATION: &str = "AssumeRole";
        let (serial, code) = Code::parts(code);
        let (role, session_name) = (role.clone(), session_name.to_owned());
        let signer = source.map(signer);
        let secrets = self.secrets.clone().with(&code).with(of_session(source));
        self.call(OPERATION, None, secrets, move |clients| {
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
                validate_keys(OPERATION, keys, duration)
            }
        })
    }

    /// Gets temporary keys from someone else.
    pub(crate) fn provided(&self, provider: &Provider) -> Pending<TemporaryKeys> {
        let provider = provider.clone();
        self.call(PROVIDER, None, self.secrets.clone(), move |clients| {
            provide(provider, clients.ways.clone())
        })
    }

    /// Gets a token that signs a browser in to the console. What comes back is in no log: the token is
    /// as good as the session.
    pub(crate) fn signin_token(
        &self,
        session: &Session,
        console: &Console,
    ) -> Pending<SecretString> {
        let secrets = self.secrets.clone().with(of_session(Some(session)));
        let (url, form) = (console.endpoint.clone(), console.form(session));
        self.call(SIGNIN_TOKEN, None, secrets, move |clients| {
            federation::signin_token(clients.http.clone(), url, form)
        })
    }

    /// What no error may show of a call that a session signs.
    pub(super) fn secrets_with(&self, session: &Session) -> Secrets {
        self.secrets.clone().with(of_session(Some(session)))
    }

    pub(super) fn call<T, F>(
        &self,
        operation: &'static str,
        waker: Option<PipeWriter>,
        secrets: Secrets,
        make: impl FnOnce(&Clients) -> F + Send + 'static,
    ) -> Pending<T>
    where
        T: Send + 'static,
        F: Future<Output = Called<T>> + 'static,
    {
        let (result, pending) = channel();
        let trace = self.trace.clone();
        let job: QueuedCall = Box::new(move |clients| {
            let call = make(clients);
            Box::pin(async move {
                let begun = Instant::now();
                let outcome = call.await.map_err(|failure| {
                    let failure = located(failure, &trace);
                    failure.without(&secrets)
                });
                let word = if outcome.is_ok() {
                    "succeeded"
                } else {
                    "failed"
                };
                log::debug!(
                    "{operation} {word} after {} ms",
                    begun.elapsed().as_millis()
                );
                let stops = outcome.as_ref().is_err_and(CallFailure::stops_sign_in);
                // No one waits any more when the run is over: fine.
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

/// The failure, with what is known of its way.
fn located(mut failure: CallFailure, trace: &Trace) -> CallFailure {
    failure.route = Box::new(trace.route());
    if failure.meaning() == Meaning::Clock {
        failure.machine = machine();
    }
    failure
}

pub(super) fn of_session(session: Option<&Session>) -> impl Iterator<Item = &SecretString> {
    let secrets = session.map(|session| [&session.secret_access_key, &session.session_token]);
    secrets.into_iter().flatten()
}

fn seconds(duration: u64) -> i32 {
    i32::try_from(duration).unwrap_or(i32::MAX)
}
