//! What is asked for: options, environment and files as one value, read once per process.

use std::ffi::OsString;
use std::path::Path;

use crate::edge::config_files;
use crate::edge::own_defaults::own_defaults;
use crate::error::{Error, Result};
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::prompt::question::Purpose;
use crate::model::settings::selection::choose;
use crate::model::settings::{SessionOptions, Settings};
use crate::model::source::Source;
use crate::model::vars::PROCESS_OF;
use crate::options::SignIn;

/// What a session is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum For<'a> {
    /// A command: its name and arguments.
    Command(&'a [OsString]),
    /// The same, and it is the user's shell.
    Shell(&'a [OsString]),
    /// A program that fetches it by itself, and often again.
    Program,
    /// Runs to come.
    Later,
    /// Programs that read what is printed.
    Export,
    /// The web console.
    Console,
}

impl<'a> For<'a> {
    pub(crate) fn command(self) -> Option<&'a [OsString]> {
        match self {
            Self::Command(command) | Self::Shell(command) => Some(command),
            Self::Program | Self::Later | Self::Export | Self::Console => None,
        }
    }

    pub(crate) fn purpose(self) -> Purpose {
        match self {
            Self::Command(command) => {
                let name = command.first().map(Path::new).and_then(Path::file_name);
                Purpose::Command(name.unwrap_or_default().to_string_lossy().into_owned())
            }
            Self::Shell(_) => Purpose::Shell,
            Self::Program => Purpose::Program,
            Self::Later => Purpose::SignIn,
            Self::Export => Purpose::Export,
            Self::Console => Purpose::Console,
        }
    }

    /// Whether a command or a program gets it: then the guards of the profile hold.
    pub(crate) fn is_used_now(self) -> bool {
        !matches!(self, Self::Later)
    }
}

/// Everything that was said, as one value. `env` is the caller's environment without the exports of
/// an mfaexec around this one.
pub(crate) fn read_settings(env: &Environment, sign_in: &SignIn) -> Result<Settings> {
    settings_from(&Profiles::parse(config_files::read(env)?)?, env, sign_in)
}

/// The same, with what was read from the config files.
pub(crate) fn settings_from(
    profiles: &Profiles,
    env: &Environment,
    sign_in: &SignIn,
) -> Result<Settings> {
    let policy = sign_in.policy_file.as_deref();
    let policy = policy.map(config_files::read_policy).transpose()?;
    let own = own_defaults(env)?;
    let option = sign_in.profile.as_deref();
    let chosen = choose(option, env, profiles, own.profile.as_ref())?;
    let options = SessionOptions {
        own: own.clone(),
        ..sign_in.session_options(policy)
    };
    let settings = Settings::new(&options, chosen, env, profiles)?;
    if let Source::Provider(provider) = &settings.source {
        check_loop(env, &provider.profile)?;
    }
    Ok(settings)
}

/// A `credential_process` that runs mfaexec for the profile that it belongs to, or for a role that
/// gets its keys there, would go on for ever.
fn check_loop(env: &Environment, name: &str) -> Result<()> {
    let chain = env.text(PROCESS_OF).unwrap_or_default();
    if !chain.split('\n').any(|outer| outer == name) {
        return Ok(());
    }
    Err(Error::new(
        format!("profile {name} gets its keys from itself"),
        "its credential_process runs mfaexec, which asks its credential_process",
        "let credential_process name another profile",
    ))
}
