//! The sessions of a key for the key that takes its place. They are the same user's, and they last until
//! they end, whatever becomes of the key that they were got with (IAM User Guide, "Disabling permissions
//! for temporary security credentials"): so no code is asked for after a rotation.

use crate::edge::clock::now;
use crate::edge::store::cache::Cache;
use crate::error::Result;
use crate::model::plan::step::{Step, steps};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::sign_in::cached::{cached, device_id};

/// Keeps the cached sessions of the profile under the identity that they have with its new key. `old` and
/// `new` differ in the key alone; `known` has the device, where it was looked up.
pub(crate) fn carry_over(old: &Settings, new: &Settings, known: &Settings, cache: &Cache) {
    if let Err(error) = try_to_carry_over(old, new, known, cache) {
        log::info!("the next run may ask for a code: {}", error.summary());
    }
}

fn try_to_carry_over(
    old: &Settings,
    new: &Settings,
    known: &Settings,
    cache: &Cache,
) -> Result<()> {
    if let Some(device) = cache.device(&device_id(old))? {
        cache.store_device(&device_id(new), &device)?;
    }
    let with_device = |settings: &Settings, roles: bool| {
        let mut settings = settings.clone();
        if let Mfa::Device(serial) = known.mfa_of_key() {
            settings.set_device(serial.clone());
        }
        if !roles {
            settings.roles.clear();
        }
        settings
    };
    let all = [false, true];
    for roles in all
        .into_iter()
        .filter(|roles| !roles || !old.roles.is_empty())
    {
        let pair = [old, new].map(|settings| steps(&with_device(settings, roles)));
        let [before, after] = pair;
        for (step, next) in before.iter().zip(&after) {
            carry(step, next, new.key_id(), cache)?;
        }
    }
    Ok(())
}

fn carry(step: &Step, next: &Step, key: &str, cache: &Cache) -> Result<()> {
    let (Some(session), Some(id)) = (cached(cache, step)?, &next.id) else {
        return Ok(());
    };
    let session = Session {
        source_key_id: Some(key.to_owned()),
        ..session
    };
    cache.store(id, &session, now())?;
    Ok(())
}

/// Removes the sessions that the new key has, too. Others of the old key stay: a profile elsewhere may
/// use them until they end.
pub(crate) fn forget_old(old: &str, new: &str, cache: &Cache) {
    let is_of = |session: &Session, key: &str| session.source_key_id.as_deref() == Some(key);
    let forgotten = cache.sessions().and_then(|found| {
        let carried = found.sessions.iter().map(|kept| &kept.session);
        let carried = carried.filter(|session| is_of(session, new));
        let carried: Vec<&str> = carried.map(|s| s.access_key_id.as_str()).collect();
        cache.clear(|kept| {
            is_of(&kept.session, old) && carried.contains(&kept.session.access_key_id.as_str())
        })
    });
    if let Err(error) = forgotten {
        log::debug!("sessions of the old key stay: {}", error.summary());
    }
}
