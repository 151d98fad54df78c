//! IAM: users, their keys and their MFA devices.
//!
//! The order of the checks is part of the fidelity: parameters, then permission, and only then
//! whether there is such a thing. Texts and limits are those of the IAM API reference.

mod devices;
mod keys;
mod users;

use crate::account::User;
use crate::auth::{Caller, Credentials};
use crate::policy::Decision;
use crate::refusal::{Answer, Refusal};
use crate::request::{Request, Service};
use crate::state::{Holder, State};
use crate::validate::{Checks, word};
use crate::xml::{tag, text};

/// When users, keys and devices of the account's file came to be: 2024-01-01.
const LONG_AGO: i64 = 1_704_067_200;

/// One request to IAM, with what each call needs of it.
struct Call<'a> {
    caller: &'a Caller,
    request: &'a Request,
    now: i64,
}

pub(crate) fn call(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    now: i64,
) -> Answer<String> {
    // A session without a code may call everything except IAM (STS documentation, GetSessionToken).
    if caller.credentials
        == (Credentials::Session {
            authenticated: None,
        })
    {
        return Err(Refusal::invalid_token(Service::Iam));
    }
    let call = Call {
        caller,
        request,
        now,
    };
    match request.action() {
        "CreateUser" => users::create(state, &call),
        "GetUser" => users::get(state, &call),
        "ListUsers" => users::list(state, &call),
        "PutUserPolicy" => users::put_policy(state, &call),
        "CreateVirtualMFADevice" => devices::create(state, &call),
        "EnableMFADevice" => devices::enable(state, &call),
        "ResyncMFADevice" => devices::resync(state, &call),
        "DeactivateMFADevice" => devices::deactivate(state, &call),
        "DeleteVirtualMFADevice" => devices::delete(state, &call),
        "ListMFADevices" => devices::list(state, &call),
        "ListVirtualMFADevices" => devices::list_virtual(state, &call),
        "CreateAccessKey" => keys::create(state, &call),
        "UpdateAccessKey" => keys::update(state, &call),
        "DeleteAccessKey" => keys::delete(state, &call),
        "ListAccessKeys" => keys::list(state, &call),
        "GetAccessKeyLastUsed" => keys::last_used(state, &call),
        other => Err(Refusal::unknown_action(other, request.service().version())),
    }
}

impl Call<'_> {
    fn checks(&self) -> Checks<'_> {
        Checks::of(self.request)
    }

    /// A parameter that the checks found to be there.
    fn param(&self, name: &str) -> &str {
        self.request.param(name).unwrap_or_default()
    }

    /// The user that the call is about: the one named, or the caller.
    fn named(&self) -> Answer<&str> {
        match (self.request.param("UserName"), &self.caller.holder) {
            (Some(name), _) => Ok(name),
            (None, Holder::User(name)) => Ok(name),
            (None, Holder::Role { .. }) => Err(must_name_user()),
        }
    }

    /// The same for calls that need a name from all temporary keys (IAM API reference, ListAccessKeys
    /// and UpdateAccessKey: "If a temporary access key is used, then UserName is required").
    fn named_or_long_term(&self) -> Answer<&str> {
        match (self.request.param("UserName"), self.caller.credentials) {
            (None, Credentials::Session { .. } | Credentials::Role) => Err(must_name_user()),
            _ => self.named(),
        }
    }

    /// A user that the caller may do this to. Refuses before it tells whether there is such a user.
    fn subject<'s>(&self, state: &'s State, name: &str) -> Answer<&'s User> {
        let account = &state.account;
        let user = account.users.get(name);
        let arn = user.map_or_else(
            || format!("arn:aws:iam::{}:user/{name}", account.id),
            |user| account.user_arn(user),
        );
        self.permit(state, &arn, &format!("user {name}"))?;
        user.ok_or_else(|| {
            Refusal::no_such_entity(format!("The user with name {name} cannot be found."))
        })
    }

    /// Whether the caller may do this to a resource; `shown` is what the refusal calls it.
    fn permit(&self, state: &State, resource: &str, shown: &str) -> Answer<()> {
        let context = self.caller.context(self.now);
        let action = format!("iam:{}", self.request.action());
        let why = match self.caller.may(state, &context, &action, resource) {
            Decision::Allowed => return Ok(()),
            Decision::Silent => {
                format!("because no identity-based policy allows the {action} action")
            }
            Decision::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        };
        Err(self.denied(state, shown, &why))
    }

    fn denied(&self, state: &State, shown: &str, why: &str) -> Refusal {
        Refusal::access_denied(format!(
            "User: {} is not authorized to perform: iam:{} on resource: {shown} {why}",
            self.caller.arn(state),
            self.request.action()
        ))
    }

    /// The part of a list that was asked for, as `name`, with the mark where the next part begins.
    fn page(&self, name: &str, members: &[String]) -> Answer<String> {
        let size = match self.request.param("MaxItems") {
            None => 100,
            Some(text) => match text.parse::<usize>() {
                Ok(size @ 1..=1000) => size,
                _ => {
                    return Err(Refusal::validation(format!(
                        "1 validation error detected: Value '{text}' at 'maxItems' failed to \
                         satisfy constraint: Member must have value between 1 and 1000"
                    )));
                }
            },
        };
        let start = match self.request.param("Marker") {
            None => 0,
            Some(marker) => marker
                .parse()
                .map_err(|_| Refusal::validation(format!("Invalid Marker: {marker}")))?,
        };
        let part: String = members
            .iter()
            .skip(start)
            .take(size)
            .map(|member| tag("member", member))
            .collect();
        let next = start + size;
        let more = next < members.len();
        let mut xml = tag(name, &part) + &text("IsTruncated", &more.to_string());
        if more {
            xml += &text("Marker", &next.to_string());
        }
        Ok(xml)
    }
}

/// The checks of a user's name, which may be left out.
fn user_name(checks: Checks<'_>) -> Checks<'_> {
    checks.iam_name("UserName", 128)
}

fn serial_number(checks: Checks<'_>) -> Checks<'_> {
    checks
        .required("SerialNumber")
        .text("SerialNumber", 9..=256, r"[\w+=/:,.@-]*", |c| {
            word(c) || "+=/:,.@-".contains(c)
        })
}

/// The checks of a path, in which users and devices may be put.
fn path(call: &Call<'_>) -> Answer<String> {
    let path = call.request.param("Path").unwrap_or("/");
    let whole = path.starts_with('/') && path.ends_with('/') && path.len() <= 512;
    if whole && path.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
        Ok(path.to_owned())
    } else {
        Err(Refusal::validation(
            "The specified value for path is invalid. It must begin and end with / and contain only \
             alphanumeric characters and/or / characters.",
        ))
    }
}

fn must_name_user() -> Refusal {
    Refusal::validation("Must specify userName when calling with non-User credentials")
}
