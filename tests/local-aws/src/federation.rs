//! The federation endpoint: a role session becomes a sign-in token, and a token a signed-in browser
//! (IAM user guide, "Enable custom identity broker access to the AWS console"). No signature: the
//! secrets themselves are in the request, which AWS takes as a GET and as a POST.

use serde::Deserialize;

use crate::refusal::{Answer, Refusal};
use crate::request::Request;
use crate::state::{Holder, SigninToken, State, random};

/// A link works for a quarter of an hour.
const LINK_LASTS: i64 = 15 * 60;
const CONSOLE_DURATION: std::ops::RangeInclusive<u32> = 900..=43_200;

/// The temporary keys in the request; the names are AWS's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    session_id: String,
    session_key: String,
    session_token: String,
}

/// What is answered: a JSON document, or the address that the browser is sent to.
pub(crate) fn call(state: &mut State, request: &Request, now: i64) -> Answer<String> {
    if !matches!(request.method.as_str(), "GET" | "POST") {
        return Err(Refusal::new(405, "MethodNotAllowed", "Method Not Allowed"));
    }
    match request.action() {
        "getSigninToken" => get_signin_token(state, request, now),
        "login" => login(state, request, now),
        _ => Err(invalid("Invalid parameter: Action")),
    }
}

/// The key that a request of this kind names.
pub(crate) fn key_of(request: &Request) -> Option<String> {
    Some(keys(request)?.session_id)
}

fn keys(request: &Request) -> Option<Keys> {
    serde_json::from_str(request.param("Session")?).ok()
}

fn get_signin_token(state: &mut State, request: &Request, now: i64) -> Answer<String> {
    let credentials = || invalid("Invalid credentials parameter");
    let keys = keys(request).ok_or_else(credentials)?;
    let session = state.sessions.get(&keys.session_id);
    let session = session.filter(|session| {
        session.secret == keys.session_key
            && session.token == keys.session_token
            && session.expires > now
    });
    let session = session.filter(|session| state.exists(&session.holder));
    let session = session.ok_or_else(credentials)?;
    if matches!(session.holder, Holder::User(_)) {
        return Err(invalid(
            "Only federation tokens or assume role tokens may be used for federated login. Please \
             contact your administrator.",
        ));
    }
    if let Some(duration) = request.param("SessionDuration") {
        let seconds = duration.parse();
        if !seconds.is_ok_and(|seconds| CONSOLE_DURATION.contains(&seconds)) {
            return Err(invalid("Invalid parameter: SessionDuration"));
        }
        // 99designs/aws-vault#77: a role that was assumed with temporary keys may not say.
        if session.chained {
            return Err(credentials());
        }
    }
    let token = random(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        600,
    );
    let made = SigninToken {
        key: keys.session_id,
        made: now,
    };
    state.signin_tokens.insert(token.clone(), made);
    Ok(serde_json::json!({ "SigninToken": token }).to_string())
}

fn login(state: &State, request: &Request, now: i64) -> Answer<String> {
    let token = request.param("SigninToken").unwrap_or_default();
    let made = state.signin_tokens.get(token);
    let valid = made.is_some_and(|made| {
        let session = state.sessions.get(&made.key);
        now < made.made + LINK_LASTS && session.is_some_and(|session| session.expires > now)
    });
    if !valid {
        return Err(invalid(
            "The credentials in your login link were invalid. Please contact your administrator.",
        ));
    }
    match request.param("Destination") {
        Some(destination) if destination.starts_with("https://") => Ok(destination.to_owned()),
        _ => Err(invalid("Invalid parameter: Destination")),
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}
