//! The page on this machine that sends a browser on to a secret link, once.

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Child;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hyper::header::{CACHE_CONTROL, HOST, HeaderValue, LOCATION, ORIGIN, REFERRER_POLICY};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::timeout;

use crate::edge::browser::linux::peer::is_ours;
use crate::edge::process::subprocess::exit_code;

/// How often it is looked at what became of the program that opens the browser.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// After this time a person wants to know what is waited for.
const SLOW_AFTER: Duration = Duration::from_secs(3);
/// How long a request may take to come.
const REQUEST_TIME: Duration = Duration::from_secs(5);

/// A page that waits for a browser.
pub(crate) struct Handover {
    listener: TcpListener,
    own: SocketAddr,
    path: String,
}

/// What became of it.
pub(crate) enum HandoverOutcome {
    Fetched,
    /// No one came in time.
    NoOne,
    /// The program that opens the browser failed with this exit code.
    Failed(i32),
}

/// What the connections share.
struct Page {
    own: SocketAddr,
    path: String,
    link: SecretString,
    /// Whether the link was given away.
    given: Cell<bool>,
    /// Whether it has arrived.
    fetched: Cell<bool>,
}

impl Handover {
    /// # Errors
    /// There is no port, or no random number; in words.
    pub(crate) fn new() -> Result<Self, String> {
        let in_words = |error: std::io::Error| error.to_string();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(in_words)?;
        listener.set_nonblocking(true).map_err(in_words)?;
        let own = listener.local_addr().map_err(in_words)?;
        let mut random = [0; 16];
        let filled = SystemRandom::new().fill(&mut random);
        filled.map_err(|_| "the system has no random numbers".to_owned())?;
        Ok(Self {
            listener,
            own,
            path: format!("/{}", hex::encode(random)),
        })
    }

    /// What the browser is told to open.
    pub(crate) fn address(&self) -> String {
        format!("http://{}{}", self.own, self.path)
    }

    /// Serves until the link was fetched, `opener` has failed, or it is too late. Where it takes
    /// long, `on_slow` tells the person what is waited for.
    ///
    /// # Errors
    /// The system refuses what serving needs; in words.
    pub(crate) fn serve(
        &self,
        link: &SecretString,
        opener: Child,
        until: Instant,
        on_slow: impl FnOnce(),
    ) -> Result<HandoverOutcome, String> {
        let in_words = |error: std::io::Error| error.to_string();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(in_words)?;
        let listener = self.listener.try_clone().map_err(in_words)?;
        let page = Rc::new(Page {
            own: self.own,
            path: self.path.clone(),
            link: link.clone(),
            given: Cell::new(false),
            fetched: Cell::new(false),
        });
        LocalSet::new().block_on(&runtime, async {
            let listener = tokio::net::TcpListener::from_std(listener).map_err(in_words)?;
            Ok(accept(listener, page, opener, until, on_slow).await)
        })
    }
}

async fn accept(
    listener: tokio::net::TcpListener,
    page: Rc<Page>,
    mut opener: Child,
    until: Instant,
    on_slow: impl FnOnce(),
) -> HandoverOutcome {
    let (slow_at, mut on_slow) = (Instant::now() + SLOW_AFTER, Some(on_slow));
    let mut opener_failed = None;
    while Instant::now() < until {
        if let Ok(Ok((stream, peer))) = timeout(LOOK_EVERY, listener.accept()).await {
            if is_ours(peer, page.own) {
                spawn_local(serve(stream, Rc::clone(&page)));
            } else {
                log::debug!("a connection of another user was closed");
            }
        }
        if Instant::now() > slow_at
            && let Some(on_slow) = on_slow.take()
        {
            on_slow();
        }
        if page.fetched.get() {
            return HandoverOutcome::Fetched;
        }
        // A program may fail that has opened a browser: what has come is looked at once more.
        if let Some(code) = opener_failed.filter(|_| !page.given.get()) {
            return HandoverOutcome::Failed(code);
        }
        if let Ok(Some(status)) = opener.try_wait()
            && !status.success()
        {
            opener_failed = Some(exit_code(status));
        }
    }
    HandoverOutcome::NoOne
}

async fn serve(stream: TcpStream, page: Rc<Page>) {
    let gives = Cell::new(false);
    let service = service_fn(|request| {
        let response = answer(&page, &request);
        if response.status() == StatusCode::SEE_OTHER {
            gives.set(true);
        }
        std::future::ready(Ok::<_, std::convert::Infallible>(response))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIME)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // What goes wrong with a connection is no one's business but the browser's.
    connection.await.ok();
    if gives.get() {
        page.fetched.set(true);
    }
}

/// Sends the first one on who asks for the page as a browser does when it is told to open it. A web
/// page that reaches this machine through a name of its own has another Host, or an Origin.
fn answer<B>(page: &Page, request: &Request<B>) -> Response<String> {
    let host = request.headers().get(HOST);
    let right = host.is_some_and(|host| host.as_bytes() == page.own.to_string().as_bytes())
        && !request.headers().contains_key(ORIGIN)
        && request.method() == Method::GET
        && request
            .uri()
            .path_and_query()
            .is_some_and(|p| p.as_str() == page.path);
    let link = HeaderValue::from_str(page.link.expose_secret());
    let mut response = Response::new(String::new());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    match link {
        Ok(mut link) if right && !page.given.replace(true) => {
            link.set_sensitive(true);
            headers.insert(LOCATION, link);
            *response.status_mut() = StatusCode::SEE_OTHER;
        }
        _ => {
            *response.status_mut() = StatusCode::NOT_FOUND;
            *response.body_mut() =
                "This link works once, for the browser that it was made for.\n".to_owned();
        }
    }
    response
}
