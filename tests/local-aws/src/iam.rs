//! IAM: ListMFADevices and GetUser, which is what finding a serial number takes.

use crate::account::User;
use crate::auth::{Caller, Credentials};
use crate::policy::Decision;
use crate::refusal::{Answer, Refusal};
use crate::request::{Request, Service};
use crate::state::{Holder, State};
use crate::xml::{tag, text};

/// When users and devices came to be; no one asks.
const LONG_AGO: &str = "2024-01-01T00:00:00Z";

pub(crate) fn call(state: &State, caller: &Caller, request: &Request, now: i64) -> Answer<String> {
    // A session without a code may call everything except IAM (STS documentation, GetSessionToken).
    if caller.credentials
        == (Credentials::Session {
            authenticated: None,
        })
    {
        return Err(Refusal::invalid_token(Service::Iam));
    }
    match request.action() {
        "GetUser" => get_user(state, caller, request, now),
        "ListMFADevices" => list_mfa_devices(state, caller, request, now),
        other => Err(Refusal::unknown_action(other, request.service().version())),
    }
}

fn get_user(state: &State, caller: &Caller, request: &Request, now: i64) -> Answer<String> {
    let user = subject(state, caller, request, now)?;
    let mut xml = String::new();
    if !user.root {
        xml += &(text("Path", &user.path) + &text("UserName", &user.name));
    }
    let id = if user.root {
        &state.account.id
    } else {
        &user.id
    };
    xml += &(text("UserId", id) + &text("Arn", &state.account.user_arn(user)));
    Ok(tag("User", &(xml + &text("CreateDate", LONG_AGO))))
}

fn list_mfa_devices(state: &State, caller: &Caller, request: &Request, now: i64) -> Answer<String> {
    let user = subject(state, caller, request, now)?;
    let members: String = user
        .devices
        .iter()
        .map(|device| {
            let fields = text("UserName", &user.name)
                + &text("SerialNumber", &device.serial)
                + &text("EnableDate", LONG_AGO);
            tag("member", &fields)
        })
        .collect();
    Ok(tag("MFADevices", &members) + &text("IsTruncated", "false"))
}

/// The user that the call is about: the one named, or the caller. Refuses before it tells whether
/// there is such a user.
fn subject<'a>(state: &'a State, caller: &Caller, request: &Request, now: i64) -> Answer<&'a User> {
    let account = &state.account;
    let name = match (request.param("UserName"), &caller.holder) {
        (Some(name), _) => name,
        (None, Holder::User(name)) => name,
        (None, Holder::Role { .. }) => {
            return Err(Refusal::validation(
                "Must specify userName when calling with non-User credentials",
            ));
        }
    };
    let user = account.users.get(name);
    let arn = user.map_or_else(
        || format!("arn:aws:iam::{}:user/{name}", account.id),
        |user| account.user_arn(user),
    );
    let action = format!("iam:{}", request.action());
    let why = match caller.may(state, &caller.context(now), &action, &arn) {
        Decision::Allowed => {
            return user.ok_or_else(|| {
                let message = format!("The user with name {name} cannot be found.");
                Refusal::new(404, "NoSuchEntity", message)
            });
        }
        Decision::Silent => format!("because no identity-based policy allows the {action} action"),
        Decision::Denied => "with an explicit deny in an identity-based policy".to_owned(),
    };
    Err(Refusal::access_denied(format!(
        "User: {} is not authorized to perform: {action} on resource: user {name} {why}",
        caller.arn(state)
    )))
}
