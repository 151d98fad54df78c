//! `mfaexec_confirm`: before a command or a program gets the session of such a profile, a person types
//! its name.

use secrecy::ExposeSecret;

use crate::edge::output::Ui;
use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::{Ask, Terminal};
use crate::edge::signals::Wake;
use crate::edge::store::cache::Cache;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::options::SignIn;
use crate::sign_in::ask::turn::take_turn;
use crate::sign_in::request::For;

/// Asks for the profile's name, if the profile wants that, until it is typed or no one answers.
/// Inside a command that was confirmed the question was answered already.
pub(crate) fn confirm(
    env: &Environment,
    sign_in: &SignIn,
    settings: &Settings,
    what_for: For<'_>,
    cache: &Cache,
    ui: Ui,
) -> Result<()> {
    let name = &settings.profile.value;
    let inside = env.text("MFAEXEC_PROFILE").as_ref() == Some(name) && sign_in.role_arn.is_none();
    if !settings.guards.asks() || inside || !what_for.is_used_now() {
        return Ok(());
    }
    let confirm = settings.guards.confirm.as_ref();
    let place = confirm.map_or(String::new(), |confirm| confirm.origin.to_string());
    let (to, instead) = match what_for {
        For::Program => {
            let quoted = shlex::try_quote(name).unwrap_or_default();
            let run = format!(", or once for all that a run asks: mfaexec -p {quoted} -- COMMAND");
            ("give a program its session", run)
        }
        _ => ("go on", String::new()),
    };
    let refuse = |cause: &str| {
        Err(Error::new(
            format!("profile {name} was not confirmed, nothing was run"),
            cause,
            format!("type its name when asked, on a terminal ({place} requires it){instead}"),
        ))
    };
    if sign_in.no_input {
        return refuse("--no-input was given");
    }
    let (mut terminal, mut wake) = match (Terminal::open(), Wake::new()) {
        (Ok(terminal), Ok(wake)) => (terminal, wake),
        (Err(cause), _) => return refuse(&cause),
        (_, Err(error)) => return refuse(&error.to_string()),
    };
    take_turn(&mut terminal, cache, ui)?;
    let question = format!("Type {} to {to}: ", printable(name));
    let until = Ask::openly(&question).until;
    loop {
        let ask = Ask::openly(&question);
        let cause = match terminal.ask(Ask { until, ..ask }, &mut wake) {
            Ok(Reply::Line(line)) if line.expose_secret().trim() == name => return Ok(()),
            Ok(Reply::Line(_)) => {
                terminal.say("mfaexec: that is not the profile's name; ^C ends this");
                continue;
            }
            Ok(Reply::Cancelled | Reply::Interrupted) => "the question was not answered".to_owned(),
            Ok(Reply::TimedOut) => "no one answered the question for 5 minutes".to_owned(),
            Err(cause) => cause,
        };
        terminal.keep_turn_to_the_end();
        return refuse(&cause);
    }
}
