//! The HTTP client that the AWS SDK is given: platform roots or one bundle, the proxy of the
//! environment, and no answer larger than any that STS gives.

use std::sync::OnceLock;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use crate::edge::aws::roots::Roots;
use crate::edge::aws::trace::Trace;
use crate::edge::nss;
use crate::model::settings::url::{is_loopback, is_plain_http};

/// STS answers with 2 KB, IAM with a page of devices.
const ANSWER_LIMIT: usize = 1024 * 1024;
/// The pieces that an answer may come in. Each costs time, however small it is.
const PIECE_LIMIT: usize = 10_000;

/// An HTTP client for one run; its connection stays warm between calls.
#[derive(Debug)]
pub(crate) struct BoundedClient {
    tls: TlsContext,
    proxy: bool,
    trace: Trace,
    connector: OnceLock<SharedHttpConnector>,
}

impl BoundedClient {
    /// `roots` are the certificates to trust instead of the platform's. `proxy` tells
    /// whether the proxy variables count. Then plain http goes to this machine only, and through
    /// none; without, it is for who made the client to see that it goes nowhere else.
    ///
    /// # Errors
    /// TLS cannot be used; in words.
    pub(crate) fn new(roots: Option<&Roots>, proxy: bool, trace: Trace) -> Result<Self, String> {
        nss::stay_within_the_program();
        let roots = match roots {
            Some(roots) => TrustStore::empty()
                .with_native_roots(false)
                .with_pem_certificate(roots.pem()),
            None => TrustStore::default(),
        };
        let tls = TlsContext::builder().with_trust_store(roots).build();
        let tls = tls.map_err(|error| error.to_string())?;
        Ok(Self {
            tls,
            proxy,
            trace,
            connector: OnceLock::new(),
        })
    }
}

impl HttpClient for BoundedClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.connector.get_or_init(|| {
            let make = |proxy: ProxyConfig| {
                let mut builder = Connector::builder().connector_settings(settings.clone());
                builder.set_sleep_impl(components.sleep_impl());
                builder.set_proxy_config(Some(proxy));
                let builder = builder
                    .tls_provider(Provider::Rustls(CryptoMode::Ring))
                    .tls_context(self.tls.clone());
                SharedHttpConnector::new(builder.build())
            };
            SharedHttpConnector::new(match self.proxy {
                true => Bounded {
                    any: make(ProxyConfig::from_env()),
                    plain: Some(make(ProxyConfig::disabled())),
                    trace: self.trace.clone(),
                },
                false => Bounded {
                    any: make(ProxyConfig::disabled()),
                    plain: None,
                    trace: self.trace.clone(),
                },
            })
        });
        connector.clone()
    }
}

/// A connector whose answers have an end, and are there as a whole when they are handed on.
#[derive(Debug)]
struct Bounded {
    any: SharedHttpConnector,
    /// For plain http, which must not leave this machine.
    plain: Option<SharedHttpConnector>,
    trace: Trace,
}

impl HttpConnector for Bounded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let plain_http = is_plain_http(request.uri());
        let uses_proxy = self.plain.is_some() && !plain_http;
        self.trace.goes_to(request.uri(), uses_proxy);
        let trace = self.trace.clone();
        let answer = match &self.plain {
            Some(plain) if plain_http => {
                let uri = request.uri().parse::<http::Uri>();
                if !uri.is_ok_and(|uri| uri.host().is_some_and(is_loopback)) {
                    let text = "plain http would show secrets to the network";
                    return HttpConnectorFuture::ready(Err(ConnectorError::user(text.into())));
                }
                plain.call(request)
            }
            _ => self.any.call(request),
        };
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            trace.answered(&answer);
            let length = answer
                .headers()
                .get("content-length")
                .and_then(|l| l.parse().ok());
            if length.is_some_and(|length: usize| length > ANSWER_LIMIT) {
                let text = format!("the answer is {} bytes long", length.unwrap_or_default());
                return Err(ConnectorError::other(text.into(), None));
            }
            *answer.body_mut() = SdkBody::from(whole(answer.take_body()).await?);
            Ok(answer)
        })
    }
}

/// Reads an answer to its end. Its pieces are copied together as they come: each would keep the
/// buffer alive that it was read into, and an endpoint that sends bytes one by one takes gigabytes.
async fn whole(mut body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let too_much = |text: &str| Err(ConnectorError::other(text.into(), None));
    let mut bytes = Vec::with_capacity(16 * 1024);
    for _ in 0..PIECE_LIMIT {
        let Some(piece) = body.frame().await else {
            return Ok(bytes);
        };
        let piece = piece.map_err(|error| ConnectorError::other(error, None))?;
        let Ok(piece) = piece.into_data() else {
            continue;
        };
        if bytes.len() + piece.len() > ANSWER_LIMIT {
            return too_much("the answer is longer than any of AWS");
        }
        bytes.extend_from_slice(&piece);
    }
    too_much("the answer comes in more pieces than any of AWS")
}
