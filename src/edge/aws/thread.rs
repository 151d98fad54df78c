//! The thread that runs the calls to AWS. It exists from the first sign-in on, and never in a run that
//! finds its session in the cache.

use std::future::Future;
use std::io::PipeWriter;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local};

use crate::edge::aws::clients::{Clients, Transports};
use crate::edge::aws::errors::{Called, lost_thread};
use crate::edge::aws::trace::Trace;
use crate::edge::signals::{wake, with_signals_blocked};
use crate::edge::system::machine;
use crate::error::{Error, Result};
use crate::model::failure::secrets::Secrets;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::session::Session;
use crate::model::settings::Settings;

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
