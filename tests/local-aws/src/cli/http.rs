//! One HTTP request to a server on loopback, and to nowhere else.

use std::io;
use std::net::IpAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;

use super::Failure;

/// `host:port` of a server on this machine.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) authority: String,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Endpoint {
    /// Refuses whatever is not plain HTTP to loopback: this client signs with no regard to what a
    /// foreign server would do with it.
    pub(crate) fn parse(url: &str) -> Result<Endpoint, Failure> {
        let refuse = || {
            Failure::new(
                255,
                format!("local-aws: {url} is not http://127.0.0.1:PORT"),
            )
        };
        let uri: hyper::Uri = url.parse().map_err(|_| refuse())?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let local = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        if uri.scheme_str() != Some("http") || !local || uri.path() != "/" {
            return Err(refuse());
        }
        let port = uri.port_u16().unwrap_or(80);
        Ok(Endpoint {
            authority: format!("{}:{port}", uri.host().unwrap_or_default()),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.authority)
    }
}

/// Sends a request; `host` is added, the other headers are the caller's.
pub(crate) fn exchange(
    endpoint: &Endpoint,
    method: &str,
    path: &str,
    headers: &[(String, String)],
    body: String,
) -> io::Result<Response> {
    let mut request = hyper::Request::builder()
        .method(method)
        .uri(path)
        .header("host", &endpoint.authority);
    for (name, value) in headers.iter().filter(|(name, _)| name != "host") {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(Bytes::from(body)))
        .map_err(io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(&endpoint.authority).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        // It ends with the runtime; what goes wrong in it is reported by the request.
        tokio::spawn(connection);
        let response = sender
            .send_request(request)
            .await
            .map_err(io::Error::other)?;
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(io::Error::other)?
            .to_bytes();
        Ok(Response {
            status,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    })
}
