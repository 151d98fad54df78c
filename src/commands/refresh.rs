//! `mfaexec --refresh -- COMMAND`: become a command that gets its sessions from an endpoint, one after
//! the other. The endpoint is in a companion of the command.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::sync::Arc;

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::commands::every_profile::{private_files, write};
use crate::commands::run::prepare;
use crate::edge::config_files;
use crate::edge::endpoint::Endpoint;
use crate::edge::output::Ui;
use crate::edge::process::companion::{self, CompanionEnd};
use crate::edge::process::exec;
use crate::edge::store::private_files::PrivateFiles;
use crate::edge::store::record::StoredSession;
use crate::edge::system::memory;
use crate::error::{Error, Kind, Result};
use crate::model::child::env::with_endpoint;
use crate::model::child::every_profile::environment;
use crate::model::child::private_files::{files, use_private_files};
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::settings::exports::without_exports;
use crate::options::{CacheMode, SignIn};
use crate::sign_in::renewal::Renewal;
use crate::sign_in::request::{For, read_settings};
use crate::sign_in::signing_in::Obtained;

/// Runs `command`. Comes back only with the reason why it does not run.
pub(crate) fn refresh(
    env: &Environment,
    sign_in: &SignIn,
    every_profile: bool,
    command: &[OsString],
    ui: Ui,
) -> Result<Infallible> {
    let env = &config_files::lasting(env)?;
    check_cache(env, sign_in)?;
    let private = private_files(env)?;
    let endpoint = Endpoint::open()?;
    let (uri, token) = (endpoint.expected.uri(), endpoint.expected.token.clone());
    let companion = companion::start(endpoint.descriptor(), |waiting| {
        // It has no one to tell.
        let _ = stay(waiting, &endpoint, &private, env, sign_in);
    });
    let companion = companion.map_err(|error| no_companion(&error))?;
    let (mut child, obtained) = prepare(env, sign_in, For::Command(command), ui)?;
    let Obtained {
        session, settings, ..
    } = &obtained;
    let env = without_exports(env);
    let profiles = Profiles::parse(config_files::read(&env)?)?;
    let chosen = settings.chain.first().map(String::as_str);
    // Without a profile, its settings are those of `default`.
    let served = chosen.unwrap_or("default");
    if every_profile {
        write(&private, &profiles, &env, sign_in, Some(served))?;
        child = environment(&env, private.path(), chosen, sign_in.region.as_deref());
        if let Some(name) = chosen {
            child.set("MFAEXEC_PROFILE", name);
        }
    } else {
        private.write(&files(&profiles.private_default(served)))?;
        use_private_files(&mut child, private.path());
    }
    with_endpoint(&mut child, &uri, token.expose_secret());
    let first = serde_json::to_vec(&StoredSession::from(session)).unwrap_or_default();
    let first = Zeroizing::new(first);
    companion
        .begin(&first)
        .map_err(|error| no_companion(&error))?;
    exec::become_command(command, &child)
}

/// What the companion does.
fn stay(
    mut waiting: CompanionEnd,
    endpoint: &Endpoint,
    private: &PrivateFiles,
    env: &Environment,
    sign_in: &SignIn,
) -> io::Result<()> {
    memory::protect_to_the_end();
    let Some(first) = waiting.message() else {
        return Ok(());
    };
    let first: StoredSession = serde_json::from_slice(&first)?;
    let renewal = Renewal::new(without_exports(env), sign_in.clone());
    let command = waiting.ready()?;
    let renew = Arc::new(move || renewal.renew());
    let served = endpoint.serve(Session::from(first), renew, command);
    private.remove();
    served
}

/// Without a cached MFA session there is nothing to renew with, and no other terminal could help.
fn check_cache(env: &Environment, sign_in: &SignIn) -> Result<()> {
    if sign_in.cache != Some(CacheMode::None) {
        return Ok(());
    }
    let settings = read_settings(&without_exports(env), sign_in)?;
    let asks = settings.begins_with_key() && settings.mfa().is_used();
    if !asks || settings.mfa_process.is_some() {
        return Ok(());
    }
    Err(Error::of(
        Kind::Usage,
        "--refresh cannot renew a session with --cache none",
        "the MFA session is not kept, and a code is needed for another one",
        "leave --cache none out",
    ))
}

fn no_companion(error: &io::Error) -> Error {
    Error::new(
        "the endpoint for the command cannot be started",
        error.to_string(),
        "try again, or run the command without --refresh",
    )
}
