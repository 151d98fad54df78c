//! `mfaexec login`: get and keep a session, say until when it lasts.

use super::acquire::{acquire, now};
use super::print;
use crate::cli::{CacheMode, SignIn};
use crate::edge::exec;
use crate::edge::ui::Ui;
use crate::error::{Error, Kind, Result};
use crate::model::environment::Environment;
use crate::model::session::in_words;
use crate::sanitize::printable;

/// Makes sure that a session is at hand.
pub(super) fn login(env: &Environment, sign_in: &SignIn, ui: Ui) -> Result<()> {
    if sign_in.cache == Some(CacheMode::None) {
        return Err(Error::of(
            Kind::Usage,
            "login with --cache none would be for nothing",
            "the session would be lost as soon as it is there",
            "run the command itself: mfaexec --cache none -- COMMAND",
        ));
    }
    exec::protect_memory();
    let acquired = acquire(&mut env.clone(), sign_in, ui, None)?;
    // A session that the next run does not find is no sign-in.
    acquired.kept?;
    let session = &acquired.session;
    print(&format!(
        "{}: signed in until {} ({} left)\n",
        printable(&acquired.settings.profile.value),
        session.expires_at,
        in_words(now().until(session.expires_at)),
    ))
}
