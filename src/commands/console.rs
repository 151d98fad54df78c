//! `mfaexec console`: get a session, open the web console with it.

use secrecy::ExposeSecret;

use crate::commands::run::prepare;
use crate::edge::browser;
use crate::edge::clock::now;
use crate::edge::output::{Ui, print};
use crate::error::Result;
use crate::escape::printable;
use crate::model::console::{Console, check_session};
use crate::model::environment::Environment;
use crate::model::time::{Timestamp, in_words};
use crate::options::{ConsoleChoice, SignIn};
use crate::sign_in::console::signin_token;
use crate::sign_in::request::For;

/// Opens the console in the browser, or prints the link. The link goes nowhere else.
pub(crate) fn console(
    env: &Environment,
    sign_in: &SignIn,
    choice: &ConsoleChoice,
    ui: Ui,
) -> Result<()> {
    if !choice.print {
        browser::check(env).map_err(|error| error.with_remedy(&by_hand(sign_in)))?;
    }
    let (_, obtained) = prepare(env, sign_in, For::Console, ui)?;
    let (session, settings) = (&obtained.session, &obtained.settings);
    check_session(settings, session)?;
    let console = Console::new(settings, choice.service.as_deref())?;
    let token = signin_token(settings, session, &console, ui)?;
    let link = console.link(&token);
    if choice.print {
        return print(&format!("{}\n", link.expose_secret()));
    }
    browser::open(&link, env, ui).map_err(|error| error.with_remedy(&by_hand(sign_in)))?;
    let profile = printable(&settings.profile.value);
    let left = match (console.duration, session.expires_at) {
        (Some(seconds), _) => format!(", for {}", in_words(seconds)),
        (None, Timestamp::NEVER) => String::new(),
        (None, end) => format!(", for {}", in_words(now().until(end))),
    };
    print(&format!(
        "{profile}: the console is open in the browser{left}\n"
    ))
}

/// What to do where no browser can be opened.
fn by_hand(sign_in: &SignIn) -> String {
    let line = sign_in.with_options("mfaexec console --print", sign_in.profile.as_deref());
    format!("print the link, and open it yourself within 15 minutes: {line}")
}
