//! `mfaexec -- COMMAND`: get a session, become the command.

use std::ffi::OsString;

use crate::cli::SignIn;
use crate::edge::output::Ui;
use crate::edge::process::exec;
use crate::error::{Error, Result};
use crate::model::child::env::child_environment;
use crate::model::environment::Environment;
use crate::model::settings::exports::without_exports;
use crate::sign_in::acquire;
use crate::sign_in::request::For;
use crate::sign_in::signing_in::Acquired;

/// Runs `command` with a session. Comes back only with the reason why it does not run.
pub(crate) fn run(env: &Environment, sign_in: &SignIn, command: &[OsString], ui: Ui) -> Error {
    match prepare(env, sign_in, For::Command(command), ui) {
        Ok((child_env, _)) => exec::become_command(command, &child_env),
        Err(error) => error,
    }
}

/// Gets the session: the environment that a command has with it.
pub(crate) fn prepare(
    env: &Environment,
    sign_in: &SignIn,
    what_for: For<'_>,
    ui: Ui,
) -> Result<(Environment, Acquired)> {
    exec::protect_memory();
    let env = without_exports(env);
    let acquired = acquire(&env, sign_in, ui, what_for)?;
    let Acquired {
        session, settings, ..
    } = &acquired;
    settings
        .guards
        .check_account(&settings.profile.value, session.account.as_deref())?;
    if let Err(error) = &acquired.kept {
        ui.notice(&format!(
            "the session cannot be kept, the next run will ask again: {}",
            error.summary()
        ));
    }
    let child_env = child_environment(&env, session, settings);
    Ok((child_env, acquired))
}
