//! `mfaexec --profiles -- COMMAND`: become a command for which each profile of the user gets its
//! session from mfaexec, when it is first used.

use std::convert::Infallible;
use std::ffi::OsString;

use crate::commands::shell::{Restored, files_for, program, with_files};
use crate::edge::config_files;
use crate::edge::output::Ui;
use crate::edge::process::exec;
use crate::edge::store::private_files::PrivateFiles;
use crate::error::Result;
use crate::model::child::every_profile::{config, environment};
use crate::model::child::private_files::{files, names};
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::settings::exports::without_exports;
use crate::model::settings::selection::named;
use crate::model::vars::{SESSION, rival_names};
use crate::options::{ShellChoice, SignIn};

/// Runs `command`. Comes back only with the reason why it does not run.
pub(crate) fn run(
    env: &Environment,
    sign_in: &SignIn,
    command: &[OsString],
    ui: Ui,
) -> Result<Infallible> {
    if let Some(name) = command.first() {
        exec::check_command(name)?;
    }
    let (child, _) = prepare(env, sign_in, ui)?;
    exec::become_command(command, &child)
}

/// Runs a shell in the same way.
pub(crate) fn shell(
    env: &Environment,
    sign_in: &SignIn,
    choice: &ShellChoice,
    ui: Ui,
) -> Result<Infallible> {
    let program = program(env, choice);
    exec::check_command(&program)?;
    let files = files_for(env, &program, ui)?;
    let (mut child, default) = prepare(env, sign_in, ui)?;
    let words = with_files(&mut child, program, files, choice, |child| {
        let own = ["MFAEXEC_PROFILE", "AWS_PROFILE"];
        let restored = rival_names().chain(SESSION).chain(names()).chain(own);
        let value = |name: &str| child.get(name).map(|value| value.to_string_lossy().into());
        let changes = restored.map(|name| (name.to_owned(), value(name)));
        let name = default.unwrap_or_else(|| "all profiles".to_owned());
        Restored {
            changes: changes.collect(),
            renew: String::new(),
            name,
        }
    });
    exec::become_command(&words, &child)
}

/// Writes the command's config file: its environment, and the profile that is its default.
fn prepare(env: &Environment, sign_in: &SignIn, ui: Ui) -> Result<(Environment, Option<String>)> {
    let env = config_files::lasting(&without_exports(env))?;
    let profiles = Profiles::parse(config_files::read(&env)?)?;
    let default = named(sign_in.profile.as_deref(), &env);
    if let Some(name) = &default {
        profiles.require(&name.value, &name.origin.to_string())?;
    } else if let Some(key) = env.text("AWS_ACCESS_KEY_ID") {
        ui.notice(&format!(
            "the command does not get the key {key} of the environment: with --profiles, it gets \
             the profiles of your config files"
        ));
    }
    let default = default.map(|name| name.value);
    let files = private_files(&env)?;
    write(&files, &profiles, &env, sign_in, None)?;
    let region = sign_in.region.as_deref();
    let child = environment(&env, files.path(), default.as_deref(), region);
    Ok((child, default))
}

pub(super) fn private_files(env: &Environment) -> Result<PrivateFiles> {
    PrivateFiles::of_this_process(&config_files::cache_directory(env)?)
}

/// Writes the config file with all profiles. `served` gets its session in another way.
pub(super) fn write(
    private: &PrivateFiles,
    profiles: &Profiles,
    env: &Environment,
    sign_in: &SignIn,
    served: Option<&str>,
) -> Result<()> {
    let mut words = vec![exec::own_path(), "credential-process".to_owned()];
    words.extend(sign_in.for_every_profile());
    private.write(&files(&config(profiles, env, &words, served)))
}
