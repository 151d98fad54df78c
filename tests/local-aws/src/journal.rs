//! The journal: one entry per request, for tests to read. Never a secret, a token or a code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::federation;
use crate::request::Request;

/// One request and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `sts`, `iam`, `ec2` or `signin`.
    pub service: String,
    /// Of HTTP: a GET has its parameters where others keep them.
    #[serde(default)]
    pub method: String,
    pub action: String,
    /// The Region of the signature's scope.
    pub region: String,
    pub access_key_id: Option<String>,
    pub serial_number: Option<String>,
    pub had_token_code: bool,
    pub had_session_token: bool,
    pub duration_seconds: Option<u32>,
    pub role_arn: Option<String>,
    pub role_session_name: Option<String>,
    /// What else was asked for, as it is in the request (`ExternalId`, `Tags.member.1.Key`).
    pub parameters: BTreeMap<String, String>,
    /// The status of the answer, 0 when the connection was cut instead.
    pub status: u16,
    /// `OK`, the error code, or `cut`.
    pub outcome: String,
    /// The fault that was played, if any.
    pub fault: Option<String>,
    /// The server's clock, in seconds since 1970.
    pub time: i64,
}

/// Parameters that have fields of their own, or that no one is to see.
const OWN_FIELDS: [&str; 12] = [
    "AuthenticationCode1",
    "AuthenticationCode2",
    "Action",
    "Version",
    "SerialNumber",
    "TokenCode",
    "DurationSeconds",
    "RoleArn",
    "RoleSessionName",
    "Session",
    "SessionDuration",
    "SigninToken",
];

impl Entry {
    pub(crate) fn of(request: &Request, time: i64) -> Entry {
        let param = |name: &str| request.param(name).map(str::to_owned);
        Entry {
            service: request.service().name().to_owned(),
            method: request.method.clone(),
            action: request.action().to_owned(),
            region: request.region(),
            access_key_id: request
                .authorization()
                .map_or_else(|_| federation::key_of(request), |it| Some(it.key_id)),
            serial_number: param("SerialNumber"),
            had_token_code: ["TokenCode", "AuthenticationCode1"]
                .iter()
                .any(|name| request.param(name).is_some()),
            had_session_token: request.header("x-amz-security-token").is_some(),
            duration_seconds: request
                .param("DurationSeconds")
                .or_else(|| request.param("SessionDuration"))
                .and_then(|text| text.parse().ok()),
            role_arn: param("RoleArn"),
            role_session_name: param("RoleSessionName"),
            parameters: request.other_params(&OWN_FIELDS),
            time,
            ..Entry::default()
        }
    }
}
