//! The server: a thread of the calling process that speaks HTTP on a loopback port.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::sync::oneshot;

use crate::account::Account;
use crate::body::Body;
use crate::control::{self, Clock};
use crate::fault::{Armed, Fault};
use crate::journal::Entry;
use crate::pipeline::{Plan, Reply, respond};
use crate::request::Request;
use crate::state::State;

/// No request of AWS's query protocol comes near this.
const LARGEST_REQUEST: usize = 1 << 20;

/// A running stand-in for AWS. Dropping it closes its port and joins its thread.
pub struct Server {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts on a free port of 127.0.0.1.
    pub fn start(account: Account) -> io::Result<Server> {
        Server::start_at(account, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts at an address, which must be a loopback one: the keys in it are public.
    pub fn start_at(account: Account, address: SocketAddr) -> io::Result<Server> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a loopback address",
            ));
        }
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::new(account)));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let shared = Arc::clone(&state);
        let thread = std::thread::Builder::new()
            .name("local-aws".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, shared) => {}
                    }
                });
                // Dropping the runtime ends the connections that are still open.
            })?;
        Ok(Server {
            state,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The code of the moment, on the server's clock, of the user's first TOTP device.
    ///
    /// # Panics
    /// If the user has none: that is a slip in a test.
    pub fn code(&self, user: &str) -> String {
        self.lock()
            .code(user)
            .unwrap_or_else(|| panic!("{user} has no TOTP device"))
    }

    /// Sets the server's clock to an offset from real time, in seconds.
    pub fn set_clock(&self, offset_seconds: i64) {
        control::move_clock(&mut self.lock(), Clock::Set(offset_seconds));
    }

    /// Moves the server's clock by seconds.
    pub fn move_clock(&self, by: i64) {
        control::move_clock(&mut self.lock(), Clock::By(by));
    }

    /// The offset of the server's clock from real time, in seconds.
    pub fn clock(&self) -> i64 {
        self.lock().offset
    }

    /// Ends every session now, without moving the clock (which would spoil signatures, too).
    pub fn end_sessions(&self) {
        control::end_sessions(&mut self.lock());
    }

    pub fn journal(&self) -> Vec<Entry> {
        self.lock().journal.clone()
    }

    pub fn clear_journal(&self) {
        self.lock().journal.clear();
    }

    /// Switches a fault on for the next n requests that it applies to. Faults queue up.
    pub fn fault(&self, fault: Fault, next: u32) {
        self.lock().faults.push(Armed {
            fault,
            action: None,
            left: next,
        });
    }

    /// The same, for one action only, e.g. `GetSessionToken`.
    pub fn fault_on(&self, action: &str, fault: Fault, next: u32) {
        self.lock().faults.push(Armed {
            fault,
            action: Some(action.to_owned()),
            left: next,
        });
    }

    /// Closes connections made from now on after this time, as servers do with idle ones: without
    /// a word, but never in the middle of an answer.
    pub fn connections_last(&self, time: Duration) {
        self.lock().connections_last = Some(time);
    }

    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Changes the account while the server runs. Everyone sees it at once, with whatever IAM was
    /// told before.
    pub fn edit(&self, change: impl FnOnce(&mut Account)) {
        change(self.lock().edit());
    }

    /// The account as IAM knows it at the moment.
    pub fn account(&self) -> Account {
        self.lock().account.clone()
    }

    /// Waits for ever, for a program that is nothing but the server.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread ends only by a panic, which has reported itself.
            let _ = thread.join();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the thread is gone already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A panic in a test's `edit` must not take the server with it.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| serve(Arc::clone(&state), request));
            let lasts = lock(&state).connections_last;
            let http = hyper::server::conn::http1::Builder::new();
            let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
            let closing = async {
                match lasts {
                    Some(time) => tokio::time::sleep(time).await,
                    None => std::future::pending().await,
                }
            };
            // An error here is a client that went away, or a connection that we cut.
            tokio::select! {
                _ = connection.as_mut() => return,
                () = closing => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
}

/// Answers one request; an error makes hyper drop the connection without a word.
async fn serve(
    state: Arc<Mutex<State>>,
    incoming: hyper::Request<Incoming>,
) -> Result<hyper::Response<Body>, io::Error> {
    let request = receive(incoming).await?;
    if request.path.starts_with(control::PREFIX) {
        let (status, json) = control::handle(&mut lock(&state), &request);
        let response = hyper::Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Body::from(json));
        return response.map_err(io::Error::other);
    }
    let Plan { delay, reply } = respond(&mut lock(&state), &request);
    tokio::time::sleep(delay).await;
    reply.ok_or_else(|| io::Error::other("cut")).and_then(send)
}

async fn receive(incoming: hyper::Request<Incoming>) -> Result<Request, io::Error> {
    let (head, body) = incoming.into_parts();
    let body = Limited::new(body, LARGEST_REQUEST)
        .collect()
        .await
        .map_err(io::Error::other)?;
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    Ok(Request::new(
        head.method.as_str().to_owned(),
        head.uri.path().to_owned(),
        head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body.to_bytes(),
    ))
}

fn send(reply: Reply) -> Result<hyper::Response<Body>, io::Error> {
    let date = Timestamp::from_second(reply.date)
        .and_then(|time| DateTimePrinter::new().timestamp_to_rfc9110_string(&time))
        .map_err(io::Error::other)?;
    let response = hyper::Response::builder()
        .status(reply.status)
        .header("content-type", reply.content_type)
        .header("x-amzn-requestid", reply.request_id)
        .header("date", date);
    let response = match reply.location {
        Some(location) => response.header("location", location),
        None => response,
    };
    response.body(reply.body).map_err(io::Error::other)
}
