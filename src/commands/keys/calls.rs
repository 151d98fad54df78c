//! Calls to IAM that the session of the user signs.

use crate::edge::aws::access_keys::SignedIn;
use crate::edge::aws::thread::Pending;
use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::model::failure::CallFailure;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::settings::Settings;
use crate::sign_in::as_user::User;
use crate::sign_in::progress::tell_slow;

pub(super) fn signed_in(user: &User) -> SignedIn<'_> {
    SignedIn {
        session: &user.session,
        user: &user.name,
    }
}

pub(super) fn wait<T>(user: &User, ui: Ui, call: Pending<T>) -> Result<T> {
    call.wait(|| tell_slow(ui))
        .map_err(|failure| explained(&failure, &user.settings))
}

pub(super) fn explained(failure: &CallFailure, settings: &Settings) -> Error {
    let asked = Asked {
        with_session: true,
        ..Asked::by_key(settings, None)
    };
    diagnose(failure, &asked)
}
