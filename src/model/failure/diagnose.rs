//! What a failed call to AWS means for the person at the keyboard: cause and remedy for each
//! answer that STS and IAM are known to give.

use crate::error::Error;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose_role::diagnose_role;
use crate::model::failure::{CallFailure, GUILTY_OFFSET, Meaning, clock_in_words};
use crate::model::origin::{Origin, Sourced};
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::model::settings::regions::always_on;

/// Makes the error that a person sees of a failed call.
pub fn diagnose(failure: &CallFailure, asked: &Asked<'_>) -> Error {
    if let Some(error) = diagnose_role(failure, asked) {
        return error;
    }
    let Asked {
        settings, serial, ..
    } = *asked;
    let profile = &settings.profile.value;
    let key = settings.key_id();
    let device = serial.unwrap_or("unknown");
    let region = settings.endpoints.region_for(settings.partition_arn());
    let configured = configured_endpoint(failure, settings);
    let endpoint = match (configured, failure.operation) {
        (Some(endpoint), _) => Some(endpoint.value.clone()),
        (None, "ListMFADevices") => None,
        (None, _) => settings.endpoints.sts_url(settings.partition_arn()),
    };
    let place = endpoint.unwrap_or_else(|| format!("region {region}"));
    let carried_code = serial.is_some() && failure.operation != "GetCallerIdentity";
    let (what, remedy) = match failure.meaning() {
        Meaning::WrongCode => (
            "STS did not accept the code".to_owned(),
            "a code works once: wait for the next one and try again".to_owned(),
        ),
        Meaning::WrongDevice => (
            format!("STS cannot check codes of the device {device}"),
            match settings.mfa() {
                Mfa::Device(Sourced { origin, .. }) if *origin != Origin::Discovered => format!(
                    "correct the device in {origin}: the console shows it under IAM, Users, \
                     Security credentials"
                ),
                _ => "the device has changed: the next run looks it up anew".to_owned(),
            },
        ),
        Meaning::DeadKey => (
            format!("AWS does not know the access key {key} of profile {profile}"),
            format!(
                "see in IAM whether the key is active, and put the right one into the profile; \
                 if it is, {place} is not enabled for the account: choose another --region"
            ),
        ),
        Meaning::Clock => (
            format!(
                "AWS refused the time of the request: {}",
                offset_words(failure)
            ),
            "set the clock (timedatectl set-ntp true), then try again".to_owned(),
        ),
        Meaning::WrongSecret => (
            format!("the secret of access key {key} is wrong"),
            format!("put the right pair into profile {profile}: aws configure --profile {profile}"),
        ),
        Meaning::RegionOff => (
            format!("STS is switched off in {place}"),
            format!(
                "use a region where it is on: --region {} always works",
                always_on(&region)
            ),
        ),
        Meaning::Unreachable if failure.message.starts_with("invalid peer certificate") => (
            format!(
                "{} ({place}) cannot prove who it is",
                service(failure.operation)
            ),
            "if a proxy of your company is between, name its CA in AWS_CA_BUNDLE; else check the \
             endpoint"
                .to_owned(),
        ),
        Meaning::Unreachable if failure.message.starts_with("tunnel error") => (
            format!(
                "the proxy does not let mfaexec through to {} ({place})",
                service(failure.operation)
            ),
            "correct the proxy in HTTPS_PROXY, or except the endpoint in NO_PROXY".to_owned(),
        ),
        Meaning::Unreachable => (
            format!("cannot reach {} ({place})", service(failure.operation)),
            "check the network, the proxy variables and the endpoint, then try again".to_owned(),
        ),
        Meaning::NotAws => not_aws(failure, configured, &place),
        Meaning::Unknown => (
            format!(
                "the answer of {} to {} was lost",
                service(failure.operation),
                failure.operation
            ),
            if carried_code {
                "the code may be used up: wait for the next one and try again".to_owned()
            } else {
                "try again".to_owned()
            },
        ),
        Meaning::Throttled => (
            format!("AWS is asked too often ({})", failure.operation),
            "wait a minute, then try again with the next code".to_owned(),
        ),
        Meaning::Denied if failure.message.starts_with("Cannot call GetSessionToken") => (
            format!("profile {profile} cannot ask for an MFA session"),
            "its keys are temporary: put the IAM user's own long-term key there".to_owned(),
        ),
        Meaning::Denied => (
            format!(
                "AWS does not allow {} with the key of profile {profile}",
                failure.operation
            ),
            "ask the account's administrator for the permission".to_owned(),
        ),
        Meaning::Other => (
            format!("AWS refused {} for profile {profile}", failure.operation),
            "correct what AWS names, then try again".to_owned(),
        ),
    };
    Error::new(what, failure.cause(), remedy)
}

/// The endpoint that someone has named for a call.
fn configured_endpoint<'a>(
    failure: &CallFailure,
    settings: &'a Settings,
) -> Option<&'a Sourced<String>> {
    let endpoints = &settings.endpoints;
    match failure.operation {
        "ListMFADevices" => endpoints.iam.as_ref(),
        _ => endpoints.sts.as_ref(),
    }
}

/// What and remedy where something else than AWS has answered: most often the endpoint is that of
/// one service, and was set for all of them.
fn not_aws(
    failure: &CallFailure,
    configured: Option<&Sourced<String>>,
    place: &str,
) -> (String, String) {
    let service = service(failure.operation);
    let Some(Sourced { value, origin }) = configured else {
        return (
            format!("what answered to {} is not {service} ({place})", failure.operation),
            "check what is between: a proxy (HTTPS_PROXY), or a network that wants a sign-in of its \
             own"
            .to_owned(),
        );
    };
    let what = format!("{value} does not answer like {service} (the endpoint is from {origin})");
    let remedy = match origin {
        Origin::Variable("AWS_ENDPOINT_URL") => format!(
            "AWS_ENDPOINT_URL is for all services: if you mean one, set its own instead, such as AWS_ENDPOINT_URL_S3={value}; or keep it, and set AWS_ENDPOINT_URL_{service} \
             to the endpoint of {service}"
        ),
        Origin::Variable(name) => {
            format!("set {name} to an endpoint of {service}, or unset it")
        }
        _ => format!(
            "correct it there: endpoint_url in a profile is for all services, one for S3 alone is \
             AWS_ENDPOINT_URL_S3 or belongs into a [services] section; or set \
             AWS_ENDPOINT_URL_{service} to the endpoint of {service}"
        ),
    };
    (what, remedy)
}

fn offset_words(failure: &CallFailure) -> String {
    match failure.clock_offset {
        Some(offset) if offset.unsigned_abs() >= GUILTY_OFFSET => clock_in_words(offset),
        _ => "this machine's clock is off".to_owned(),
    }
}

fn service(operation: &str) -> &'static str {
    if operation == "ListMFADevices" {
        "IAM"
    } else {
        "STS"
    }
}
