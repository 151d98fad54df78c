//! `mfaexec -- COMMAND`: get a session, become the command.

use std::convert::Infallible;
use std::ffi::OsString;

use crate::edge::output::Ui;
use crate::edge::process::exec;
use crate::error::Result;
use crate::model::child::env::{child_environment, replaced_account};
use crate::model::environment::Environment;
use crate::model::settings::exports::without_exports;
use crate::options::SignIn;
use crate::sign_in::obtain;
use crate::sign_in::request::For;
use crate::sign_in::signing_in::Obtained;

/// Runs `command` with a session.
///
/// # Errors
/// Why it does not run. There is no other way back.
pub(crate) fn run(
    env: &Environment,
    sign_in: &SignIn,
    command: &[OsString],
    ui: Ui,
) -> Result<Infallible> {
    let (child_env, _) = prepare(env, sign_in, For::Command(command), ui)?;
    exec::become_command(command, &child_env)
}

/// Gets the session: the environment that a command has with it.
pub(crate) fn prepare(
    env: &Environment,
    sign_in: &SignIn,
    what_for: For<'_>,
    ui: Ui,
) -> Result<(Environment, Obtained)> {
    let env = without_exports(env);
    let obtained = obtain(&env, sign_in, ui, what_for)?;
    let Obtained {
        session, settings, ..
    } = &obtained;
    settings
        .guards
        .check_account(&settings.profile.value, session.account.as_deref())?;
    if let Some(error) = &obtained.not_kept {
        ui.notice(&format!(
            "the session cannot be kept, the next run will ask again: {}",
            error.summary()
        ));
    }
    if ui.is_verbose()
        && let Some(told) = replaced_account(&env, session.account.as_deref())
    {
        ui.notice(&told);
    }
    let child_env = child_environment(&env, session, settings);
    Ok((child_env, obtained))
}
