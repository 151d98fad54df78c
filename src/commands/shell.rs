//! `mfaexec shell`: get a session, become a shell that shows it.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::acquire::{Acquired, For, at_hand, find_known_device, now, read_settings};
use super::login_line::login_line;
use super::open_cache;
use super::run::prepare;
use crate::cli::{CacheMode, ShellChoice, SignIn};
use crate::edge::files::PrivateDir;
use crate::edge::ui::{Ui, is_interactive, local_time};
use crate::edge::{config_files, exec};
use crate::error::{Error, Result};
use crate::model::child_env::to_restore;
use crate::model::environment::Environment;
use crate::model::layer::{Layer, layers};
use crate::model::session::{Session, Timestamp, digest_of, in_words};
use crate::model::settings::Settings;
use crate::model::shell::{FOR_PROMPTS, IN_SHELL, Marks, RESTORE, Shell, is_variable};

/// Runs a shell with a session. Comes back only with the reason why it does not run.
pub(super) fn shell(env: &Environment, sign_in: &SignIn, choice: &ShellChoice, ui: Ui) -> Error {
    match start(env, sign_in, choice, ui) {
        Ok((words, env)) => exec::become_command(&words, &env),
        Err(error) => error,
    }
}

/// The shell's command line and environment.
fn start(
    env: &Environment,
    sign_in: &SignIn,
    choice: &ShellChoice,
    ui: Ui,
) -> Result<(Vec<OsString>, Environment)> {
    refuse_twice(env, sign_in)?;
    let program = program(env, choice);
    // A shell that nobody sees reads none of its files, and runs what comes on stdin.
    let shell = match Shell::of_program(&program) {
        Some(shell) if is_interactive() => Some((shell, write_files(env, shell)?)),
        Some(_) => None,
        None => {
            ui.notice(&format!(
                "{} is no shell that mfaexec knows: it starts as it is, and its prompt does not \
                 show the session",
                program.to_string_lossy()
            ));
            None
        }
    };
    let (mut env, acquired) =
        prepare(env, sign_in, For::Shell(std::slice::from_ref(&program)), ui)?;
    mark(&mut env, &acquired);
    let mut words = vec![program];
    if let Some((shell, directory)) = shell {
        words.extend(shell.start(&directory, &mut env));
        let mut changes = to_restore(&env, &acquired.session, &acquired.settings);
        changes.retain(|(name, _)| is_variable(name));
        let marks = Marks {
            program: exec::own_path(),
            renew: renewing_line(sign_in, &acquired),
            prompt: !choice.no_prompt,
        };
        env.set(RESTORE, shell.restore(&changes, &marks));
    }
    Ok((words, env))
}

/// Whether a `login` is to get a new session in any case: in a shell with that very session, it is
/// there to renew it. Not where somebody has done so since, or says what has to be left.
pub(super) fn renews(env: &Environment, sign_in: &SignIn) -> Result<bool> {
    if sign_in.min_ttl.is_some() {
        return Ok(false);
    }
    let Some((_, session)) = around(env, sign_in)? else {
        return Ok(false);
    };
    let key = session.map(|session| session.access_key_id);
    Ok(key.is_none() || key == env.text("AWS_ACCESS_KEY_ID"))
}

/// A shell in a shell with the same session would look the same, and take one `exit` more.
fn refuse_twice(env: &Environment, sign_in: &SignIn) -> Result<()> {
    let Some((settings, _)) = around(env, sign_in)? else {
        return Ok(());
    };
    let end = env.text("AWS_CREDENTIAL_EXPIRATION");
    let end = end.as_deref().and_then(Timestamp::parse);
    let cause = match end.map(|end| (now().until(end), end)) {
        None => "its keys have no end".to_owned(),
        Some((0, end)) => format!("its session ended at {}", local_time(end, now())),
        Some((left, end)) => format!(
            "its session lasts until {} ({} left)",
            local_time(end, now()),
            in_words(left)
        ),
    };
    Err(Error::new(
        format!("this is a shell of {} already", settings.profile.value),
        cause,
        format!(
            "{} renews the session here, exit leaves the shell",
            login_line(sign_in, None)
        ),
    ))
}

/// The settings, and the session at hand, if the shell around this run has that very session.
fn around(env: &Environment, sign_in: &SignIn) -> Result<Option<(Settings, Option<Session>)>> {
    let Some(around) = env.text(IN_SHELL) else {
        return Ok(None);
    };
    let mut settings = read_settings(&mut env.clone(), sign_in)?;
    let cache = open_cache(env, sign_in.cache)?;
    find_known_device(&mut settings, &cache)?;
    let layers = layers(&settings);
    if name(&settings, layers.last()) != around {
        return Ok(None);
    }
    let session = layers.last().map(|layer| at_hand(&cache, layer));
    Ok(Some((settings, session.transpose()?.flatten())))
}

/// What tells a session from others.
fn name(settings: &Settings, layer: Option<&Layer>) -> String {
    let id = layer.and_then(|layer| layer.id.clone());
    id.unwrap_or_else(|| digest_of("without-name", &[&settings.profile.value]))
}

fn program(env: &Environment, choice: &ShellChoice) -> OsString {
    let users = || {
        let shell = env.get("SHELL").filter(|shell| !shell.is_empty());
        shell.map(OsStr::to_owned)
    };
    let chosen = choice.shell.as_ref().map(OsString::from);
    chosen.or_else(users).unwrap_or_else(|| "/bin/sh".into())
}

/// Writes down which session the shell has.
fn mark(env: &mut Environment, acquired: &Acquired) {
    let Acquired {
        session, settings, ..
    } = acquired;
    env.set(IN_SHELL, name(settings, layers(settings).last()));
    let [profile, end] = FOR_PROMPTS;
    env.set(profile, &settings.profile.value);
    match session.expires_at {
        Timestamp::NEVER => env.remove(end),
        at => env.set(end, at.to_string()),
    }
}

/// The line that gets the next session for this shell, empty if none can: nothing is kept, or the
/// key has come from an environment that is hidden in here.
fn renewing_line(sign_in: &SignIn, acquired: &Acquired) -> String {
    let settings = &acquired.settings;
    let layers = layers(settings);
    let kept = layers
        .last()
        .is_some_and(|layer| layer.keep && layer.id.is_some());
    if sign_in.cache == Some(CacheMode::None) || !kept || settings.chain.is_empty() {
        return String::new();
    }
    login_line(sign_in, None)
}

/// Makes sure that the shell's files lie in the cache as this version has them: the directory. Without
/// them the user's own files would have the last word on whose keys are used.
fn write_files(env: &Environment, shell: Shell) -> Result<PathBuf> {
    let write = || {
        let path = config_files::cache_directory(env)?;
        PrivateDir::create(&path)?;
        let path = path.join("shell");
        let directory = PrivateDir::create(&path)?;
        for (name, text) in shell.files() {
            if directory.read(name)?.as_deref() != Some(text.as_bytes()) {
                directory.write(name, text.as_bytes())?;
            }
        }
        Ok(path)
    };
    write().map_err(|error: Error| {
        Error::new(
            format!(
                "the files that {} is to read cannot be written",
                shell.name()
            ),
            error.summary(),
            format!(
                "make room for them, or start it without a sign of the session: \
                 mfaexec [OPTIONS] -- {}",
                shell.name()
            ),
        )
    })
}
