//! A call to AWS that brought no result: how far it came, and what AWS's code and words mean.

pub(crate) mod answer_form;
pub(crate) mod asked;
pub(crate) mod device;
pub(crate) mod diagnose;
pub(crate) mod diagnose_console;
pub(crate) mod diagnose_network;
pub(crate) mod diagnose_role;
mod iam;
pub(crate) mod route;
pub(crate) mod secrets;

use crate::model::failure::route::{Machine, Route};
use crate::model::failure::secrets::Secrets;
use crate::model::time::in_words;

/// A clock this many seconds off explains a refused signature: STS refuses them from 900 s on, and
/// the Date header took its time.
pub(crate) const REFUSED_OFFSET_SECONDS: u64 = 800;

/// The call to the portal of the Identity Center.
pub(crate) const ROLE_CREDENTIALS: &str = "GetRoleCredentials";
/// The call that renews the token of an Identity Center.
pub(crate) const CREATE_TOKEN: &str = "CreateToken";
/// The call that signs a browser in to the console.
pub(crate) const SIGNIN_TOKEN: &str = "getSigninToken";

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
    /// Whether something answered that is not AWS, by the form of its answer.
    pub not_aws: bool,
    /// Whether that one surely did not hand the request on to AWS.
    pub never_came_to_aws: bool,
    pub route: Box<Route>,
    pub machine: Machine,
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
    /// Something else than AWS answered.
    NotAws,
    /// The call may or may not have been carried out.
    Unknown,
    /// AWS wants fewer calls.
    Throttled,
    /// Not allowed.
    Denied,
    Other,
}

impl CallFailure {
    /// Reads the code and the beginning of the message, which is how STS tells its cases apart.
    pub fn meaning(&self) -> Meaning {
        match self.progress {
            Progress::NotSent => return Meaning::Unreachable,
            _ if self.not_aws => return Meaning::NotAws,
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
    pub fn stops_sign_in(&self) -> bool {
        matches!(
            self.meaning(),
            Meaning::DeadKey
                | Meaning::Clock
                | Meaning::WrongSecret
                | Meaning::RegionOff
                | Meaning::Unreachable
                | Meaning::NotAws
        )
    }

    /// Whether the request surely did not come to AWS, so that a code in it can be used again.
    pub(crate) fn never_came(&self) -> bool {
        self.progress == Progress::NotSent || self.never_came_to_aws
    }

    /// The failure as it can be shown: what someone else has said without the secrets of the call.
    pub fn without(mut self, secrets: &Secrets) -> Self {
        self.code = secrets.shown(&self.code);
        self.message = secrets.shown(&self.message);
        self
    }

    fn is_clock(&self) -> bool {
        self.message.starts_with("Signature expired")
            || self.message.starts_with("Signature not yet current")
            || self
                .clock_offset
                .is_some_and(|offset| offset.unsigned_abs() >= REFUSED_OFFSET_SECONDS)
    }

    /// The cause, in AWS's words with its code.
    pub(crate) fn cause(&self) -> String {
        match (self.code.as_str(), self.message.as_str()) {
            ("", "") => "AWS gave no reason".to_owned(),
            ("", message) => message.to_owned(),
            (code, "") => code.to_owned(),
            (code, message) => format!("{message} ({code})"),
        }
    }
}

/// The offset in words: `this machine's clock is 1h behind AWS's`. An answer that was under way for a
/// second or two is part of the offset, so it is rounded to minutes.
pub(crate) fn clock_in_words(offset: i64) -> String {
    let side = if offset > 0 { "behind" } else { "ahead of" };
    let seconds = match offset.unsigned_abs() {
        few @ ..60 => few,
        more => (more + 30) / 60 * 60,
    };
    format!("this machine's clock is {} {side} AWS's", in_words(seconds))
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
            not_aws: false,
            never_came_to_aws: false,
            route: Box::default(),
            machine: Machine::default(),
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
            "this machine's clock is 25h ahead of AWS's"
        );
        // The answer took three seconds.
        assert_eq!(clock_in_words(3597), clock_in_words(3600));
    }
}
