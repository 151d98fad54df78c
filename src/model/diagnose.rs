//! What a failed call to AWS means for the person at the keyboard: cause and remedy for each
//! answer that STS and IAM are known to give.

use super::diagnose_role::diagnose_role;
use super::regions::always_on;
use super::role::Role;
use super::session::in_words;
use super::settings::{Origin, Settings, Sourced};
use crate::error::Error;

/// A clock this many seconds off explains a refused signature: STS refuses them from 900 s on, and
/// the Date header took its time.
const GUILTY_OFFSET: u64 = 800;

/// How far a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The request never left: no route, no name, no TLS.
    NotSent,
    /// It left, and what became of it is unknown: a cut connection, a 500, an unreadable answer.
    Lost,
    /// The service answered with a refusal.
    Refused,
}

/// A call that brought no result.
#[derive(Debug, Clone)]
pub struct CallFailure {
    /// The API's name, `GetSessionToken`.
    pub operation: &'static str,
    /// How far it came.
    pub progress: Progress,
    /// AWS's error code, if the answer had one.
    pub code: String,
    /// AWS's own words, or the transport's.
    pub message: String,
    /// The server's clock less this machine's, in seconds, if the answer had a date.
    pub clock_offset: Option<i64>,
}

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The code was wrong, or used before: the next one may do.
    WrongCode,
    /// The device is not this user's, or none that STS can ask.
    WrongDevice,
    /// The key is deleted, inactive, or unknown in this region.
    DeadKey,
    /// This machine's clock is off.
    Clock,
    /// The secret does not belong to the key.
    WrongSecret,
    /// STS is switched off there.
    RegionOff,
    /// AWS could not be reached.
    Unreachable,
    /// The call may or may not have been carried out.
    Unknown,
    /// AWS wants fewer calls.
    Throttled,
    /// Not allowed.
    Denied,
    /// Anything else.
    Other,
}

impl CallFailure {
    /// Reads the code and the beginning of the message, which is how STS tells its cases apart.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.progress {
            Progress::NotSent => return Meaning::Unreachable,
            Progress::Lost => return Meaning::Unknown,
            Progress::Refused => {}
        }
        let begins = |start: &str| self.message.starts_with(start);
        match self.code.as_str() {
            "AccessDenied" if begins("MultiFactorAuthentication failed with invalid") => {
                Meaning::WrongCode
            }
            "AccessDenied" if begins("MultiFactorAuthentication failed") => Meaning::WrongDevice,
            "AccessDenied" | "AccessDeniedException" => Meaning::Denied,
            "SignatureDoesNotMatch" | "RequestExpired" if self.is_clock() => Meaning::Clock,
            "SignatureDoesNotMatch" => Meaning::WrongSecret,
            "InvalidClientTokenId" | "UnrecognizedClientException" => Meaning::DeadKey,
            "RegionDisabledException" => Meaning::RegionOff,
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" => Meaning::Throttled,
            _ => Meaning::Other,
        }
    }

    /// Whether a call with a code would fail for the same reason.
    #[must_use]
    pub fn stops_sign_in(&self) -> bool {
        matches!(
            self.meaning(),
            Meaning::DeadKey
                | Meaning::Clock
                | Meaning::WrongSecret
                | Meaning::RegionOff
                | Meaning::Unreachable
        )
    }

    fn is_clock(&self) -> bool {
        self.message.starts_with("Signature expired")
            || self.message.starts_with("Signature not yet current")
            || self
                .clock_offset
                .is_some_and(|offset| offset.unsigned_abs() >= GUILTY_OFFSET)
    }

    /// The cause, in AWS's words with its code.
    pub(super) fn cause(&self) -> String {
        match (self.code.as_str(), self.message.as_str()) {
            ("", message) => message.to_owned(),
            (code, "") => code.to_owned(),
            (code, message) => format!("{message} ({code})"),
        }
    }
}

/// The offset in words: `this machine's clock is 1h behind AWS's`.
#[must_use]
pub fn clock_in_words(offset: i64) -> String {
    let side = if offset > 0 { "behind" } else { "ahead of" };
    format!(
        "this machine's clock is {} {side} AWS's",
        in_words(offset.unsigned_abs())
    )
}

/// Who was asked for what, as far as the call itself does not say.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The invocation's.
    pub settings: &'a Settings,
    /// The device that the code was of.
    pub serial: Option<&'a str>,
    /// The role that was to be assumed.
    pub role: Option<&'a Role>,
    /// Whether it was with temporary keys rather than with the long-term one.
    pub with_session: bool,
}

impl<'a> Asked<'a> {
    /// A call with the long-term key that is about no role.
    #[must_use]
    pub fn by_key(settings: &'a Settings, serial: Option<&'a str>) -> Self {
        Self {
            settings,
            serial,
            role: None,
            with_session: false,
        }
    }
}

/// Makes the error that a person sees of a failed call.
#[must_use]
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
    let iam = settings.endpoints.iam.as_ref();
    let endpoint = match failure.operation {
        "ListMFADevices" => iam.map(|endpoint| endpoint.value.clone()),
        _ => settings.endpoints.sts_url(settings.partition_arn()),
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
            match &settings.serial {
                Some(Sourced { origin, .. }) if *origin != Origin::Discovered => format!(
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, message: &str, clock_offset: Option<i64>) -> CallFailure {
        CallFailure {
            operation: "GetSessionToken",
            progress: Progress::Refused,
            code: code.to_owned(),
            message: message.to_owned(),
            clock_offset,
        }
    }

    #[test]
    fn the_answers_of_sts_are_told_apart() {
        let mfa = "MultiFactorAuthentication failed";
        let cases = [
            (
                "AccessDenied",
                format!("{mfa} with invalid MFA one time pass code."),
                Meaning::WrongCode,
            ),
            (
                "AccessDenied",
                format!("{mfa}, unable to validate MFA code."),
                Meaning::WrongDevice,
            ),
            (
                "AccessDenied",
                "User: x is not authorized".into(),
                Meaning::Denied,
            ),
            (
                "InvalidClientTokenId",
                "The security token".into(),
                Meaning::DeadKey,
            ),
            (
                "SignatureDoesNotMatch",
                "The request signature".into(),
                Meaning::WrongSecret,
            ),
            (
                "SignatureDoesNotMatch",
                "Signature expired: T".into(),
                Meaning::Clock,
            ),
            ("RegionDisabledException", String::new(), Meaning::RegionOff),
            ("Throttling", "Rate exceeded".into(), Meaning::Throttled),
            (
                "ValidationError",
                "1 validation error".into(),
                Meaning::Other,
            ),
        ];
        for (code, message, meaning) in cases {
            assert_eq!(
                refused(code, &message, None).meaning(),
                meaning,
                "{code} {message}"
            );
        }
    }

    #[test]
    fn a_signature_that_fails_on_a_wrong_clock_is_the_clocks_fault() {
        let failure = refused("SignatureDoesNotMatch", "The request signature", Some(3600));
        assert_eq!(failure.meaning(), Meaning::Clock);
        assert_eq!(
            clock_in_words(3600),
            "this machine's clock is 1h behind AWS's"
        );
        assert_eq!(
            clock_in_words(-90_000),
            "this machine's clock is 1day 1h ahead of AWS's"
        );
    }
}
