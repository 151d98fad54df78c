//! What the last request has met: the host, the proxy between, and the clock of the other side. The
//! SDK's errors and results tell none of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::date_time::{DateTime, Format};
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use crate::model::failure::route::{Proxy, Route};
use crate::model::time::Timestamp;

/// Shared by all clients of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Met>>);

#[derive(Debug, Default)]
struct Met {
    route: Route,
    clock_offset: Option<i64>,
}

impl Trace {
    /// Notes where a request goes.
    pub(crate) fn goes_to(&self, uri: &str, uses_proxy: bool) {
        let uri = uri.parse::<Uri>().ok();
        let proxy = uri.as_ref().filter(|_| uses_proxy).and_then(proxy_for);
        let host = uri.and_then(|uri| uri.host().map(str::to_owned));
        self.change(|met| met.route = Route { host, proxy });
    }

    /// Notes what an answer tells of the time.
    pub(crate) fn answered(&self, response: &HttpResponse) {
        if let Some(offset) = clock_offset(response) {
            self.change(|met| met.clock_offset = Some(offset));
        }
    }

    pub(crate) fn route(&self) -> Route {
        self.change(|met| met.route.clone())
    }

    /// The clock of the other side less this machine's, in seconds, if an answer has told.
    pub(crate) fn clock_offset(&self) -> Option<i64> {
        self.change(|met| met.clock_offset)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Met) -> T) -> T {
        // A note is whole or not there, also after a panic.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The proxy that the client takes for this: it asks the same matcher.
fn proxy_for(uri: &Uri) -> Option<Proxy> {
    let intercept = Matcher::from_env().intercept(uri)?;
    let own: [&'static str; 2] = match uri.scheme_str() {
        Some("http") => ["HTTP_PROXY", "http_proxy"],
        _ => ["HTTPS_PROXY", "https_proxy"],
    };
    let all: [&'static str; 2] = ["ALL_PROXY", "all_proxy"];
    // Of two spellings the first that is set counts, and an empty one is none.
    let mut variables = [own, all].into_iter().filter_map(|names| {
        let is_set = |name: &&str| std::env::var_os(name).is_some();
        let name = names.into_iter().find(is_set)?;
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(|_| name)
    });
    Some(Proxy {
        url: intercept.uri().to_string().trim_end_matches('/').to_owned(),
        variable: variables.next()?,
    })
}

/// The server's clock less this machine's, from the answer's Date header.
pub(crate) fn clock_offset(response: &HttpResponse) -> Option<i64> {
    let date = response.headers().get("date")?;
    let server = DateTime::from_str(date, Format::HttpDate).ok()?.secs();
    let here = i64::try_from(Timestamp::from(SystemTime::now()).0).ok()?;
    Some(server - here)
}
