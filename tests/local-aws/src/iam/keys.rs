//! Access keys: CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ListAccessKeys and
//! GetAccessKeyLastUsed.

use super::{Call, LONG_AGO, user_name};
use crate::account::{Key, User};
use crate::refusal::{Answer, Refusal};
use crate::state::{State, random};
use crate::validate::{Checks, word};
use crate::xml::{date, tag, text};

/// The letters of the ids of keys and users.
pub(super) const ID_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Active and inactive ones (IAM and STS quotas).
const KEYS_PER_USER: usize = 2;

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Answer<String> {
    user_name(call.checks()).done()?;
    let user = call.subject(state, call.named()?)?;
    if user.keys.len() >= KEYS_PER_USER {
        return Err(Refusal::limit_exceeded(format!(
            "Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_USER}"
        )));
    }
    let key = Key {
        id: format!("AKIA{}", random(ID_LETTERS, 16)),
        secret: random(SECRET_LETTERS, 40),
        active: true,
        created: Some(call.now),
        last_used: None,
    };
    let xml = text("UserName", &user.name)
        + &text("AccessKeyId", &key.id)
        + &text("Status", status(&key))
        + &text("SecretAccessKey", &key.secret)
        + &date("CreateDate", call.now);
    let user = user.name.clone();
    state.change(call.now).user_mut(&user).keys.push(key);
    Ok(tag("AccessKey", &xml))
}

pub(super) fn update(state: &mut State, call: &Call<'_>) -> Answer<String> {
    user_name(key_id(call.checks()))
        .required("Status")
        .one_of("Status", &["Active", "Inactive"])
        .done()?;
    let user = call.subject(state, call.named_or_long_term()?)?;
    let at = position(user, call)?;
    let user = user.name.clone();
    let active = call.param("Status") == "Active";
    state.change(call.now).user_mut(&user).keys[at].active = active;
    Ok(String::new())
}

pub(super) fn delete(state: &mut State, call: &Call<'_>) -> Answer<String> {
    user_name(key_id(call.checks())).done()?;
    let user = call.subject(state, call.named()?)?;
    let at = position(user, call)?;
    let user = user.name.clone();
    state.change(call.now).user_mut(&user).keys.remove(at);
    Ok(String::new())
}

pub(super) fn list(state: &State, call: &Call<'_>) -> Answer<String> {
    user_name(call.checks()).done()?;
    let user = call.subject(state, call.named_or_long_term()?)?;
    let members: Vec<String> = user
        .keys
        .iter()
        .map(|key| {
            text("UserName", &user.name)
                + &text("AccessKeyId", &key.id)
                + &text("Status", status(key))
                + &date("CreateDate", key.created.unwrap_or(LONG_AGO))
        })
        .collect();
    call.page("AccessKeyMetadata", &members)
}

pub(super) fn last_used(state: &State, call: &Call<'_>) -> Answer<String> {
    key_id(call.checks()).done()?;
    let id = call.param("AccessKeyId");
    // A key that is not there belongs to no user that a policy could name.
    let Some((user, key)) = state.account.key(id) else {
        let shown = format!("access key {id}");
        return Err(call.denied(state, &shown, "because no such key is in this account"));
    };
    let arn = state.account.user_arn(user);
    call.permit(state, &arn, &format!("user {}", user.name))?;
    let used = match &key.last_used {
        Some(last) => {
            date("LastUsedDate", last.time)
                + &text("ServiceName", last.service)
                + &text("Region", &last.region)
        }
        None => text("ServiceName", "N/A") + &text("Region", "N/A"),
    };
    Ok(text("UserName", &user.name) + &tag("AccessKeyLastUsed", &used))
}

fn key_id(checks: Checks<'_>) -> Checks<'_> {
    checks
        .required("AccessKeyId")
        .text("AccessKeyId", 16..=128, r"[\w]+", word)
}

fn position(user: &User, call: &Call<'_>) -> Answer<usize> {
    let id = call.param("AccessKeyId");
    let at = user.keys.iter().position(|key| key.id == id);
    at.ok_or_else(|| {
        Refusal::no_such_entity(format!("The Access Key with id {id} cannot be found."))
    })
}

fn status(key: &Key) -> &'static str {
    if key.active { "Active" } else { "Inactive" }
}
