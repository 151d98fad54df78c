//! One request from arrival to answer: the fault that waits for it, authentication, the service,
//! the journal. Everything that needs the state happens here, in one go.

use std::time::Duration;

use crate::account::LastUsed;
use crate::auth::{Caller, Credentials, authenticate};
use crate::body::Body;
use crate::fault::{Fault, Stage};
use crate::journal::Entry;
use crate::refusal::{Answer, Refusal};
use crate::request::{Request, Service};
use crate::state::{State, random};
use crate::{ec2, federation, iam, s3, sts, xml};

/// What the connection has to do.
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    /// Nothing means: cut the connection.
    pub(crate) reply: Option<Reply>,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Body,
    /// Where a browser is sent.
    pub(crate) location: Option<String>,
    /// Seconds since 1970 for the `Date` header.
    pub(crate) date: i64,
    pub(crate) request_id: String,
}

/// How a request ended.
enum Ending {
    Done(String),
    Refused(Refusal),
    Cut,
    WebPage,
}

pub(crate) fn respond(state: &mut State, request: &Request) -> Plan {
    let now = state.now();
    state.settle(now);
    let waiting = state.faults.iter().position(|armed| armed.applies(request));
    let fault = waiting.map(|at| state.faults[at].fault.clone());
    let request_id = request_id();
    let (ending, played) = play(state, request, now, fault.as_ref(), &request_id);
    if let Some(at) = waiting.filter(|_| played) {
        state.faults[at].left -= 1;
        state.faults.retain(|armed| armed.left > 0);
    }
    let fault = fault.filter(|_| played);
    let date = match fault {
        Some(Fault::ClockOff(by)) => now + by,
        _ => now,
    };
    let (reply, outcome) = render(request, ending, fault.as_ref(), date, request_id);
    state.journal.push(Entry {
        status: reply.as_ref().map_or(0, |reply| reply.status),
        outcome,
        fault: fault.as_ref().map(ToString::to_string),
        ..Entry::of(request, now)
    });
    let delay = match fault {
        Some(Fault::Slow(delay)) => delay,
        _ => Duration::ZERO,
    };
    Plan { delay, reply }
}

/// Runs the request with the fault around it, and says whether the fault struck.
fn play(
    state: &mut State,
    request: &Request,
    now: i64,
    fault: Option<&Fault>,
    request_id: &str,
) -> (Ending, bool) {
    let Some(fault) = fault else {
        return (
            finish(request, work(state, request, now, None), request_id),
            false,
        );
    };
    if fault.stage() == Stage::Before {
        return (instead(fault, request.service()), true);
    }
    let result = work(state, request, now, Some(fault));
    let struck = fault.stage() == Stage::During || result.is_ok();
    let ending = match (fault, finish(request, result, request_id)) {
        (Fault::ErrorAfter, Ending::Done(_)) => Ending::Refused(Refusal::internal()),
        (Fault::CutAfter, Ending::Done(_)) => Ending::Cut,
        (_, ending) => ending,
    };
    (ending, struck)
}

fn finish(request: &Request, result: Answer<String>, request_id: &str) -> Ending {
    match result {
        Ok(result) => Ending::Done(xml::success(
            request.service(),
            request.action(),
            &result,
            request_id,
        )),
        Err(refusal) => Ending::Refused(refusal),
    }
}

fn instead(fault: &Fault, service: Service) -> Ending {
    match fault {
        Fault::Throttling => Ending::Refused(Refusal::throttled(service)),
        Fault::CutBefore => Ending::Cut,
        Fault::WebPage => Ending::WebPage,
        // Colour, a window title, the clipboard (OSC 52), a carriage return that overwrites the
        // line, and a right-to-left override.
        Fault::Escapes => Ending::Refused(Refusal::access_denied(
            "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7} \u{1b}]52;c;ZXZpbA==\u{7} \
             safe\rall is well \u{202e}txet",
        )),
        _ => Ending::Refused(Refusal::internal()),
    }
}

/// The honest part.
fn work(state: &mut State, request: &Request, now: i64, fault: Option<&Fault>) -> Answer<String> {
    let seen = match fault {
        Some(Fault::ClockOff(by)) => now + by,
        _ => now,
    };
    if request.service() == Service::Signin {
        return federation::call(state, request, seen);
    }
    let region = request.region();
    // An opt-in Region that is not enabled knows no key of the account (awsdocs/iam-user-guide#283).
    if state.account.regions_not_enabled.contains(&region) {
        return Err(Refusal::invalid_token(request.service()));
    }
    let caller = authenticate(state, request, seen)?;
    note_use(state, &caller, request, now);
    match request.service() {
        Service::Sts => {
            let off = fault == Some(&Fault::RegionDisabled)
                || (sts::gives_credentials(request.action())
                    && state.account.disabled_regions.contains(&region));
            if off && region != "us-east-1" {
                return Err(Refusal::region_disabled(&state.account.id));
            }
            sts::call(state, &caller, request, now, fault)
        }
        Service::Iam => iam::call(state, &caller, request, now),
        Service::Ec2 => ec2::call(state, &caller, request, now),
        Service::S3 => s3::call(state, &caller, now),
        Service::Signin => federation::call(state, request, now),
    }
}

/// For GetAccessKeyLastUsed.
fn note_use(state: &mut State, caller: &Caller, request: &Request, now: i64) {
    if caller.credentials == Credentials::LongTerm
        && let Ok(claim) = request.authorization()
    {
        let last = LastUsed {
            time: now,
            service: request.service().name(),
            region: claim.scope.region,
        };
        state.account.used(&claim.key_id, &last);
    }
}

/// The reply, and what the journal calls it.
fn render(
    request: &Request,
    ending: Ending,
    fault: Option<&Fault>,
    date: i64,
    request_id: String,
) -> (Option<Reply>, String) {
    let service = request.service();
    let mut content_type = match (service, &ending) {
        (Service::Signin, Ending::Done(_)) => "application/json",
        (Service::Signin, _) => "text/html",
        _ => "text/xml;charset=UTF-8",
    };
    let mut location = None;
    let (status, body, outcome) = match ending {
        Ending::Cut => return (None, "cut".to_owned()),
        Ending::Done(address) if service == Service::Signin && request.action() == "login" => {
            location = Some(address);
            (302, Body::from(""), "OK")
        }
        Ending::Done(xml) => (200, spoil(xml, fault), "OK"),
        Ending::Refused(refusal) => {
            let xml = xml::refusal(service, &refusal, &request_id);
            (refusal.status, Body::from(xml), refusal.code)
        }
        Ending::WebPage => {
            content_type = "text/html";
            (
                200,
                Body::from("<html><body>Please log in to the network.</body></html>"),
                "OK",
            )
        }
    };
    (
        Some(Reply {
            status,
            content_type,
            body,
            location,
            date,
            request_id,
        }),
        outcome.to_owned(),
    )
}

fn spoil(xml: String, fault: Option<&Fault>) -> Body {
    match fault {
        Some(Fault::MalformedXml) => Body::from(xml[..xml.len() / 2].to_owned()),
        Some(Fault::HugeBody) => {
            // Blanks inside the root element, so that the document stays well-formed.
            let root = xml.find('>').map_or(0, |at| at + 1);
            Body::padded(xml[..root].to_owned(), 100 << 20, xml[root..].to_owned())
        }
        _ => Body::from(xml),
    }
}

fn request_id() -> String {
    let hex = random(b"0123456789abcdef", 32);
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}
