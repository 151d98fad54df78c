//! Looks into the cache: for sessions by their steps, for devices by their users.

use crate::edge::config_files;
use crate::edge::own_defaults::own_defaults;
use crate::edge::store::cache::{Cache, Keeping};
use crate::error::Result;
use crate::model::digest::digest_of;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced};
use crate::model::plan::step::Step;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::model::source::Source;
use crate::model::source::role::SessionName;
use crate::options::CacheMode;

/// The cache of this user, kept as `mode` says.
pub(crate) fn open_cache(env: &Environment, mode: Option<CacheMode>) -> Result<Cache> {
    let own = || own_defaults(env).map(CacheMode::own_default);
    let mode = mode.map_or_else(own, |mode| Ok(Some(mode)))?;
    let keeping = match mode {
        None => Keeping::Auto,
        Some(CacheMode::Encrypted) => Keeping::Encrypted,
        Some(CacheMode::Plain) => Keeping::Plain,
        // Even so there is a lock and a memory of used codes, where they have a place.
        Some(CacheMode::None) => {
            let path = config_files::cache_directory(env).unwrap_or_default();
            return Ok(Cache::new(path, Keeping::Nothing));
        }
    };
    Ok(Cache::new(config_files::cache_directory(env)?, keeping))
}

/// The session of a step, if it is in the cache.
pub(crate) fn cached(cache: &Cache, step: &Step) -> Result<Option<Session>> {
    match &step.id {
        Some(id) if step.keep => cache.session(id),
        _ => Ok(None),
    }
}

/// What identifies the user whose device was looked up.
pub(crate) fn device_id(settings: &Settings) -> String {
    let endpoint = settings
        .endpoints
        .iam
        .as_ref()
        .map_or("", |endpoint| &endpoint.value);
    digest_of("device-of", &[&settings.key_identity(), endpoint])
}

/// What identifies the keys whose user was asked for.
pub(crate) fn caller_id(settings: &Settings) -> String {
    let endpoint = settings.endpoints.sts_url(settings.partition_arn());
    let keys = match &settings.source {
        Source::Provider(provider) => provider.id(),
        Source::Key(_) | Source::KeyOfProgram { .. } => settings.key_identity(),
    };
    digest_of(
        "caller-of",
        &[&keys, endpoint.as_deref().unwrap_or_default()],
    )
}

/// Whether the name of a role's session depends on whose the keys are.
pub(crate) fn needs_caller(settings: &Settings) -> bool {
    let mut roles = settings.roles.iter();
    roles.any(|role| settings.session_name(role) == SessionName::OfCaller)
}

/// Takes from the cache whose the keys are, where the name of a role's session depends on it.
pub(crate) fn find_known_caller(settings: &mut Settings, cache: &Cache) -> Result<()> {
    if needs_caller(settings)
        && let Some(caller) = cache.caller(&caller_id(settings))?
    {
        settings.caller = caller;
    }
    Ok(())
}

/// Takes the device from the cache where no one has named it and it was found before.
pub(crate) fn find_known_device(settings: &mut Settings, cache: &Cache) -> Result<()> {
    if *settings.mfa_of_key() == Mfa::Unknown
        && settings.may_use_device()
        && let Some(device) = cache.device(&device_id(settings))?
    {
        settings.set_device(Sourced::new(device.serial, Origin::Discovered));
    }
    Ok(())
}
