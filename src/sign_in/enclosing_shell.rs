//! The shell that this run was typed in, if it is one of mfaexec's: whether it has the same session,
//! and how that is renewed.

use crate::edge::clock::now;
use crate::edge::output::local_time;
use crate::edge::process::{exec, lookup};
use crate::error::{Error, Result};
use crate::model::child::shell_context::ShellContext;
use crate::model::digest::digest_of;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced};
use crate::model::plan::step::steps;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::time::{Timestamp, in_words};
use crate::model::vars::{ROLE_SESSION_NAME, SOURCE_KEY};
use crate::options::{CacheMode, SignIn};
use crate::sign_in::cached::{cached, find_known_device, open_cache};
use crate::sign_in::request::read_settings;

/// A shell with the session that this run is about.
struct Around {
    within: ShellContext,
    settings: Settings,
    cached: Option<Session>,
}

/// Whether a `login` is to get a new session in any case: typed in a shell with that very session,
/// it is there to renew it. Not where someone has done so since, or says what has to be left, or
/// where the new one would end before the old one.
pub(crate) fn renews(env: &Environment, sign_in: &SignIn) -> Result<bool> {
    if sign_in.min_ttl.is_some() {
        return Ok(false);
    }
    let Some(around) = around(env, sign_in)? else {
        return Ok(false);
    };
    let steps = steps(&around.settings);
    let duration = steps.last().map_or(0, |step| step.duration);
    let next_end = now().0.saturating_add(duration);
    Ok(around.cached.is_none_or(|session| {
        // By durations, as the clock of AWS may be another one.
        let longer = duration >= session.duration || session.expires_at.0 < next_end;
        session.access_key_id == around.within.key && longer
    }))
}

/// A shell in a shell of the same profile would look the same, and take one `exit` more.
pub(crate) fn refuse_twice(env: &Environment, sign_in: &SignIn) -> Result<()> {
    let Some(around) = around(env, sign_in)? else {
        return Ok(());
    };
    let settings = &around.settings;
    let region = settings.endpoints.region.as_ref();
    let same_region = region.map(|region| &region.value) == env.text("AWS_REGION").as_ref();
    if settings.chain.first() != env.text("MFAEXEC_PROFILE").as_ref() || !same_region {
        return Ok(());
    }
    let end = env.text("AWS_CREDENTIAL_EXPIRATION");
    let end = end.as_deref().and_then(Timestamp::parse);
    let by_aws = |session: &Session| session.access_key_id == around.within.key;
    let known = around.cached.as_ref().filter(|session| by_aws(session));
    let left = |end| known.map_or_else(|| now().until(end), |session| session.left(now()));
    let cause = match end.map(|end| (left(end), end)) {
        None => "its keys have no end".to_owned(),
        Some((0, end)) => format!("its session ended at {}", local_time(end, now())),
        Some((left, end)) => format!(
            "its session lasts until {} ({} left)",
            local_time(end, now()),
            in_words(left)
        ),
    };
    let name = settings.chain.first().cloned();
    let name = name.or_else(|| env.text(SOURCE_KEY)).unwrap_or_default();
    Err(Error::new(
        format!("this is a shell of {name} already"),
        cause,
        match renewing_line(env, sign_in, settings) {
            Some(line) => format!("{line} renews the session here, exit leaves the shell"),
            None => "exit leaves the shell; another one can have another session".to_owned(),
        },
    ))
}

/// Only what the shell has started itself counts: programs in it may mean something else, and other
/// shells in it do not take a session over.
fn around(env: &Environment, sign_in: &SignIn) -> Result<Option<Around>> {
    let (parent, _) = exec::parent_and_self();
    let within = ShellContext::of(env).filter(|within| within.shell == parent);
    let Some(within) = within else {
        return Ok(None);
    };
    let mut settings = read_settings(&without_exports(env), sign_in)?;
    let cache = open_cache(env, sign_in.cache)?;
    find_known_device(&mut settings, &cache)?;
    // The shell's session tells what a program has given.
    if let Some(with_key) = settings.with_key_of_program()
        && session_name(&with_key) == within.session
    {
        settings = with_key;
    }
    let own_key = settings.chain.is_empty() && env.text(SOURCE_KEY).is_some();
    let same_key = env.text("AWS_ACCESS_KEY_ID").as_ref() == Some(&within.key);
    if session_name(&settings) != within.session && !(own_key && same_key) {
        return Ok(None);
    }
    let steps = steps(&settings);
    let cached = steps.last().map(|step| cached(&cache, step));
    Ok(Some(Around {
        within,
        settings,
        cached: cached.transpose()?.flatten(),
    }))
}

/// What tells a session from others: its name at rest, if it has one.
pub(crate) fn session_name(settings: &Settings) -> String {
    let steps = steps(settings);
    let id = steps.last().and_then(|step| step.id.clone());
    id.unwrap_or_else(|| digest_of("without-name", &[&settings.profile.value]))
}

/// The profile, or the key of the environment where there is none.
pub(crate) fn profile_or_key(settings: &Settings) -> String {
    let own_key = || settings.key_id().to_owned();
    settings.chain.first().cloned().unwrap_or_else(own_key)
}

/// What a prompt calls the session: the profile, and the role if no profile names it.
pub(crate) fn shown_name(settings: &Settings, sign_in: &SignIn) -> String {
    let profile = profile_or_key(settings);
    match settings.roles.last() {
        Some(role) if sign_in.role_arn.is_some() => format!("{profile}/{}", role.short()),
        _ => profile,
    }
}

/// The line that gets the next session for a shell, if one can: not where nothing is kept, nor where
/// the key has come from an environment that is hidden in the shell.
pub(crate) fn renewing_line(
    env: &Environment,
    sign_in: &SignIn,
    settings: &Settings,
) -> Option<String> {
    let steps = steps(settings);
    let own = steps.last()?;
    let kept = own.keep && own.id.is_some() && sign_in.cache != Some(CacheMode::None);
    if !kept || settings.chain.is_empty() {
        return None;
    }
    let mut sign_in = sign_in.clone();
    // It is typed wherever the shell is by then.
    let policy = sign_in.policy_file.take();
    sign_in.policy_file = policy.map(|path| std::path::absolute(&path).unwrap_or(path));
    // The variable is not there in the shell.
    if let Some(Sourced { value, origin }) = settings
        .roles
        .last()
        .and_then(|role| role.session_name.as_ref())
        && *origin == Origin::Variable(ROLE_SESSION_NAME)
    {
        sign_in.role_session_name = Some(value.clone());
    }
    let line = sign_in.login_command(None);
    let own_path = exec::own_path();
    if lookup::on_path(&own_path, env).is_some() {
        return Some(line);
    }
    let path = shlex::try_quote(&own_path).ok()?.into_owned();
    Some(line.replacen("mfaexec", &path, 1))
}
