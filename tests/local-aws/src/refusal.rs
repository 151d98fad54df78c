//! Every way in which the services say no, with AWS's own codes, statuses and texts.
//!
//! STS and IAM name their errors alike; EC2 has names of its own for the same things.

use crate::request::Service;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

pub(crate) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            code,
            message: message.into(),
        }
    }

    /// The key is unknown or inactive, or the session token is not the key's.
    pub(crate) fn invalid_token(service: Service) -> Refusal {
        match service {
            Service::Ec2 => Refusal::ec2_auth_failure(),
            Service::S3 => Refusal::new(
                403,
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            ),
            _ => Refusal::new(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ),
        }
    }

    pub(crate) fn signature_mismatch(service: Service) -> Refusal {
        match service {
            Service::Ec2 => Refusal::ec2_auth_failure(),
            _ => Refusal::signature(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. Consult the service \
                 documentation for details.",
            ),
        }
    }

    /// The date of the signature is more than 15 minutes from the server's clock, either way. EC2
    /// calls that RequestExpired in both directions (EC2 API reference, common errors).
    pub(crate) fn signature_time(service: Service, explanation: String) -> Refusal {
        match service {
            Service::Ec2 => Refusal::ec2_request_expired(),
            Service::S3 => Refusal::new(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            ),
            _ => Refusal::signature(explanation),
        }
    }

    /// The signature's form is wrong in a way that AWS explains.
    pub(crate) fn signature(message: impl Into<String>) -> Refusal {
        Refusal::new(403, "SignatureDoesNotMatch", message)
    }

    pub(crate) fn session_over(service: Service) -> Refusal {
        match service {
            Service::Ec2 => Refusal::ec2_request_expired(),
            Service::S3 => Refusal::new(400, "ExpiredToken", "The provided token has expired."),
            _ => Refusal::new(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
        }
    }

    pub(crate) fn unsigned() -> Refusal {
        Refusal::new(
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        )
    }

    pub(crate) fn incomplete_signature(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "IncompleteSignature", message)
    }

    pub(crate) fn access_denied(message: impl Into<String>) -> Refusal {
        Refusal::new(403, "AccessDenied", message)
    }

    pub(crate) fn validation(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "ValidationError", message)
    }

    pub(crate) fn unknown_action(action: &str, version: &str) -> Refusal {
        Refusal::new(
            400,
            "InvalidAction",
            format!("Could not find operation {action} for version {version}"),
        )
    }

    pub(crate) fn region_disabled(account: &str) -> Refusal {
        Refusal::new(
            403,
            "RegionDisabledException",
            format!(
                "STS is not activated in this region for account:{account}. Your account \
                 administrator can activate STS in this region using the IAM Console."
            ),
        )
    }

    pub(crate) fn throttled(service: Service) -> Refusal {
        match service {
            Service::Ec2 => Refusal::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            Service::S3 => Refusal::new(503, "SlowDown", "Please reduce your request rate."),
            _ => Refusal::new(400, "Throttling", "Rate exceeded"),
        }
    }

    pub(crate) fn internal() -> Refusal {
        Refusal::new(
            500,
            "InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.",
        )
    }

    pub(crate) fn ec2_unauthorized() -> Refusal {
        Refusal::new(
            403,
            "UnauthorizedOperation",
            "You are not authorized to perform this operation.",
        )
    }

    pub(crate) fn no_such_entity(message: impl Into<String>) -> Refusal {
        Refusal::new(404, "NoSuchEntity", message)
    }

    pub(crate) fn already_exists(message: impl Into<String>) -> Refusal {
        Refusal::new(409, "EntityAlreadyExists", message)
    }

    pub(crate) fn limit_exceeded(message: impl Into<String>) -> Refusal {
        Refusal::new(409, "LimitExceeded", message)
    }

    fn ec2_request_expired() -> Refusal {
        Refusal::new(400, "RequestExpired", "Request has expired.")
    }

    fn ec2_auth_failure() -> Refusal {
        Refusal::new(
            401,
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
        )
    }
}
