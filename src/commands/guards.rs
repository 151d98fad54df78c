//! `mfaexec_confirm`: before a command gets the session of such a profile, a person types its name.

use secrecy::ExposeSecret;

use crate::cli::SignIn;
use crate::edge::prompt::{Answer, Echo, Terminal};
use crate::edge::signals::Wake;
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::sanitize::printable;

/// Asks for the profile's name, if the profile wants that. Inside a command that was confirmed the
/// question was answered already.
pub(super) fn confirm(env: &Environment, sign_in: &SignIn, settings: &Settings) -> Result<()> {
    let name = &settings.profile.value;
    let inside = env.text("MFAEXEC_PROFILE").as_ref() == Some(name) && sign_in.role_arn.is_none();
    if !settings.guards.asks() || inside {
        return Ok(());
    }
    let confirm = settings.guards.confirm.as_ref();
    let place = confirm.map_or(String::new(), |confirm| confirm.origin.to_string());
    let refuse = |cause: String| {
        Err(Error::new(
            format!("profile {name} was not confirmed, nothing was run"),
            cause,
            format!("type its name when asked, on a terminal ({place} wants it)"),
        ))
    };
    if sign_in.no_input {
        return refuse("--no-input was given".to_owned());
    }
    let (terminal, mut wake) = match (Terminal::open(), Wake::new()) {
        (Ok(terminal), Ok(wake)) => (terminal, wake),
        (Err(error), _) | (_, Err(error)) => return refuse(format!("no terminal: {error}")),
    };
    let question = format!("Type {} to go on: ", printable(name));
    match terminal.ask(&question, Echo::Shown, &mut wake) {
        Ok(Answer::Line(line)) if line.expose_secret().trim() == name => Ok(()),
        Ok(Answer::Line(_)) => refuse("another word was typed".to_owned()),
        Ok(Answer::Closed | Answer::Woken) => refuse("the question was not answered".to_owned()),
        Err(error) => refuse(error.to_string()),
    }
}
