//! What it means that the federation endpoint gives no token.

use crate::error::Error;
use crate::escape::shell_word;
use crate::model::console::{Console, no_console};
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Progress};
use crate::model::settings::Settings;

/// Makes the error that a person sees.
pub(crate) fn diagnose_console(
    failure: &CallFailure,
    settings: &Settings,
    console: &Console,
) -> Error {
    let (refused, message) = (failure.progress == Progress::Refused, &failure.message);
    if refused && message.starts_with("Only federation tokens") {
        return no_console(settings, &failure.cause());
    }
    if !refused {
        return diagnose(failure, &Asked::by_key(settings, None));
    }
    let profile = &settings.profile.value;
    let again = format!("mfaexec console -p {} --fresh", shell_word(profile));
    let remedy = match console.duration {
        Some(_) => format!("leave out --duration, or get a new session: {again}"),
        None => format!("get a new session: {again}"),
    };
    Error::new(
        format!("AWS does not sign in to the console with the session of profile {profile}"),
        failure.cause(),
        remedy,
    )
}
