//! What URLs of endpoints and proxies say, and which of them can be used.

use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

use crate::error::{Error, Result};
use crate::model::origin::Sourced;

/// A code and a session may travel over https, or over http to this machine; never unencrypted
/// to another one.
pub(super) fn check_endpoint(endpoint: &Sourced<String>) -> Result<()> {
    let refuse = |cause: &str| {
        Err(Error::new(
            format!("the endpoint {} cannot be used", endpoint.value),
            format!("{cause} (from {})", endpoint.origin),
            "use an https:// URL; http:// is for this machine only",
        ))
    };
    let Ok(uri) = endpoint.value.parse::<Uri>() else {
        return refuse("it is not a URL");
    };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok(()),
        (Some("http"), Some(host)) if is_loopback(host) => Ok(()),
        (Some("http"), Some(_)) => refuse("plain http would show the session to the network"),
        _ => refuse("it is not an http or https URL"),
    }
}

/// Whether requests to this endpoint are not encrypted. A URL's scheme is read in any case (RFC
/// 3986, 3.1).
pub(crate) fn is_plain_http(endpoint: &str) -> bool {
    let uri = endpoint.parse::<Uri>();
    uri.is_ok_and(|uri| uri.scheme() == Some(&Scheme::HTTP))
}

/// The password in a URL, if there is one (RFC 3986, 3.2.1).
pub(crate) fn password_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

/// Whether a URL's host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
