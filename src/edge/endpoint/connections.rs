//! The connections to the endpoint: as many as a command can need, and none for long.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{sleep, timeout};

use crate::edge::endpoint::held::Held;
use crate::model::endpoint::answer::error_json;
use crate::model::endpoint::request::Expected;

/// More connections than this are never open; a new one ends the oldest. A request takes less than a
/// millisecond, and a client that keeps connections open for nothing cannot keep the command out.
const MOST_OPEN: usize = 200;
/// How long a client may take for its request: SDKs wait for an answer for 1 to 5 seconds.
const REQUEST_TIME: Duration = Duration::from_secs(5);
/// How long a connection may last in all.
const CONNECTION_TIME: Duration = Duration::from_secs(15);
/// Bytes of the longest request. hyper takes no less.
const LONGEST_REQUEST: usize = 8192;
/// After this time a server without descriptors tries again.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// Answers each client that connects.
pub(super) async fn accept(listener: TcpListener, expected: Rc<Expected>, held: Rc<Held>) {
    let open = RefCell::new(VecDeque::<AbortHandle>::new());
    let end_oldest = || {
        if let Some(oldest) = open.borrow_mut().pop_front() {
            oldest.abort();
        }
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            end_oldest();
            sleep(RETRY_PAUSE).await;
            continue;
        };
        if open.borrow().len() >= MOST_OPEN {
            open.borrow_mut()
                .retain(|connection| !connection.is_finished());
        }
        if open.borrow().len() >= MOST_OPEN {
            end_oldest();
        }
        let connection = spawn_local(serve(stream, expected.clone(), held.clone()));
        open.borrow_mut().push_back(connection.abort_handle());
    }
}

/// One connection, for one request.
async fn serve(stream: TcpStream, expected: Rc<Expected>, held: Rc<Held>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (expected, held) = (expected.clone(), held.clone());
        async move { Ok::<_, Infallible>(answer(request, &expected, &held).await) }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIME)
        .max_buf_size(LONGEST_REQUEST)
        .serve_connection(TokioIo::new(stream), service);
    // Whatever went wrong with it, the client will notice.
    drop(timeout(CONNECTION_TIME, connection).await);
}

async fn answer(
    request: Request<Incoming>,
    expected: &Expected,
    held: &Rc<Held>,
) -> Response<Full<Bytes>> {
    let (request, _) = request.into_parts();
    let (status, text) = match expected.check(&request) {
        Err((status, cause)) => (status, error_json("Refused", cause)),
        Ok(()) => match held.session().await {
            Ok(text) => (StatusCode::OK, text),
            Err(failure) => (failure.status(), failure.to_json()),
        },
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
