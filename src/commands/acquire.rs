//! From options to a session: settings, the sessions at hand, and only if those do not do a
//! sign-in. A run that finds its session here has read two config files and one of the cache.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use super::codes::{Asking, given};
use super::guards::confirm;
use super::sign_in::SigningIn;
use super::{login, open_cache};
use crate::cli::SignIn;
use crate::edge::cache::Cache;
use crate::edge::sts::Aws;
use crate::edge::ui::{Ui, local_time};
use crate::edge::{config_files, exec, room};
use crate::error::{Error, Result};
use crate::model::base::Base;
use crate::model::chosen::choose;
use crate::model::diagnose::{Asked, diagnose};
use crate::model::environment::Environment;
use crate::model::exports::take_back_exports;
use crate::model::layer::Layer;
use crate::model::plan::Plan;
use crate::model::profile::Profiles;
use crate::model::program_key::plan_either;
use crate::model::question::Purpose;
use crate::model::session::{Session, Timestamp, digest_of, in_words};
use crate::model::settings::{Origin, Settings, Sourced};
use crate::model::vars::PROCESS_OF;

/// Seconds of a day: what ended before is no news.
const DAY: u64 = 24 * 3600;

/// A session, and the settings that asked for it.
pub(super) struct Acquired {
    pub(super) session: Session,
    pub(super) settings: Settings,
    /// Whether the next run finds the session. It was paid for with a code: if it can't be kept,
    /// it is used all the same.
    pub(super) kept: Result<()>,
}

/// What a session is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum For<'a> {
    /// A command: its name and arguments.
    Command(&'a [OsString]),
    /// The same, and it is the user's shell.
    Shell(&'a [OsString]),
    /// Runs to come.
    Later,
}

impl<'a> For<'a> {
    fn command(self) -> Option<&'a [OsString]> {
        match self {
            Self::Command(command) | Self::Shell(command) => Some(command),
            Self::Later => None,
        }
    }

    fn purpose(self) -> Purpose {
        match self {
            Self::Command(command) => {
                let name = command.first().map(Path::new).and_then(Path::file_name);
                Purpose::Command(name.unwrap_or_default().to_string_lossy().into_owned())
            }
            Self::Shell(_) => Purpose::Shell,
            Self::Later => Purpose::SignIn,
        }
    }
}

/// Gets a session.
pub(super) fn acquire(
    env: &mut Environment,
    sign_in: &SignIn,
    ui: Ui,
    what_for: For<'_>,
) -> Result<Acquired> {
    let asking = Asking {
        given: given(env, sign_in),
        purpose: what_for.purpose(),
    };
    let command = what_for.command();
    let mut settings = read_settings(env, sign_in)?;
    for notice in &settings.notices {
        ui.notice(notice);
    }
    let Sourced { value, origin } = &settings.profile;
    tracing::info!("profile {value} (from {origin})");
    let cache = open_cache(env, sign_in.cache)?;
    find_known_device(&mut settings, &cache)?;
    let (settings, plan) = plan_either(settings, sign_in.fresh, now(), |layer| {
        at_hand(&cache, layer)
    })?;
    let plan = match plan.into_session() {
        Ok(mut session) => {
            tracing::info!(
                "using the session at hand, which ends at {}",
                session.expires_at
            );
            learn_account(&settings, &mut session, ui)?;
            if command.is_some() {
                confirm(env, sign_in, &settings, &cache, ui)?;
            }
            return Ok(Acquired {
                session,
                settings,
                kept: Ok(()),
            });
        }
        Err(plan) => plan,
    };
    if let Some(reason) = &plan.reason {
        tracing::info!("signing in: {reason}");
    }
    plan.check(&settings, command.is_some())?;
    if command.is_none() {
        login::check_use(&settings)?;
    }
    if let Some(command) = command {
        if let Some(name) = command.first() {
            exec::check_command(name)?;
        }
        confirm(env, sign_in, &settings, &cache, ui)?;
    }
    SigningIn::prepare(env, asking, sign_in, settings, &cache, ui)?.finish()
}

/// A guard wants to know the account, and the session was got when nobody did.
fn learn_account(settings: &Settings, session: &mut Session, ui: Ui) -> Result<()> {
    if settings.guards.expected_account.is_some() && session.account.is_none() {
        room::check_descriptors()?;
        let aws = Aws::start(settings, settings.partition_arn())?;
        let caller = aws.caller_identity(Some(session), None);
        let caller = caller.wait(|| tell_slow(ui));
        let caller =
            caller.map_err(|failure| diagnose(&failure, &Asked::by_key(settings, None)))?;
        session.account = Some(caller.account);
    }
    Ok(())
}

/// Everything that was said, as one value.
pub(super) fn read_settings(env: &mut Environment, sign_in: &SignIn) -> Result<Settings> {
    let policy = sign_in.policy_file.as_deref();
    let policy = policy.map(config_files::read_policy).transpose()?;
    let profiles = Profiles::parse(config_files::read(env)?)?;
    let chosen = choose(sign_in.profile.as_deref(), env, &profiles)?;
    take_back_exports(env);
    let settings = Settings::new(&sign_in.wishes(policy), chosen, env, &profiles)?;
    if let Base::Provider(provider) = &settings.base {
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

/// Takes the device from the cache where nobody has named it and it was found before.
pub(super) fn find_known_device(settings: &mut Settings, cache: &Cache) -> Result<()> {
    if settings.serial.is_none()
        && settings.may_use_device()
        && let Some(device) = cache.device(&device_id(settings))?
    {
        settings.serial = Some(Sourced::new(device.serial, Origin::Discovered));
    }
    Ok(())
}

/// Why a code is asked for again, where there was a session not long ago. The cache forgets ended
/// ones after a day.
pub(super) fn tell_end(settings: &Settings, plan: &Plan, ui: Ui) {
    let ended = plan.ended.filter(|ended| ended.until(now()) <= DAY);
    if let (Some(ended), true) = (ended, plan.needs_code()) {
        ui.notice(&format!(
            "the session of {} ended at {}, {} ago",
            settings.profile.value,
            local_time(ended, now()),
            in_words(ended.until(now()))
        ));
    }
}

/// The session of a layer, if it is in the cache.
pub(super) fn at_hand(cache: &Cache, layer: &Layer) -> Result<Option<Session>> {
    match &layer.id {
        Some(id) if layer.keep => cache.session(id),
        _ => Ok(None),
    }
}

/// What identifies the user whose device was looked up.
pub(super) fn device_id(settings: &Settings) -> String {
    let endpoint = settings
        .endpoints
        .iam
        .as_ref()
        .map_or("", |endpoint| &endpoint.value);
    digest_of("device-of", &[&settings.key_identity(), endpoint])
}

/// Says what a run waits for that takes longer than a person expects, once.
pub(super) fn tell_slow(ui: Ui) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        ui.notice("waiting for the answer of AWS");
    }
}

/// The time.
pub(super) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
