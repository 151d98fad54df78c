//! CreateUser, GetUser, ListUsers and PutUserPolicy.

use super::{Call, LONG_AGO, path, user_name};
use crate::account::{Account, User};
use crate::policy::Policy;
use crate::refusal::{Answer, Refusal};
use crate::state::{State, random};
use crate::xml::{date, tag, text};

/// Characters that all inline policies of a user have together, without white space (IAM and STS
/// quotas).
const INLINE_QUOTA: usize = 2048;

pub(super) fn get(state: &State, call: &Call<'_>) -> Answer<String> {
    user_name(call.checks()).done()?;
    let user = call.subject(state, call.named()?)?;
    Ok(tag("User", &describe(&state.account, user)))
}

pub(super) fn list(state: &State, call: &Call<'_>) -> Answer<String> {
    let prefix = call.request.param("PathPrefix").unwrap_or("/");
    let account = &state.account;
    // The permission is for the path that is listed (IAM service authorization reference, ListUsers).
    let resource = format!("arn:aws:iam::{}:user{prefix}", account.id);
    call.permit(state, &resource, &resource)?;
    let users = account.users.values();
    let users = users.filter(|user| !user.root && user.path.starts_with(prefix));
    let members: Vec<String> = users.map(|user| describe(account, user)).collect();
    call.page("Users", &members)
}

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Answer<String> {
    // Shorter than the names of users that are there already.
    call.checks()
        .required("UserName")
        .iam_name("UserName", 64)
        .done()?;
    let path = path(call)?;
    let name = call.param("UserName");
    let arn = format!("arn:aws:iam::{}:user{path}{name}", state.account.id);
    call.permit(state, &arn, &arn)?;
    // Names differ in more than case (IAM User Guide, IAM name requirements).
    let taken = |known: &String| known.eq_ignore_ascii_case(name);
    if state.account.users.keys().any(taken) {
        return Err(Refusal::already_exists(format!(
            "User with name {name} already exists."
        )));
    }
    let user = User {
        name: name.to_owned(),
        id: format!("AIDA{}", random(super::keys::ID_LETTERS, 17)),
        path,
        created: Some(call.now),
        ..User::default()
    };
    let xml = tag("User", &describe(&state.account, &user));
    state.change(call.now).users.insert(user.name.clone(), user);
    Ok(xml)
}

pub(super) fn put_policy(state: &mut State, call: &Call<'_>) -> Answer<String> {
    let printable = |c: char| ('\u{20}'..='\u{ff}').contains(&c) || "\t\n\r".contains(c);
    user_name(call.checks().required("UserName"))
        .required("PolicyName")
        .iam_name("PolicyName", 128)
        .required("PolicyDocument")
        .text(
            "PolicyDocument",
            1..=131_072,
            r"[\u0009\u000A\u000D\u0020-\u00FF]+",
            printable,
        )
        .done()?;
    let (name, document) = (call.param("PolicyName"), call.param("PolicyDocument"));
    let user = call.subject(state, call.param("UserName"))?;
    let policy = Policy::identity(document)
        .map_err(|words| Refusal::new(400, "MalformedPolicyDocument", words))?;
    let others = user.inline.iter().filter(|(other, _)| *other != name);
    let size: usize = others
        .map(|(_, (text, _))| size(text))
        .chain([size(document)])
        .sum();
    if size > INLINE_QUOTA {
        return Err(Refusal::limit_exceeded(format!(
            "Maximum policy size of {INLINE_QUOTA} bytes exceeded for user {}",
            user.name
        )));
    }
    let user = user.name.clone();
    let inline = &mut state.change(call.now).user_mut(&user).inline;
    inline.insert(name.to_owned(), (document.to_owned(), policy));
    Ok(String::new())
}

fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

/// What is inside a `User` element.
pub(super) fn describe(account: &Account, user: &User) -> String {
    let mut xml = String::new();
    if !user.root {
        xml += &(text("Path", &user.path) + &text("UserName", &user.name));
    }
    let id = if user.root { &account.id } else { &user.id };
    xml + &text("UserId", id)
        + &text("Arn", &account.user_arn(user))
        + &date("CreateDate", user.created.unwrap_or(LONG_AGO))
}
