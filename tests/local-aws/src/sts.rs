//! STS: GetSessionToken, AssumeRole and GetCallerIdentity.
//!
//! The order of the checks is part of the fidelity: parameters first, then the code, which is
//! burnt even if the call is refused afterwards, then the policies, then the limits of the role.

use jiff::Timestamp;

use crate::account::{Role, User};
use crate::auth::{Caller, Credentials};
use crate::fault::Fault;
use crate::mfa;
use crate::policy::{Context, Decision, Question, decide};
use crate::refusal::{Answer, Refusal};
use crate::request::Request;
use crate::state::{Holder, Session, State, random};
use crate::validate::{Checks, word};
use crate::xml::{tag, text};

const ROLE_CHAINING_CAP: u32 = 3600;
const ROOT_CAP: u32 = 3600;

/// The calls that a Region refuses where STS is switched off. GetCallerIdentity is none of them: it is
/// answered everywhere (STS API reference, Errors; aws/aws-sdk-go-v2#2846).
pub(crate) fn gives_credentials(action: &str) -> bool {
    matches!(action, "GetSessionToken" | "AssumeRole")
}

/// Answers one call; the result is what is inside `<ActionResult>`.
pub(crate) fn call(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    now: i64,
    fault: Option<&Fault>,
) -> Answer<String> {
    match request.action() {
        "GetCallerIdentity" => Ok(get_caller_identity(state, caller)),
        "GetSessionToken" => {
            let session = get_session_token(state, caller, request, now)?;
            Ok(issue(state, session, now, fault))
        }
        "AssumeRole" => {
            let (session, user) = assume_role(state, caller, request, now)?;
            Ok(issue(state, session, now, fault) + &user)
        }
        other => Err(Refusal::unknown_action(other, request.service().version())),
    }
}

fn get_caller_identity(state: &State, caller: &Caller) -> String {
    let user_id = match &caller.holder {
        Holder::User(name) if state.account.user(name).root => state.account.id.clone(),
        Holder::User(name) => state.account.user(name).id.clone(),
        Holder::Role { role, session } => format!("{}:{session}", state.account.roles[role].id),
    };
    text("Arn", &caller.arn(state))
        + &text("UserId", &user_id)
        + &text("Account", &state.account.id)
}

fn get_session_token(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    now: i64,
) -> Answer<Planned> {
    let (Holder::User(name), Credentials::LongTerm) = (&caller.holder, caller.credentials) else {
        return Err(Refusal::access_denied(
            "Cannot call GetSessionToken with session credentials",
        ));
    };
    Checks::of(request).mfa().duration(900..=129_600).done()?;
    let user = state.seen().users.get(name).cloned();
    let verified = mfa::verify(state, user.as_ref(), request, now)?;
    // The root user's sessions are cut, not refused.
    let (default, cap) = if user.is_some_and(|user| user.root) {
        (ROOT_CAP, ROOT_CAP)
    } else {
        (43_200, 129_600)
    };
    let seconds = duration(request).unwrap_or(default).min(cap);
    Ok(Planned {
        holder: caller.holder.clone(),
        authenticated: verified.then_some(now),
        seconds,
        chained: false,
    })
}

fn assume_role(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    now: i64,
) -> Answer<(Planned, String)> {
    check_assume_role(request)?;
    let user = user_of(state, caller);
    if user.as_ref().is_some_and(|user| user.root) {
        return Err(Refusal::access_denied(
            "Roles may not be assumed by root accounts.",
        ));
    }
    // Only a user has devices; a role that sends a serial fails like a foreign serial.
    let verified = mfa::verify(state, user.as_ref(), request, now)?;
    let mut context = caller.context(now);
    if verified {
        context.insert("aws:multifactorauthpresent", "true".to_owned());
        context.insert("aws:multifactorauthage", "0".to_owned());
    }
    if let Some(id) = request.param("ExternalId") {
        context.insert("sts:externalid", id.to_owned());
    }
    if let Some(name) = request.param("RoleSessionName") {
        context.insert("sts:rolesessionname", name.to_owned());
    }
    let arn = request.param("RoleArn").unwrap_or_default();
    let role = authorize(state, caller, &context, arn)?;
    let seconds = role_duration(caller, role, request)?;
    let session = request.param("RoleSessionName").unwrap_or_default();
    let holder = Holder::Role {
        role: role.name.clone(),
        session: session.to_owned(),
    };
    let assumed = text("AssumedRoleId", &format!("{}:{session}", role.id));
    let named = Caller {
        holder: holder.clone(),
        credentials: Credentials::Role,
    }
    .arn(state);
    let user = tag("AssumedRoleUser", &(assumed + &text("Arn", &named)));
    Ok((
        Planned {
            holder,
            authenticated: None,
            seconds,
            chained: caller.credentials != Credentials::LongTerm,
        },
        user,
    ))
}

fn check_assume_role(request: &Request) -> Answer<()> {
    Checks::of(request)
        .required("RoleArn")
        .required("RoleSessionName")
        .text(
            "RoleArn",
            20..=2048,
            r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
            |c| !c.is_control() || "\t\n\r\u{85}".contains(c),
        )
        .text("RoleSessionName", 2..=64, r"[\w+=,.@-]*", |c| {
            word(c) || "+=,.@-".contains(c)
        })
        .text("ExternalId", 2..=1224, r"[\w+=,.@:\/-]*", |c| {
            word(c) || "+=,.@:/-".contains(c)
        })
        .mfa()
        .duration(900..=43_200)
        .done()?;
    let mut arn = request.param("RoleArn").unwrap_or_default().splitn(6, ':');
    let named_role = arn.next() == Some("arn")
        && arn.nth(1) == Some("iam")
        && arn
            .nth(2)
            .is_some_and(|resource| resource.starts_with("role/"));
    if named_role {
        Ok(())
    } else {
        Err(Refusal::validation("Request ARN is invalid"))
    }
}

/// The role, if it trusts the caller and the caller may use that trust.
fn authorize<'a>(
    state: &'a State,
    caller: &Caller,
    context: &Context,
    arn: &str,
) -> Answer<&'a Role> {
    let account = &state.account;
    let me = caller.arn(state);
    let own = caller.may(state, context, "sts:AssumeRole", arn);
    let denied = || {
        // The text does not tell a missing role from one that does not trust the caller.
        Refusal::access_denied(format!(
            "User: {me} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        ))
    };
    let role = account.role_by_arn(arn).ok_or_else(denied)?;
    let mut named = vec![me.clone()];
    if let Holder::Role { role, .. } = &caller.holder {
        named.push(account.role_arn(&account.roles[role]));
    }
    let whole_account = [account.root_arn(), account.id.clone()];
    let trust = |principals: &[String]| {
        let question = Question {
            action: "sts:AssumeRole",
            resource: arn,
            principals,
            context,
        };
        decide(std::iter::once(&role.trust), &question)
    };
    let everything = [named.as_slice(), whole_account.as_slice()].concat();
    let forbidden = own == Decision::Denied || trust(&everything) == Decision::Denied;
    // Naming the caller is enough; naming the account leaves it to the caller's own policies.
    let trusted = trust(&named) == Decision::Allowed
        || (trust(&whole_account) == Decision::Allowed && own == Decision::Allowed);
    if forbidden || !trusted {
        Err(denied())
    } else {
        Ok(role)
    }
}

fn role_duration(caller: &Caller, role: &Role, request: &Request) -> Answer<u32> {
    let seconds = duration(request).unwrap_or(3600);
    // From any temporary credentials the cap is an error, not a cut (99designs/aws-vault#263).
    if caller.credentials != Credentials::LongTerm && seconds > ROLE_CHAINING_CAP {
        return Err(Refusal::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    if seconds > role.max_session_duration {
        return Err(Refusal::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

fn user_of(state: &State, caller: &Caller) -> Option<User> {
    match &caller.holder {
        Holder::User(name) => state.seen().users.get(name).cloned(),
        Holder::Role { .. } => None,
    }
}

fn duration(request: &Request) -> Option<u32> {
    request.param("DurationSeconds")?.parse().ok()
}

/// A session that may be given out.
struct Planned {
    holder: Holder,
    authenticated: Option<i64>,
    seconds: u32,
    chained: bool,
}

/// Makes the credentials up, remembers them, and writes them down for the caller.
fn issue(state: &mut State, planned: Planned, now: i64, fault: Option<&Fault>) -> String {
    let id = format!("ASIA{}", random(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16));
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let secret = random(letters, 40);
    let mut token = format!("FwoGZXIvYXdzE{}", random(letters, 339));
    let mut expires = now + i64::from(planned.seconds);
    let mut fraction = 0;
    match fault {
        Some(Fault::ExpiredSession) => expires = now - 3600,
        Some(Fault::NewlineInToken) => token.insert(20, '\n'),
        Some(Fault::FractionalExpiry) => fraction = 123_000_000,
        _ => {}
    }
    let written =
        Timestamp::new(expires, fraction).map_or_else(|_| String::new(), |t| t.to_string());
    let xml = text("AccessKeyId", &id)
        + &text("SecretAccessKey", &secret)
        + &text("SessionToken", &token)
        + &text("Expiration", &written);
    let Planned {
        holder,
        authenticated,
        chained,
        ..
    } = planned;
    state.sessions.insert(
        id,
        Session {
            secret,
            token,
            holder,
            authenticated,
            expires,
            chained,
        },
    );
    tag("Credentials", &xml)
}
