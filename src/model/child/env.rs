//! The environment of the command: the caller's, with the session instead of every other way to
//! get credentials, and nothing else changed.

use secrecy::ExposeSecret;

use crate::model::arn::is_account;
use crate::model::child::shell::{Changes, FOR_PROMPTS, IN_SHELL};
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::exports::{EXPORTED, REGION};
use crate::model::time::Timestamp;
use crate::model::vars::{SESSION, SOURCE_KEY, is_removed, rival_names};

/// What represents a session in an environment.
pub(crate) fn of_session(session: &Session) -> Changes {
    let secret = session.secret_access_key.expose_secret();
    let token = session.session_token.expose_secret();
    // Keys without an end are said to have none, and not to end in another age.
    let end = Some(session.expires_at).filter(|end| *end != Timestamp::NEVER);
    let values = [
        Some(session.access_key_id.clone()),
        Some(secret.to_owned()),
        Some(token.to_owned()),
        end.map(|end| end.to_string()),
        session.account.clone(),
    ];
    SESSION.map(str::to_owned).into_iter().zip(values).collect()
}

/// What a shell has to put right when the user's own files have had their way with `child`, the
/// environment that it was started with.
pub(crate) fn to_restore(child: &Environment, session: &Session, settings: &Settings) -> Changes {
    let of_session = of_session(session).into_iter().map(|(name, _)| name);
    let exported = settings.exports.iter().map(|(name, _)| name.clone());
    let region = settings.endpoints.region.as_ref().map(|_| REGION);
    let own = ["MFAEXEC_PROFILE", SOURCE_KEY, EXPORTED, IN_SHELL];
    let names = rival_names().chain(region.into_iter().flatten());
    let names = names.chain(own).chain(FOR_PROMPTS).map(str::to_owned);
    let names = names.chain(of_session).chain(exported);
    names
        .map(|name| {
            let value = child.get(&name).map(|value| value.to_string_lossy().into());
            (name, value)
        })
        .collect()
}

/// What becomes of the caller's own AWS_ACCOUNT_ID, if he has one that the command does not get:
/// scripts used this name for an account of theirs before the SDKs read it. `account` is what the
/// command gets, perhaps in words.
pub(crate) fn replaced_account(caller: &Environment, account: Option<&str>) -> Option<String> {
    let own = caller.text("AWS_ACCOUNT_ID")?;
    let becomes = match account {
        Some(account) if account == own => return None,
        Some(account) if is_account(account) => {
            format!("replaced by the account of the session, {account}")
        }
        Some(_) => "replaced by the account of the session".to_owned(),
        None => "removed, as the account of the session is not known".to_owned(),
    };
    Some(format!(
        "AWS_ACCOUNT_ID={own} of your environment is {becomes}"
    ))
}

/// The same for a command that gets its sessions from an endpoint: `child` is its environment with
/// the first one. No SDK asks the endpoint if there is a key.
pub(crate) fn with_endpoint(child: &mut Environment, uri: &str, token: &str) {
    for name in SESSION.iter().filter(|name| **name != "AWS_ACCOUNT_ID") {
        child.remove(name);
    }
    child.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri);
    child.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", token);
}

/// Makes the command's environment: the caller's, with `session` and what `settings` take over
/// from the profile.
pub fn child_environment(
    parent: &Environment,
    session: &Session,
    settings: &Settings,
) -> Environment {
    let mut child = parent.clone();
    child.retain(|name| !is_removed(name));
    if child.get(IN_SHELL).is_some() {
        for name in FOR_PROMPTS.iter().chain([&IN_SHELL]) {
            child.remove(name);
        }
    }
    for (name, value) in of_session(session) {
        match value {
            Some(value) => child.set(&name, value),
            None => child.remove(&name),
        }
    }
    let mut exported = settings.exports.clone();
    if let Some(Sourced { value, origin }) = &settings.endpoints.region {
        for name in REGION {
            child.set(name, value);
            if matches!(origin, Origin::Profile(_)) {
                exported.push((name.to_owned(), value.clone()));
            }
        }
    }
    for (name, value) in &settings.exports {
        child.set(name, value);
    }
    child.remove(EXPORTED);
    if !exported.is_empty() {
        let lines: Vec<String> = exported.iter().map(|(n, v)| format!("{n}={v}")).collect();
        child.set(EXPORTED, lines.join("\n"));
    }
    match settings.chain.first() {
        Some(profile) => {
            child.set("MFAEXEC_PROFILE", profile);
            child.remove(SOURCE_KEY);
        }
        None => {
            child.remove("MFAEXEC_PROFILE");
            child.set(SOURCE_KEY, settings.key_id());
        }
    }
    child
}
