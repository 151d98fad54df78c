//! What it means that AWS was not reached, or that something else has answered: whom a call was for,
//! who says so, and what is between.

use crate::error::Error;
use crate::model::failure::asked::Asked;
use crate::model::failure::iam::is_iam;
use crate::model::failure::route::Proxy;
use crate::model::failure::{CREATE_TOKEN, CallFailure, Meaning, ROLE_CREDENTIALS, SIGNIN_TOKEN};
use crate::model::origin::{Origin, Sourced};
use crate::model::settings::Settings;

/// TLS of something that does not speak TLS (rustls).
const NO_TLS: &str = "received corrupt message of type InvalidContentType";

/// The error of a call that did not come to AWS.
pub(super) fn diagnose_network(failure: &CallFailure, asked: &Asked<'_>) -> Option<Error> {
    let settings = asked.settings;
    let (what, remedy) = match failure.meaning() {
        Meaning::Unreachable => unreachable(failure, settings),
        Meaning::NotAws => not_aws(failure, settings),
        _ => return None,
    };
    Some(Error::new(what, failure.cause(), remedy))
}

/// What and remedy where no request was sent.
fn unreachable(failure: &CallFailure, settings: &Settings) -> (String, String) {
    let (service, place) = (service(failure.operation), place(failure, settings));
    let begins = |start: &str| failure.message.starts_with(start);
    if begins("invalid peer certificate") {
        return (
            format!("{service} ({place}) cannot prove who it is"),
            unproven(settings),
        );
    }
    match (&failure.route.proxy, configured_endpoint(failure, settings)) {
        (Some(Proxy { variable, .. }), _) if begins("tunnel error") => (
            format!("the proxy does not let mfaexec through to {service} ({place})"),
            format!("correct the proxy in {variable}, or except the endpoint in NO_PROXY"),
        ),
        (Some(Proxy { url, variable }), _) if begins(NO_TLS) && url.starts_with("https://") => (
            format!("cannot reach {service} ({place}): the proxy does not speak TLS"),
            format!(
                "write {variable}={}: a proxy in plain http carries https, too",
                url.replacen("https", "http", 1)
            ),
        ),
        (Some(Proxy { url, variable }), _) if url.starts_with("socks") => (
            format!("cannot reach {service} ({place}): mfaexec does not speak SOCKS"),
            format!(
                "name a proxy that speaks http in {variable}, or except the endpoint in NO_PROXY"
            ),
        ),
        (Some(Proxy { variable, .. }), _) => (
            format!("cannot reach {service} ({place}) through the proxy"),
            format!(
                "check the network and the proxy in {variable}, or except the endpoint in NO_PROXY, \
                 then try again"
            ),
        ),
        (None, Some(endpoint)) if begins(NO_TLS) => (
            format!("cannot reach {service} ({place}): it does not speak TLS"),
            format!(
                "correct {}: http:// is for this machine only",
                endpoint.origin
            ),
        ),
        (None, _) => (
            format!("cannot reach {service} ({place})"),
            "check the network, the proxy variables and the endpoint, then try again".to_owned(),
        ),
    }
}

/// Whose certificates to trust.
fn unproven(settings: &Settings) -> String {
    match &settings.endpoints.ca_bundle {
        Some(Sourced { value, origin }) => format!(
            "only the certificates in {value} count ({origin}): add that of the proxy of your \
             company, or of the endpoint, to it"
        ),
        None => {
            "if a proxy of your company is between, name its CA in AWS_CA_BUNDLE; else check the \
                 endpoint"
                .to_owned()
        }
    }
}

/// What and remedy where something else than AWS has answered: most often the endpoint is that of
/// one service, and was set for all of them.
fn not_aws(failure: &CallFailure, settings: &Settings) -> (String, String) {
    let (service, own) = (service(failure.operation), variable(failure.operation));
    let Some(Sourced { value, origin }) = configured_endpoint(failure, settings) else {
        let place = place(failure, settings);
        let between = match &failure.route.proxy {
            Some(Proxy { variable, .. }) => format!("the proxy in {variable}"),
            None => "a proxy".to_owned(),
        };
        return (
            format!(
                "what answered to {} is not {service} ({place})",
                failure.operation
            ),
            format!(
                "check what is between: {between}, or a network that wants a sign-in of its own"
            ),
        );
    };
    let what = format!("{value} does not answer like {service} (the endpoint is from {origin})");
    let remedy = match origin {
        Origin::Variable("AWS_ENDPOINT_URL") => format!(
            "AWS_ENDPOINT_URL is for all services: if you mean one, set its own instead, such as \
             AWS_ENDPOINT_URL_S3={value}; or keep it, and set {own} to the \
             endpoint of {service}"
        ),
        Origin::Variable(name) => {
            format!("set {name} to an endpoint of {service}, or unset it")
        }
        _ => format!(
            "correct it there: endpoint_url in a profile is for all services, one for S3 alone is \
             AWS_ENDPOINT_URL_S3 or belongs into a [services] section; or set \
             {own} to the endpoint of {service}"
        ),
    };
    (what, remedy)
}

/// Whom a call was for, and who says so; for the end of a cause. A wrong code is a person's, no
/// matter what has checked it. Where the call did not come to AWS, the place is in what has failed.
pub(super) fn asked_whom(failure: &CallFailure, settings: &Settings) -> Option<String> {
    let meaning = failure.meaning();
    let endpoint = match configured_endpoint(failure, settings) {
        _ if matches!(meaning, Meaning::WrongCode | Meaning::NotAws) => None,
        Some(endpoint) if meaning == Meaning::Unreachable && asks_sts_or_iam(failure) => {
            Some(format!("the endpoint is from {}", endpoint.origin))
        }
        Some(Sourced { value, origin }) => Some(format!("the endpoint is {value} ({origin})")),
        None if meaning == Meaning::Unreachable && asks_sts_or_iam(failure) => None,
        None => {
            let host = failure.route.host.as_ref();
            host.map(|host| format!("the endpoint is {host}"))
        }
    };
    let is_between = matches!(meaning, Meaning::Unreachable | Meaning::NotAws);
    let proxy = failure.route.proxy.as_ref().filter(|_| is_between);
    let proxy = proxy.map(|Proxy { url, variable }| format!("the proxy is {url} ({variable})"));
    let words: Vec<String> = endpoint.into_iter().chain(proxy).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Whether the error is one of [`diagnose_network`], which names the place.
fn asks_sts_or_iam(failure: &CallFailure) -> bool {
    !matches!(failure.operation, ROLE_CREDENTIALS | CREATE_TOKEN)
}

/// The endpoint that someone has named for a call.
pub(super) fn configured_endpoint<'a>(
    failure: &CallFailure,
    settings: &'a Settings,
) -> Option<&'a Sourced<String>> {
    let endpoints = &settings.endpoints;
    match failure.operation {
        iam if is_iam(iam) => endpoints.iam.as_ref(),
        ROLE_CREDENTIALS => endpoints.sso.as_ref(),
        CREATE_TOKEN => endpoints.sso_oidc.as_ref(),
        SIGNIN_TOKEN => endpoints.signin.as_ref(),
        "GetCallerIdentity" | "GetSessionToken" | "AssumeRole" | "AssumeRoleWithWebIdentity" => {
            endpoints.sts.as_ref()
        }
        _ => None,
    }
}

/// Where a call went, in short.
pub(super) fn place(failure: &CallFailure, settings: &Settings) -> String {
    if let Some(endpoint) = configured_endpoint(failure, settings) {
        return endpoint.value.clone();
    }
    let region = || settings.endpoints.region_for(settings.partition_arn());
    match &failure.route.host {
        Some(host) => host.clone(),
        None => format!("region {}", region()),
    }
}

pub(super) fn service(operation: &str) -> &'static str {
    match operation {
        iam if is_iam(iam) => "IAM",
        ROLE_CREDENTIALS | CREATE_TOKEN => "IAM Identity Center",
        SIGNIN_TOKEN => "AWS Sign-In",
        _ => "STS",
    }
}

/// The variable that names the endpoint of a call's service alone.
fn variable(operation: &str) -> &'static str {
    match operation {
        iam if is_iam(iam) => "AWS_ENDPOINT_URL_IAM",
        ROLE_CREDENTIALS => "AWS_ENDPOINT_URL_SSO",
        CREATE_TOKEN => "AWS_ENDPOINT_URL_SSO_OIDC",
        SIGNIN_TOKEN => "AWS_ENDPOINT_URL_SIGNIN",
        _ => "AWS_ENDPOINT_URL_STS",
    }
}
