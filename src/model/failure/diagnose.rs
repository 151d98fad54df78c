//! What a failed call to AWS means for the person at the keyboard: cause and remedy for each
//! answer that STS and IAM are known to give.

use crate::error::Error;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose_network::{
    asked_whom, configured_endpoint, diagnose_network, place, service,
};
use crate::model::failure::diagnose_role::diagnose_role;
use crate::model::failure::iam::permission;
use crate::model::failure::{CallFailure, Meaning, REFUSED_OFFSET_SECONDS, clock_in_words};
use crate::model::origin::{Origin, Sourced};
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::model::settings::regions::always_on;

/// Makes the error that a person sees of a failed call.
pub fn diagnose(failure: &CallFailure, asked: &Asked<'_>) -> Error {
    let error = diagnose_role(failure, asked)
        .or_else(|| diagnose_network(failure, asked))
        .unwrap_or_else(|| diagnose_answer(failure, asked));
    match asked_whom(failure, asked.settings) {
        Some(endpoint) => error.and(&endpoint),
        None => error,
    }
}

/// The error of a call that AWS, or what else is at the endpoint, has answered.
fn diagnose_answer(failure: &CallFailure, asked: &Asked<'_>) -> Error {
    let (settings, serial) = (asked.settings, asked.serial);
    let profile = &settings.profile.value;
    let key = settings.key_id();
    let device = serial.unwrap_or("unknown");
    let place = place(failure, settings);
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
            dead_key(failure, settings),
        ),
        Meaning::Clock => (
            format!(
                "AWS refused the time of the request: {}",
                offset_words(failure)
            ),
            format!("{}, then try again", failure.machine.how_to_set_the_clock()),
        ),
        Meaning::WrongSecret => (
            format!("the secret of access key {key} is wrong"),
            format!("put the right pair into profile {profile}: aws configure --profile {profile}"),
        ),
        Meaning::RegionOff => (
            format!("STS is switched off in {place}"),
            format!(
                "use a region where it is on: --region {} always works",
                always_on(&settings.endpoints.region_for(settings.partition_arn()))
            ),
        ),
        Meaning::Unreachable | Meaning::NotAws | Meaning::Unknown => (
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
            match carried_code {
                true => "wait a minute, then try again with the next code".to_owned(),
                false => "wait a minute, then try again".to_owned(),
            },
        ),
        Meaning::Denied if failure.message.starts_with("Cannot call GetSessionToken") => (
            format!("profile {profile} cannot ask for an MFA session"),
            "its keys are temporary: put the IAM user's own long-term key there".to_owned(),
        ),
        Meaning::Denied => (
            format!(
                "AWS does not allow {} with the {} of profile {profile}",
                failure.operation,
                if asked.with_session { "session" } else { "key" },
            ),
            permission(failure.operation),
        ),
        Meaning::Other => (
            format!("AWS refused {} for profile {profile}", failure.operation),
            "correct what AWS names, then try again".to_owned(),
        ),
    };
    Error::new(what, failure.cause(), remedy)
}

/// What to do where AWS does not know a key: each partition knows its own keys only.
fn dead_key(failure: &CallFailure, settings: &Settings) -> String {
    let in_iam = "see in IAM whether the key is active, and put the right one into the profile";
    if settings.endpoints.region.is_none() && settings.partition_arn().is_none() {
        return format!(
            "for a key of GovCloud or China, name a region there, such as --region us-gov-west-1 or \
             --region cn-north-1; else {in_iam}"
        );
    }
    match configured_endpoint(failure, settings) {
        Some(Sourced { value, .. }) => {
            format!("{in_iam}; if it is, {value} is not the endpoint for this key")
        }
        None => {
            let region = settings.endpoints.region_for(settings.partition_arn());
            format!(
                "{in_iam}; if it is, region {region} is not enabled for the account: choose another \
                 --region"
            )
        }
    }
}

fn offset_words(failure: &CallFailure) -> String {
    match failure.clock_offset {
        Some(offset) if offset.unsigned_abs() >= REFUSED_OFFSET_SECONDS => clock_in_words(offset),
        _ => "this machine's clock is off".to_owned(),
    }
}
