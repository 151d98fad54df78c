//! Calls to IAM that the session of the user signs.

use crate::edge::aws::calls::access_keys::SignedIn;
use crate::edge::aws::thread::Pending;
use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::escape::shell_line;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::time::in_words;
use crate::sign_in::ask::progress::tell_slow;
use crate::sign_in::user::as_user::User;

pub(super) fn signed_in(user: &User) -> SignedIn<'_> {
    SignedIn {
        session: &user.session,
        user: &user.name,
    }
}

pub(super) fn wait<T>(user: &User, ui: Ui, call: Pending<T>) -> Result<T> {
    call.wait(|| tell_slow(ui))
        .map_err(|failure| explained(&failure, user))
}

/// A refusal may be about the age of the code, which a policy can limit (`aws:MultiFactorAuthAge`). IAM does
/// not say so.
pub(super) fn explained(failure: &CallFailure, user: &User) -> Error {
    let settings = &user.settings;
    let asked = Asked {
        with_session: true,
        ..Asked::by_key(settings, None)
    };
    let error = diagnose(failure, &asked);
    let profile = settings.chain.last().map_or("default", String::as_str);
    let line = shell_line(["mfaexec", "login", "-p", profile, "--fresh"]);
    let age = user.session.obtained_at.until(now());
    match failure.meaning() {
        Meaning::DeadKey => error.because(
            &format!("{}; it is about the MFA session", failure.cause()),
            &format!("get a new session: {line}"),
        ),
        Meaning::Denied if failure.message.contains("explicit deny") => error.and(&format!(
            "the code of the session is {} old, and if a policy asks for a younger one: {line}",
            in_words(age)
        )),
        _ => error,
    }
}
