//! `mfaexec export`: get a session, print what a run would give to its command.

use crate::commands::run::prepare;
use crate::edge::output::{Ui, print, stdout_is_seen};
use crate::error::{Error, Kind, Result};
use crate::model::child::export::changes;
use crate::model::environment::Environment;
use crate::options::{ExportChoice, SignIn};
use crate::sign_in::request::For;

/// Prints a session for other programs: never on a terminal, unless that is wanted.
pub(crate) fn export(
    env: &Environment,
    sign_in: &SignIn,
    choice: &ExportChoice,
    ui: Ui,
) -> Result<()> {
    if stdout_is_seen() && !choice.force {
        return Err(Error::of(
            Kind::Usage,
            "the session's secrets would be shown on the terminal",
            "stdout is a terminal, and export prints keys for other programs",
            "run the command itself: mfaexec [OPTIONS] -- COMMAND; or let a program read stdout, or \
             add --force",
        ));
    }
    let (child, obtained) = prepare(env, sign_in, For::Export, ui)?;
    let (session, settings) = (&obtained.session, &obtained.settings);
    let format = choice.format;
    let changes = changes(format, env, &child, session, settings);
    print(&format.text(&changes)?)
}
