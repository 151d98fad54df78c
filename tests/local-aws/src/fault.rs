//! Faults: what a test can make go wrong, for the next n requests that a fault applies to.
//!
//! Some strike before the request is looked at, some only after it succeeded, so that a code is
//! really burnt when its answer is lost. A fault that does not apply stays armed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use crate::request::{Request, Service};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `Throttling` (400), and EC2's `RequestLimitExceeded` (503). Nothing was done.
    Throttling,
    /// A 500 before anything was done.
    ErrorBefore,
    /// A 500 after the request succeeded: a code is burnt, a session lost.
    ErrorAfter,
    /// The connection ends without an answer, before anything was done.
    CutBefore,
    /// The connection ends without an answer, after the request succeeded.
    CutAfter,
    /// The request is worked on at once, the answer comes late.
    Slow(Duration),
    /// STS refuses every call as if it were switched off in the Region of the signature. Never applies
    /// to us-east-1, which cannot be switched off. An account's `disabled_regions` are nearer to AWS.
    RegionDisabled,
    /// The server's clock seems that many seconds off: in the check of the signature and in the
    /// `Date` of the answer. Codes are still checked against the true clock, because a phone's
    /// clock is right when a laptop's is not.
    ClockOff(i64),
    /// A successful answer with 100 MB of blanks in it.
    HugeBody,
    /// A successful answer that breaks off in the middle of its XML.
    MalformedXml,
    /// A refusal whose message is full of terminal escapes. Nothing was done.
    Escapes,
    /// The session given out ended an hour ago.
    ExpiredSession,
    /// The session's token has a newline in it.
    NewlineInToken,
    /// The expiry is written with fractions of a second, as AWS does at times. Not wrong at all.
    FractionalExpiry,
    /// A login page with status 200, as a captive portal sends. Nothing was done.
    WebPage,
}

/// A fault that is switched on.
#[derive(Clone, Debug)]
pub(crate) struct Armed {
    pub(crate) fault: Fault,
    /// Only for this action.
    pub(crate) action: Option<String>,
    pub(crate) left: u32,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Instead of the request being worked on.
    Before,
    /// While it is.
    During,
    /// Once it succeeded; otherwise the fault stays armed.
    After,
}

impl Armed {
    pub(crate) fn applies(&self, request: &Request) -> bool {
        let named = self
            .action
            .as_deref()
            .is_none_or(|action| action == request.action());
        self.left > 0 && named && self.fault.applies(request)
    }
}

impl Fault {
    fn applies(&self, request: &Request) -> bool {
        let sts = request.service() == Service::Sts;
        match self {
            Fault::RegionDisabled => sts && request.region() != "us-east-1",
            Fault::ExpiredSession | Fault::NewlineInToken | Fault::FractionalExpiry => {
                sts && matches!(request.action(), "GetSessionToken" | "AssumeRole")
            }
            _ => true,
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        match self {
            Fault::Throttling
            | Fault::ErrorBefore
            | Fault::CutBefore
            | Fault::Escapes
            | Fault::WebPage => Stage::Before,
            Fault::Slow(_) | Fault::RegionDisabled | Fault::ClockOff(_) => Stage::During,
            Fault::ErrorAfter
            | Fault::CutAfter
            | Fault::HugeBody
            | Fault::MalformedXml
            | Fault::ExpiredSession
            | Fault::NewlineInToken
            | Fault::FractionalExpiry => Stage::After,
        }
    }
}

/// The names that the binary and the journal use.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Fault::Slow(by) => return write!(f, "slow={}s", by.as_secs_f64()),
            Fault::ClockOff(by) => return write!(f, "clock-off={by}s"),
            plain => PLAIN
                .iter()
                .find(|(_, fault)| fault == plain)
                .map_or("", |(name, _)| name),
        };
        f.write_str(name)
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        if let Some((_, fault)) = PLAIN.iter().find(|(name, _)| *name == text) {
            return Ok(fault.clone());
        }
        match text.split_once('=') {
            Some(("slow", by)) => Ok(Fault::Slow(span(by)?.unsigned_abs())),
            Some(("clock-off", by)) => Ok(Fault::ClockOff(span(by)?.as_secs())),
            _ => {
                let names: Vec<&str> = PLAIN.iter().map(|(name, _)| *name).collect();
                Err(format!(
                    "no fault '{text}': {}, slow=5s, clock-off=1h",
                    names.join(", ")
                ))
            }
        }
    }
}

/// Reads `4h`, `+4h`, `-14m50s` or `0`.
pub fn span(text: &str) -> Result<SignedDuration, String> {
    if text == "0" {
        return Ok(SignedDuration::ZERO);
    }
    text.parse()
        .map_err(|_| format!("'{text}' is no time span such as +4h, -14m50s or 0"))
}

const PLAIN: [(&str, Fault); 13] = [
    ("throttling", Fault::Throttling),
    ("error-before", Fault::ErrorBefore),
    ("error-after", Fault::ErrorAfter),
    ("cut-before", Fault::CutBefore),
    ("cut-after", Fault::CutAfter),
    ("region-disabled", Fault::RegionDisabled),
    ("huge-body", Fault::HugeBody),
    ("malformed-xml", Fault::MalformedXml),
    ("escapes", Fault::Escapes),
    ("expired-session", Fault::ExpiredSession),
    ("newline-in-token", Fault::NewlineInToken),
    ("fractional-expiry", Fault::FractionalExpiry),
    ("web-page", Fault::WebPage),
];
