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
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::edge::aws::resolver;
use crate::model::settings::endpoint::{is_loopback, is_plain_http};

/// STS answers with 2 KB, IAM with a page of devices.
const ANSWER_LIMIT: usize = 1024 * 1024;
/// The pieces that an answer may come in. Each costs time, however small it is.
const PIECE_LIMIT: usize = 10_000;

/// An HTTP client for one run; its connection stays warm between calls.
#[derive(Debug)]
pub(crate) struct BoundedClient {
    tls: TlsContext,
    proxy: bool,
    connector: OnceLock<SharedHttpConnector>,
}

impl BoundedClient {
    /// `bundle` holds the PEM certificates to trust instead of the platform's. `proxy` tells
    /// whether the proxy variables count. Then plain http goes to this machine only, and through
    /// none; without, it is for who made the client to see that it goes nowhere else.
    ///
    /// # Errors
    /// The certificates make no sense; in words.
    pub(crate) fn new(bundle: Option<Vec<u8>>, proxy: bool) -> Result<Self, String> {
        resolver::stay_within_the_program();
        let roots = match bundle {
            Some(pem) => {
                check_bundle(&pem)?;
                TrustStore::empty()
                    .with_native_roots(false)
                    .with_pem_certificate(pem)
            }
            None => TrustStore::default(),
        };
        let tls = TlsContext::builder().with_trust_store(roots).build();
        let tls = tls.map_err(|error| error.to_string())?;
        Ok(Self {
            tls,
            proxy,
            connector: OnceLock::new(),
        })
    }
}

/// Looks at each certificate of a bundle: the SDK's client panics at those that it can't read.
fn check_bundle(pem: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for (number, certificate) in (1..).zip(CertificateDer::pem_slice_iter(pem)) {
        let broken = |cause: &dyn std::fmt::Display| format!("certificate {number}: {cause}");
        let certificate = certificate.map_err(|error| broken(&error))?;
        roots.add(certificate).map_err(|error| broken(&error))?;
    }
    if roots.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(())
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
                },
                false => Bounded {
                    any: make(ProxyConfig::disabled()),
                    plain: None,
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
}

impl HttpConnector for Bounded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = match &self.plain {
            Some(plain) if is_plain_http(request.uri()) => {
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
