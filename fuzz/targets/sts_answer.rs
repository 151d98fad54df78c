//! What an endpoint answers to GetSessionToken and GetCallerIdentity, through the SDK: a status in
//! the first line, the body behind it; `@SOON@` represents a time half an hour from now. What is
//! validated can go into an environment; what is not becomes an error that acts on no terminal.
#![no_main]

use std::sync::LazyLock;
use std::time::SystemTime;

use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use libfuzzer_sys::fuzz_target;
use mfaexec::internals::{
    Asked, Called, ConfigFile, Environment, FileKind, Origin, Profiles, Selection, SessionOptions,
    Settings, Sourced, Timestamp, diagnose, failure, validate_caller, validate_keys,
};
use secrecy::ExposeSecret;
use tokio::runtime::{Builder, Runtime};

const CONFIG: &str = "[profile p]\naws_access_key_id = AKIAFUZZFUZZFUZZFUZZ\n\
    aws_secret_access_key = long-term\nmfa_serial = GAHT12345678\nregion = eu-central-1\n";
const DURATION: u64 = 3600;

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let file = ConfigFile {
        kind: FileKind::Config,
        path: "/the/file".into(),
        bytes: CONFIG.into(),
    };
    let profiles = Profiles::parse(vec![file]).expect("profiles");
    let name = Sourced::new("p".to_owned(), Origin::Default);
    Settings::new(
        &SessionOptions::default(),
        Selection::Profile(name),
        &Environment::default(),
        &profiles,
    )
    .expect("settings")
});

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
});

/// An endpoint that says the same whatever it is asked.
#[derive(Debug, Clone)]
struct Parrot {
    status: u16,
    body: Vec<u8>,
}

impl HttpClient for Parrot {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Parrot {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let answer = http::Response::builder()
            .status(self.status)
            .body(SdkBody::from(self.body.clone()))
            .expect("an answer");
        HttpConnectorFuture::ready(Ok(HttpResponse::try_from(answer).expect("an answer")))
    }
}

fuzz_target!(|data: &[u8]| {
    let (status, body) = data.split_at(data.iter().position(|b| *b == b'\n').unwrap_or(0));
    let status = std::str::from_utf8(status)
        .ok()
        .and_then(|s| s.parse().ok());
    let parrot = Parrot {
        // The SDK takes no other answers than final ones from a connector.
        status: status.filter(|s| (200..=599).contains(s)).unwrap_or(200),
        body: with_times(body),
    };
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new(
            "AKIAFUZZ",
            "long-term",
            None,
            None,
            "fuzz",
        ))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .http_client(SharedHttpClient::new(parrot))
        .build();
    let sts = aws_sdk_sts::Client::from_conf(config);
    RUNTIME.block_on(async {
        match sts.get_session_token().token_code("123456").send().await {
            Ok(answer) => {
                if let Some(keys) = &answer.credentials {
                    session(validate_keys("GetSessionToken", keys, DURATION));
                }
            }
            Err(error) => refused::<()>(Err(failure("GetSessionToken", &error))),
        }
        match sts.get_caller_identity().send().await {
            Ok(answer) => match validate_caller(answer.account, answer.arn) {
                Ok(caller) => {
                    assert!(caller.account.bytes().all(|b| b.is_ascii_digit()));
                    assert!(caller.arn.bytes().all(|b| b.is_ascii_graphic()));
                }
                failed => refused(failed),
            },
            Err(error) => refused::<()>(Err(failure("GetCallerIdentity", &error))),
        }
    });
});

/// A session in a corpus would be over one day.
fn with_times(body: &[u8]) -> Vec<u8> {
    let Some(at) = body.windows(6).position(|part| part == b"@SOON@") else {
        return body.to_vec();
    };
    let soon = Timestamp(Timestamp::from(SystemTime::now()).0 + DURATION / 2).to_string();
    [&body[..at], soon.as_bytes(), &body[at + 6..]].concat()
}

fn session(validated: Called<mfaexec::internals::TemporaryKeys>) {
    let Ok(keys) = validated else {
        return refused(validated);
    };
    let graphic = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    assert!(graphic(&keys.access_key_id));
    assert!(graphic(keys.secret_access_key.expose_secret()));
    assert!(graphic(keys.session_token.expose_secret()));
    let left = Timestamp::from(SystemTime::now()).until(keys.expires_at);
    assert!((1..=DURATION + 1200).contains(&left), "{left}");
}

fn refused<T: std::fmt::Debug>(outcome: Called<T>) {
    let failed = outcome.expect_err("nothing to validate_keys");
    let error = diagnose(&failed, &Asked::by_key(&SETTINGS, Some("GAHT12345678"))).to_string();
    assert_eq!(error.split('\n').count(), 3, "{error:?}");
    assert!(
        !error.replace('\n', "").contains(char::is_control),
        "{error:?}"
    );
}
