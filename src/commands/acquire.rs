//! From options to a session: settings, the session at hand, and only if that does not do a
//! sign-in. A run that finds its session here has read two config files and one of the cache.

use std::time::SystemTime;

use super::codes::given;
use super::open_cache;
use super::sign_in::SigningIn;
use crate::cli::SignIn;
use crate::edge::cache::Cache;
use crate::edge::config_files;
use crate::edge::ui::Ui;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::exports::take_back_exports;
use crate::model::plan::{Plan, plan};
use crate::model::profile::Profiles;
use crate::model::session::{Session, Timestamp, digest_of};
use crate::model::settings::{Origin, Settings, Sourced, select_profile};

/// A session, and the settings that asked for it.
pub(super) struct Acquired {
    pub(super) session: Session,
    pub(super) settings: Settings,
    /// Whether the next run finds the session. It was paid for with a code: if it can't be kept,
    /// it is used all the same.
    pub(super) kept: Result<()>,
}

/// Gets a session. `before_asking` looks for reasons to fail before anybody is asked for a code.
pub(super) fn acquire(
    env: &mut Environment,
    sign_in: &SignIn,
    ui: Ui,
    before_asking: impl FnOnce() -> Result<()>,
) -> Result<Acquired> {
    let code = given(env, sign_in);
    let profiles = Profiles::parse(config_files::read(env)?)?;
    let chosen = select_profile(sign_in.profile.as_deref(), env, &profiles)?;
    take_back_exports(env);
    let mut settings = Settings::new(&sign_in.wishes(), chosen, env, &profiles)?;
    let Sourced { value, origin } = &settings.profile;
    tracing::info!("profile {value} (from {origin})");
    let cache = open_cache(env, sign_in.cache)?;
    if settings.serial.is_none()
        && let Some(device) = cache.device(&device_id(&settings))?
    {
        settings.serial = Some(Sourced::new(device.serial, Origin::Discovered));
    }
    let reason = match plan(&settings, at_hand(&cache, &settings)?, sign_in.fresh, now()) {
        Plan::Reuse(session) => {
            tracing::info!(
                "using the session at hand, which ends at {}",
                session.expires_at
            );
            return Ok(Acquired {
                session,
                settings,
                kept: Ok(()),
            });
        }
        Plan::Mint(reason) => reason,
    };
    tracing::info!("signing in: {reason}");
    before_asking()?;
    SigningIn::prepare(code, sign_in, settings, &cache, ui)?.finish()
}

/// The session that these settings ask for, if it is in the cache.
pub(super) fn at_hand(cache: &Cache, settings: &Settings) -> Result<Option<Session>> {
    match &settings.serial {
        Some(serial) => cache.session(&settings.session_key(&serial.value).id()),
        None => Ok(None),
    }
}

/// What identifies the user whose device was looked up.
pub(super) fn device_id(settings: &Settings) -> String {
    let endpoint = settings
        .endpoints
        .iam
        .as_ref()
        .map_or("", |endpoint| &endpoint.value);
    digest_of("device-of", &[&settings.key.access_key_id, endpoint])
}

/// The time.
pub(super) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
